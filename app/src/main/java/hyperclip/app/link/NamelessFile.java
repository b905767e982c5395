package hyperclip.app.link;

import hyperclip.core.wire.Budget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BooleanSupplier;

/// A file that has no name: it is gone with the process, whatever ends that.
///
/// Reading and writing it may wait for a disk, which the loop must not do for long; a file without a name that is
/// never synced stays with the page cache. Confined to the loop's thread.
final class NamelessFile {

    /// Where files that may be large belong (FHS, /var/tmp); /tmp is often memory.
    static final Path FOLDER = Path.of("/var/tmp");

    /// What all content that waits in this process may take of memory before it is in such a file: there is little.
    static final Budget MEMORY = new Budget(12L * 1024 * 1024);

    /// What all such files may take of the disk: twice what one content can have.
    private static final Budget DISK = new Budget(8L * 1024 * 1024 * 1024);

    private static final Queue<FileChannel> CLOSED_LATER = new ArrayDeque<>();

    private static final System.Logger LOG = System.getLogger("hyperclip");

    private final FileChannel channel;
    private final BooleanSupplier mayWrite;
    private long size;

    private NamelessFile(FileChannel channel, BooleanSupplier mayWrite) {
        this.channel = channel;
        this.mayWrite = mayWrite;
    }

    /// @param mayWrite whether no file system is frozen
    static NamelessFile open(BooleanSupplier mayWrite) throws IOException {
        Path folder = Files.isWritable(FOLDER) ? FOLDER : Path.of(System.getProperty("java.io.tmpdir"));
        Path path = Files.createTempFile(folder, "hyperclip-", ".spool");
        try {
            return new NamelessFile(
                    FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE), mayWrite);
        } finally {
            Files.delete(path);
        }
    }

    long size() {
        return size;
    }

    /// Adds all of these bytes.
    ///
    /// @throws IOException also where files have all of the disk that they may
    void append(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        if (!DISK.take(length)) {
            throw new IOException("as much waits in files as may");
        }
        long position = size;
        size += length;
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
    }

    /// Reads as much as there is room for and is there.
    void read(long position, ByteBuffer into) throws IOException {
        long at = position;
        while (into.hasRemaining() && at < size) {
            int count = channel.read(into, at);
            if (count < 0) {
                throw new IOException("the file is shorter than it was");
            }
            at += count;
        }
    }

    /// Closes it, now or when that is told to [#closeWhatWaits]. On a frozen file system it waits, as writing does:
    /// it is what frees the file.
    void close() {
        DISK.giveBack(size);
        CLOSED_LATER.add(channel);
        if (mayWrite.getAsBoolean()) {
            closeWhatWaits();
        }
    }

    static void closeWhatWaits() {
        while (!CLOSED_LATER.isEmpty()) {
            try {
                CLOSED_LATER.remove().close();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "closing a file failed", e);
            }
        }
    }
}
