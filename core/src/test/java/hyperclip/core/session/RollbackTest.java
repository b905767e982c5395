package hyperclip.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.OfferId;
import hyperclip.core.session.Rollback.Pasting;
import hyperclip.core.wire.ProtocolException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `loadvm` under a host that stays connected: whatever the guest has forgotten, and whatever happens first.
class RollbackTest {

    /// So much happens in a story of which a part is taken back.
    private static final int CHAPTERS = 9;

    /// What happens first after the guest went back in time.
    enum First {
        A_COPY_ON_THE_HOST,
        A_COPY_IN_THE_GUEST,
        A_PASTE_IN_THE_GUEST,
        A_PASTE_ON_THE_HOST,
        NOTHING
    }

    /// What was on its way then.
    enum OnTheWay {
        NOTHING,
        FRAMES_TO_THE_GUEST,
        LESS_THAN_A_HEADER,
        A_HEADER,
        HALF_AN_OFFER,
        HALF_OF_THE_CONTENT
    }

    @ParameterizedTest
    @EnumSource
    void toEveryMoment(OnTheWay onTheWay) throws Exception {
        for (int chapters = 3; chapters <= CHAPTERS; chapters += 3) {
            int moments = story(chapters).moments();
            for (int moment = 0; moment <= moments; moment++) {
                for (First first : First.values()) {
                    boolean newNonces = (moment + chapters) % 2 == 0;
                    try {
                        check(chapters, moment, first, onTheWay, newNonces);
                    } catch (AssertionError | RuntimeException | ProtocolException e) {
                        throw new AssertionError(
                                "%d chapters, back to moment %d of %d, then %s, %s nonces"
                                        .formatted(chapters, moment, moments, first, newNonces ? "new" : "the same"),
                                e);
                    }
                }
            }
        }
    }

    /// Deterministic: the same chapters always make the same moments.
    private static Rollback story(int chapters) throws ProtocolException {
        Rollback both = new Rollback();
        for (int i = 0; i < chapters; i++) {
            switch (i) {
                case 0, 5 -> both.copyOnTheHost();
                case 1, 6 -> both.pasteInTheGuest(both.guest.shown());
                case 2, 4, 7 -> both.copyInTheGuest();
                case 3, 8 -> both.pasteOnTheHost(both.host.shown());
                default -> throw new IllegalArgumentException("no chapter " + i);
            }
            both.settle();
            both.pass(1_000);
            both.settle();
        }
        return both;
    }

    private static void check(int chapters, int moment, First first, OnTheWay onTheWay, boolean newNonces)
            throws ProtocolException {
        Rollback both = story(chapters);
        boolean cut = putOnTheWay(both, onTheWay);
        OfferId shownOnTheHost = both.host.shown();
        both.back(moment, newNonces ? new Random(3) : null);
        cut |= both.guest.isInFrame();
        boolean wasGreeted = both.guest.connection.isGreeted();
        both.deliverToGuest();
        both.pass(1_000);
        if (!wasGreeted) {
            // It seeks: nothing that it is told can reach it before it says so.
            both.rest();
        }

        OfferId copy = null;
        Pasting pasting = null;
        switch (first) {
            case A_COPY_ON_THE_HOST -> copy = both.copyOnTheHost();
            case A_COPY_IN_THE_GUEST -> copy = both.copyInTheGuest();
            case A_PASTE_IN_THE_GUEST -> {
                if (both.guest.shown() != null) {
                    pasting = both.pasteInTheGuest(both.guest.shown());
                }
            }
            case A_PASTE_ON_THE_HOST -> {
                if (shownOnTheHost != null) {
                    pasting = both.pasteOnTheHost(shownOnTheHost);
                }
            }
            case NOTHING -> {}
        }
        both.settle();
        if (copy != null && !cut) {
            assertThat(shownElsewhere(both, first)).as("at once: %s", both).isEqualTo(copy);
        }
        both.rest();

        assertThat(both.areInStep()).as("%s", both).isTrue();
        if (copy != null) {
            assertThat(shownElsewhere(both, first)).as("%s", both).isEqualTo(copy);
        }
        assertThat(pasting == null || pasting.isOver()).isTrue();
        assertPastesWork(both);
        assertThat(both.host.pastings).allMatch(Pasting::isSound);
        assertThat(both.guest.pastings).allMatch(Pasting::isSound);
    }

    private static OfferId shownElsewhere(Rollback both, First first) {
        return first == First.A_COPY_ON_THE_HOST ? both.guest.shown() : both.host.shown();
    }

    private static boolean putOnTheWay(Rollback both, OnTheWay onTheWay) throws ProtocolException {
        return switch (onTheWay) {
            case NOTHING -> false;
            case FRAMES_TO_THE_GUEST -> {
                both.copyOnTheHost();
                both.sendToGuest();
                yield false;
            }
            case LESS_THAN_A_HEADER -> halfOfACopy(both, Frame.HEADER / 2);
            case A_HEADER -> halfOfACopy(both, Frame.HEADER);
            case HALF_AN_OFFER -> halfOfACopy(both, 5 * Frame.HEADER);
            case HALF_OF_THE_CONTENT -> {
                if (both.host.shown() == null) {
                    yield false;
                }
                both.pasteOnTheHost(both.host.shown());
                both.settleButContent();
                yield both.loseOnTheWayToTheHost(Rollback.CONTENT / 2);
            }
        };
    }

    private static boolean halfOfACopy(Rollback both, int bytes) throws ProtocolException {
        both.copyInTheGuest();
        both.sendToHost();
        return both.loseOnTheWayToTheHost(bytes);
    }

    private static void assertPastesWork(Rollback both) throws ProtocolException {
        if (both.host.held() == null) {
            return;
        }
        Pasting last = both.host.own() == null
                ? both.pasteOnTheHost(both.host.shown())
                : both.pasteInTheGuest(both.guest.shown());
        both.settle();
        assertThat(last.ended).as("%s", both).isTrue();
    }

    @Test
    void ifNothingMovedSinceTheSnapshotNothingIsLost() throws Exception {
        Rollback both = story(CHAPTERS);
        both.back(both.moments(), new Random(3));

        OfferId copy = both.copyInTheGuest();
        both.settle();

        assertThat(both.host.shown()).isEqualTo(copy);
        assertThat(both.host.losses).isEmpty();
        assertThat(both.guest.losses).isEmpty();
    }

    /// Both say serial 2, and the host's word wins: the guest would hear of it no more.
    @Test
    void aCopyAgainstAWordThatTheGuestHasForgottenIsNotLost() throws Exception {
        Rollback both = story(1);
        int moment = both.moments();
        OfferId forgotten = both.copyOnTheHost();
        both.settle();
        assertThat(both.guest.shown()).isEqualTo(forgotten);
        both.pass(1_000);
        both.back(moment, new Random(3));
        both.pass(1_000);

        OfferId copy = both.copyInTheGuest();
        both.settle();

        assertThat(both.host.shown()).isEqualTo(copy);
        assertThat(both.guest.losses).singleElement().asString().startsWith("a frame of another time");
    }
}
