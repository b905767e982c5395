package hyperclip.core.session;

import hyperclip.core.clipboard.Signal;
import java.nio.ByteBuffer;

/// One frame: a header of [#HEADER] bytes (kind u8, zero u8, channel u16, stamp u32, length u32, all big-endian) and
/// its payload. It knows lengths and nothing else (docs/session-protocol.md, Frames).
///
/// @param channel 0 for the connection itself, otherwise a session
/// @param payload of a control frame its JSON text; of a data frame the transfer's number (u64) and content
record Frame(Kind kind, int channel, ByteBuffer payload) {

    static final int HEADER = 12;

    /// The longest JSON text: an offer of [Signal#MAX_TYPES] types of the greatest length fits with room to spare, even
    /// where each of their characters is a quotation mark and takes an escape.
    static final int MAX_CONTROL = 40 * 1024;

    static final int TRANSFER_NUMBER = Long.BYTES;
    static final int MAX_DATA = TRANSFER_NUMBER + Signal.MAX_CHUNK;
    static final int MAX_LENGTH = HEADER + Math.max(MAX_CONTROL, MAX_DATA);

    enum Kind {
        CONTROL(1, 2, MAX_CONTROL),
        DATA(2, TRANSFER_NUMBER + 1, MAX_DATA);

        final byte code;
        final int least;
        final int most;

        Kind(int code, int least, int most) {
            this.code = (byte) code;
            this.least = least;
            this.most = most;
        }

        /// The kind of this code, or null.
        static Kind of(byte code) {
            return code == CONTROL.code ? CONTROL : code == DATA.code ? DATA : null;
        }
    }

    /// The header of a frame that is about to be sent.
    static ByteBuffer header(Kind kind, int channel, int stamp, int length) {
        return ByteBuffer.allocate(HEADER)
                .put(kind.code)
                .put((byte) 0)
                .putShort((short) channel)
                .putInt(stamp)
                .putInt(length)
                .flip();
    }
}
