package hyperclip.app.guest;

import hyperclip.app.link.State;
import hyperclip.app.link.Troubles;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.session.Medium;
import hyperclip.core.session.Rank;
import hyperclip.core.session.SessionConnection;
import hyperclip.core.session.SessionMessage;
import hyperclip.core.wire.ProtocolException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// One way to the host: a virtio-serial port, or a unix socket in its place.
///
/// ```
/// shut ──opens──▶ seeking ──host answers──▶ greeted
///  ▲ every RETRY     ▲                        │
///  └── socket closed └── host gone or begun anew
/// ```
final class Port implements SessionConnection.Owner {

    /// How long until a port that is missing or held by another process is tried again, in milliseconds.
    private static final long RETRY = 1000;

    private final Loop loop;
    private final RandomGenerator random;
    private final Troubles troubles;
    private final Path path;
    private final String name;
    private final Consumer<Port> onGreeted;
    private final Runnable onLost;
    private final Map<String, Integer> channels = new HashMap<>();
    private int lastChannel;
    private SessionConnection connection;
    private Runnable sender = () -> {};
    private final State state;

    /// @param name for the hub's views
    /// @param onGreeted told with every epoch: the host is there and knows no session yet
    /// @param onLost told when the host is there no longer
    Port(
            Loop loop,
            RandomGenerator random,
            Troubles troubles,
            Path path,
            String name,
            Consumer<Port> onGreeted,
            Runnable onLost) {
        this.loop = loop;
        this.random = random;
        this.troubles = troubles;
        this.path = path;
        this.state = new State(troubles, "port " + path, "not opened yet");
        this.name = name;
        this.onGreeted = onGreeted;
        this.onLost = onLost;
    }

    String name() {
        return name;
    }

    Path path() {
        return path;
    }

    String state() {
        return state.sentence();
    }

    boolean isGreeted() {
        return connection != null && connection.isGreeted();
    }

    /// A session has come, or the host has: tells the host, and joins its view to the session's in this hub.
    ///
    /// Channels are numbered upwards and none twice in an epoch. Where the numbers are used up, another epoch
    /// begins, and whoever is told of it comes here again.
    void join(String session, String user, String display, Hub hub) {
        if (lastChannel == SessionMessage.MAX_CHANNEL) {
            connection.portLost("every channel number has been used");
            return;
        }
        int channel = ++lastChannel;
        channels.put(session, channel);
        connection.say(new SessionMessage.Open(channel, session, user, display));
        connection.open(channel, hub, name + ":" + session, Rank.GUEST_SIDE);
    }

    /// A session is gone.
    void leave(String session) {
        Integer channel = channels.remove(session);
        if (channel != null) {
            connection.close(channel);
            connection.say(new SessionMessage.Close(channel));
        }
    }

    private void forgetChannels() {
        channels.clear();
        lastChannel = 0;
    }

    void open() {
        try {
            SessionConnection opened =
                    new SessionConnection(Medium.PORT, SessionMessage.Role.GUEST, "", this, random, loop::millis);
            Ports.Way way = Ports.open(loop, path, opened, troubles, this::socketClosed);
            connection = opened;
            sender = way.hasToSend();
            state.set("open, no host answers yet");
            way.start().run();
        } catch (IOException e) {
            shut(Ports.complaint(path, e));
        }
    }

    private void socketClosed(String why) {
        connection = null;
        forgetChannels();
        shut(why);
        onLost.run();
    }

    private void shut(String why) {
        state.set(why);
        loop.after(RETRY, this::open);
    }

    @Override
    public void greeted(SessionConnection greeted, SessionMessage.Hello theirs) {
        state.set("connected to a host");
        onGreeted.accept(this);
    }

    @Override
    public void said(SessionConnection from, SessionMessage message, long position) throws ProtocolException {
        throw new ProtocolException("a message that a host does not send", position);
    }

    @Override
    public void lost(SessionConnection lost, String why) {
        forgetChannels();
        state.set("open, no host answers: " + why);
        onLost.run();
    }

    @Override
    public void hasToSend(SessionConnection from) {
        sender.run();
    }
}
