package hyperclip.demo;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// A virtual machine with the guest of a [GuestImage] in it, whoever runs it, and what one can do in that guest by its
/// remote control.
///
/// Every wait has an end, and a complaint tells what the guest's console said last.
public abstract class RemoteGuest implements Closeable {

    /// The port that the guest waits for before it names the others: it has to be the last.
    protected static final String CONTROL_PORT = "org.hyperclip.control";

    static final String CLIPBOARD_PORT = "org.hyperclip.0";

    private static final Duration GUEST_STARTS = Duration.ofMinutes(2);
    private static final Duration DESKTOP_STARTS = Duration.ofMinutes(1);
    private static final Duration PROGRAM = Duration.ofMinutes(1);
    private static final Duration PROCESS_STARTS = Duration.ofMinutes(1);

    private static final String CONSOLE = "the guest's console said last:";
    private static final String LOGS = "/var/log/hyperclip/";
    private static final String CLIPBOARD_DEVICE = "/dev/virtio-ports/" + CLIPBOARD_PORT;

    private final GuestImage image;
    private volatile Control control;

    protected RemoteGuest(GuestImage image) {
        this.image = image;
    }

    protected final GuestImage image() {
        return image;
    }

    public abstract boolean isRunning();

    /// The last lines of the guest's console.
    public abstract String consoleTail();

    /// Connects to the host's end of the control port, and waits until the guest answers.
    protected final void connectControl(Path socket) throws IOException {
        Control before = control;
        if (before != null) {
            before.close();
        }
        control = Control.connect(socket);
        control.awaitGuest(GUEST_STARTS);
    }

    protected final void closeControl() throws IOException {
        if (control != null) {
            control.close();
        }
    }

    // Desktops

    /// Waits until all desktops accept clients.
    protected final void awaitDesktops(Consumer<String> progress) throws IOException {
        progress.accept("the guest answers; waiting for its desktops");
        for (User user : image.guest().desktops()) {
            awaitDesktop(user);
        }
        progress.accept("the guest is up");
    }

    /// Waits until the user's desktop accepts clients.
    public final void awaitDesktop(User user) throws IOException {
        try {
            awaitText("/run/displays/" + user.display(), user.display() + "\n", DESKTOP_STARTS);
        } catch (IOException e) {
            throw new Complaint(
                    "The X server of " + user.userName() + " did not start. It said:\n"
                            + logTail("xserver-" + user.userName()),
                    e);
        }
    }

    // Programs

    /// Runs a program to its end.
    public final Outcome run(User user, String... command) throws IOException {
        return run(user, List.of(command), new byte[0], PROGRAM);
    }

    public final Outcome run(User user, List<String> command, byte[] input) throws IOException {
        return run(user, command, input, PROGRAM);
    }

    public final Outcome run(User user, List<String> command, byte[] input, Duration patience) throws IOException {
        return told(
                () -> control.run(user.environment(), user.home(), image.guest().as(user, command), input, patience));
    }

    /// Starts a program that goes on, and gives its pid. What it writes is appended to `/var/log/hyperclip/LOG.log`.
    public final long start(User user, String log, String... command) throws IOException {
        List<String> all = image.guest().as(user, List.of(command));
        return told(() -> control.start(user.environment(), user.home(), all, LOGS + log + ".log", PROGRAM));
    }

    /// Sends a signal, such as `TERM` or `KILL`.
    public final void kill(long pid, String signal) throws IOException {
        Outcome outcome = run(User.ROOT, "kill", "-" + signal, Long.toString(pid));
        if (outcome.exit() != 0) {
            throw new Complaint(
                    "Process " + pid + " of the guest could not be sent " + signal + ": " + outcome.errorText());
        }
    }

    public final void awaitExit(long pid, Duration patience) throws IOException {
        told(() -> {
            control.awaitEnd(pid, patience);
            return null;
        });
    }

    // Files

