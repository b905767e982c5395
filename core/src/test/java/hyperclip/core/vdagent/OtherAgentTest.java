package hyperclip.core.vdagent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.View;
import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What goes to a spice-vdagentd beside our agent, what comes from it, and what neither does.
class OtherAgentTest implements OtherAgent.Owner, VdagentConnection.Owner {

    private static final Set<Capability> CLIENTS = EnumSet.of(
            Capability.MOUSE_STATE,
            Capability.MONITORS_CONFIG,
            Capability.REPLY,
            Capability.CLIPBOARD_BY_DEMAND,
            Capability.CLIPBOARD_SELECTION,
            Capability.CLIPBOARD_GRAB_SERIAL);

    private static final int MONITORS_CONFIG = 2;

    private final Hub hub = new Hub(() -> 0, (follower, followed) -> true);
    private final List<String> notes = new ArrayList<>();
    private final VdagentWriter writer = new VdagentWriter();
    private OtherAgent other;
    private VdagentConnection connection;

    @BeforeEach
    void open() throws ProtocolException {
        other = new OtherAgent(this);
        other.start();
        other.received(ByteBuffer.wrap(Golden.of(Golden.CAPTURED, "announcement, asked and answered")));
        connection = new VdagentConnection(
                VdagentRole.GUEST,
                this,
                Optional.of(other),
                () -> {
                    throw new AssertionError("no content is asked for");
                },
                new Random(1),
                () -> 0);
        connection.start();
        sent(other);
        hosts(1, bytes(new VdagentMessage.AnnounceCapabilities(true, CLIENTS)));
        writer.agree(true, true);
    }

    @Override
    public void canDo(OtherAgent agent) {
        notes.add("can do");
        if (connection != null) {
            connection.announceAnew();
        }
    }

    @Override
    public void said(int type, ByteBuffer body) {
        connection.passOn(type, body);
    }

    @Override
    public void hasToSend() {
        // It is asked.
    }

    @Override
    public void greeted(boolean hasClipboard) {
        notes.add("greeted");
    }

    @Override
    public void left() {
        notes.add("left");
    }

    @Override
    public View open(Function<View, Peer> peer) {
        return hub.open("other side", peer);
    }

    @Override
    public void close(View view) {
        hub.close(view, Reason.LINK_LOST);
    }

    @Override
    public void notCarried(Selection selection, List<MimeType> types) {
        // Nothing is offered here.
    }

    @Override
    public void tooLarge(MimeType type, String why) {
        notes.add(why);
    }

    @Override
    public void portLost(String why) {
        notes.add("port lost");
    }

    /// QEMU takes a second announcement for another agent, and begins anew; so it would go on for ever.
    @Test
    void whatItSaysAnewIsToldWhereItHasChanged() throws ProtocolException {
        notes.clear();
        other.received(ByteBuffer.wrap(Golden.of(Golden.CAPTURED, "announcement, asked and answered")));
        assertThat(notes).isEmpty();
    }

    private byte[] bytes(VdagentMessage message) {
        ByteBuffer bytes = writer.write(message);
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }

    /// The host says this, as one chunk.
    private void hosts(int port, byte[] message) throws ProtocolException {
        ByteBuffer chunk = ByteBuffer.allocate(8 + message.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(port);
        connection.received(chunk.putInt(message.length).put(message).flip());
    }

    /// A message of this type, with a body.
    private byte[] message(int type, byte[] body) {
        byte[] head = bytes(new VdagentMessage.Other(type, body.length));
        return ByteBuffer.allocate(head.length + body.length)
                .put(head)
                .put(body)
                .array();
    }

    /// What waits for one of them, the chunks of each port put together, with the longest chunk.
    private static List<byte[]> sent(hyperclip.core.wire.Connection to) {
        List<byte[]> messages = new ArrayList<>();
        ByteBuffer all = ByteBuffer.allocate(4 * 1024 * 1024).order(ByteOrder.LITTLE_ENDIAN);
        for (ByteBuffer[] next = to.next(); next != null; next = to.next()) {
            for (ByteBuffer part : next) {
                all.put(part);
            }
        }
        all.flip();
        ByteBuffer message = ByteBuffer.allocate(4 * 1024 * 1024).order(ByteOrder.LITTLE_ENDIAN);
        while (all.hasRemaining()) {
            all.getInt();
            int length = all.getInt();
            if (to instanceof OtherAgent) {
                assertThat(length).isLessThanOrEqualTo(2048);
            }
            message.put(all.slice(all.position(), length));
            all.position(all.position() + length);
            if (message.position() >= 20 && message.position() == 20 + message.getInt(16)) {
                byte[] copy = new byte[message.position()];
                message.flip().get(copy);
                messages.add(copy);
                message.clear();
            }
        }
        assertThat(message.position()).isZero();
        return messages;
    }

    private static int type(byte[] message) {
        return ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).getInt(4);
    }

