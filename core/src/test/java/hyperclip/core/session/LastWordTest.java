package hyperclip.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.wire.ProtocolException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The rules of docs/session-protocol.md, Order, one by one.
class LastWordTest {

    /// What was said before, what comes, and who wins; this is the host's side, or the guest's.
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            # this side | said by me    | comes            | wins
            HOST_SIDE   | nothing       | offer 0 age 9    | theirs
            HOST_SIDE   | nothing       | offer 1          | theirs
            HOST_SIDE   | nothing       | offer 2          | a lie
            HOST_SIDE   | nothing       | release 1        | theirs
            HOST_SIDE   | nothing       | release 2        | a lie

            HOST_SIDE   | fresh         | offer 0 age 0    | mine
            HOST_SIDE   | fresh         | offer 1          | mine
            GUEST_SIDE  | fresh         | offer 1          | theirs
            HOST_SIDE   | fresh         | offer 2          | theirs
            GUEST_SIDE  | fresh         | offer 2          | theirs
            HOST_SIDE   | fresh         | offer 3          | a lie

            HOST_SIDE   | renewed 50    | offer 0 age 49   | theirs
            HOST_SIDE   | renewed 50    | offer 0 age 50   | mine
            GUEST_SIDE  | renewed 50    | offer 0 age 50   | theirs
            GUEST_SIDE  | renewed 50    | offer 0 age 51   | mine
            HOST_SIDE   | renewed 0     | offer 1 age 99   | theirs
            HOST_SIDE   | renewed 50    | offer 2          | a lie

