package hyperclip.app.link;

import hyperclip.core.vdagent.Spool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Queue;

/// Content that waits, the first of it in memory and the rest in a file that has no name: it is gone with the process,
/// whatever ends that.
///
/// Reading and writing it may wait for a disk, which the loop must not do for long; a file without a name that is
/// never synced stays with the page cache.
public final class FileSpool implements Spool {

    /// The most that one content may have: what its length can say in the vdagent protocol.
    private static final long MAX = 0xFFFF_FFFFL;

    /// So much stays in memory.
    private static final int IN_MEMORY = 512 * 1024;

    /// Where files that may be large belong (FHS, /var/tmp); /tmp is often memory.
    private static final Path FOLDER = Path.of("/var/tmp");

    private static final System.Logger LOG = System.getLogger("hyperclip");

    private final Queue<ByteBuffer> memory = new ArrayDeque<>();
    private int inMemory;
    private FileChannel file;
    private long written;
    private long read;

    @Override
    public boolean add(ByteBuffer bytes) {
        if (size() + bytes.remaining() > MAX) {
            return false;
        }
        if (file == null && inMemory + bytes.remaining() <= IN_MEMORY) {
            inMemory += bytes.remaining();
            memory.add(ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
            return true;
        }
        try {
            if (file == null) {
                file = open();
            }
            while (bytes.hasRemaining()) {
                written += file.write(bytes, written);
            }
            return true;
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "content cannot wait in a file under {0}: {1}",
                    FOLDER,
                    e.getMessage());
            return false;
        }
    }

    private static FileChannel open() throws IOException {
        Path folder = Files.isWritable(FOLDER) ? FOLDER : Path.of(System.getProperty("java.io.tmpdir"));
        Path path = Files.createTempFile(folder, "hyperclip-", ".spool");
        try {
            return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } finally {
            Files.delete(path);
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
                file.close();
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
        inMemory = 0;
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "closing a file failed", e);
            }
            file = null;
            written = 0;
            read = 0;
        }
    }
}
