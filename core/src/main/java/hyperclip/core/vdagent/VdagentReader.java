package hyperclip.core.vdagent;

import hyperclip.core.clipboard.Selection;
import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.IntPredicate;

/// Bytes to messages.
///
/// ```
/// chunk:   port u32 │ size u32 │ part of a message
/// message: protocol u32 = 1 │ type u32 │ opaque u64 │ size u32 │ body       all little-endian
/// ```
///
/// A message spans any number of chunks of one port, and chunks of the two ports may take turns. No length is
/// believed: what is short by nature is collected within [#MAX_BODY], all else is handed out in pieces as it
/// comes, so that a chunk or a message may announce 4 GiB and costs nothing.
///
/// Bad input is a [ProtocolException] that names the first byte of the chunk, after which nothing can be read:
/// another port, another protocol number, a chunk that goes on when its message has ended, a body that is
/// shorter than what it is, or longer than its kind can be. A message that we do not know is no bad input.
final class VdagentReader {

    /// The longest body of what is not content: capabilities and types in tens of times their number.
    static final int MAX_BODY = 1024;

    static final int CHUNK_HEADER = 8;
    static final int MESSAGE_HEADER = 20;
    static final int PROTOCOL = 1;
    static final int CLIENT_PORT = 1;
    static final int SERVER_PORT = 2;

    /// By their numbers (vd_agent.h, VD_AGENT_FILE_XFER_STATUS_*).
    private static final List<VdagentMessage.FileStatus.Result> RESULTS =
            List.of(VdagentMessage.FileStatus.Result.values());

    private static final int SELECTION = 4;
    private static final int NUMBER = 4;
    private static final int LONG_NUMBER = 8;

    private final IntPredicate isOthers;
    private final ByteBuffer chunkHeader = buffer(CHUNK_HEADER);
    private final Stream[] streams = {new Stream(), new Stream()};
    private boolean selections;
    private boolean serials;
    private Stream current;
    private long chunkLeft;
    private long position;
    private long chunkStart;

    /// What came on one port.
    private static final class Stream {
        final ByteBuffer header = buffer(MESSAGE_HEADER);
        /// The part of the body that is collected, which content may follow; null before the header is whole.
        ByteBuffer body;
        long left;

        int type() {
            return header.getInt(4);
        }

        void restart() {
            header.clear();
            body = null;
            left = 0;
        }
    }

    VdagentReader() {
        this(type -> false);
    }

