package hyperclip.core.vdagent;

import hyperclip.core.wire.Connection;
import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;

/// The connection of a spice-vdagentd that shares our port: it has us in the place of its own port, and gets what is
/// not about clipboards (mouse, displays, sound, files), as it came. What it says of these goes to the host.
///
/// ```
/// silent ──its capabilities──▶ ready
/// ```
public final class OtherAgent implements Connection {

    /// The longest message of its that is passed on, in bytes: the status of a file or the number of a display,
    /// but no content.
    static final int MAX_MESSAGE = 64 * 1024;

    /// What may wait for it, in bytes: it reads whatever comes, and keeps it itself. Each message costs
    /// [#EACH] more, and those of the mouse are short.
    static final long MAX_WAITING = 8 * 1024 * 1024;

    private static final int EACH = 160;

    /// What it is not to do beside us. Without the first it leaves clipboards alone (vdagentd.c,
    /// do_agent_clipboard).
    private static final Set<Capability> OURS = EnumSet.of(
            Capability.CLIPBOARD,
            Capability.CLIPBOARD_BY_DEMAND,
            Capability.MAX_CLIPBOARD,
            Capability.CLIPBOARD_NO_RELEASE_ON_REGRAB,
            Capability.CLIPBOARD_GRAB_SERIAL);

    private final Owner owner;
    private final VdagentReader reader = new VdagentReader(type -> type != VdagentWriter.ANNOUNCE_CAPABILITIES);
    private final VdagentWriter writer = new VdagentWriter();
    private final Queue<ByteBuffer> waiting = new ArrayDeque<>();
    private Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
    private Set<Capability> hosts = EnumSet.noneOf(Capability.class);
    private boolean isReady;
    private long waitingBytes;
    private int type;
    private ByteBuffer message;
    private Optional<String> broken = Optional.empty();

    /// Whoever holds the connection.
    public interface Owner {

        /// It has said what it can do, for the first time or otherwise than before. It says it whenever the host
        /// asks, which is to be told only of what has changed: QEMU takes another word for another agent.
        void canDo(OtherAgent other);

        /// It has something for the host.
        ///
        /// @param body of the message, whole
        void said(int type, ByteBuffer body);

        /// Something waits to be sent to it.
        void hasToSend();
    }

    public OtherAgent(Owner owner) {
        this.owner = owner;
    }

    /// What the two of us can do together.
    Set<Capability> with(Set<Capability> ours) {
        Set<Capability> both = EnumSet.copyOf(capabilities);
        both.removeAll(OURS);
        both.addAll(ours);
        both.remove(Capability.FILE_XFER_DISABLED);
        if (capabilities.contains(Capability.FILE_XFER_DISABLED)) {
            both.add(Capability.FILE_XFER_DISABLED);
        }
        return both;
    }

    /// Whether it is for it, and not for us.
    static boolean isIts(int type) {
        return switch (type) {
            case VdagentWriter.ANNOUNCE_CAPABILITIES,
                    VdagentWriter.CLIPBOARD,
                    VdagentWriter.CLIPBOARD_GRAB,
                    VdagentWriter.CLIPBOARD_REQUEST,
                    VdagentWriter.CLIPBOARD_RELEASE,
                    VdagentWriter.CLIENT_DISCONNECTED,
                    VdagentWriter.MAX_CLIPBOARD -> false;
            default -> true;
        };
    }

    /// The host has said what it can do.
    void hostCanDo(VdagentMessage.AnnounceCapabilities announcement) {
        hosts = EnumSet.noneOf(Capability.class);
        hosts.addAll(announcement.capabilities());
        hosts.removeAll(OURS);
        announce(announcement.isRequest());
    }

    private void announce(boolean isRequest) {
        send(VdagentReader.CLIENT_PORT, writer.write(new VdagentMessage.AnnounceCapabilities(isRequest, hosts)));
    }

    /// A message of the host's begins that is for it.
    void begin(int port, int itsType, long size) {
        send(port, writer.write(new VdagentMessage.Other(itsType, size)));
    }

    /// The rest of a message that has begun does not come, so that nothing else can be said to it.
    void breakOff(String why) {
        broken = Optional.of(why);
        owner.hasToSend();
    }

    /// More of that message.
    void more(int port, ByteBuffer bytes) {
        send(port, bytes);
    }

    private void send(int port, ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            int length = Math.min(VdagentRole.HOST.maxChunk, bytes.remaining());
            ByteBuffer chunk =
                    ByteBuffer.allocate(VdagentReader.CHUNK_HEADER + length).order(ByteOrder.LITTLE_ENDIAN);
            chunk.putInt(port).putInt(length).put(bytes.slice(bytes.position(), length));
            bytes.position(bytes.position() + length);
            waiting.add(chunk.flip());
            waitingBytes += EACH + chunk.remaining();
        }
        owner.hasToSend();
    }

    @Override
    public void start() {
        // It speaks first.
    }

    @Override
    public void received(ByteBuffer bytes) throws ProtocolException {
        for (VdagentMessage heard = reader.read(bytes); heard != null; heard = reader.read(bytes)) {
            switch (heard) {
                case VdagentMessage.AnnounceCapabilities announcement -> {
                    boolean isNews = !isReady || !capabilities.equals(announcement.capabilities());
                    capabilities = EnumSet.noneOf(Capability.class);
                    capabilities.addAll(announcement.capabilities());
                    isReady = true;
                    if (announcement.isRequest()) {
                        announce(false);
                    }
                    if (isNews) {
                        owner.canDo(this);
                    }
                }
                case VdagentMessage.Other(int itsType, long size) -> {
                    if (size > MAX_MESSAGE) {
                        throw new ProtocolException(
                                "a message of type " + itsType + " and " + size + " bytes, at most " + MAX_MESSAGE,
                                reader.position());
                    }
                    type = itsType;
                    message = ByteBuffer.allocate((int) size);
                    passOn();
                }
                case VdagentMessage.Piece(ByteBuffer piece, boolean _) -> {
                    message.put(piece);
                    passOn();
                }
                default -> throw new IllegalStateException("nothing else is read here");
            }
        }
    }

    private void passOn() {
        if (!message.hasRemaining() && isIts(type)) {
            owner.said(type, message.flip());
        }
    }

    @Override
    public boolean isGreeted() {
        return isReady;
    }

    @Override
    public boolean hasToSend() {
        return !waiting.isEmpty();
    }

    @Override
    public ByteBuffer[] next() {
        ByteBuffer next = waiting.poll();
        if (next == null) {
            return null;
        }
        waitingBytes -= EACH + next.remaining();
        return new ByteBuffer[] {next};
    }

    @Override
    public boolean isOverfull() {
        return waitingBytes > MAX_WAITING;
    }

    @Override
    public long deadline() {
        return broken.isPresent() ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    @Override
    public void tick() throws ProtocolException {
        if (broken.isPresent()) {
            throw new ProtocolException(broken.get(), reader.position());
        }
    }

    /// The protocol has no word for it.
    @Override
    public void refuse(String why) {}

    @Override
    public void closeAll() {
        waiting.clear();
        waitingBytes = 0;
    }

    @Override
    public void portLost(String why) {
        throw new IllegalStateException("a socket is closed, not lost");
    }
}
