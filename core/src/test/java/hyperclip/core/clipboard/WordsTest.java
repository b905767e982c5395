package hyperclip.core.clipboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the values of the language let in.
class WordsTest {

    @Test
    void selectionsHaveTheNamesOfX11InLowerCase() {
        assertThat(Selection.CLIPBOARD.word()).isEqualTo("clipboard");
        assertThat(Selection.ofWord("primary")).contains(Selection.PRIMARY);
        assertThat(Selection.ofWord("secondary")).isEmpty();
        assertThat(Selection.ofWord("PRIMARY")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aReasonIsFoundByItsWordAndHasASentence(Reason reason) {
        assertThat(Reason.ofWord(reason.word())).contains(reason);
        assertThat(reason.word()).matches("[a-z]+(-[a-z]+)*");
        assertThat(reason.sentence()).isNotBlank();
    }

    @Test
    void noOtherWordIsAReason() {
        assertThat(Reason.ofWord("timed-out")).contains(Reason.TIMED_OUT);
        assertThat(Reason.ofWord("TIMED_OUT")).isEmpty();
        assertThat(Reason.ofWord("")).isEmpty();
    }

    @Test
    void anIdIsRandomAndThirtyTwoDigitsLong() {
        Random random = new Random(1);
        OfferId id = OfferId.random(random);

        assertThat(id.hex()).matches("[0-9a-f]{32}");
        assertThat(OfferId.of(id.hex())).contains(id);
        assertThat(OfferId.random(random)).isNotEqualTo(id);
        assertThat(id).hasToString(id.hex().substring(0, 8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0123456789abcdef0123456789abcde",
                "0123456789abcdef0123456789abcdef0",
                "0123456789ABCDEF0123456789ABCDEF",
                "0123456789abcdef0123456789abcdeg",
                "٠١٢٣٤٥٦٧٨٩abcdef0123456789abcdef"
            })
    void whatIsNoIdIsRefused(String hex) {
        assertThat(OfferId.of(hex)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> new OfferId(hex));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a/b",
                "text/plain;charset=utf-8",
                "text/plain; charset=\"utf-8\"",
                "application/x-openoffice-embed-source-xml;windows_formatname=\"Star Embed Source (XML)\"",
                "image/svg+xml",
                "a/b/c"
            })
    void aMimeTypeIsKeptAsTheApplicationWroteIt(String name) {
        assertThat(MimeType.of(name)).get().hasToString(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "a/",
                "/b",
                "TEXT",
                "UTF8_STRING",
                " a/b",
                "a/\u0000",
                "a/\n",
                "a/\u007f",
                "a/é",
                "a/\u001b"
            })
    void whatIsNoMimeTypeIsRefused(String name) {
        assertThat(MimeType.of(name)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> new MimeType(name));
    }

    @Test
    void aMimeTypeEndsAtItsBound() {
        assertThat(MimeType.of("a/" + "b".repeat(MimeType.MAX_LENGTH - 2))).isPresent();
        assertThat(MimeType.of("a/" + "b".repeat(MimeType.MAX_LENGTH - 1))).isEmpty();
    }

    @Test
    void anOfferHasOneToSixtyFourTypesAndAnAgeWithinBounds() {
        offer(1, 0);
        offer(Signal.MAX_TYPES, Signal.Offer.UNKNOWN_AGE);

        assertThatIllegalArgumentException().isThrownBy(() -> offer(0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> offer(Signal.MAX_TYPES + 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> offer(1, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> offer(1, Signal.Offer.UNKNOWN_AGE + 1));
    }

    @Test
    void anOfferHasEachTypeOnce() {
        List<MimeType> types = List.of(MimeType.TEXT, new MimeType("image/png"), MimeType.TEXT);
        assertThat(new Signal.Offer(Selection.CLIPBOARD, OfferId.random(new Random(1)), types, 0, Standing.FRESH)
                        .types())
                .containsExactly(MimeType.TEXT, new MimeType("image/png"));
    }

    @Test
    void toldAgainAnAgeStaysWithinBounds() {
        assertThat(offer(1, 5).told(-1, Standing.FRESH).age()).isZero();
        assertThat(offer(1, 5).told(Long.MAX_VALUE, Standing.FRESH).age()).isEqualTo(Signal.Offer.UNKNOWN_AGE);
    }

    private static Signal.Offer offer(int types, long age) {
        return new Signal.Offer(
                Selection.CLIPBOARD,
                OfferId.random(new Random(1)),
                IntStream.range(0, types)
                        .mapToObj(i -> new MimeType("text/x-" + i))
                        .toList(),
                age,
                Standing.FRESH);
    }

    @Test
    void chunksAndCreditEndAtTheirBounds() {
        assertThat(new Signal.Chunk(1, ByteBuffer.allocate(Signal.MAX_CHUNK))
                        .bytes()
                        .remaining())
                .isEqualTo(131_072);
        assertThat(new Signal.Credit(1, Signal.MAX_CREDIT).bytes()).isEqualTo(16_777_216);

        assertThatIllegalArgumentException().isThrownBy(() -> new Signal.Chunk(1, ByteBuffer.allocate(0)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Signal.Chunk(1, ByteBuffer.allocate(Signal.MAX_CHUNK + 1)));
        assertThatIllegalArgumentException().isThrownBy(() -> new Signal.Credit(1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Signal.Credit(1, Signal.MAX_CREDIT + 1));
    }
}
