package hyperclip.app.host;

import hyperclip.app.link.Reach;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.session.Medium;
import hyperclip.core.session.Rank;
import hyperclip.core.session.SessionConnection;
import hyperclip.core.session.SessionMessage;
import hyperclip.core.wire.ProtocolException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;

/// A machine with our daemon in it, and the sessions that this has told of.
final class NativeMachine extends ReachedMachine<SessionConnection> implements SessionConnection.Owner {

    private final RandomGenerator random;
    private final IntSupplier pastesOfAll;
    /// The sessions by their channels.
    private final Map<Integer, String> channels = new HashMap<>();

    /// @param pastesOfAll how many pastes all machines have under way, this one too
    NativeMachine(
            Loop loop,
            RandomGenerator random,
            Hub hub,
            String name,
            Reach.How how,
            Path path,
            IntSupplier pastesOfAll) {
        super(loop, hub, name, how, path);
        this.random = random;
        this.pastesOfAll = pastesOfAll;
    }

    @Override
    String protocol() {
        return "native";
    }

    @Override
    SessionConnection newConnection() {
        return new SessionConnection(Medium.PORT, SessionMessage.Role.HOST, "", this, random, loop()::millis);
    }

    @Override
    String awaited() {
        return "the guest";
    }

    @Override
    String toCheck() {
        return "is `hyperclip guest` running in the machine, and is no other program holding this socket (another"
                + " front end, libvirt)";
    }

    @Override
    int pastes() {
        return current().map(SessionConnection::pastes).orElse(0);
    }

    /// Machines share what pastes may take of memory: several that do not read must not have more than one.
    @Override
    public int pastesElsewhere(SessionConnection connection) {
        return pastesOfAll.getAsInt() - connection.pastes();
    }

    @Override
    public void down(String why) {
        allGone();
        super.down(why);
    }

    @Override
    public void greeted(SessionConnection connection, SessionMessage.Hello theirs) {
        state().set("connected to the guest");
    }

    @Override
    public void said(SessionConnection connection, SessionMessage message, long position) throws ProtocolException {
        switch (message) {
            case SessionMessage.Open open -> opened(connection, open, position);
            case SessionMessage.Close(int channel) -> {
                String session = channels.remove(channel);
                if (session != null) {
                    went(session);
                }
                connection.close(channel);
            }
            default -> throw new ProtocolException("a message that a guest does not send", position);
        }
    }

    private void opened(SessionConnection connection, SessionMessage.Open open, long position)
            throws ProtocolException {
        String view = viewOf(open.session());
        if (channels.size() >= SessionConnection.MAX_SESSIONS) {
            throw new ProtocolException("more than " + SessionConnection.MAX_SESSIONS + " sessions", position);
        }
        if (connection.isUsed(open.channel()) || hub().views().contains(view)) {
            throw new ProtocolException("a session or channel told twice", position);
        }
        channels.put(open.channel(), open.session());
        came(open.session(), open.user(), open.display());
        connection.open(open.channel(), hub(), view, Rank.HOST_SIDE);
    }

    @Override
    public void lost(SessionConnection connection, String why) {
        allGone();
        state().setForTrouble(waiting() + ": " + why, why);
    }

    private void allGone() {
        channels.values().forEach(this::went);
        channels.clear();
    }

    @Override
    public void hasToSend(SessionConnection connection) {
        hasToSend();
    }
}
