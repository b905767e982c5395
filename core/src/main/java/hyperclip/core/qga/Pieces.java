package hyperclip.core.qga;

import java.nio.ByteBuffer;
import java.util.Queue;

/// Lines that wait to be sent, in pieces.
final class Pieces {

    private Pieces() {}

    /// Takes the next piece, or nothing where none waits.
    ///
    /// @return as [hyperclip.core.wire.Connection#next()] gives it
    static ByteBuffer[] next(Queue<ByteBuffer> waiting, int most) {
        ByteBuffer first = waiting.peek();
        if (first == null) {
            return null;
        }
        int length = Math.min(first.remaining(), most);
        ByteBuffer piece = first.slice(first.position(), length);
        first.position(first.position() + length);
        if (!first.hasRemaining()) {
            waiting.remove();
        }
        return new ByteBuffer[] {piece};
    }
}
