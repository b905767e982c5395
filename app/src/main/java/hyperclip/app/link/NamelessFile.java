package hyperclip.app.link;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Queue;

/// A file that has no name: it is gone with the process, whatever ends that.
///
/// Reading and writing it may wait for a disk, which the loop must not do for long; a file without a name that is
/// never synced stays with the page cache. Confined to the loop's thread.
final class NamelessFile {

    /// Where files that may be large belong (FHS, /var/tmp); /tmp is often memory.
    static final Path FOLDER = Path.of("/var/tmp");

    /// What all content that waits may take of memory together, in bytes: the process has little.
    private static final long MAX_IN_MEMORY = 12L * 1024 * 1024;

    private static final Queue<FileChannel> CLOSED_LATER = new ArrayDeque<>();
    private static long borrowed;

    private static final System.Logger LOG = System.getLogger("hyperclip");

    private NamelessFile() {}

    static FileChannel open() throws IOException {
        Path folder = Files.isWritable(FOLDER) ? FOLDER : Path.of(System.getProperty("java.io.tmpdir"));
        Path path = Files.createTempFile(folder, "hyperclip-", ".spool");
        try {
            return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } finally {
            Files.delete(path);
        }
    }

    /// Closes it, and those that could not be before. On a frozen file system that waits, as writing does: it
    /// is what frees the file.
    ///
    /// @param mayWrite whether none is frozen
    static void close(FileChannel file, boolean mayWrite) {
        CLOSED_LATER.add(file);
        while (mayWrite && !CLOSED_LATER.isEmpty()) {
            try {
                CLOSED_LATER.remove().close();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "closing a file failed", e);
            }
        }
    }

    /// Takes so much of the memory that all have for what is not in a file.
    ///
    /// @return whether there was as much
    static boolean borrow(int bytes) {
        boolean isThere = borrowed + bytes <= MAX_IN_MEMORY;
        if (isThere) {
            borrowed += bytes;
        }
        return isThere;
    }

    static void giveBack(long bytes) {
        borrowed -= bytes;
    }
}
