package hyperclip.e2e.path;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The qemu-ga of the distribution, on a socket. It runs on this very machine, and so what could harm it is blocked.
final class QemuGa implements AutoCloseable {

    /// One that is blocked to show that it is.
    static final String BLOCKED = "guest-get-users";

    private static final String HARMFUL = "guest-shutdown,guest-suspend-disk,guest-suspend-ram,guest-suspend-hybrid,"
            + "guest-set-time,guest-set-user-password,guest-set-vcpus,guest-set-memory-blocks,guest-fstrim,"
            + "guest-fsfreeze-freeze,guest-fsfreeze-freeze-list,guest-ssh-add-authorized-keys,"
            + "guest-ssh-remove-authorized-keys";

    private final Folder folder;
    private final Path socket;
    private Process process;

    /// @param folder for its socket and what else it leaves
    QemuGa(Folder folder) {
        this.folder = folder;
        this.socket = folder.file("qemu-ga.sock");
    }

    Path socket() {
        return socket;
    }

    /// It listens when this returns.
    void start() {
        socket.toFile().delete();
        try {
            process = new ProcessBuilder(
                            "qemu-ga",
                            "-m",
                            "unix-listen",
                            "-p",
                            socket.toString(),
                            "-t",
                            folder.path().toString(),
                            "-f",
                            folder.file("qemu-ga.pid").toString(),
                            "-b",
                            HARMFUL + "," + BLOCKED)
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            folder.file("qemu-ga.log").toFile()))
                    .start();
        } catch (IOException e) {
            throw Programs.missing("qemu-ga", e);
        }
        Await.until("qemu-ga listens: " + folder.file("qemu-ga.log"), () -> Files.exists(socket));
    }

    /// STOP or CONT.
    void signal(String signal) {
        Programs.signal(process.pid(), signal);
    }

    /// SIGKILL. What it has started goes on.
    void kill() {
        process.destroyForcibly();
        Await.ended(process, Await.GENEROUS, "qemu-ga");
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
    }
}
