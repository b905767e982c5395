package hyperclip.app.link;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file that has no name: it is gone with the process, whatever ends that.
///
/// Reading and writing it may wait for a disk, which the loop must not do for long; a file without a name that is
/// never synced stays with the page cache.
final class NamelessFile {

    /// Where files that may be large belong (FHS, /var/tmp); /tmp is often memory.
    static final Path FOLDER = Path.of("/var/tmp");

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

    static void close(FileChannel file) {
        try {
            file.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing a file failed", e);
        }
    }
}
