package hyperclip.e2e.path;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// spice-vdagentd and spice-vdagent of the distribution on one screen, with a unix socket in the place of the
/// port: the daemon connects to it.
final class StockAgent implements AutoCloseable {

    private final Folder folder = Folder.make();
    private final Screen screen;
    private final Path port;
    private Process daemon;
    private Process agent;

    /// @param port a socket that somebody listens on
    StockAgent(Screen screen, Path port) {
        this.screen = screen;
        this.port = port;
        start();
    }

    void start() {
        String socket = folder.file("agent.sock").toString();
        Await.until("somebody listens on " + port, () -> Files.exists(port));
        // No session manager, no input device, and nothing in the background.
        daemon = begin("spice-vdagentd", "-x", "-X", "-f", "-u", "/dev/null", "-s", port.toString(), "-S", socket);
        Await.until("spice-vdagentd listens", () -> Files.exists(Path.of(socket)));
        login();
    }

    /// Starts the agent of the session alone.
    void login() {
        String socket = folder.file("agent.sock").toString();
        agent = begin("spice-vdagent", "-x", "-s", port.toString(), "-S", socket, "-o", "0", "-f", files().toString());
    }

    /// Where it puts the files that it is sent.
    Path files() {
        return folder.file("files");
    }

    /// Ends the agent of the session alone: the daemon closes the port.
    void logout() {
        agent.destroy();
        Await.ended(agent, Await.GENEROUS, "spice-vdagent");
    }

    /// Ends both, as a crash does.
    void kill() {
        List.of(agent, daemon).forEach(Process::destroyForcibly);
        Await.ended(agent, Await.GENEROUS, "spice-vdagent");
        Await.ended(daemon, Await.GENEROUS, "spice-vdagentd");
        folder.file("agent.sock").toFile().delete();
    }

    private Process begin(String... command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(screen.environment());
        builder.environment().put("DBUS_SESSION_BUS_ADDRESS", "disabled:");
        builder.environment().remove("XAUTHORITY");
        try {
            return builder.redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(folder.file("log").toFile()))
                    .start();
        } catch (IOException e) {
            throw Programs.missing(command[0], e);
        }
    }

    String log() {
        try {
            return Files.readString(folder.file("log"));
        } catch (IOException e) {
            return "no log: " + e;
        }
    }

    @Override
    public void close() {
        kill();
        folder.close();
    }
}
