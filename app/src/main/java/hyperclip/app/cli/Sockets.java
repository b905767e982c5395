package hyperclip.app.cli;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/// Where the daemon and the front end listen unless told otherwise.
final class Sockets {

    static final Path GUEST = Path.of("/run/hyperclip/guest.sock");

    private static final String FALLBACK = "hyperclip-";

    private Sockets() {}

    /// The front end's socket: under XDG_RUNTIME_DIR, else in a folder of the user's own under the temporary one.
    static Path host(Map<String, String> environment) {
        String runtime = environment.get("XDG_RUNTIME_DIR");
        Path folder = runtime != null && !runtime.isEmpty()
                ? Path.of(runtime, "hyperclip")
                : Path.of(System.getProperty("java.io.tmpdir"), FALLBACK + System.getProperty("user.name"));
        return folder.resolve("host.sock");
    }

    /// Makes the folder of a socket where it is missing.
    ///
    /// @param permissions of a folder that is made, such as `rwx------`
    static void makeFolder(Path socket, String permissions) throws Complaint {
        Path folder = socket.toAbsolutePath().getParent();
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
                // What the umask has taken away.
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
            }
            if (!isTrusted(folder)) {
                throw new Complaint(
                        ExitCode.FAILED,
                        "the folder " + folder
                                + " is not this user's alone: somebody else could take the socket's place"
                                + " there; remove it, set XDG_RUNTIME_DIR, or name another socket with --listen");
            }
        } catch (IOException e) {
            throw new Complaint(
                    ExitCode.FAILED,
                    "cannot make the folder " + folder + ": " + e.getMessage()
                            + "; run this as the user whose folder it is, or name another socket with --listen");
        }
    }

    /// Whether nobody else can have put a socket into this folder. One whose name anybody can guess has to be a
    /// folder, and this user's, and nobody else may do anything there.
    private static boolean isTrusted(Path folder) throws IOException {
        boolean isGuessable = folder.startsWith(System.getProperty("java.io.tmpdir"))
                && folder.getFileName().toString().startsWith(FALLBACK);
        if (!isGuessable) {
            return true;
        }
        PosixFileAttributes attributes =
                Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return attributes.isDirectory()
                && attributes.owner().getName().equals(System.getProperty("user.name"))
                && PosixFilePermissions.toString(attributes.permissions()).endsWith("------");
    }

    /// Whether somebody listens there whom this user may believe.
    private static boolean isThere(Path socket) {
        try {
            return Files.exists(socket) && isTrusted(socket.getParent());
        } catch (IOException e) {
            // It has gone meanwhile.
            return false;
        }
    }

    /// The socket that a command should talk to: the front end's where there is one, else the daemon's.
    static Path toTalkTo(Map<String, String> environment) throws Complaint {
        List<Path> candidates = List.of(host(environment), GUEST);
        for (Path candidate : candidates) {
            if (isThere(candidate)) {
                return candidate;
            }
        }
        throw new Complaint(
                ExitCode.NOT_CONNECTED,
                "no Hyperclip runs here: there is neither " + candidates.get(0) + " (`hyperclip host`, on the machine"
                        + " that runs the VMs) nor " + candidates.get(1) + " (`hyperclip guest`, inside a VM); start"
                        + " one, or name its socket with --connect");
    }
}
