package hyperclip.display.x11;

import java.io.IOException;
import java.nio.ByteBuffer;

/// One whole message from the server after its greeting (X11 protocol, section 1 "Protocol Formats").
///
/// Replies and errors name the request they answer by its number, of which the wire carries 16 bits. The body of a
/// reply is a view of the input buffer and must be used before the next message is read.
sealed interface ServerMessage {

    /// The answer to a request: the whole of it, with its 32 bytes of header at least.
    record Reply(int sequence, ByteBuffer bytes) implements ServerMessage {}

    /// An X error: the request had no effect. It never ends the connection.
    record Refusal(int sequence, int code, int badValue, int majorOpcode) implements ServerMessage {}

    record Happening(int sequence, Event event) implements ServerMessage {}

    /// A reply is never longer than the largest piece of a property that we ask for, and its header.
    int MAX_REPLY = 32 + X11Connection.MAX_PIECE;

    int HEADER = 32;

    private static int length(ByteBuffer in, long position) throws IOException {
        int kind = in.get(in.position()) & 0xff;
        if (kind != 1 && (kind & 0x7f) != 35) {
            return HEADER; // an error or an ordinary event
        }
        long length = HEADER + 4 * (in.getInt(in.position() + 4) & 0xffffffffL);
        if (length > MAX_REPLY) {
            throw new IOException("the X server announces " + length + " bytes at byte " + position
                    + " of its output; the most that can come is " + MAX_REPLY);
        }
        return (int) length;
    }

    /// The next message, consumed from the buffer, or null while it is not whole.
    ///
    /// @param position of the buffer's first byte in all that the server has sent, for the complaint
    static ServerMessage read(ByteBuffer in, long position, int xfixesFirstEvent) throws IOException {
        if (in.remaining() < HEADER) {
            return null;
        }
        int start = in.position();
        int length = length(in, position);
        if (in.remaining() < length) {
            return null;
        }
        int sequence = in.getShort(start + 2) & 0xffff;
        int kind = in.get(start);
        ServerMessage message = switch (kind) {
            case 0 -> new Refusal(sequence, in.get(start + 1) & 0xff, in.getInt(start + 4), in.get(start + 10) & 0xff);
            case 1 -> new Reply(sequence, in.slice(start, length).order(in.order()));
            default -> new Happening(sequence, Event.read(in, xfixesFirstEvent));
        };
        in.position(start + length);
        return message;
    }

    /// KeymapNotify is the one event without a sequence number (X11 protocol, appendix B), also where a client
    /// sends it (SendEvent): what stands in the place of the number is then that client's.
    static boolean isNumbered(Event event) {
        return !(event instanceof Event.Other other && (other.type() & ~Event.SENT) == Event.KEYMAP_NOTIFY);
    }
}
