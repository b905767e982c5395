package hyperclip.app.link;

import hyperclip.core.qga.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.BooleanSupplier;

/// Content that is read from any number of times: in memory while it is little, else in a [file without a
/// name][NamelessFile].
public final class FileStore implements Store {

    /// The most that one content may have, in bytes.
    static final long MAX = 1L << 30;

    /// So much stays in memory.
    private static final int IN_MEMORY = 512 * 1024;

    private static final System.Logger LOG = System.getLogger("hyperclip");

    private final BooleanSupplier mayWrite;
    private ByteBuffer memory = ByteBuffer.allocate(1024);
    private FileChannel file;
    private long size;

    /// @param mayWrite whether a file may be written now: on a frozen file system that waits
    public FileStore(BooleanSupplier mayWrite) {
        this.mayWrite = mayWrite;
    }

    @Override
    public boolean add(ByteBuffer bytes) {
        if (size + bytes.remaining() > MAX) {
            return false;
        }
        if (file == null && size + bytes.remaining() <= IN_MEMORY && NamelessFile.borrow(bytes.remaining())) {
            if (bytes.remaining() > memory.remaining()) {
                int capacity = Math.max((int) size + bytes.remaining(), 2 * memory.capacity());
                memory = ByteBuffer.allocate(capacity).put(memory.flip());
            }
            size += bytes.remaining();
            memory.put(bytes);
            return true;
        }
        if (!mayWrite.getAsBoolean()) {
            return false;
        }
        try {
            if (file == null) {
                file = NamelessFile.open();
                write(memory.flip(), 0);
                NamelessFile.giveBack(size);
                memory = ByteBuffer.allocate(0);
            }
            int length = bytes.remaining();
            write(bytes, size);
            size += length;
            return true;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "content cannot be kept in a file: {0}", e.getMessage());
            return false;
        }
    }

    private void write(ByteBuffer bytes, long at) throws IOException {
        long position = at;
        while (bytes.hasRemaining()) {
            position += file.write(bytes, position);
        }
    }

    @Override
    public boolean read(long position, ByteBuffer into) {
        if (file == null) {
            int length = (int) Math.min(into.remaining(), size - position);
            into.put(memory.duplicate().flip().slice((int) position, length));
            return true;
        }
        try {
            long at = position;
            while (into.hasRemaining() && at < size) {
                int count = file.read(into, at);
                if (count < 0) {
                    throw new IOException("the file is shorter than it was");
                }
                at += count;
            }
            return true;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "content cannot be read again: {0}", e.getMessage());
            return false;
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void close() {
        memory = ByteBuffer.allocate(0);
        if (file == null) {
            NamelessFile.giveBack(size);
        } else {
            NamelessFile.close(file, mayWrite.getAsBoolean());
            file = null;
        }
        size = 0;
    }
}