    public final byte[] readFile(String path) throws IOException {
        return told(() -> control.read(path, PROGRAM));
    }

    /// What a program that was started has written.
    public final byte[] readLog(String log) throws IOException {
        return readFile(LOGS + log + ".log");
    }

    private String logTail(String log) throws IOException {
        return Tool.lastLines(new String(readLog(log), StandardCharsets.UTF_8));
    }

    /// Writes a file that belongs to root and that everybody may read, with the folders that lead to it.
    public final void writeFile(String path, byte[] content) throws IOException {
        told(() -> {
            control.write(path, content, PROGRAM);
            return null;
        });
    }

    public final void awaitFile(String path, Duration patience) throws IOException {
        awaitText(path, "", patience);
    }

    /// Waits until a file, a log for instance, is there and has this text in it.
    public final void awaitText(String path, String text, Duration patience) throws IOException {
        told(() -> {
            control.await(path, text, patience);
            return null;
        });
    }

    // Hyperclip

    /// The processes of Hyperclip in the guest, each to be killed and started again by itself.
    public record Hyperclip(long daemon, long aliceAgent, long bobAgent) {}

    /// Starts the daemon, and an agent on each desktop.
    public final Hyperclip startHyperclip() throws IOException {
        return new Hyperclip(startDaemon(), startAgent(User.ALICE), startAgent(User.BOB));
    }

    /// Starts `hyperclip guest` and waits until it takes connections; its log, begun anew, is `guest`.
    public final long startDaemon() throws IOException {
        return startDaemon("--port", CLIPBOARD_DEVICE);
    }

    /// The same with these arguments.
    public final long startDaemon(String... arguments) throws IOException {
        beginLog("guest");
        String[] command = Stream.concat(Stream.of("hyperclip", "guest"), Stream.of(arguments))
                .toArray(String[]::new);
        long pid = start(User.ROOT, "guest", command);
        try {
            awaitLog("guest", "listening on", PROCESS_STARTS);
        } catch (IOException e) {
            throw new Complaint(
                    "`hyperclip guest` did not come up in the guest. Its log ends:\n" + logTail("guest"), e);
        }
        return pid;
    }

    /// Starts `hyperclip agent` on the user's desktop; its log, begun anew, is `agent-USER`.
    public final long startAgent(User user) throws IOException {
        beginLog(agentLog(user));
        return start(user, agentLog(user), "hyperclip", "agent");
    }

    /// Waits until the agent that was started last has joined the daemon.
    public final void awaitAgent(User user) throws IOException {
        try {
            awaitLog(agentLog(user), "connected to the daemon", PROCESS_STARTS);
        } catch (IOException e) {
            throw new Complaint(
                    "`hyperclip agent` of " + user.userName() + " did not join the daemon. Its log ends:\n"
                            + logTail(agentLog(user)),
                    e);
        }
    }

    private static String agentLog(User user) {
        return "agent-" + user.userName();
    }

    public final void beginLog(String log) throws IOException {
        writeFile(LOGS + log + ".log", new byte[0]);
    }

    /// Waits until a program that was started has written this.
    public final void awaitLog(String log, String text, Duration patience) throws IOException {
        awaitText(LOGS + log + ".log", text, patience);
    }

    // Complaints

    interface Question<T> {
        T ask() throws IOException;
    }

    final <T> T told(Question<T> question) throws IOException {
        if (!isRunning()) {
            throw new Complaint("The machine is not running. Its console ended:\n" + consoleTail());
        }
        try {
            return question.ask();
        } catch (Complaint complaint) {
            throw withConsole(complaint);
        }
    }

    final Complaint withConsole(IOException failure) {
        if (failure.getMessage().contains(CONSOLE)) {
            return new Complaint(failure.getMessage());
        }
        String state = isRunning() ? "It runs still; " : "QEMU has ended; ";
        return new Complaint(failure.getMessage() + "\n" + state + CONSOLE + "\n" + consoleTail());
    }
}
