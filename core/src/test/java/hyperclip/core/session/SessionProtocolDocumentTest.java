package hyperclip.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.session.SessionMessage.Question;
import hyperclip.core.session.SessionMessage.Role;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Holds docs/session-protocol.md and the code together.
class SessionProtocolDocumentTest {

    private static final OfferId ID = new OfferId("00112233445566778899aabbccddeeff");
    private static final int EPOCH = 0x10101010;

    private record Example(int channel, int stamp, SessionMessage message) {}

    private static final Map<String, Example> EXAMPLES = examples();

    private static Map<String, Example> examples() {
        Map<String, Example> all = new LinkedHashMap<>();
        all.put("hello", connection(new SessionMessage.Hello(1, Role.AGENT, ":0", List.of())));
        all.put("hello-on-a-port", port(0, new SessionMessage.Hello(1, Role.HOST, "", List.of())));
        all.put("refusal", connection(new SessionMessage.Refusal("no session of the name bob is here")));
        all.put("ping", connection(new SessionMessage.Ping(1)));
        all.put("pong", connection(new SessionMessage.Pong(1)));
        all.put("open", port(1, new SessionMessage.Open(3, "alice", "alice", ":0")));
        all.put("close", port(2, new SessionMessage.Close(3)));
        all.put("ask", connection(new SessionMessage.Ask(Question.TYPES, "work/alice")));
        all.put("row", connection(new SessionMessage.Row(Map.of("session", "alice", "display", ":0"))));
        all.put("running", connection(new SessionMessage.Running()));
        all.put("done", connection(new SessionMessage.Done()));
        all.put("send", connection(new SessionMessage.Send("work", "Grüße.pdf", 123_456)));
        all.put(
                "offer",
                channel(SessionMessage.offer(
                        Selection.CLIPBOARD,
                        1,
                        ID,
                        List.of(MimeType.TEXT, new MimeType("text/html")),
                        0,
                        Standing.FRESH)));
        all.put("release", channel(new SessionMessage.Release(Selection.CLIPBOARD, 2)));
        all.put("request", channel(new SessionMessage.Request(7, Selection.CLIPBOARD, ID, MimeType.TEXT, 262_144)));
        all.put("credit", channel(new SessionMessage.Credit(7, 65536)));
        all.put("end", channel(new SessionMessage.End(7)));
        all.put("abort", channel(new SessionMessage.Abort(7, Reason.STALE)));
        all.put("cancel", channel(new SessionMessage.Cancel(7, Reason.TIMED_OUT)));
        return all;
    }

    private static Example connection(SessionMessage message) {
        return new Example(0, 0, message);
    }

    /// @param before how many frames that side has sent before
    private static Example port(int before, SessionMessage message) {
        return new Example(0, EPOCH + before, message);
    }

    private static Example channel(SessionMessage message) {
        return new Example(1, 0, message);
    }

