package hyperclip.e2e.vm;

import hyperclip.demo.GuestDesk;
import hyperclip.demo.User;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// SPICE's own agents in the machine of the [Stage], as Debian has them: spice-vdagentd at its port, with a plain
/// socket behind it, and spice-vdagent on bob's desktop in the place of ours. The daemon of the stage and alice's agent
/// go on beside them, and know nothing of that port.
final class StockAgent implements AutoCloseable {

    /// What the guest needs more than the demo's has. libdrm2 is left out of that, where nothing calls it.
    static final List<String> PACKAGES = List.of("spice-vdagent", "libdrm2");

    /// Where it puts the files that it is sent.
    static final String FILES = User.BOB.home() + "/files";

    private static final String PORT = "com.redhat.spice.0";

    /// Where the programs look for each other by themselves.
    private static final String SOCKET = "/run/spice-vdagentd/spice-vdagent-sock";

    private final Stage stage;
    private final Path socket;
    private final List<Long> started = new ArrayList<>();

    /// Takes bob's session from ours, and plugs the port in; nobody is at it yet.
    StockAgent(Stage stage) throws IOException {
        this.stage = stage;
        stage.machine.beginLog("spice-vdagentd");
        stage.machine.beginLog("spice-vdagent");
        socket = stage.machine.vncSocket().resolveSibling("stock.sock");
        stage.kill(stage.bobAgent);
        stage.endPrograms();
        stage.machine.plug(PORT, "socket,server=on,wait=off,path=" + socket);
    }

    /// The host's end of the port. QEMU listens there.
    Path socket() {
        return socket;
    }

    GuestDesk desk() {
        return stage.bob;
    }

    /// A host should be connected: else the daemon waits for one when it first writes, and serves nobody meanwhile.
    void start() throws IOException {
        stage.machine.run(User.ROOT, "mkdir", "-p", Path.of(SOCKET).getParent().toString());
        // No session manager, no input device, and nothing in the background.
        start(User.ROOT, "spice-vdagentd", "-x", "-X", "-f", "-u", "/dev/null");
        stage.machine.awaitFile(SOCKET, Stage.PATIENCE);
        start(User.BOB, "spice-vdagent", "-x", "-o", "0", "-f", FILES);
    }

    private void start(User user, String... command) throws IOException {
        List<String> all = new ArrayList<>(List.of("env", "DBUS_SESSION_BUS_ADDRESS=disabled:"));
        all.addAll(List.of(command));
        started.add(stage.machine.start(user, command[0], all.toArray(String[]::new)));
    }

    /// Ends both, as a crash does. The port does not tell the host.
    void kill() throws IOException {
        for (long process : started.reversed()) {
            stage.machine.run(User.ROOT, "kill", "-KILL", Long.toString(process));
            stage.machine.awaitExit(process, Stage.PATIENCE);
        }
        started.clear();
        stage.machine.run(User.ROOT, "rm", "-f", SOCKET);
    }

    /// What both have said.
    String log() throws IOException {
        return log("spice-vdagentd") + log("spice-vdagent");
    }

    private String log(String name) throws IOException {
        return name + " said:\n" + new String(stage.machine.readLog(name), StandardCharsets.UTF_8);
    }

    /// Ends both, takes the port away, and gives bob's session back to ours.
    @Override
    public void close() throws IOException {
        kill();
        stage.endPrograms();
        stage.machine.unplug(PORT);
        long before = stage.frontEnd.logSize();
        stage.bobAgent = stage.machine.startAgent(User.BOB);
        stage.machine.awaitAgent(User.BOB);
        stage.frontEnd.awaitSession(User.BOB, before, Stage.PATIENCE);
    }
}
