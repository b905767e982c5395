package hyperclip.core.interleavings;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.session.Medium;
import hyperclip.core.session.Rank;
import hyperclip.core.session.SessionConnection;
import hyperclip.core.session.SessionMessage;
import hyperclip.core.wire.ProtocolException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/// The host's front end: its desktop follows every session, every session follows the desktop only.
final class Host implements SessionConnection.Owner {

    static final String DESKTOP = "desktop";

    private final Run run;
    private final Dice dice;
    private final LongSupplier clock;
    final Display desktop;

    /// Null while the process does not run.
    Hub hub;

    /// By the names of the guests.
    final Map<String, End> ends = new TreeMap<>();

    Host(Run run, Dice dice, LongSupplier clock, Map<String, Liar> liars) {
        this.run = run;
        this.dice = dice;
        this.clock = clock;
        desktop = new Display(
                run,
                DESKTOP,
                dice,
                clock,
                copy -> !copy.display().equals(DESKTOP),
                selection -> hub.holding(DESKTOP, selection)
                        .map(held -> liars.containsKey(guestOf(held.holder())))
                        .orElse(false));
    }

    static String guestOf(String view) {
        int slash = view.indexOf('/');
        return slash < 0 ? view : view.substring(0, slash);
    }

    static String view(String guest, int channel) {
        return guest + "/" + channel;
    }

    boolean isRunning() {
        return hub != null;
    }

    void start() {
        run.trace("host starts");
        hub = new Hub(clock, (follower, followed) -> follower.equals(DESKTOP) != followed.equals(DESKTOP));
        desktop.attach(hub, DESKTOP);
    }

    void kill() {
        run.trace("host is killed");
        desktop.detach();
        hub = null;
        ends.values().forEach(End::hangUp);
        ends.clear();
    }

    void connect(String guest, Medium medium, Wire in, Wire out, Liar liar) {
        End end = new End(
                run, "host-" + guest, medium, in, out, copy -> copy.display().equals(DESKTOP));
        end.spied = liar;
        end.connection = new SessionConnection(medium, SessionMessage.Role.HOST, "", this, dice, clock);
        ends.put(guest, end);
        end.connection.start();
    }

    void disconnected(String guest) {
        run.trace("host has lost " + guest);
        End end = ends.remove(guest);
        end.hangUp();
        end.connection.closeAll();
    }

    private String guest(SessionConnection connection) {
        return ends.entrySet().stream()
                .filter(entry -> entry.getValue().connection == connection)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void greeted(SessionConnection connection, SessionMessage.Hello theirs) {
        if (theirs.role() == SessionMessage.Role.AGENT) {
            connection.open(1, hub, view(guest(connection), 1), Rank.HOST_SIDE);
        }
    }

    @Override
    public void said(SessionConnection connection, SessionMessage message, long position) throws ProtocolException {
        if (message instanceof SessionMessage.Open open && !connection.isUsed(open.channel())) {
            connection.open(open.channel(), hub, view(guest(connection), open.channel()), Rank.HOST_SIDE);
        } else if (message instanceof SessionMessage.Close close) {
            connection.close(close.channel());
        } else {
            throw new ProtocolException("nothing that is said to a host", position);
        }
    }

    @Override
    public void lost(SessionConnection connection, String why) {
        run.lost("host-" + guest(connection), why);
    }

    @Override
    public void hasToSend(SessionConnection connection) {}

    void checkIdle() {
        desktop.checkIdle();
        Run.check(hub.transfers() == 0, "the host's hub still has transfers");
        ends.forEach((guest, end) ->
                Run.check(end.connection.transfers() == 0, "the host's link to " + guest + " still has transfers"));
        desktop.checkAgainst(hub, DESKTOP);
    }
}
