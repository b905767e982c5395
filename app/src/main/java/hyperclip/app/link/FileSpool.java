package hyperclip.app.link;

import hyperclip.core.wire.Parts;
import hyperclip.core.wire.Spool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/// Content that waits, the first of it in memory and the rest in a [file without a name][NamelessFile].
public final class FileSpool implements Spool {

    /// The most that one content may have: what its length can say in the vdagent protocol.
    private static final long MAX = 0xFFFF_FFFFL;

    /// So much stays in memory.
    private static final int IN_MEMORY = 512 * 1024;

    private static final System.Logger LOG = System.getLogger("hyperclip");

    private final BooleanSupplier mayWrite;
    private final Parts memory = new Parts();
    private NamelessFile file;
    private long read;

    public FileSpool() {
        this(() -> true);
    }

    /// @param mayWrite whether a file may be written now: on a frozen file system that waits
    public FileSpool(BooleanSupplier mayWrite) {
        this.mayWrite = mayWrite;
    }

    @Override
    public boolean add(ByteBuffer bytes) {
        int length = bytes.remaining();
        if (size() + length > MAX) {
            return false;
        }
        if (file == null && memory.size() + length <= IN_MEMORY && NamelessFile.MEMORY.take(length)) {
            memory.add(ByteBuffer.allocate(length).put(bytes).flip());
            return true;
        }
        if (!mayWrite.getAsBoolean()) {
            return false;
        }
        try {
            if (file == null) {
                file = NamelessFile.open(mayWrite);
            }
            file.append(bytes);
            return true;
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "content cannot wait in a file under {0}: {1}",
                    NamelessFile.FOLDER,
                    e.getMessage());
            return false;
        }
    }

    @Override
    public boolean take(ByteBuffer into) {
        long inMemory = memory.size();
        memory.take(into);
        NamelessFile.MEMORY.giveBack(inMemory - memory.size());
        if (file == null) {
            return true;
        }
        try {
            int before = into.position();
            file.read(read, into);
            read += into.position() - before;
            if (read == file.size()) {
                // Whoever reads as fast as it is written needs no file: what comes next begins in memory again.
                closeFile();
            }
            return true;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "content that waited in a file cannot be read: {0}", e.getMessage());
            return false;
        }
    }

    @Override
    public long size() {
        return memory.size() + (file == null ? 0 : file.size() - read);
    }

    @Override
    public void close() {
        NamelessFile.MEMORY.giveBack(memory.size());
        memory.clear();
        if (file != null) {
            closeFile();
        }
    }

    private void closeFile() {
        file.close();
        file = null;
        read = 0;
    }
}
