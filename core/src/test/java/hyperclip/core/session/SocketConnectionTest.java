package hyperclip.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import hyperclip.core.session.SessionMessage.Role;
import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A daemon's end of a unix socket, with an agent that is played here.
class SocketConnectionTest {

    private static final byte[] HELLO = Golden.bytes("hello");

    private long now = 1_000;

    /// A connection with one channel, and a display beside it in the same hub.
    private final class Daemon {
        final List<String> display = new ArrayList<>();
        final Hub hub = new Hub(() -> now, (follower, followed) -> true);
        final HeardByOwner owner = new HeardByOwner(connection -> connection.open(1, hub, "agent", Rank.HOST_SIDE));
        final View view = hub.open("display", _ -> signal -> display.add(words(signal)));
        final SessionConnection connection =
                new SessionConnection(Medium.SOCKET, Role.GUEST, "", owner, new Random(1), () -> now);

        Daemon() {
            connection.start();
        }

        void hears(byte[]... pieces) throws ProtocolException {
            for (byte[] piece : pieces) {
                connection.received(ByteBuffer.wrap(piece));
            }
        }

        /// What it sends, as JSON; content as its length.
        List<String> says() throws ProtocolException {
            List<String> said = new ArrayList<>();
            for (ByteBuffer[] next = connection.next(); next != null; next = connection.next()) {
                Frame frame = new FrameReader(Medium.SOCKET).read(ByteBuffer.wrap(Bytes.of(next)));
                said.add(
                        frame.kind() == Frame.Kind.CONTROL
                                ? String.valueOf(SessionReader.read(frame.payload(), 0))
                                : "data " + frame.payload().getLong() + ": "
                                        + frame.payload().remaining());
            }
            return said;
        }
    }

    private static String words(Signal signal) {
        return signal instanceof Signal.Chunk chunk
                ? "chunk of " + chunk.bytes().remaining()
                : signal.toString();
    }

    @Test
    void saysHelloWithoutWaitingForOne() throws Exception {
        assertThat(new Daemon().says()).containsExactly("Hello[version=1, role=GUEST, name=, login=, capabilities=[]]");
    }

    @Test
    void aHelloOpensTheConnection() throws Exception {
        Daemon daemon = new Daemon();

        daemon.hears(HELLO);

        assertThat(daemon.connection.isGreeted()).isTrue();
        assertThat(daemon.owner.lines).containsExactly("greeted by AGENT");
        assertThat(daemon.hub.views()).containsExactly("display", "agent");
    }

    @Test
    void everythingMayBeCutAtAnyByte() throws Exception {
        byte[] stream = everythingAnAgentSays();
        String whole = told(stream, 0, 0);
        for (int cut = 1; cut < stream.length; cut++) {
            assertThat(told(stream, cut, cut)).as("cut at %d", cut).isEqualTo(whole);
        }
    }

    @Test
    void everythingMayComeInThreePieces() throws Exception {
        byte[] stream = everythingAnAgentSays();
        String whole = told(stream, 0, 0);
        Random random = new Random(3);
        for (int i = 0; i < 3_000; i++) {
            int first = random.nextInt(stream.length);
            int second = random.nextInt(first, Math.min(stream.length, first + 400));
            assertThat(told(stream, first, second))
                    .as("cut at %d and %d", first, second)
                    .isEqualTo(whole);
        }
    }

    private static byte[] everythingAnAgentSays() {
        return Bytes.join(
                HELLO,
                Golden.bytes("ping"),
                Golden.bytes("ask"),
                Golden.bytes("offer"),
                Golden.bytes("request"),
                Golden.bytes("credit"),
                Golden.bytes("cancel"),
                Golden.bytes("release"),
                Golden.bytes("pong"));
    }

    private String told(byte[] stream, int first, int second) throws ProtocolException {
        Daemon daemon = new Daemon();
        daemon.hears(
                Arrays.copyOf(stream, first),
                Arrays.copyOfRange(stream, first, second),
                Arrays.copyOfRange(stream, second, stream.length));
        return daemon.owner.lines + "\n" + daemon.display + "\n" + daemon.says();
    }

    @Test
    void anotherVersionIsRefusedWithBothNumbers() {
        byte[] hello = Bytes.control(0, 0, new SessionMessage.Hello(2, Role.AGENT, "", List.of()));

        refused(
                new Daemon(),
                "session protocol version 2, this side speaks 1: the two Hyperclips are of different releases, at byte 0",
                hello);
    }

