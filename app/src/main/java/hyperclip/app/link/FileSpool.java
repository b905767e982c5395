package hyperclip.app.link;

import hyperclip.core.wire.Spool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BooleanSupplier;

/// Content that waits, the first of it in memory and the rest in a [file without a name][NamelessFile].
public final class FileSpool implements Spool {

    /// The most that one content may have: what its length can say in the vdagent protocol.
    private static final long MAX = 0xFFFF_FFFFL;

    /// So much stays in memory.
    private static final int IN_MEMORY = 512 * 1024;

    private static final System.Logger LOG = System.getLogger("hyperclip");

    private final BooleanSupplier mayWrite;
    private final Queue<ByteBuffer> memory = new ArrayDeque<>();
    private int inMemory;
    private FileChannel file;
    private long written;
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
        if (size() + bytes.remaining() > MAX) {
            return false;
        }
        if (file == null && inMemory + bytes.remaining() <= IN_MEMORY && NamelessFile.borrow(bytes.remaining())) {
            inMemory += bytes.remaining();
            memory.add(ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
            return true;
        }
        if (!mayWrite.getAsBoolean()) {
            return false;
        }
        try {
            if (file == null) {
                file = NamelessFile.open();
            }
            while (bytes.hasRemaining()) {
                written += file.write(bytes, written);
            }
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
        while (into.hasRemaining() && !memory.isEmpty()) {
            ByteBuffer first = memory.element();
            int length = Math.min(first.remaining(), into.remaining());
            into.put(first.slice(first.position(), length));
            first.position(first.position() + length);
            inMemory -= length;
            NamelessFile.giveBack(length);
            if (!first.hasRemaining()) {
                memory.remove();
            }
        }
        try {
            while (into.hasRemaining() && read < written) {
                int count = file.read(into, read);
                if (count < 0) {
                    throw new IOException("the file is shorter than it was");
                }
                read += count;
            }
            if (file != null && read == written) {
                // Whoever reads as fast as it is written needs no file: what comes next begins in memory again.
                NamelessFile.close(file, mayWrite.getAsBoolean());
                file = null;
                read = 0;
                written = 0;
            }
            return true;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "content that waited in a file cannot be read: {0}", e.getMessage());
            return false;
        }
    }

    @Override
    public long size() {
        return inMemory + written - read;
    }

    @Override
    public void close() {
        memory.clear();
        NamelessFile.giveBack(inMemory);
        inMemory = 0;
        if (file != null) {
            NamelessFile.close(file, mayWrite.getAsBoolean());
            file = null;
            written = 0;
            read = 0;
        }
    }
}
