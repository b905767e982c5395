package hyperclip.bench.versus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;

/// A folder for sockets and logs, with a path short enough for a unix socket.
record Folder(Path path) implements AutoCloseable {

    static Folder make() throws IOException {
        Path path = Files.createTempDirectory("hc-versus-");
        // Other users connect to the sockets that they may.
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
        return new Folder(path);
    }

    Path file(String name) {
        return path.resolve(name);
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(path)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(file -> {
                if (!file.delete()) {
                    System.err.println("versus: left behind: " + file);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
