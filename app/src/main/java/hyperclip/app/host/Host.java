package hyperclip.app.host;

import hyperclip.app.Complaint;
import hyperclip.app.desktop.Desktop;
import hyperclip.app.desktop.DesktopSettings;
import hyperclip.app.link.Clients;
import hyperclip.app.link.LocalServer;
import hyperclip.app.link.Reach;
import hyperclip.app.link.SocketLink;
import hyperclip.app.link.Troubles;
import hyperclip.app.loop.HubTime;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.session.Medium;
import hyperclip.core.session.SessionConnection;
import hyperclip.core.session.SessionMessage;
import hyperclip.core.wire.ProtocolException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// The host front end.
///
/// In its hub the desktop is one view, and each session of each machine another, named `MACHINE/SESSION`. The
/// desktop follows every session, so that it shows what was copied last; a session follows the desktop and no
/// other session, so that nothing passes from one machine, or one user, to another.
public final class Host implements Clients.Places {

    static final String DESKTOP = "desktop";

    private final Loop loop;
    private final RandomGenerator random;
    private final DesktopSettings settings;
    private final Hub hub;
    private final Clients clients;
    private final Troubles troubles;
    private final Map<String, Machine> machines = new LinkedHashMap<>();
    private String display = "none";

    /// @param random the kernel's own generator
    /// @param settings of which the limits hold for every paste
    public Host(Loop loop, RandomGenerator random, DesktopSettings settings) {
        this.loop = loop;
        this.random = random;
        this.settings = settings;
        this.troubles = new Troubles(loop::millis);
        this.hub =
                new Hub(loop::millis, this::follows, settings.limits(), refusal -> troubles.note(refusal.sentence()));
        this.clients = new Clients(hub, this);
        loop.add(new HubTime(hub));
    }

    /// Joins the display that the environment names.
    public Desktop join(Map<String, String> environment, Consumer<String> onGone) throws Complaint {
        Desktop desktop = Desktop.open(loop, hub, DESKTOP, environment, random, settings, onGone);
        display = desktop.name();
        return desktop;
    }

    /// Goes without a display: the desktop is then a view that only commands copy to and paste from.
    public void joinNone() {
        hub.open(DESKTOP, view -> signal -> {});
    }

    /// Serves commands of this user on this socket.
    public LocalServer listen(Path socket) throws Complaint {
        return new LocalServer(loop, socket, "rw-------", this::visited);
    }

    /// Connects to the port of a machine with our daemon in it, and goes on trying to.
    public void connect(String name, Reach.How how, Path path) {
        add(new NativeMachine(loop, random, hub, name, how, path, this::pastes));
    }

    /// Connects to the port of a machine with the agent of SPICE in it, and goes on trying to.
    public void connectSpice(String name, Reach.How how, Path path) {
        add(new SpiceMachine(loop, random, hub, name, how, path, settings.images()));
    }

    /// Connects to the port of QEMU's guest agent of a machine with our daemon there, and goes on trying to.
    public void connectQga(String name, Reach.How how, Path path) {
        add(new QgaMachine(loop, random, hub, name, how, path));
    }

    /// Reaches the same through libvirt, which holds that port.
    ///
    /// @param domain as virsh takes it
    public void connectLibvirt(String name, String domain) {
        add(new LibvirtMachine(loop, hub, name, domain));
    }

    /// Leaves no socket of a machine's behind.
    public void close() {
        machines.values().forEach(Machine::close);
    }

    private int pastes() {
        return machines.values().stream().mapToInt(Machine::pastes).sum();
    }

    private void add(Machine machine) {
        machines.put(machine.name(), machine);
        machine.start();
    }

    private void visited(SocketChannel channel, String user) {
        try {
            new Visitor(channel, user);
        } catch (IOException e) {
            troubles.note("a connection of " + user + " failed: " + e.getMessage());
        }
    }

    private final class Visitor implements SessionConnection.Owner {
        private final String user;
        private final SocketLink<SessionConnection> link;