            GUEST_SIDE  | fresh         | release 1        | mine
            HOST_SIDE   | fresh         | release 0        | mine
            HOST_SIDE   | fresh+release | offer 2          | theirs
            GUEST_SIDE  | fresh+release | offer 1          | mine
            HOST_SIDE   | fresh+release | release 2        | mine
            HOST_SIDE   | fresh+release | offer 3          | theirs
            HOST_SIDE   | fresh+release | offer 4          | a lie
            """)
    void theBetterWordWins(Rank rank, String mine, String comes, String wins) throws Exception {
        LastWord word = new LastWord(Selection.CLIPBOARD, rank);
        switch (mine) {
            case "nothing" -> {}
            case "fresh" -> say(word, offer(0, Standing.FRESH));
            case "fresh+release" -> {
                say(word, offer(0, Standing.FRESH));
                word.withdraw();
                assertThat(word.next(0)).isEqualTo(new SessionMessage.Release(Selection.CLIPBOARD, 2));
            }
            default -> say(word, offer(Long.parseLong(mine.substring("renewed ".length())), Standing.RENEWED));
        }

        if (wins.equals("a lie")) {
            assertThatThrownBy(() -> hear(word, comes))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageMatching("a serial of \\d after \\d, at byte 99");
            return;
        }
        Optional<Signal> heard = hear(word, comes);

        boolean isOffer = comes.startsWith("offer");
        assertThat(heard.isPresent()).isEqualTo(isOffer && wins.equals("theirs"));
        // The next word tells whose serial is the last one.
        long last = wins.equals("theirs")
                ? comes.charAt(comes.indexOf(' ') + 1) - '0'
                : mine.equals("fresh") ? 1 : mine.equals("fresh+release") ? 2 : 0;
        word.publish(offer(0, Standing.FRESH));
        assertThat(((SessionMessage.Offer) word.next(0)).serial()).isEqualTo(last + 1);
    }

    private static Optional<Signal> hear(LastWord word, String comes) throws ProtocolException {
        String[] parts = comes.split(" ", -1);
        long serial = Long.parseLong(parts[1]);
        if (parts[0].equals("release")) {
            return word.heard(new SessionMessage.Release(Selection.CLIPBOARD, serial), 99);
        }
        long age = parts.length > 2 ? Long.parseLong(parts[3]) : 0;
        Standing standing = serial == 0 ? Standing.RENEWED : Standing.FRESH;
        return word.heard(new SessionMessage.Offer(offer(age, standing), serial), 99);
    }

    @ParameterizedTest
    @EnumSource
    void aWordOfTheOtherSideThatIsNotNewerThanItsLastIsMetWithSilence(Rank rank) throws Exception {
        LastWord word = new LastWord(Selection.CLIPBOARD, rank);
        assertThat(hear(word, "offer 1")).isPresent();

        assertThat(hear(word, "offer 1")).isEmpty();
        assertThat(hear(word, "release 1")).isEmpty();
        assertThat(hear(word, "offer 0 age 0")).isEmpty();
        assertThat(word.hasUnsent()).isFalse();
    }

    @Test
    void theirReleaseOfTheirOfferIsTold() throws Exception {
        LastWord word = new LastWord(Selection.CLIPBOARD, Rank.HOST_SIDE);
        hear(word, "offer 1");

        assertThat(hear(word, "release 2")).contains(new Signal.Release(Selection.CLIPBOARD));
    }

    @Test
    void aSerialIsGivenWhenTheWordIsSent() {
        LastWord word = new LastWord(Selection.CLIPBOARD, Rank.HOST_SIDE);
        word.publish(offer(0, Standing.FRESH));
        word.publish(offer(0, Standing.FRESH));
        word.publish(offer(0, Standing.FRESH));

        assertThat(((SessionMessage.Offer) word.next(0)).serial()).isEqualTo(1);
        assertThat(word.hasUnsent()).isFalse();
    }

    @Test
    void aWordThatWaitsIsOvertakenByABetterOne() throws Exception {
        LastWord word = new LastWord(Selection.CLIPBOARD, Rank.HOST_SIDE);
        word.publish(offer(0, Standing.FRESH));

        assertThat(hear(word, "offer 1")).isPresent();
        assertThat(word.hasUnsent()).isFalse();
    }

    @Test
    void onlyTheFirstWordOfAllMayHaveTheSerialZero() {
        LastWord word = new LastWord(Selection.CLIPBOARD, Rank.HOST_SIDE);

        assertThat(say(word, offer(9, Standing.RENEWED)).serial()).isZero();
        assertThat(say(word, offer(9, Standing.RENEWED)).serial()).isEqualTo(1);
    }

    @Test
    void anOfferIsToldWithTheTimeThatItWaited() {
        LastWord word = new LastWord(Selection.CLIPBOARD, Rank.HOST_SIDE);
        word.publish(offer(10, Standing.FRESH));

        assertThat(((SessionMessage.Offer) word.next(5)).offer().age()).isEqualTo(15);
    }

    @Test
    void anUnknownAgeDoesNotGrow() {
        LastWord word = new LastWord(Selection.CLIPBOARD, Rank.HOST_SIDE);
        word.publish(offer(Signal.Offer.UNKNOWN_AGE, Standing.RENEWED));

        assertThat(((SessionMessage.Offer) word.next(5)).offer().age()).isEqualTo(Signal.Offer.UNKNOWN_AGE);
    }

    @Test
    void nothingIsReleasedThatWasNeverOfferedOrWasLost() throws Exception {
        LastWord word = new LastWord(Selection.CLIPBOARD, Rank.HOST_SIDE);
        word.withdraw();
        assertThat(word.hasUnsent()).isFalse();

        word.publish(offer(0, Standing.FRESH));
        word.withdraw();
        assertThat(word.hasUnsent()).isFalse();

        say(word, offer(0, Standing.FRESH));
        hear(word, "offer 2");
        word.withdraw();
        assertThat(word.hasUnsent()).isFalse();
    }

    @Test
    void aReleaseThatMeetsAnOfferIsAnsweredWithThatOfferAsARenewedOne() throws Exception {
        LastWord word = new LastWord(Selection.CLIPBOARD, Rank.GUEST_SIDE);
        Signal.Offer mine = offer(0, Standing.FRESH);
        say(word, mine);

        assertThat(hear(word, "release 2")).isEmpty();

        assertThat(word.next(0)).isEqualTo(new SessionMessage.Offer(mine.told(0, Standing.RENEWED), 3));
    }

    private static SessionMessage.Offer say(LastWord word, Signal.Offer offer) {
        word.publish(offer);
        return (SessionMessage.Offer) word.next(0);
    }

    private static Signal.Offer offer(long age, Standing standing) {
        return new Signal.Offer(
                Selection.CLIPBOARD, OfferId.random(new Random(age)), List.of(MimeType.TEXT), age, standing);
    }
}
