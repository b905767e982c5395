package hyperclip.app.link;

import hyperclip.core.qga.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
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
    private NamelessFile file;

    /// @param mayWrite whether a file may be written now: on a frozen file system that waits
    public FileStore(BooleanSupplier mayWrite) {
        this.mayWrite = mayWrite;
    }

    /// No file system is frozen any more: closes what could not be meanwhile, of this class and of [FileSpool].
    public static void closeWhatWaits() {
        NamelessFile.closeWhatWaits();
    }

    @Override
    public boolean add(ByteBuffer bytes) {
        int length = bytes.remaining();
        if (size() + length > MAX) {
            return false;
        }
        if (file == null && size() + length <= IN_MEMORY && NamelessFile.MEMORY.take(length)) {
            if (length > memory.remaining()) {
                int capacity = Math.max((int) size() + length, 2 * memory.capacity());
                memory = ByteBuffer.allocate(capacity).put(memory.flip());
            }
            memory.put(bytes);
            return true;
        }
        if (!mayWrite.getAsBoolean()) {
            return false;
        }
        try {
            if (file == null) {
                file = NamelessFile.open(mayWrite);
                NamelessFile.MEMORY.giveBack(memory.position());
                file.append(memory.flip());
                memory = ByteBuffer.allocate(0);
            }
            file.append(bytes);
            return true;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "content cannot be kept in a file: {0}", e.getMessage());
            return false;
        }
    }

    @Override
    public boolean read(long position, ByteBuffer into) {
        if (file == null) {
            int length = (int) Math.min(into.remaining(), size() - position);
            into.put(memory.duplicate().flip().slice((int) position, length));
            return true;
        }
        try {
            file.read(position, into);
            return true;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "content cannot be read again: {0}", e.getMessage());
            return false;
        }
    }

    @Override
    public long size() {
        return file == null ? memory.position() : file.size();
    }

    @Override
    public void close() {
        if (file == null) {
            NamelessFile.MEMORY.giveBack(memory.position());
        } else {
            file.close();
            file = null;
        }
        memory = ByteBuffer.allocate(0);
    }
}
