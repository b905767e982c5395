package hyperclip.core.interleavings;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// Bytes on their way in one direction.
final class Wire {

    private byte[] bytes = new byte[512];
    private int from;
    private int to;
    private boolean closed;

    void add(ByteBuffer... pieces) {
        if (closed) {
            return;
        }
        for (ByteBuffer piece : pieces) {
            int count = piece.remaining();
            if (bytes.length - to < count) {
                bytes = Arrays.copyOfRange(bytes, from, Math.max(to + count, 2 * (to - from) + count));
                to -= from;
                from = 0;
            }
            piece.get(bytes, to, count);
            to += count;
        }
    }

    ByteBuffer take(int count) {
        ByteBuffer taken = ByteBuffer.wrap(Arrays.copyOfRange(bytes, from, from + count));
        from += count;
        if (from == to) {
            from = 0;
            to = 0;
        }
        return taken;
    }

    int size() {
        return to - from;
    }

    void keepFirst(int count) {
        to = from + count;
    }

    void keepLast(int count) {
        from = to - count;
    }

    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    boolean hasEnded() {
        return closed && size() == 0;
    }
}
