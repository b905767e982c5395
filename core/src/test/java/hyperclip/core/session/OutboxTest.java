package hyperclip.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OutboxTest {

    private final Outbox outbox = new Outbox();
    private long now = 1_000;
    private final List<Signal.Request> requests = new ArrayList<>();
    private final SessionPeer alice = peer(1);
    private final SessionPeer bob = peer(2);

    private SessionPeer peer(int channel) {
        View view = new View() {
            private long last = 100L * channel;

            @Override
            public void hear(Signal signal) {}

            @Override
            public long newTransfer() {
                return ++last;
            }
        };
        return new SessionPeer(channel, view, Rank.HOST_SIDE, requests::add, () -> {}, () -> 0, outbox, () -> now);
    }

    @Test
    void anEmptyOutboxHasNothingToSay() {
        assertThat(outbox.isEmpty()).isTrue();
        assertThat(outbox.next()).isNull();
    }

    @Test
    void aSmallPasteComesWithinOneRoundOfALargeOne() throws Exception {
        long large = requestedBy(alice, 1);
        for (int i = 0; i < 8; i++) {
            alice.say(chunk(large, Signal.MAX_CHUNK));
        }
        assertThat(next()).isEqualTo("1: data of 131072");

        long small = requestedBy(alice, 2);
        alice.say(chunk(small, 10));
        alice.say(new Signal.End(small));

        assertThat(List.of(next(), next(), next(), next()))
                .containsExactly("1: data of 131072", "1: data of 10", "1: data of 131072", "1: End[transfer=2]");
    }

    @Test
    void everyTransferOfEveryChannelGetsItsTurn() throws Exception {
        long one = requestedBy(alice, 1);
        long two = requestedBy(alice, 2);
        long three = requestedBy(bob, 1);
        for (int i = 0; i < 3; i++) {
            alice.say(chunk(one, 10_001));
            alice.say(chunk(two, 10_002));
            bob.say(chunk(three, 10_003));
        }

        assertThat(all())
                .containsExactly(
                        "1: data of 10001",
                        "1: data of 10002",
                        "2: data of 10003",
                        "1: data of 10001",
                        "1: data of 10002",
                        "2: data of 10003",
                        "1: data of 10001",
                        "1: data of 10002",
                        "2: data of 10003");
    }

    @Test
    void controlGoesBeforeContent() throws Exception {
        long paste = requestedBy(alice, 1);
        alice.say(chunk(paste, 1));
        outbox.control(0, new SessionMessage.Ping(1));

        assertThat(all()).containsExactly("0: Ping[number=1]", "1: data of 1");
    }

    @Test
    void theEndOfAPasteComesAfterItsContent() throws Exception {
        long paste = requestedBy(alice, 1);
        alice.say(chunk(paste, 1));
        alice.say(chunk(paste, 2));
        alice.say(new Signal.End(paste));

        assertThat(all()).containsExactly("1: data of 1", "1: data of 2", "1: End[transfer=1]");
        assertThat(alice.transfers()).isZero();
    }

    @Test
    void anAbortOvertakesTheContentAndDropsIt() throws Exception {
        long paste = requestedBy(alice, 1);
        alice.say(chunk(paste, 1));
        alice.say(new Signal.Abort(paste, Reason.OWNER_GONE));

        assertThat(all()).containsExactly("1: Abort[transfer=1, reason=OWNER_GONE, limit=OptionalLong.empty]");
    }

    @Test
    void aThousandOffersAreOne() {
        for (int i = 0; i < 1_000; i++) {
            alice.say(offer(Selection.CLIPBOARD, i));
        }

        assertThat(all()).singleElement().asString().contains("age=999").endsWith("serial=1]");
        assertThat(outbox.isEmpty()).isTrue();
    }

    @Test
    void eachSelectionAndChannelHasItsOwnWord() {
        alice.say(offer(Selection.CLIPBOARD, 0));
        alice.say(offer(Selection.PRIMARY, 0));
        bob.say(offer(Selection.CLIPBOARD, 0));
        alice.say(offer(Selection.CLIPBOARD, 0));

        assertThat(all().stream().map(line -> line.substring(0, line.indexOf(','))))
                .containsExactly(
                        "1: Offer[offer=Offer[selection=CLIPBOARD",
                        "1: Offer[offer=Offer[selection=PRIMARY",
                        "2: Offer[offer=Offer[selection=CLIPBOARD");
    }

    @Test
    void anOfferThatIsWithdrawnBeforeItLeftIsNeverSaid() {
        alice.say(offer(Selection.CLIPBOARD, 0));
        alice.say(new Signal.Release(Selection.CLIPBOARD));

        assertThat(all()).isEmpty();
    }

    @Test
    void anOfferThatWaitsGrowsOlder() {
        alice.say(offer(Selection.CLIPBOARD, 5));
        now += 70;

        assertThat(all()).singleElement().asString().contains("age=75");
    }

    @Test
    void aChannelThatClosesTakesItsOwnAndLeavesTheRest() throws Exception {
        long paste = requestedBy(alice, 1);
        alice.say(chunk(paste, 1));
        alice.say(offer(Selection.CLIPBOARD, 0));
        outbox.control(1, new SessionMessage.Credit(1, 1));
        outbox.control(2, new SessionMessage.Credit(1, 1));
        outbox.control(0, new SessionMessage.Close(1));

        outbox.drop(alice);

        assertThat(all()).containsExactly("2: Credit[transfer=1, bytes=1]", "0: Close[channel=1]");
    }

    @Test
    void itIsOverfullBeyondItsShareAndNotBefore() {
        for (int i = 0; i < Outbox.MAX_WAITING; i++) {
            outbox.control(0, new SessionMessage.Pong(i));
        }
        assertThat(outbox.isOverfull()).isFalse();

        outbox.control(0, new SessionMessage.Pong(0));

        assertThat(outbox.isOverfull()).isTrue();
        outbox.clear();
        assertThat(outbox.isOverfull()).isFalse();
        assertThat(outbox.isEmpty()).isTrue();
    }

    private long requestedBy(SessionPeer peer, long wire) throws Exception {
        peer.heard(
                new SessionMessage.Request(
                        wire, Selection.CLIPBOARD, OfferId.random(new Random(1)), MimeType.TEXT, Paste.WINDOW),
                0);
        return requests.getLast().transfer();
    }

    private static Signal.Chunk chunk(long transfer, int bytes) {
        return new Signal.Chunk(transfer, ByteBuffer.allocate(bytes));
    }

    private static Signal.Offer offer(Selection selection, long age) {
        return new Signal.Offer(
                selection, OfferId.random(new Random(age)), List.of(MimeType.TEXT), age, Standing.FRESH);
    }

    private List<String> all() {
        List<String> lines = new ArrayList<>();
        while (!outbox.isEmpty()) {
            String line = next();
            if (line == null) {
                break;
            }
            lines.add(line);
        }
        return lines;
    }

    private String next() {
        Outbox.Ready ready = outbox.next();
        if (ready == null) {
            return null;
        }
        try {
            return ready.channel()
                    + ": "
                    + (ready.kind() == Frame.Kind.DATA
                            ? "data of " + ready.second().remaining()
                            : SessionReader.read(ready.first(), 0).toString());
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }
}
