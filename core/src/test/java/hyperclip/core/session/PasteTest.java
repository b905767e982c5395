package hyperclip.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.View;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A paste across a link: its requester is behind the link, its owner is played here.
class PasteTest {

    private static final long WIRE = 7;

    /// An owner that sends as much as it may, in pieces of any size, and counts.
    private static final class Owner implements View {
        long granted;
        long sent;
        long left;
        final Outbox outbox = new Outbox();
        final SessionPeer peer = new SessionPeer(
                1, this, Rank.HOST_SIDE, request -> granted += request.credit(), () -> {}, () -> 0, outbox, () -> 0);

        @Override
        public void hear(Signal signal) {
            if (signal instanceof Signal.Credit credit) {
                granted += credit.bytes();
            }
        }

        @Override
        public long newTransfer() {
            return 100;
        }

        void requested(int credit) throws Exception {
            peer.heard(
                    new SessionMessage.Request(
                            WIRE, Selection.CLIPBOARD, OfferId.random(new Random(1)), MimeType.TEXT, credit),
                    0);
        }

        void grants(int bytes) throws Exception {
            peer.heard(new SessionMessage.Credit(WIRE, bytes), 0);
        }

        boolean sends(int most) {
            int bytes = (int) Math.min(most, Math.min(Signal.MAX_CHUNK, granted - sent));
            if (bytes <= 0) {
                return false;
            }
            sent += bytes;
            peer.say(new Signal.Chunk(100, ByteBuffer.allocate(bytes)));
            return true;
        }

        boolean linkTakesAFrame() {
            Outbox.Ready frame = outbox.next();
            if (frame == null) {
                return false;
            }
            left += frame.second().remaining();
            return true;
        }
    }

    @Test
    void ofAGreatCreditTheOwnerIsGrantedOneWindow() throws Exception {
        Owner owner = new Owner();

        owner.requested(Signal.MAX_CREDIT);

        assertThat(owner.granted).isEqualTo(Paste.WINDOW);
    }

    @Test
    void ofASmallCreditTheOwnerIsGrantedAll() throws Exception {
        Owner owner = new Owner();

        owner.requested(1);

        assertThat(owner.granted).isEqualTo(1);
        owner.grants(2);
        assertThat(owner.granted).isEqualTo(3);
    }

    @Test
    void nothingMoreIsGrantedWhileTheLinkTakesNothing() throws Exception {
        Owner owner = new Owner();
        owner.requested(Signal.MAX_CREDIT);

        while (owner.sends(Signal.MAX_CHUNK)) {
            assertThat(owner.sent).isLessThanOrEqualTo(Paste.WINDOW);
        }

        assertThat(owner.sent).isEqualTo(Paste.WINDOW);
    }

    @Test
    void theWindowIsRenewedInPortionsAsContentLeaves() throws Exception {
        Owner owner = new Owner();
        owner.requested(Signal.MAX_CREDIT);
        while (owner.sends(Signal.MAX_CHUNK)) {}

        for (int left = 0; left < Paste.PORTION; left += Signal.MAX_CHUNK) {
            assertThat(owner.granted).isEqualTo(Paste.WINDOW);
            owner.linkTakesAFrame();
        }
        assertThat(owner.granted).isEqualTo(Paste.WINDOW + Paste.PORTION);
    }

    @Test
    void theWindowIsNeverExceededAndNoCreditStallsWhateverItsPortions() throws Exception {
        for (int seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            Owner owner = new Owner();
            int first = portion(random);
            owner.requested(first);
            long wire = first;
            for (int step = 0; step < 300; step++) {
                switch (random.nextInt(3)) {
                    case 0 -> owner.sends(1 + random.nextInt(Signal.MAX_CHUNK));
                    case 1 -> owner.linkTakesAFrame();
                    default -> {
                        int more = portion(random);
                        if (wire - owner.left + more <= Signal.MAX_CREDIT) {
                            owner.grants(more);
                            wire += more;
                        }
                    }
                }
                assertThat(owner.granted - owner.left).as("seed %d", seed).isBetween(0L, (long) Paste.WINDOW);
                assertThat(owner.sent).as("seed %d", seed).isLessThanOrEqualTo(wire);
            }
            for (boolean moves = true; moves; ) {
                moves = owner.sends(1 + random.nextInt(Signal.MAX_CHUNK)) || owner.linkTakesAFrame();
            }
            assertThat(owner.left).as("seed %d", seed).isEqualTo(wire);
        }
    }

    private static int portion(Random random) {
        return 1 + random.nextInt(1 << (1 + random.nextInt(20)));
    }
}
