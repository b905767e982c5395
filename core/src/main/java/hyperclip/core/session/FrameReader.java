package hyperclip.core.session;

import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;

/// Bytes to frames.
///
/// Malformed input: a header with an unknown kind, a length outside its kind's limits or another epoch than the next
/// one throws a [ProtocolException] that names the position of the header. Nothing can be read after that until
/// [#restart(int)].
///
/// ```
/// between frames ──header complete──▶ in payload ──payload complete──▶ between frames (a frame is returned)
/// ```
final class FrameReader {

    /// A byte that may stand between frames on a port and means nothing.
    static final byte FILLER = 0;

    private final ByteBuffer header = ByteBuffer.allocate(Frame.HEADER);
    private int epoch;
    private long read;
    private long frameStart;
    private Frame.Kind kind;
    private int channel;
    private ByteBuffer payload;

    /// Begins anew between frames, with the epoch that both sides agreed on (0 where there is none).
    /// Every frame that follows is one further ([Frame#epochAfter(int)]).
    void restart(int newEpoch) {
        epoch = newEpoch;
        header.clear();
        payload = null;
    }

    boolean betweenFrames() {
        return payload == null && header.position() == 0;
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
        int itsEpoch = complete.getInt();
        long length = Integer.toUnsignedLong(complete.getInt());
        kind = Frame.Kind.of(code);
        if (kind == null) {
            throw new ProtocolException("a frame of unknown kind " + Byte.toUnsignedInt(code), frameStart);
        }
        if (zero != 0) {
            throw new ProtocolException("a frame whose second byte is not zero", frameStart);
        }
        if (itsEpoch != epoch) {
            throw new ProtocolException("a frame of another epoch", frameStart);
        }
        if (length < kind.least || length > kind.most) {
            throw new ProtocolException(
                    "a frame of %d bytes, %d to %d allowed".formatted(length, kind.least, kind.most), frameStart);
        }
        epoch = Frame.epochAfter(epoch);
        payload = ByteBuffer.allocate((int) length);
    }

    private void take(ByteBuffer input, ByteBuffer into) {
        int count = Math.min(input.remaining(), into.remaining());
        into.put(into.position(), input, input.position(), count);
        into.position(into.position() + count);
        input.position(input.position() + count);
        read += count;
    }
}
