package hyperclip.demo;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// `hyperclip host` as a process of its own, and the commands that talk to it: all by way of the launcher, as a
/// person runs them.
public final class FrontEnd implements Closeable {

    private static final Duration COMMAND = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final HostDesk desk;
    private final Path port;
    private final Path socket;
    private final Path log;
    private final List<String> launcher;
    private final List<String> environment;
    private final Runnable ending = this::end;
    private Process process;

    /// @param port the host end of the machine's clipboard port
    public FrontEnd(HostDesk desk, Path port) throws IOException {
        this(desk, port, Map.of());
    }

    /// @param port as `--vm` takes it behind the machine's name
    /// @param environment that it needs beside that of the desk
    public FrontEnd(HostDesk desk, Path port, Map<String, String> environment) throws IOException {
        this.environment = environment.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
        this.desk = desk;
        this.port = port;
        this.socket = desk.folder().resolve("host.sock");
        this.log = desk.folder().resolve("host.log");
        this.launcher = launcher();
        AtExit.run(ending);
    }

    private static List<String> launcher() throws Complaint {
        String home = System.getProperty("hyperclip.home", "");
        String lib = System.getProperty("hyperclip.lib", "");
        Path script = Path.of(home, "hyperclip");
        if (home.isEmpty() || lib.isEmpty() || !Files.isExecutable(script)) {
            throw new Complaint("The demo runs `hyperclip` itself and cannot find it: start the demo as `./hyperclip"
                    + " demo` (hyperclip.home is '" + home + "', hyperclip.lib is '" + lib + "').");
        }
        // The jars that this program runs from, and its own Java: nothing is built in between.
        return List.of(
                "env", "HYPERCLIP_LIB=" + lib, "JAVA_HOME=" + System.getProperty("java.home"), script.toString());
    }

    /// Starts it, and waits until it takes commands.
    public synchronized void start() throws IOException {
        long before = Files.exists(log) ? Files.size(log) : 0;
        process = desk.start(
                launched("setsid", "host", "--vm", GuestDesk.MACHINE + "=" + port, "--listen", socket.toString()),
                Redirect.from(new File("/dev/null")),
                Redirect.appendTo(log.toFile()));
        awaitLog("listening on", before, Duration.ofSeconds(30));
    }

    private List<String> launched(String before, String... arguments) {
        List<String> command = new ArrayList<>(List.of(before, "env"));
        command.addAll(environment);
        command.addAll(launcher);
        command.addAll(List.of(arguments));
        return command;
    }

    /// The socket that commands connect to.
    public Path socket() {
        return socket;
    }

    public Path port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isRunning() {
        return process != null && process.isAlive();
    }

    /// Runs a command such as `sessions` or `copy --to demo/bob` against it.
    public Outcome run(byte[] input, String... arguments) throws IOException {
        return desk.run(command(arguments), input, COMMAND);
    }

    /// What to run for such a command.
    public List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(List.of(arguments));
        command.addAll(List.of("--connect", socket.toString()));
        return command;
    }

    public String log() throws IOException {
        return Files.exists(log) ? new String(Files.readAllBytes(log), StandardCharsets.UTF_8) : "";
    }

    /// How long the log is now: what comes after it is news.
    public long logSize() throws IOException {
        return Files.exists(log) ? Files.size(log) : 0;
    }

    /// Waits until this stands in the log, after so many bytes of it.
    public void awaitLog(String text, long after, Duration patience) throws IOException {
        long until = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() < until) {
            byte[] bytes = Files.exists(log) ? Files.readAllBytes(log) : new byte[0];
            int from = Math.toIntExact(Math.min(after, bytes.length));
            if (new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8).contains(text)) {
                return;
            }
            if (!isRunning()) {
                throw new Complaint("`hyperclip host` has ended. It said:\n" + Tool.lastLines(log()));
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for the front end");
            }
        }
        throw new Complaint("Waited " + patience.toSeconds() + " s for `hyperclip host` to say '" + text
                + "', in vain. It said:\n" + Tool.lastLines(log()));
    }

    /// Waits until it has told of this session, after so many bytes of the log.
    public void awaitSession(User user, long after, Duration patience) throws IOException {
        awaitLog("session " + GuestDesk.MACHINE + "/" + user.userName() + " of", after, patience);
    }

    /// Ends it without a chance to say goodbye.
    public synchronized void kill() throws IOException {
        process.destroyForcibly();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new Complaint("`hyperclip host` did not die within 10 s of being killed.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the front end died");
        }
    }

    @Override
    public void close() {
        end();
        AtExit.forget(ending);
    }

    private synchronized void end() {
        if (process == null) {
            return;
        }
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