    static Stream<String> messages() {
        return EXAMPLES.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("messages")
    void theWriterWritesWhatTheDocumentShows(String name) {
        Example example = EXAMPLES.get(name);

        assertThat(Bytes.control(example.channel, example.stamp, example.message))
                .asHexString()
                .isEqualTo(hex(Golden.bytes(name)));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void theReaderReadsWhatTheDocumentShows(String name) throws Exception {
        Example example = EXAMPLES.get(name);
        FrameReader reader = new FrameReader(Medium.SOCKET);
        reader.restart(example.stamp);

        Frame frame = reader.read(Golden.buffer(name));

        assertThat(frame.channel()).isEqualTo(example.channel);
        assertThat(SessionReader.read(frame.payload(), 0)).isEqualTo(example.message);
    }

    @Test
    void theDocumentShowsEveryKindOfMessage() {
        List<? extends Class<?>> shown = EXAMPLES.values().stream()
                .map(example -> example.message.getClass())
                .toList();
        assertThat(shown.containsAll(List.of(SessionMessage.class.getPermittedSubclasses())))
                .isTrue();
        assertThat(Golden.frames()).containsAll(EXAMPLES.keySet()).hasSize(EXAMPLES.size() + 1);
    }

    @Test
    void theDocumentShowsADataFrame() throws Exception {
        assertThat(Golden.bytes("data")).isEqualTo(Bytes.data(1, 0, 7, "Hello".getBytes(StandardCharsets.UTF_8)));

        Frame frame = new FrameReader(Medium.SOCKET).read(Golden.buffer("data"));

        assertThat(frame.kind()).isEqualTo(Frame.Kind.DATA);
        assertThat(frame.payload().getLong()).isEqualTo(7);
        assertThat(StandardCharsets.UTF_8.decode(frame.payload()).toString()).isEqualTo("Hello");
    }

    @Test
    void theDocumentShowsThreeSyncsAndTheirEpoch() {
        Sync host = new Sync(countingFrom(0xA0));
        Sync guest = new Sync(countingFrom(0xB0));

        byte[] first = Bytes.of(host.say());
        assertThat(guest.seek(ByteBuffer.wrap(first))).isTrue();
        assertThat(guest.heard()).isEqualTo(Sync.Heard.ANSWER);
        byte[] second = Bytes.of(guest.say());
        assertThat(host.seek(ByteBuffer.wrap(second))).isTrue();
        assertThat(host.heard()).isEqualTo(Sync.Heard.IN_STEP_ANSWER);
        byte[] third = Bytes.of(host.say());
        assertThat(guest.seek(ByteBuffer.wrap(third))).isTrue();
        assertThat(guest.heard()).isEqualTo(Sync.Heard.IN_STEP);

        assertThat(first).isEqualTo(Golden.bytes("sync-1"));
        assertThat(second).isEqualTo(Golden.bytes("sync-2"));
        assertThat(third).isEqualTo(Golden.bytes("sync-3"));
        assertThat(host.epoch()).isEqualTo(guest.epoch()).isEqualTo(EPOCH);
    }

    @Test
    void theDocumentListsEveryReasonWithItsSentence() {
        List<String> document = Golden.documentLines();
        for (Reason reason : Reason.values()) {
            assertThat(document).contains("| `" + reason.word() + "` | " + reason.sentence() + " |");
        }
    }

    @Test
    void theDocumentNamesTheLimitsOfTheCode() {
        String document = String.join("\n", Golden.documentLines());
        assertThat(document)
                .contains("# The session protocol, version " + SessionMessage.VERSION)
                .contains("| control frame | %,d to %,d bytes |"
                        .formatted(Frame.Kind.CONTROL.least, Frame.Kind.CONTROL.most))
                .contains("| data frame | %,d to %,d bytes |".formatted(Frame.Kind.DATA.least, Frame.Kind.DATA.most))
                .contains("filler of %,d bytes".formatted(Frame.MAX_LENGTH))
                .contains("| types of an offer / length of a type | %d / %d |"
                        .formatted(Signal.MAX_TYPES, MimeType.MAX_LENGTH))
                .contains("| channels open at once | %d |".formatted(SessionConnection.MAX_CHANNELS))
                .contains("| sessions of one machine | %d |".formatted(SessionConnection.MAX_SESSIONS))
                .contains("| transfers under way, each direction of a channel | %d |".formatted(SessionPeer.MAX_PASTES))
                .contains("a **window** of %,d bytes".formatted(Paste.WINDOW))
                .contains("| `credit` | 1 to %,d bytes |".formatted(Signal.MAX_CREDIT))
                .contains("| messages that wait for a peer | %,d |".formatted(Outbox.MAX_WAITING));
        assertThat(Signal.Offer.UNKNOWN_AGE)
                .isEqualTo(SessionMessage.MAX_NUMBER)
                .isEqualTo((1L << 53) - 1);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().withUpperCase().formatHex(bytes);
    }

    private static RandomGenerator countingFrom(int first) {
        byte[] nonce = new byte[Sync.NONCE];
        for (int i = 0; i < nonce.length; i++) {
            nonce[i] = (byte) (first + i);
        }
        return new RandomGenerator() {
            @Override
            public long nextLong() {
                throw new UnsupportedOperationException("only a nonce is wanted");
            }

            @Override
            public void nextBytes(byte[] bytes) {
                System.arraycopy(Arrays.copyOf(nonce, bytes.length), 0, bytes, 0, bytes.length);
            }
        };
    }
}
