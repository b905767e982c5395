package hyperclip.core.interleavings;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.session.Medium;
import hyperclip.core.session.Rank;
import hyperclip.core.session.SessionConnection;
import hyperclip.core.session.SessionMessage;
import hyperclip.core.wire.ProtocolException;
import java.util.function.LongSupplier;

/// The process of one session: its display on the one side, the daemon or the host on the other.
final class Agent implements SessionConnection.Owner {

    static final String DISPLAY = "display";
    static final String DAEMON = "daemon";

    private final Run run;
    private final Dice dice;
    private final LongSupplier clock;
    final String name;
    final Display display;

    /// Null while the process does not run.
    Hub hub;

    /// Null while it is not connected.
    End up;

    Agent(Run run, String name, Dice dice, LongSupplier clock, boolean liar) {
        this.run = run;
        this.dice = dice;
        this.clock = clock;
        this.name = name;
        display = new Display(run, name, dice, clock, copy -> copy.display().equals(Host.DESKTOP), _ -> liar);
    }

    boolean isRunning() {
        return hub != null;
    }

    void start() {
        run.trace(name + " starts");
        hub = new Hub(clock, (_, _) -> true);
        display.attach(hub, DISPLAY);
    }

    void kill() {
        run.trace(name + " is killed");
        display.detach();
        hub = null;
        hangUp();
    }

    void connect(Medium medium, Wire in, Wire out, Liar liar) {
        up = new End(run, name, medium, in, out, copy -> copy.display().equals(name));
        up.liar = liar;
        up.connection = new SessionConnection(medium, SessionMessage.Role.AGENT, name, this, dice, clock);
        up.connection.start();
    }

    /// The link is over.
    void disconnected() {
        run.trace(name + " has lost its link");
        up.connection.closeAll();
        hangUp();
    }

    private void hangUp() {
        if (up != null) {
            up.hangUp();
            up = null;
        }
    }

    void tick() throws ProtocolException {
        if (isRunning()) {
            hub.tick();
            Run.check(hub.deadline() > clock.getAsLong(), name + ": its hub wants to be ticked again at once");
        }
        if (up != null) {
            up.connection.tick();
            Run.check(up.connection.deadline() > clock.getAsLong(), name + ": its link wants to be ticked again");
        }
    }

    @Override
    public void greeted(SessionConnection connection, SessionMessage.Hello theirs) {
        connection.open(1, hub, DAEMON, Rank.GUEST_SIDE);
    }

    @Override
    public void said(SessionConnection connection, SessionMessage message, long position) throws ProtocolException {
        throw new ProtocolException("nothing that is said to an agent", position);
    }

    @Override
    public void lost(SessionConnection connection, String why) {
        run.lost(name, why);
    }

    @Override
    public void hasToSend(SessionConnection connection) {}

    void checkIdle() {
        display.checkIdle();
        Run.check(hub.transfers() == 0, name + ": its hub still has transfers");
        Run.check(up.connection.transfers() == 0, name + ": its link still has transfers");
        display.checkAgainst(hub, DISPLAY);
    }
}
