package hyperclip.app.host;

import hyperclip.app.link.Reach;
import hyperclip.app.link.Troubles;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.session.Medium;
import hyperclip.core.session.Rank;
import hyperclip.core.session.SessionConnection;
import hyperclip.core.session.SessionMessage;
import hyperclip.core.wire.ProtocolException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// A machine with our daemon in it, and the sessions that this has told of.
///
/// ```
/// no socket ──dial──▶ connected, silent ──the daemon answers──▶ greeted
///     ▲                       ▲  └── after SILENT it is said that nobody does
///     └── QEMU gone           └── daemon gone or begun anew, guest gone back in time
/// ```
final class NativeMachine implements Machine, SessionConnection.Owner, Reach.Owner<SessionConnection> {

    /// After so long without an answer on a connected socket somebody should know, in milliseconds.
    private static final long SILENT = 10_000;

    private final Loop loop;
    private final RandomGenerator random;
    private final Hub hub;
    private final Troubles troubles;
    private final String name;
    private final Path path;
    private final Reach reach;
    private final Map<Integer, Session> sessions = new TreeMap<>();
    private String state = "";
    private int connections;

    NativeMachine(Loop loop, RandomGenerator random, Hub hub, String name, Reach.How how, Path path) {
        this.loop = loop;
        this.random = random;
        this.hub = hub;
        // Each machine has its own, so that none can make another one's unheard.
        this.troubles = new Troubles(loop::millis);
        this.name = name;
        this.path = path;
        this.reach = Reach.of(how, loop, path, "machine " + name, troubles, this::newConnection, this);
    }

    @Override
    public void start() {
        reach.start();
    }

    @Override
    public void close() {
        reach.close();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String protocol() {
        return "native";
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public String state() {
        return state;
    }

    /// It carries any type.
    @Override
    public String notCarried() {
        return "";
    }

    @Override
    public List<Troubles.Trouble> troubles() {
        return troubles.last();
    }

    @Override
    public Collection<Session> sessions() {
        return List.copyOf(sessions.values());
    }

    @Override
    public void take(Hub files, String view, SessionMessage.Send file, Consumer<Optional<String>> outcome) {
        outcome.accept(Optional.of("files are sent to machines with SPICE's agent only (--vm NAME=spice:PATH)"));
    }

    private SessionConnection newConnection() {
        return new SessionConnection(Medium.PORT, SessionMessage.Role.HOST, "", this, random, loop::millis);
    }

    @Override
    public void up(SessionConnection connection) {
        setState("connected, waiting for the guest");
        int mine = ++connections;
        loop.after(SILENT, () -> {
            if (mine == connections && state.startsWith("connected, waiting")) {
                setState("connected, but nobody answers: is `hyperclip guest` running in the machine, and is no other"
                        + " program holding this socket (another front end, libvirt)? It serves one client at a time");
            }
        });
    }

    @Override
    public void down(String why) {
        sessions.clear();
        setState(why);
    }

    private void setState(String next) {
        if (!next.equals(state)) {
            state = next;
            troubles.tell("machine " + name + ": " + next);
        }
    }

    @Override
    public void greeted(SessionConnection connection, SessionMessage.Hello theirs) {
        setState("connected to the guest");
    }

    @Override
    public void said(SessionConnection connection, SessionMessage message, long position) throws ProtocolException {
        switch (message) {
            case SessionMessage.Open open -> opened(connection, open, position);
            case SessionMessage.Close close -> {
                sessions.remove(close.channel());
                connection.close(close.channel());
            }
            default -> throw new ProtocolException("a message that a guest does not send", position);
        }
    }

    private void opened(SessionConnection connection, SessionMessage.Open open, long position)
            throws ProtocolException {
        String view = name + "/" + open.session();
        if (sessions.size() >= SessionConnection.MAX_SESSIONS) {
            throw new ProtocolException("more than " + SessionConnection.MAX_SESSIONS + " sessions", position);
        }
        if (connection.isUsed(open.channel()) || hub.views().contains(view)) {
            throw new ProtocolException("a session or channel told twice", position);
        }
        sessions.put(open.channel(), new Session(view, open.user(), open.display(), loop.millis()));
        connection.open(open.channel(), hub, view, Rank.HOST_SIDE);
        troubles.tell("session " + view + " of " + open.user() + " has come");
    }

    @Override
    public void lost(SessionConnection connection, String why) {
        sessions.clear();
        state = "connected, waiting for the guest: " + why;
        troubles.note("machine " + name + ": " + why);
    }

    @Override
    public void hasToSend(SessionConnection connection) {
        reach.hasToSend();
    }
}