    @Test
    void aMessageBeforeAHelloIsRefused() {
        refused(new Daemon(), "a message before a hello, at byte 0", Golden.bytes("ping"));
        refused(new Daemon(), "a message before a hello, at byte 0", Golden.bytes("offer"));
        refused(new Daemon(), "content before a hello, at byte 0", Golden.bytes("data"));
        refused(
                new Daemon(),
                "a message before a hello, at byte 0",
                Bytes.control(1, 0, new SessionMessage.Hello(1, Role.AGENT, "", List.of())));
    }

    @Test
    void aRefusalInThePlaceOfAHelloIsPassedOnToThePerson() {
        refused(new Daemon(), "refused: no session of the name bob is here, at byte 0", Golden.bytes("refusal"));
    }

    @Test
    void thePositionIsThatOfTheFrameAndNotOfThePiece() {
        byte[] bad = Bytes.control(0, 0, "{\"say\":\"teleport\"}");

        refused(
                new Daemon(),
                "an unknown message 'teleport', at byte " + (HELLO.length + Golden.bytes("ping").length),
                HELLO,
                Golden.bytes("ping"),
                Arrays.copyOf(bad, 13),
                Arrays.copyOfRange(bad, 13, bad.length));
    }

    @Test
    void withoutAHelloItEndsAfterTenSeconds() throws Exception {
        Daemon daemon = new Daemon();
        assertThat(daemon.connection.deadline()).isEqualTo(now + 10_000);
        now += 9_999;
        daemon.connection.tick();
        now += 1;

        assertThatThrownBy(daemon.connection::tick)
                .isInstanceOf(ProtocolException.class)
                .hasMessage("no hello for 10 s, at byte 0");
    }

    @Test
    void aByteEveryNineSecondsBuysAHelloNoTime() throws Exception {
        Daemon daemon = new Daemon();
        daemon.hears(Arrays.copyOf(HELLO, 1));
        now += 9_000;
        daemon.hears(Arrays.copyOfRange(HELLO, 1, 2));
        now += 1_000;

        assertThatThrownBy(daemon.connection::tick)
                .isInstanceOf(ProtocolException.class)
                .hasMessageStartingWith("no hello for 10 s");
    }

    @Test
    void halfAFrameAndThenNothingEndsAfterTenSeconds() throws Exception {
        Daemon daemon = new Daemon();
        daemon.hears(HELLO);
        now += 60_000;
        daemon.hears(Arrays.copyOf(Golden.bytes("ping"), 5));
        now += 9_000;
        daemon.hears(Arrays.copyOfRange(Golden.bytes("ping"), 5, 6));
        daemon.connection.tick();
        now += 1_000;

        assertThatThrownBy(daemon.connection::tick)
                .isInstanceOf(ProtocolException.class)
                .hasMessage("half a frame and then nothing for 10 s, at byte " + (HELLO.length + 6));
    }

