package hyperclip.app.cli;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Content of unknown size in a file that has no name and no bound but [#MAX].
final class Spool {

    /// The most that `hyperclip copy` takes from a pipe, in bytes; a file is served from where it is.
    static final long MAX = 4L * 1024 * 1024 * 1024;

    private static final int PIECE = 64 * 1024;

    private Spool() {}

    /// Reads all of it into a file that is gone from its folder already.
    static FileChannel read(InputStream input) throws IOException, Complaint {
        Path path = file(input);
        try {
            return FileChannel.open(path, StandardOpenOption.READ);
        } finally {
            Files.delete(path);
        }
    }

    /// Reads all of it into a file that only this user may read. The caller deletes it.
    static Path file(InputStream input) throws IOException, Complaint {
        Path path = Files.createTempFile("hyperclip-", ".copy");
        try (OutputStream file = Files.newOutputStream(path)) {
            byte[] piece = new byte[PIECE];
            long total = 0;
            for (int count = input.read(piece); count >= 0; count = input.read(piece)) {
                total += count;
                if (total > MAX) {
                    throw new Complaint(
                            ExitCode.FAILED,
                            "standard input has more than " + MAX / (1024 * 1024 * 1024)
                                    + " GiB; give it as a file: hyperclip copy < FILE");
                }
                file.write(piece, 0, count);
            }
            return path;
        } catch (IOException | Complaint e) {
            Files.deleteIfExists(path);
            throw e;
        }
    }
}