        Visitor(SocketChannel channel, String user) throws IOException {
            this.user = user;
            SessionConnection connection =
                    new SessionConnection(Medium.SOCKET, SessionMessage.Role.HOST, "", this, random, loop::millis);
            link = new SocketLink<>(loop, channel, connection, "connection of " + user, troubles, why -> left());
            connection.start();
        }

        private void left() {
            clients.left(link.connection());
        }

        @Override
        public void greeted(SessionConnection connection, SessionMessage.Hello theirs) {
            if (theirs.role() != SessionMessage.Role.CLIENT) {
                connection.say(new SessionMessage.Refusal(
                        "this is a host front end; a session agent belongs to the daemon inside the machine"));
            }
        }

        @Override
        public void said(SessionConnection connection, SessionMessage message, long position) throws ProtocolException {
            clients.said(connection, user, message, position);
        }

        @Override
        public void lost(SessionConnection connection, String why) {
            throw new IllegalStateException("a socket is closed, not lost");
        }

        @Override
        public void hasToSend(SessionConnection connection) {
            link.hasToSend();
        }
    }

    @Override
    public void send(SessionConnection client, SessionMessage.Send file) {
        Machine machine = machines.get(file.place());
        if (machine == null) {
            client.say(new SessionMessage.Refusal("there is no machine " + file.place() + " here; there is "
                    + (machines.isEmpty() ? "none" : String.join(", ", machines.keySet()))));
        } else {
            new Delivery(loop, settings.limits(), troubles, client, machine, file).begin();
        }
    }

    private boolean follows(String follower, String followed) {
        Optional<String> target = clients.targetOf(followed);
        if (target.isPresent()) {
            return follower.equals(target.get()) || (target.get().equals(DESKTOP) && isSession(follower));
        }
        return (follower.equals(DESKTOP) && isSession(followed)) || (isSession(follower) && followed.equals(DESKTOP));
    }

    private static boolean isSession(String view) {
        return view.indexOf('/') >= 0;
    }

    @Override
    public Optional<String> view(String user, String place) {
        String view = place.isEmpty() ? DESKTOP : place;
        return hub.views().contains(view) && (view.equals(DESKTOP) || isSession(view))
                ? Optional.of(view)
                : Optional.empty();
    }

    @Override
    public List<Map<String, String>> sessions(String user) {
        List<Map<String, String>> rows = new ArrayList<>();
        for (Machine machine : machines.values()) {
            for (Machine.Session session : machine.sessions()) {
                rows.add(Clients.describe(
                        hub,
                        session.view(),
                        Map.of(
                                "kind", "session",
                                "name", session.view(),
                                "user", session.user(),
                                "display", session.display(),
                                "since", Clients.ago(loop.millis() - session.since()))));
            }
        }
        return rows;
    }

    @Override
    public List<Map<String, String>> status(String user) {
        List<Map<String, String>> rows = new ArrayList<>();
        for (Machine machine : machines.values()) {
            Map<String, String> row = new HashMap<>(Map.of(
                    "kind", "link",
                    "name", machine.name(),
                    "protocol", machine.protocol(),
                    "path", machine.path().toString(),
                    "state", machine.state().sentence()));
            if (!machine.notCarried().isEmpty()) {
                row.put("not carried", machine.notCarried());
            }
            rows.add(row);
        }
        rows.add(Clients.describe(hub, DESKTOP, Map.of("kind", "desktop", "name", DESKTOP, "display", display)));
        rows.addAll(sessions(user));
        rows.add(Map.of("kind", "transfers", "under way", String.valueOf(hub.transfers())));
        List<Troubles.Trouble> all = new ArrayList<>(troubles.last());
        machines.values().forEach(machine -> all.addAll(machine.troubles().last()));
        all.sort(Comparator.comparingLong(Troubles.Trouble::since));
        for (Troubles.Trouble trouble : all) {
            rows.add(Map.of(
                    "kind", "trouble",
                    "when", Clients.ago(loop.millis() - trouble.since()),
                    "what", trouble.sentence()));
        }
        return rows;
    }
}