    private static Set<Capability> capabilities(byte[] announcement) {
        return Capability.ofBits(
                ByteBuffer.wrap(announcement).order(ByteOrder.LITTLE_ENDIAN).getInt(24));
    }

    @Test
    void eachSideIsToldWhatTheOtherCanDo() {
        List<byte[]> toOther = sent(other);
        assertThat(toOther).hasSize(1);
        assertThat(capabilities(toOther.getFirst()))
                .containsExactlyInAnyOrder(
                        Capability.MOUSE_STATE,
                        Capability.MONITORS_CONFIG,
                        Capability.REPLY,
                        Capability.CLIPBOARD_SELECTION);
        List<byte[]> toHost = sent(connection);
        assertThat(toHost).hasSize(1);
        assertThat(capabilities(toHost.getFirst()))
                .containsAll(VdagentRole.HOST.capabilities().stream()
                        .filter(one -> one != Capability.FILE_XFER_DETAILED_ERRORS)
                        .toList())
                .contains(Capability.MOUSE_STATE, Capability.MONITORS_CONFIG, Capability.GRAPHICS_DEVICE_INFO)
                .doesNotContain(Capability.FILE_XFER_DISABLED);
    }

    @Test
    void whatItCanDoLaterIsToldAnew() throws ProtocolException {
        sent(connection);
        Set<Capability> fewer = EnumSet.of(Capability.MOUSE_STATE, Capability.FILE_XFER_DISABLED);
        byte[] announcement = bytes(new VdagentMessage.AnnounceCapabilities(false, fewer));
        ByteBuffer chunk = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
        other.received(
                chunk.putInt(1).putInt(announcement.length).put(announcement).flip());
        assertThat(capabilities(sent(connection).getFirst()))
                .contains(Capability.FILE_XFER_DISABLED, Capability.MOUSE_STATE, Capability.CLIPBOARD_BY_DEMAND)
                .doesNotContain(Capability.MONITORS_CONFIG);
    }

    @Test
    void whatIsNotAboutClipboardsIsPassedOnAsItCame() throws ProtocolException {
        sent(other);
        byte[] large = message(MONITORS_CONFIG, new byte[10_000]);
        new Random(3).nextBytes(large);
        ByteBuffer.wrap(large).put(message(MONITORS_CONFIG, new byte[10_000]), 0, 20);
        byte[] golden = Golden.of(Golden.FROM_SPEC, "file: its content");
        hosts(2, large);
        connection.received(ByteBuffer.wrap(golden));
        hosts(1, message(MONITORS_CONFIG, new byte[0]));
        List<byte[]> heard = sent(other);
        assertThat(heard).hasSize(3);
        assertThat(heard.getFirst()).isEqualTo(large);
        assertThat(HexFormat.of().formatHex(heard.get(1)))
                .isEqualTo(HexFormat.of().formatHex(golden, 8, golden.length));
    }

