package hyperclip.core.wire;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;

/// Content that waits in memory as it came, part by part: first in, first out.
///
/// Who sends it chooses how large its parts are. One may be a byte, and a buffer of its own costs eighty, so small
/// parts share one: what waits takes at most some two times its size, however its parts take turns.
public final class Parts {

    /// What is smaller joins what stands before it, in bytes.
    private static final int SMALL = 4 * 1024;

    /// The first buffer for small parts after a large one, in bytes; each of the next is twice the one before.
    private static final int FIRST = 256;

    private final Queue<ByteBuffer> parts = new ArrayDeque<>();
    /// The last of them where others may join it: it is of our own making.
    private ByteBuffer shared;
    private long size;

    /// Without any.
    public Parts() {}

    /// Adds a part, which belongs to the content from now on.
    public void add(ByteBuffer part) {
        size += part.remaining();
        if (parts.isEmpty() || part.remaining() >= SMALL) {
            parts.add(part);
            shared = null;
        } else if (shared != null && shared.capacity() - shared.limit() >= part.remaining()) {
            int end = shared.limit();
            shared.limit(end + part.remaining()).put(end, part, part.position(), part.remaining());
        } else {
            int room = shared == null ? FIRST : Math.min(2 * shared.capacity(), 2 * SMALL);
            shared = ByteBuffer.allocate(Math.max(room, part.remaining()))
                    .put(part)
                    .flip();
            parts.add(shared);
        }
    }

    /// Takes the first part, or the beginning of it.
    ///
    /// @param most how many bytes of it at the most
    /// @return null where there is none
    public ByteBuffer take(int most) {
        ByteBuffer first = parts.peek();
        if (first == null) {
            return null;
        }
        int length = Math.min(most, first.remaining());
        ByteBuffer taken = first.slice(first.position(), length);
        first.position(first.position() + length);
        if (!first.hasRemaining()) {
            parts.remove();
            if (parts.isEmpty()) {
                shared = null;
            }
        }
        size -= length;
        return taken;
    }

    /// Takes as much as there is room for, or waits.
    public void take(ByteBuffer into) {
        while (into.hasRemaining() && !isEmpty()) {
            into.put(take(into.remaining()));
        }
    }

    /// How many bytes wait.
    public long size() {
        return size;
    }

    public boolean isEmpty() {
        return parts.isEmpty();
    }

    public void clear() {
        parts.clear();
        shared = null;
        size = 0;
    }
}