    /// @param isOthers the types whose messages come as [VdagentMessage.Other], with the whole body in pieces
    VdagentReader(IntPredicate isOthers) {
        this.isOthers = isOthers;
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Both sides have said what they can do.
    void agree(boolean withSelections, boolean withSerials) {
        selections = withSelections;
        serials = withSerials;
    }

    /// The port on which the last message came: 1 is the client's, 2 the server's.
    int port() {
        return current == streams[0] ? CLIENT_PORT : SERVER_PORT;
    }

    long position() {
        return position;
    }

    /// Forgets what has begun on this port: whoever spoke there has gone.
    void restart(int port) {
        streams[port - 1].restart();
    }

    /// The next message of these bytes, or null where they are all taken.
    VdagentMessage read(ByteBuffer bytes) throws ProtocolException {
        while (bytes.hasRemaining()) {
            if (chunkLeft == 0) {
                chunk(bytes);
            } else {
                VdagentMessage message = message(bytes);
                if (message != null) {
                    return message;
                }
            }
        }
        return null;
    }

    private void chunk(ByteBuffer bytes) throws ProtocolException {
        if (chunkHeader.position() == 0) {
            chunkStart = position;
        }
        move(bytes, chunkHeader, bytes.remaining());
        if (chunkHeader.hasRemaining()) {
            return;
        }
        int port = chunkHeader.getInt(0);
        if (port != CLIENT_PORT && port != SERVER_PORT) {
            throw bad("a chunk for port " + Integer.toUnsignedString(port));
        }
        current = streams[port - 1];
        chunkLeft = Integer.toUnsignedLong(chunkHeader.getInt(4));
        chunkHeader.clear();
    }

    private VdagentMessage message(ByteBuffer bytes) throws ProtocolException {
        Stream stream = current;
        if (stream.body == null) {
            chunkLeft -= move(bytes, stream.header, chunkLeft);
            if (stream.header.hasRemaining()) {
                return null;
            }
            begin(stream);
        } else if (stream.body.hasRemaining()) {
            chunkLeft -= move(bytes, stream.body, chunkLeft);
        } else {
            return piece(stream, bytes);
        }
        if (stream.body.hasRemaining()) {
            return null;
        }
        VdagentMessage message = whole(stream);
        if (stream.left == 0) {
            end(stream);
        }
        return message;
    }

    private VdagentMessage piece(Stream stream, ByteBuffer bytes) throws ProtocolException {
        int length = (int) Math.min(Math.min(stream.left, chunkLeft), bytes.remaining());
        ByteBuffer piece = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        position += length;
        chunkLeft -= length;
        stream.left -= length;
        boolean isLast = stream.left == 0;
        if (isLast) {
            end(stream);
        }
        return new VdagentMessage.Piece(piece, isLast);
    }

    /// A chunk never goes over the end of its message (spice-vdagentd, virtio-port.c).
    private void end(Stream stream) throws ProtocolException {
        stream.restart();
        if (chunkLeft > 0) {
            throw bad("a chunk that goes on for " + chunkLeft + " bytes after its message");
        }
    }

    private void begin(Stream stream) throws ProtocolException {
        int protocol = stream.header.getInt(0);
        if (protocol != PROTOCOL) {
            throw bad("a message of protocol " + Integer.toUnsignedString(protocol));
        }
        long size = Integer.toUnsignedLong(stream.header.getInt(16));
        int collected = collected(stream.type(), size);
        if (collected > MAX_BODY) {
            throw bad("a message of type " + stream.type() + " and " + size + " bytes, at most " + MAX_BODY);
        }
        stream.body = buffer(collected);
        stream.left = size - collected;
    }

    /// How many bytes of a body are to be collected, [#MAX_BODY] + 1 for too many.
    private int collected(int type, long size) {
        if (isOthers.test(type)) {
            return 0;
        }
        return switch (type) {
            case VdagentWriter.CLIPBOARD -> (int) Math.min(size, (selections ? SELECTION : 0) + NUMBER);
            case VdagentWriter.ANNOUNCE_CAPABILITIES,
                    VdagentWriter.CLIPBOARD_GRAB,
                    VdagentWriter.CLIPBOARD_REQUEST,
                    VdagentWriter.CLIPBOARD_RELEASE,
                    VdagentWriter.MAX_CLIPBOARD -> (int) Math.min(size, MAX_BODY + 1);
            case VdagentWriter.FILE_XFER_START -> (int) Math.min(size, NUMBER);
            case VdagentWriter.FILE_XFER_STATUS -> (int) Math.min(size, NUMBER + NUMBER + LONG_NUMBER);
            case VdagentWriter.FILE_XFER_DATA -> (int) Math.min(size, NUMBER + LONG_NUMBER);
            default -> 0;
        };
    }

    private VdagentMessage whole(Stream stream) throws ProtocolException {
        if (isOthers.test(stream.type())) {
            return new VdagentMessage.Other(stream.type(), stream.left);
        }
        ByteBuffer body = stream.body.flip();
        VdagentMessage message = switch (stream.type()) {
            case VdagentWriter.ANNOUNCE_CAPABILITIES -> {
                // Several words of bits are allowed, and none at all.
                boolean isRequest = number(body) != 0;
                int bits = body.remaining() >= NUMBER ? body.getInt() : 0;
                yield new VdagentMessage.AnnounceCapabilities(isRequest, Capability.ofBits(bits));
            }
            case VdagentWriter.CLIPBOARD_GRAB -> grab(body);
            case VdagentWriter.CLIPBOARD_REQUEST -> {
                Selection selection = selection(body);
                VdagentType type = VdagentType.ofNumber(number(body));
                yield selection == null ? null : new VdagentMessage.Request(selection, type);
            }
            case VdagentWriter.CLIPBOARD_RELEASE -> release(body);
            case VdagentWriter.CLIPBOARD -> {
                Selection selection = selection(body);
                VdagentType type = VdagentType.ofNumber(number(body));
                yield selection == null ? null : new VdagentMessage.Content(selection, type, stream.left);
            }
            case VdagentWriter.MAX_CLIPBOARD -> new VdagentMessage.MaxClipboard(number(body));
            case VdagentWriter.CLIENT_DISCONNECTED -> new VdagentMessage.ClientDisconnected();
            case VdagentWriter.FILE_XFER_START -> new VdagentMessage.FileStart(number(body), stream.left);
            case VdagentWriter.FILE_XFER_STATUS -> status(body);
            case VdagentWriter.FILE_XFER_DATA -> {
                int id = number(body);
                if (body.remaining() < LONG_NUMBER) {
                    throw bad("a message that is shorter than its fields");
                }
                yield new VdagentMessage.FileData(id, stream.left);
            }
            default -> null;
        };
        stream.body.position(stream.body.limit());
        return message == null ? new VdagentMessage.Other(stream.type(), stream.left) : message;
    }

    private VdagentMessage grab(ByteBuffer body) throws ProtocolException {
        Selection selection = selection(body);
        OptionalInt serial = serials ? OptionalInt.of(number(body)) : OptionalInt.empty();
        List<VdagentType> types = new ArrayList<>();
        while (body.remaining() >= NUMBER) {
            VdagentType type = VdagentType.ofNumber(body.getInt());
            if (type != VdagentType.NONE && !types.contains(type)) {
                types.add(type);
            }
        }
        return selection == null ? null : new VdagentMessage.Grab(selection, serial, types);
    }

    /// spice-vdagentd says this with a body of one byte, although both sides have agreed on four (vdagentd.c,
    /// release_clipboards).
    private VdagentMessage release(ByteBuffer body) {
        Selection selection = selections && body.hasRemaining() ? selection(body.get()) : Selection.CLIPBOARD;
        return selection == null ? null : new VdagentMessage.Release(selection);
    }

    private VdagentMessage status(ByteBuffer body) throws ProtocolException {
        int id = number(body);
        int number = number(body);
        // A result of a later version is none that lets us go on.
        VdagentMessage.FileStatus.Result result =
                number >= 0 && number < RESULTS.size() ? RESULTS.get(number) : VdagentMessage.FileStatus.Result.ERROR;
        boolean isFree = result == VdagentMessage.FileStatus.Result.NOT_ENOUGH_SPACE && body.remaining() == LONG_NUMBER;
        return new VdagentMessage.FileStatus(
                id, result, isFree ? OptionalLong.of(Math.max(0, body.getLong())) : OptionalLong.empty());
    }

    static int numberOf(VdagentMessage.FileStatus.Result result) {
        return RESULTS.indexOf(result);
    }

    /// Null for one that we have not.
    private Selection selection(ByteBuffer body) throws ProtocolException {
        if (!selections) {
            return Selection.CLIPBOARD;
        }
        return selection((byte) number(body));
    }

    private static Selection selection(byte number) {
        return switch (number) {
            case 0 -> Selection.CLIPBOARD;
            case 1 -> Selection.PRIMARY;
            default -> null;
        };
    }

    private int number(ByteBuffer body) throws ProtocolException {
        if (body.remaining() < NUMBER) {
            throw bad("a message that is shorter than its fields");
        }
        return body.getInt();
    }

    /// Moves as much as fits, but not more than `most`.
    private int move(ByteBuffer from, ByteBuffer to, long most) {
        int length = (int) Math.min(most, Math.min(from.remaining(), to.remaining()));
        to.put(from.slice(from.position(), length));
        from.position(from.position() + length);
        position += length;
        return length;
    }

    private ProtocolException bad(String what) {
        return new ProtocolException(what, chunkStart);
    }
}
