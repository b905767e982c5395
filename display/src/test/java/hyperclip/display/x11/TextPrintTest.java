package hyperclip.display.x11;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextPrintTest {

    private static Optional<TextPrint> of(String... pieces) {
        TextPrint.Taking taking = new TextPrint.Taking();
        for (String piece : pieces) {
            ByteBuffer bytes = ByteBuffer.wrap(piece.getBytes(UTF_8));
            taking.add(bytes);
            assertThat(bytes.position()).isZero();
        }
        return taking.print();
    }

    @Test
    void itIsTheSameInWhateverPieces() {
        String text = "  Grüße,\n  世界 \n";
        byte[] bytes = text.getBytes(UTF_8);
        Optional<TextPrint> whole = TextPrint.of(ByteBuffer.wrap(bytes));
        assertThat(whole).isPresent();
        for (int at = 0; at <= bytes.length; at++) {
            TextPrint.Taking taking = new TextPrint.Taking();
            taking.add(ByteBuffer.wrap(bytes, 0, at));
            taking.add(ByteBuffer.wrap(bytes, at, bytes.length - at));
            assertThat(taking.print()).as("cut at " + at).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"copy", " copy", "copy\n", "\t\r\n copy \0"})
    void whiteSpaceAtTheEndsDoesNotCount(String text) {
        assertThat(of(text)).isEqualTo(of("copy"));
        assertThat(of("\n", text, " ")).isEqualTo(of("copy"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"copY", "co py", "copycopy", "cop", "c", "ü"})
    void anotherTextHasAnother(String text) {
        assertThat(of(text)).isPresent().isNotEqualTo(of("copy"));
    }

    @Test
    void nothingAndTooMuchHaveNone() {
        assertThat(of()).isEmpty();
        assertThat(of("", " \n")).isEmpty();
        assertThat(of("a".repeat(TextPrint.MAX_TEXT))).isPresent();
        assertThat(of("a".repeat(TextPrint.MAX_TEXT), "a")).isEmpty();
    }
}
