package hyperclip.core.session;

import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;

/// Bytes to frames.
///
/// Malformed input: a header with an unknown kind, a length outside its kind's limits or another stamp than the
/// next one throws a [ProtocolException] that names the position of the header. Nothing can be read after that until
/// [#restart(int)].
///
/// ```
/// between frames ──header complete──▶ in payload ──payload complete──▶ between frames (a frame is returned)
/// ```
final class FrameReader {

    /// A byte that may stand between frames on a port and means nothing.
    static final byte FILLER = 0;

    private static final ByteBuffer FILLERS =
            ByteBuffer.allocate(Frame.MAX_LENGTH).asReadOnlyBuffer();

    private final ByteBuffer header = ByteBuffer.allocate(Frame.HEADER);
    private final Medium medium;
    private int stamp;
    private long read;
    private long frameStart;
    private Frame.Kind kind;
    private int channel;
    private ByteBuffer payload;

    FrameReader(Medium medium) {
        this.medium = medium;
    }

    /// Begins anew between frames. The first that comes carries this stamp (the epoch that both sides agreed on, 0 on
    /// a socket), and each that follows the next one.
    void restart(int firstStamp) {
        stamp = firstStamp;
        header.clear();
        payload = null;
    }

    boolean betweenFrames() {
        return payload == null && header.position() == 0;
    }

    /// How many bytes the frame at hand, or its header, still lacks; 1 between frames.
    int missing() {
        return payload != null ? payload.remaining() : betweenFrames() ? 1 : header.remaining();
    }

    /// The position in the stream, counted from 0, of the next byte.
    long position() {
        return read;
    }

    /// Counts bytes that were taken from the stream by somebody else.
    void skipped(int bytes) {
        read += bytes;
    }

    /// Where the frame at hand began.
    long frameStart() {
        return frameStart;
    }

    /// Takes what belongs to the next frame; returns it when it is complete, else null, with all input taken.
    Frame read(ByteBuffer input) throws ProtocolException {
        if (payload == null) {
            if (header.position() == 0) {
                frameStart = read;
            }
            take(input, header);
            if (header.hasRemaining()) {
                return null;
            }
            begin(header.flip());
            header.clear();
        }
        take(input, payload);
        if (payload.hasRemaining()) {
            return null;
        }
        Frame frame = new Frame(kind, channel, payload.flip());
        payload = null;
        return frame;
    }

    private void begin(ByteBuffer complete) throws ProtocolException {
        byte code = complete.get();
        byte zero = complete.get();
        channel = Short.toUnsignedInt(complete.getShort());
        int itsStamp = complete.getInt();
        long length = Integer.toUnsignedLong(complete.getInt());
        kind = Frame.Kind.of(code);
        if (kind == null) {
            throw new ProtocolException("a frame of unknown kind " + Byte.toUnsignedInt(code), frameStart);
        }
        if (zero != 0) {
            throw new ProtocolException("a frame whose second byte is not zero", frameStart);
        }
        if (itsStamp != stamp) {
            throw new ProtocolException("a frame of another time", frameStart);
        }
        if (length < kind.least || length > kind.most) {
            throw new ProtocolException(
                    "a frame of %d bytes, %d to %d allowed".formatted(length, kind.least, kind.most), frameStart);
        }
        stamp = medium.stampAfter(stamp);
        payload = ByteBuffer.allocate((int) length);
    }

    private void take(ByteBuffer input, ByteBuffer into) {
        int count = Math.min(input.remaining(), into.remaining());
        into.put(into.position(), input, input.position(), count);
        into.position(into.position() + count);
        input.position(input.position() + count);
        read += count;
    }

    /// How many bytes of filler come next. Compared at once: a daemon that has just started in an emulated guest took a
    /// second and more to look at the 40 KB of a sync one by one.
    static int fillers(ByteBuffer bytes) {
        int other = bytes.mismatch(FILLERS);
        return other < 0 ? bytes.remaining() : other;
    }
}