    @Test
    void betweenFramesItWaitsForEver() throws Exception {
        Daemon daemon = new Daemon();
        daemon.hears(HELLO);

        assertThat(daemon.connection.deadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aPingIsAnswered() throws Exception {
        Daemon daemon = new Daemon();
        daemon.hears(HELLO, Bytes.control(0, 0, new SessionMessage.Ping(41)));

        assertThat(daemon.says()).contains("Pong[number=41]");
    }

    @Test
    void aCopyAndAPasteGoThrough() throws Exception {
        Daemon daemon = new Daemon();
        daemon.hears(HELLO, Golden.bytes("offer"));
        daemon.says();
        OfferId id = new OfferId("00112233445566778899aabbccddeeff");
        daemon.view.hear(new Signal.Request(daemon.view.newTransfer(), Selection.CLIPBOARD, id, MimeType.TEXT, 100));
        assertThat(daemon.says()).singleElement().asString().startsWith("Request[transfer=1, selection=CLIPBOARD");

        daemon.hears(
                Bytes.data(1, 0, 1, new byte[60]),
                Bytes.data(1, 0, 1, new byte[40]),
                Bytes.control(1, 0, new SessionMessage.End(1)));

        assertThat(daemon.display).endsWith("chunk of 60", "chunk of 40", "End[transfer=1]");
    }

    @Test
    void moreContentThanCreditIsRefused() throws Exception {
        Daemon daemon = pasting(100);

        refused(daemon, "more content than there was credit for", Bytes.data(1, 0, 1, new byte[101]));
    }

    @Test
    void anAnswerToARequestThatWasNeverMadeIsRefused() throws Exception {
        refused(pasting(1), "an answer to a request that was never made", Bytes.data(1, 0, 2, new byte[1]));
        refused(
                pasting(1),
                "an answer to a request that was never made",
                Bytes.control(1, 0, new SessionMessage.End(2)));
        refused(
                pasting(1),
                "an answer to a request that was never made",
                Bytes.control(1, 0, new SessionMessage.Abort(2, Reason.STALE)));
    }

    @Test
    void whatComesForATransferThatIsOverIsIgnored() throws Exception {
        Daemon daemon = pasting(100);
        daemon.hears(Bytes.control(1, 0, new SessionMessage.Abort(1, Reason.OWNER_GONE)));
        int told = daemon.display.size();

        daemon.hears(
                Bytes.data(1, 0, 1, new byte[101]),
                Bytes.control(1, 0, new SessionMessage.End(1)),
                Bytes.control(1, 0, new SessionMessage.Abort(1, Reason.OWNER_GONE)),
                Bytes.control(1, 0, new SessionMessage.Credit(99, 1)),
                Bytes.control(1, 0, new SessionMessage.Cancel(99, Reason.CANCELLED)));

        assertThat(daemon.display).hasSize(told);
    }

    @Test
    void theEndOfAClientIsThatOfAnApplicationAndOfNoWay() throws Exception {
        byte[] client = Bytes.control(0, 0, new SessionMessage.Hello(1, Role.CLIENT, "", List.of()));
        assertThat(reasonAtItsEnd(pasting(client, 100))).contains("OWNER_GONE");
        assertThat(reasonAtItsEnd(pasting(HELLO, 100))).contains("LINK_LOST");
        Daemon asked = offering(client);
        asked.hears(Bytes.control(1, 0, request(1)));
        assertThat(reasonAtItsEnd(asked)).contains("REQUESTER_GONE");
    }

    private static String reasonAtItsEnd(Daemon daemon) {
        daemon.connection.closeAll();
        return daemon.display.stream()
                .filter(signal -> signal.startsWith("Abort"))
                .findFirst()
                .orElseThrow();
    }

    private Daemon pasting(int credit) throws ProtocolException {
        return pasting(HELLO, credit);
    }

    private Daemon pasting(byte[] hello, int credit) throws ProtocolException {
        Daemon daemon = new Daemon();
        daemon.hears(hello, Golden.bytes("offer"));
        OfferId id = new OfferId("00112233445566778899aabbccddeeff");
        daemon.view.hear(new Signal.Request(daemon.view.newTransfer(), Selection.CLIPBOARD, id, MimeType.TEXT, credit));
        daemon.says();
        return daemon;
    }

    @Test
    void aRequestUnderANumberThatIsUnderWayIsRefused() throws Exception {
        Daemon daemon = offering();

        refused(daemon, "a request under the number of another", Golden.bytes("request"), Golden.bytes("request"));
    }

    @Test
    void onePasteMoreThanAChannelMayHaveIsTooMany() throws Exception {
        Daemon daemon = offering();
        for (int transfer = 1; transfer <= SessionPeer.MAX_PASTES; transfer++) {
            daemon.hears(Bytes.control(1, 0, request(transfer)));
        }
        assertThat(daemon.says()).noneMatch(said -> said.startsWith("Abort"));

        daemon.hears(Bytes.control(1, 0, request(SessionPeer.MAX_PASTES + 1)));

        assertThat(daemon.says())
                .containsExactly("Abort[transfer=%d, reason=TOO_MANY, limit=OptionalLong.empty]"
                        .formatted(SessionPeer.MAX_PASTES + 1));
    }

    @Test
    void allChannelsTogetherMayHaveSoManyPastesUnderWay() throws Exception {
        Daemon daemon = offering();
        int channels = SessionPeer.MAX_PASTES_OF_ALL / SessionPeer.MAX_PASTES;
        for (int channel = 2; channel <= channels + 1; channel++) {
            daemon.connection.open(channel, daemon.hub, "agent " + channel, Rank.HOST_SIDE);
        }
        for (int channel = 1; channel <= channels; channel++) {
            for (int transfer = 1; transfer <= SessionPeer.MAX_PASTES; transfer++) {
                daemon.hears(Bytes.control(channel, 0, request(transfer)));
            }
        }
        assertThat(daemon.says()).noneMatch(said -> said.startsWith("Abort"));

        daemon.hears(Bytes.control(channels + 1, 0, request(1)));

        assertThat(daemon.says()).containsExactly("Abort[transfer=1, reason=TOO_MANY, limit=OptionalLong.empty]");
    }

    @Test
    void whatOneUserHasUnderWayElsewhereCountsToo() throws Exception {
        Daemon daemon = offering();
        daemon.owner.pastesElsewhere = SessionPeer.MAX_PASTES_OF_ALL - 1;
        daemon.hears(Bytes.control(1, 0, request(1)));
        assertThat(daemon.says()).noneMatch(said -> said.startsWith("Abort"));

        daemon.hears(Bytes.control(1, 0, request(2)));

        assertThat(daemon.says()).containsExactly("Abort[transfer=2, reason=TOO_MANY, limit=OptionalLong.empty]");
    }

    @Test
    void moreCreditThanMayBeOutstandingIsRefused() throws Exception {
        Daemon daemon = offering();
        daemon.hears(Bytes.control(1, 0, request(1)));

        refused(
                daemon,
                "more credit than may be outstanding",
                Bytes.control(1, 0, new SessionMessage.Credit(1, Signal.MAX_CREDIT)),
                Bytes.control(1, 0, new SessionMessage.Credit(1, Signal.MAX_CREDIT)));
    }

    private static SessionMessage.Request request(long transfer) {
        return new SessionMessage.Request(
                transfer, Selection.CLIPBOARD, new OfferId("00112233445566778899aabbccddeeff"), MimeType.TEXT, 100);
    }

    private Daemon offering() throws ProtocolException {
        return offering(HELLO);
    }

    private Daemon offering(byte[] hello) throws ProtocolException {
        Daemon daemon = new Daemon();
        daemon.hears(hello);
        daemon.view.hear(new Signal.Offer(
                Selection.CLIPBOARD,
                new OfferId("00112233445566778899aabbccddeeff"),
                List.of(MimeType.TEXT),
                0,
                Standing.FRESH));
        daemon.says();
        return daemon;
    }

    @Test
    void whatComesForAClosedChannelIsIgnored() throws Exception {
        Daemon daemon = pasting(100);
        daemon.connection.close(1);

        assertThatCode(() -> daemon.hears(
                        Golden.bytes("offer"),
                        Golden.bytes("end"),
                        Bytes.data(1, 0, 1, new byte[1]),
                        Bytes.data(65535, 0, 1, new byte[1])))
                .doesNotThrowAnyException();
        assertThat(daemon.hub.views()).containsExactly("display");
    }

    @Test
    void whatBelongsOnChannelZeroIsRefusedOnAnother() throws Exception {
        for (SessionMessage message : List.of(
                new SessionMessage.Ping(1), new SessionMessage.Open(2, "a", "b", "c"), new SessionMessage.Done())) {
            refused(new Daemon(), "a message that has no place on a channel", HELLO, Bytes.control(1, 0, message));
        }
    }

    @Test
    void aSerialBeyondTheNextIsRefused() {
        byte[] liar = Bytes.control(1, 0, new SessionMessage.Release(Selection.PRIMARY, 2));

        refused(new Daemon(), "a serial of 2 after 0", HELLO, liar);
    }

    @Test
    void aPeerThatDoesNotReadIsToldByItsOutbox() throws Exception {
        Daemon daemon = new Daemon();
        daemon.hears(HELLO);
        for (int i = 0; i < Outbox.MAX_WAITING; i++) {
            daemon.hears(Golden.bytes("ping"));
        }

        assertThat(daemon.connection.isOverfull()).isTrue();
        daemon.says();
        assertThat(daemon.connection.isOverfull()).isFalse();
    }

    private static void refused(Daemon daemon, String complaint, byte[]... pieces) {
        assertThatThrownBy(() -> daemon.hears(pieces))
                .isInstanceOf(ProtocolException.class)
                .hasMessageStartingWith(complaint)
                .hasMessageMatching("(?s).*, at byte \\d+");
    }
}