    @Test
    void clipboardsAreNotPassedOn() throws ProtocolException {
        sent(other);
        hosts(
                1,
                bytes(new VdagentMessage.Grab(Selection.CLIPBOARD, OptionalInt.of(0), List.of(VdagentType.UTF8_TEXT))));
        hosts(1, bytes(new VdagentMessage.Release(Selection.CLIPBOARD)));
        hosts(1, bytes(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.UTF8_TEXT)));
        byte[] content = bytes(new VdagentMessage.Content(Selection.CLIPBOARD, VdagentType.UTF8_TEXT, 4));
        hosts(
                1,
                ByteBuffer.allocate(content.length + 4)
                        .put(content)
                        .put("text".getBytes(UTF_8))
                        .array());
        hosts(1, bytes(new VdagentMessage.MaxClipboard(7)));
        assertThat(sent(other)).isEmpty();
        // Nor does it say anything about them.
        sent(connection);
        other.received(ByteBuffer.wrap(Golden.of(Golden.CAPTURED, "content, text")));
        other.received(ByteBuffer.wrap(Golden.of(Golden.CAPTURED, "release of one byte, as the agent leaves")));
        assertThat(sent(connection)).isEmpty();
    }

    @Test
    void whatItSaysGoesToTheHost() throws ProtocolException {
        sent(connection);
        byte[] golden = Golden.of(Golden.CAPTURED, "file: not enough space");
        for (byte one : golden) {
            other.received(ByteBuffer.wrap(new byte[] {one}));
        }
        List<byte[]> heard = sent(connection);
        assertThat(heard).hasSize(1);
        assertThat(HexFormat.of().formatHex(heard.getFirst()))
                .isEqualTo(HexFormat.of().formatHex(golden, 8, golden.length));
    }

    @Test
    void itHearsThatTheClientHasGone() throws ProtocolException {
        sent(other);
        hosts(2, bytes(new VdagentMessage.ClientDisconnected()));
        assertThat(type(sent(other).getFirst())).isEqualTo(VdagentWriter.CLIENT_DISCONNECTED);
        assertThat(notes).endsWith("left");
    }

    @Test
    void aMessageThatDoesNotComeWholePartsIt() throws ProtocolException {
        byte[] half = message(MONITORS_CONFIG, new byte[100]);
        ByteBuffer chunk = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
        connection.received(chunk.putInt(1).putInt(half.length).put(half, 0, 50).flip());
        assertThat(other.deadline()).isEqualTo(Long.MAX_VALUE);
        connection.closeAll();
        assertThat(other.deadline()).isNegative();
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(other::tick)
                .withMessageContaining("in the middle of a message");
    }

    @Test
    void aMessageThatIsTooLongIsNoneOfIts() {
        byte[] head = bytes(new VdagentMessage.Other(3, OtherAgent.MAX_MESSAGE + 1));
        ByteBuffer chunk = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
        chunk.putInt(1).putInt(head.length + 1).put(head).put((byte) 0).flip();
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> other.received(chunk))
                .withMessageContaining("at most " + OtherAgent.MAX_MESSAGE);
    }

    /// What a mouse says takes more memory than bytes.
    @Test
    void shortMessagesCountForMore() throws ProtocolException {
        byte[] word = message(MONITORS_CONFIG, new byte[1]);
        int said = 0;
        for (; !other.isOverfull(); said++) {
            hosts(1, word);
        }
        assertThat(said).isLessThan(50_000);
    }

    @Test
    void oneThatDoesNotReadIsOverfull() throws ProtocolException {
        byte[] megabyte = message(MONITORS_CONFIG, new byte[1024 * 1024]);
        for (int i = 0; i < 7; i++) {
            hosts(1, megabyte);
            assertThat(other.isOverfull()).isFalse();
        }
        hosts(1, megabyte);
        assertThat(other.isOverfull()).isTrue();
    }

    /// It is as hostile as a guest's session.
    @Test
    void damagedMessagesAreTakenOrComplainedOf() {
        Random random = new Random(7);
        for (byte[] golden : Golden.all().values()) {
            for (int i = 0; i < 2_000; i++) {
                byte[] damaged = golden.clone();
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
                OtherAgent one = new OtherAgent(this);
                try {
                    one.received(ByteBuffer.wrap(damaged));
                } catch (ProtocolException e) {
                    assertThat(e.position()).isBetween(0L, (long) damaged.length);
                }
                connection.closeAll();
            }
        }
    }
}
