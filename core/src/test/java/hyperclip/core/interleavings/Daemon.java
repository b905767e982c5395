package hyperclip.core.interleavings;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.session.Medium;
import hyperclip.core.session.Rank;
import hyperclip.core.session.SessionConnection;
import hyperclip.core.session.SessionMessage;
import hyperclip.core.wire.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/// The process of a guest: any number of agents on the one side, one port on the other.
final class Daemon implements SessionConnection.Owner {

    private final Run run;
    private final String name;
    private final Dice dice;
    private final LongSupplier clock;
    final Hub hub;
    final End port;
    final List<Session> sessions = new ArrayList<>();
    private int lastChannel;

    /// One agent that is connected.
    static final class Session {
        final End agent;

        /// Empty before its hello.
        String name = "";

        /// Its channel on the port, 0 while there is none. A channel number is never used again in one epoch: what was
        /// under way for its old session would be heard by the new one.
        int channel;

        Session(End agent) {
            this.agent = agent;
        }

        String agentView() {
            return "agent:" + name;
        }

        String hostView() {
            return "host:" + name;
        }
    }

    Daemon(Run run, String name, Dice dice, LongSupplier clock, Wire portOut, Liar liar) {
        this.run = run;
        this.name = name;
        this.dice = dice;
        this.clock = clock;
        run.trace(name + " starts");
        hub = new Hub(
                clock,
                (follower, followed) ->
                        follower.substring(follower.indexOf(':')).equals(followed.substring(followed.indexOf(':'))));
        port = new End(
                run,
                name,
                Medium.PORT,
                new Wire(),
                portOut,
                copy -> copy.display().startsWith(name + "."));
        port.liar = liar;
        port.connection = new SessionConnection(Medium.PORT, SessionMessage.Role.GUEST, "", this, dice, clock);
        port.connection.start();
    }

    void accept(Wire in, Wire out, Liar itsLiar) {
        End end = new End(
                run,
                name + "-agent",
                Medium.SOCKET,
                in,
                out,
                copy -> copy.display().equals(Host.DESKTOP));
        end.spied = itsLiar;
        end.connection = new SessionConnection(Medium.SOCKET, SessionMessage.Role.GUEST, "", this, dice, clock);
        sessions.add(new Session(end));
        end.connection.start();
    }

    void kill() {
        run.trace(name + " is killed");
        sessions.forEach(session -> session.agent.hangUp());
    }

    void drop(Session session) {
        run.trace(name + " drops " + session.name);
        sessions.remove(session);
        session.agent.hangUp();
        session.agent.connection.closeAll();
        if (session.channel != 0) {
            port.connection.close(session.channel);
            port.connection.say(new SessionMessage.Close(session.channel));
        }
    }

    @Override
    public void greeted(SessionConnection connection, SessionMessage.Hello theirs) {
        if (connection == port.connection) {
            sessions.stream().filter(session -> !session.name.isEmpty()).forEach(this::tellHost);
            return;
        }
        List<Session> before = sessions.stream()
                .filter(session -> session.name.equals(theirs.name()))
                .toList();
        before.forEach(this::drop);
        Session session = sessions.stream()
                .filter(one -> one.agent.connection == connection)
                .findFirst()
                .orElseThrow();
        session.name = theirs.name();
        connection.open(1, hub, session.agentView(), Rank.HOST_SIDE);
        if (port.connection.isGreeted()) {
            tellHost(session);
        }
    }

    private void tellHost(Session session) {
        session.channel = ++lastChannel;
        port.connection.say(new SessionMessage.Open(session.channel, session.name, session.name, session.name));
        port.connection.open(session.channel, hub, session.hostView(), Rank.GUEST_SIDE);
    }

    @Override
    public void said(SessionConnection connection, SessionMessage message, long position) throws ProtocolException {
        throw new ProtocolException("nothing that is said to a guest", position);
    }

    @Override
    public void lost(SessionConnection connection, String why) {
        sessions.forEach(session -> session.channel = 0);
        run.lost(name, why);
    }

    @Override
    public void hasToSend(SessionConnection connection) {}

    void tick() throws ProtocolException {
        hub.tick();
        Run.check(hub.deadline() > clock.getAsLong(), name + ": its hub wants to be ticked again at once");
        port.connection.tick();
        Run.check(port.connection.deadline() > clock.getAsLong(), name + ": its port wants to be ticked again");
        for (Session session : List.copyOf(sessions)) {
            try {
                session.agent.connection.tick();
            } catch (ProtocolException e) {
                run.trace(name + ": " + e.getMessage());
                drop(session);
            }
        }
    }

    void checkIdle() {
        Run.check(hub.transfers() == 0, name + ": its hub still has transfers");
        Run.check(
                hub.views().size() == 2 * sessions.size(),
                name + " has views of sessions that are gone: " + hub.views());
        Run.check(port.connection.transfers() == 0, name + ": its port still has transfers");
        sessions.forEach(session ->
                Run.check(session.agent.connection.transfers() == 0, name + ": an agent still has transfers"));
    }
}
