package hyperclip.app.agent;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import hyperclip.app.desktop.Desktop;
import hyperclip.app.desktop.DesktopSettings;
import hyperclip.app.link.Reach;
import hyperclip.app.link.Troubles;
import hyperclip.app.loop.HubTime;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.session.Medium;
import hyperclip.core.session.Rank;
import hyperclip.core.session.SessionConnection;
import hyperclip.core.session.SessionMessage;
import hyperclip.core.wire.ProtocolException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// The session agent. Its hub has two views that follow each other: `display` and `daemon`.
public final class Agent implements SessionConnection.Owner, Reach.Owner<SessionConnection> {

    private static final int CHANNEL = 1;
    private static final System.Logger LOG = System.getLogger("hyperclip");

    private final Loop loop;
    private final Hub hub;
    private final RandomGenerator random;
    private final Desktop desktop;
    private final Reach reach;
    private final SessionMessage.Hello hello;
    private final Consumer<Complaint> onEnd;
    private String state = "";

    /// @param random the kernel's own generator
    /// @param settings of which the limits hold for every paste
    /// @param onEnd told why the agent ends: its display is gone, or its session has another agent
    public Agent(
            Loop loop,
            RandomGenerator random,
            DesktopSettings settings,
            Path socket,
            Map<String, String> environment,
            Consumer<Complaint> onEnd)
            throws Complaint {
        this.loop = loop;
        this.random = random;
        this.onEnd = onEnd;
        Troubles troubles = new Troubles(loop::millis);
        this.hub = new Hub(
                loop::millis,
                (follower, followed) -> true,
                settings.limits(),
                refusal -> troubles.note(refusal.sentence()));
        loop.add(new HubTime(hub));
        this.desktop = Desktop.open(
                loop,
                hub,
                "display",
                environment,
                random,
                settings,
                why -> onEnd.accept(new Complaint(ExitCode.FAILED, why)));
        this.hello = new SessionMessage.Hello(
                SessionMessage.VERSION,
                SessionMessage.Role.AGENT,
                sayable(withoutScreen(desktop.name())),
                sayable(environment.getOrDefault("XDG_SESSION_ID", "")),
                List.of());
        this.reach = Reach.of(Reach.How.CONNECT, loop, socket, "daemon", troubles, this::newConnection, this);
    }

    public void start() {
        reach.start();
    }

    public void close() {
        desktop.close();
    }

    private SessionConnection newConnection() {
        return new SessionConnection(Medium.SOCKET, hello, this, random, loop::millis);
    }

    /// Selections belong to all screens of a display.
    private static String withoutScreen(String display) {
        return display.replaceFirst("(:[0-9]+)\\.[0-9]+$", "$1");
    }

    /// A name as the protocol allows it: a display may be a socket's path, which has characters that no name may have.
    private static String sayable(String name) {
        String said = name.replaceAll("[^A-Za-z0-9._:@-]", "-");
        return said.length() > 64 ? said.substring(said.length() - 64) : said;
    }

    @Override
    public void up(SessionConnection connection) {}

    @Override
    public void down(String why) {
        setState("no daemon: " + why);
    }

    private void setState(String next) {
        if (!next.equals(state)) {
            state = next;
            LOG.log(System.Logger.Level.INFO, "display {0}: {1}", desktop.name(), next);
        }
    }

    @Override
    public void greeted(SessionConnection connection, SessionMessage.Hello theirs) {
        connection.open(CHANNEL, hub, "daemon", Rank.GUEST_SIDE);
        setState("connected to the daemon");
    }

    @Override
    public void said(SessionConnection connection, SessionMessage message, long position) throws ProtocolException {
        if (message instanceof SessionMessage.Refusal refusal) {
            LOG.log(System.Logger.Level.WARNING, "the daemon refuses: {0}", refusal.sentence());
        } else if (message instanceof SessionMessage.Running) {
            onEnd.accept(new Complaint(
                    ExitCode.ALREADY_RUNNING,
                    "an agent of this user runs on display " + desktop.name()
                            + " already, and one is enough; `hyperclip sessions` lists it"));
        } else {
            throw new ProtocolException("a message that a daemon does not send", position);
        }
    }

    @Override
    public void lost(SessionConnection connection, String why) {
        throw new IllegalStateException("a socket is closed, not lost");
    }

    @Override
    public void hasToSend(SessionConnection connection) {
        reach.hasToSend();
    }
}
