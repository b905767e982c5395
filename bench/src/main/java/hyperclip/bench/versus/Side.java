package hyperclip.bench.versus;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import hyperclip.app.link.LocalServer;
import hyperclip.core.session.SessionMessage;
import hyperclip.demo.HostDesk;
import hyperclip.display.x11.X11Exception;
import hyperclip.display.x11.XClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// One guest's side with all that it needs: an X server of its own, its daemon and its agent as a person starts them,
/// applications on the display, and the driver's end at the port.
final class Side implements AutoCloseable {

    /// Between two looks at what does not tell of itself, in milliseconds.
    private static final long LOOK = 10;

    private final Driver driver;
    private final String name;
    private final End end;
    private final Folder folder;
    private final HostDesk desk;
    private final Processes processes;
    private final LocalServer port;
    private final List<HostDesk> others = new ArrayList<>();
    private Map<String, String> ofAgents = Map.of();
    private List<String> agent = List.of();
    private Application copier;
    private Application paster;

    /// Two connections to one X server: one for the texts that are timed, one for the load beside them.
    record Application(XClient timed, XClient load) {}

    private Side(Driver driver, String name, End end) throws Complaint, IOException {
        this.driver = driver;
        this.name = name;
        this.end = end;
        this.folder = Folder.make();
        this.desk = HostDesk.own();
        this.processes = new Processes(name, folder);
        this.port = new LocalServer(driver.loop(), portPath(), "rw-------", (channel, user) -> {
            try {
                end.connected(channel);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /// A Hyperclip, started through its checkout's launcher.
    ///
    /// @param environment for that, such as `HYPERCLIP_LIB`
    static Side hyperclip(Driver driver, String name, Path checkout, Map<String, String> environment)
            throws Complaint, IOException {
        Side side = new Side(driver, name, new NativeEnd(driver.loop(), SessionMessage.Role.HOST));
        String program = checkout.resolve("hyperclip").toString();
        String socket = side.folder.file("guest.sock").toString();
        return side.started(
                socket,
                environment,
                List.of(program, "guest", "--port", side.portPath().toString(), "--listen", socket),
                List.of(program, "agent", "--connect", socket));
    }

    /// A Hyperclip that speaks the protocol of SPICE's agent at its port, as stock does.
    static Side vdagent(Driver driver, String name, Path checkout, Map<String, String> environment)
            throws Complaint, IOException {
        Side side = new Side(driver, name, new VdagentEnd(driver.loop(), VdagentEnd.HOST_CHUNK));
        String program = checkout.resolve("hyperclip").toString();
        String socket = side.folder.file("guest.sock").toString();
        side.started(
                socket,
                environment,
                List.of(program, "guest", "--port", "spice:" + side.portPath(), "--listen", socket),
                List.of(program, "agent", "--connect", socket));
        // Its port has greeted before there was an agent.
        side.awaitRunning(
                "the agent's session at the daemon", () -> side.processes.hasSaid("agent", "connected to the daemon"));
        return side;
    }

    /// spice-vdagentd and spice-vdagent, without a session manager and with a unix socket in the place of the port.
    static Side stock(Driver driver) throws Complaint, IOException {
        Side side = new Side(driver, "stock", new VdagentEnd(driver.loop(), VdagentEnd.HOST_CHUNK));
        String socket = side.folder.file("agent.sock").toString();
        String at = side.portPath().toString();
        return side.started(
                socket,
                Map.of(),
                List.of(Processes.find("spice-vdagentd"), "-x", "-X", "-f", "-u", "/dev/null", "-s", at, "-S", socket),
                List.of(Processes.find("spice-vdagent"), "-x", "-s", at, "-S", socket));
    }

    private Side started(String socket, Map<String, String> environment, List<String> daemon, List<String> agent)
            throws Complaint, IOException {
        this.agent = agent;
        this.ofAgents = environment;
        try {
            processes.start("daemon", environment, daemon);
            awaitRunning("the daemon's socket " + socket, () -> Files.exists(Path.of(socket)));
            Map<String, String> session = new HashMap<>(environment);
            session.putAll(desk.environment());
            processes.start("agent", session, agent);
            awaitRunning("the agent's session at the port", end::isReady);
            copier = new Application(client(), client());
            paster = new Application(client(), client());
            return this;
        } catch (Complaint | IOException e) {
            close();
            throw e;
        }
    }

    /// Starts another real agent, on a desktop of its own.
    void addAgent() throws Complaint, IOException {
        HostDesk other = HostDesk.own();
        others.add(other);
        Map<String, String> session = new HashMap<>(ofAgents);
        session.putAll(other.environment());
        int before = end.sessions();
        processes.start("second agent", session, agent);
        awaitRunning("the second agent's session at the port", () -> end.sessions() > before);
    }

    /// Starts strangers, and waits until they have connected.
    ///
    /// @param command a program that says `opened` when it has
    void addStrangers(String role, List<String> command) throws Complaint, IOException {
        processes.start(role, Map.of(), command);
        awaitRunning(role, () -> processes.hasSaid(role, "opened"));
    }

    void awaitSessions(int count) throws Complaint, IOException {
        awaitRunning(count + " sessions at the port", () -> end.sessions() == count);
    }

    Path socket() {
        return folder.file("guest.sock");
    }

    /// Looks again and again: nothing on the loop tells of files and processes.
    private void awaitRunning(String what, BooleanSupplier condition) throws Complaint, IOException {
        long until = driver.loop().millis() + Driver.PATIENCE;
        while (!condition.getAsBoolean()) {
            if (!processes.areRunning()) {
                throw new Complaint(ExitCode.FAILED, processes.whatEnded());
            }
            if (driver.loop().millis() >= until) {
                throw new Complaint(
                        ExitCode.TIMED_OUT,
                        "waited " + Driver.PATIENCE / 1000 + " s in vain for " + what + " of " + name);
            }
            driver.pause(LOOK);
        }
    }

    private XClient client() throws IOException, Complaint {
        try {
            return XClient.open(driver.loop(), desk.environment());
        } catch (X11Exception e) {
            throw new Complaint(ExitCode.FAILED, e.getMessage());
        }
    }

    private Path portPath() {
        return folder.file("port.sock");
    }

    String name() {
        return name;
    }

    Processes processes() {
        return processes;
    }

    /// The place that is copied at, for texts that are timed.
    Place from(Way way) {
        return way == Way.GUEST_TO_HOST ? copier.timed() : end;
    }

    /// The place that is pasted at.
    Place to(Way way) {
        return way == Way.GUEST_TO_HOST ? end : paster.timed();
    }

    /// The same for what is under way beside them.
    Place loadFrom(Way way) {
        return way == Way.GUEST_TO_HOST ? copier.load() : end;
    }

    Place loadTo(Way way) {
        return way == Way.GUEST_TO_HOST ? end : paster.load();
    }

    @Override
    public void close() {
        port.close();
        desk.close();
        others.forEach(HostDesk::close);
        processes.close();
    }
}
