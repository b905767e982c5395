package hyperclip.core.keep;

import hyperclip.core.clipboard.Signal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The content of one type, in memory.
///
/// It is held in blocks of a chunk's size: an owner may send it byte by byte, and an array that grows would for a
/// moment be there twice.
final class Content {

    private static final int BLOCK = Signal.MAX_CHUNK;

    final List<byte[]> blocks = new ArrayList<>();
    private int size;

    int size() {
        return size;
    }

    void add(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            int at = size % BLOCK;
            if (at == 0) {
                blocks.add(new byte[BLOCK]);
            }
            int length = Math.min(bytes.remaining(), BLOCK - at);
            bytes.get(blocks.getLast(), at, length);
            size += length;
        }
    }

    /// A copy of what follows this position, at most so many bytes and at most a chunk.
    ByteBuffer chunk(int position, int most) {
        int at = position % BLOCK;
        int end = Math.min(BLOCK, at + Math.min(most, size - position));
        return ByteBuffer.wrap(Arrays.copyOfRange(blocks.get(position / BLOCK), at, end));
    }

    /// Overwrites all of it, so that it does not stay in memory until the collector comes.
    void erase() {
        blocks.forEach(block -> Arrays.fill(block, (byte) 0));
        blocks.clear();
        size = 0;
    }
}
