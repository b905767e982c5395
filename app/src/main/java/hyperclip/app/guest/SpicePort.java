package hyperclip.app.guest;

import hyperclip.app.link.FileSpool;
import hyperclip.app.link.LocalSocket;
import hyperclip.app.link.NotCarried;
import hyperclip.app.link.PortLink;
import hyperclip.app.link.SocketLink;
import hyperclip.app.link.Troubles;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.View;
import hyperclip.core.vdagent.VdagentConnection;
import hyperclip.core.vdagent.VdagentRole;
import hyperclip.core.wire.Connection;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// The port of a SPICE agent, or a unix socket in its place: QEMU's own clipboard, or a SPICE client's.
///
/// It has one clipboard for all sessions: one view, which follows every session that is served and is followed by them.
///
/// ```
/// shut ──opens──▶ silent ──the host's capabilities──▶ greeted
///  ▲ every RETRY                                        │
///  └──────── bad input, host gone, QEMU's reset ────────┘
/// ```
final class SpicePort implements VdagentConnection.Owner {

    /// How long until a port that is missing or held by another process is tried again, in milliseconds.
    private static final long RETRY = 1_000;

    /// How long until a port that was closed is opened again: its threads have to end first. In milliseconds.
    private static final long REOPEN = 200;

    private final Loop loop;
    private final RandomGenerator random;
    private final Troubles troubles;
    private final Path path;
    private final String name;
    private final Hub hub;
    private final NotCarried notCarried = new NotCarried();
    private Connection connection;
    private Runnable sender = () -> {};
    private Runnable closer = () -> {};
    private Optional<View> view = Optional.empty();
    private String state = "not opened yet";

    /// @param name of its view
    SpicePort(Loop loop, RandomGenerator random, Troubles troubles, Path path, String name, Hub hub) {
        this.loop = loop;
        this.random = random;
        this.troubles = troubles;
        this.path = path;
        this.name = name;
        this.hub = hub;
    }

    Path path() {
        return path;
    }

    String state() {
        return state;
    }

    String notCarried() {
        return notCarried.sentence();
    }

    /// Whom it follows, or who follows it, has changed.
    void reconsider() {
        view.ifPresent(hub::reconsider);
    }

    void open() {
        VdagentConnection opened = new VdagentConnection(VdagentRole.GUEST, this, FileSpool::new, random, loop::millis);
        try {
            if (Ports.isSocket(path)) {
                SocketChannel socket = LocalSocket.connect(path);
                SocketLink<VdagentConnection> link =
                        new SocketLink<>(loop, socket, opened, "port " + path, troubles, this::socketClosed);
                begin(opened, link::hasToSend, () -> {});
            } else {
                PortLink link = new PortLink(loop, path, opened, "port " + path);
                begin(opened, link::hasToSend, link::close);
                link.start();
            }
        } catch (IOException e) {
            shut(Ports.complaint(path, e), RETRY);
        }
    }

    private void begin(Connection opened, Runnable send, Runnable close) {
        connection = opened;
        sender = send;
        closer = close;
        setState("open, no host answers yet");
        opened.start();
    }

    private void socketClosed(String why) {
        shut(why, RETRY);
    }

    private void shut(String why, long until) {
        setState(why);
        loop.after(until, this::open);
    }

    private void setState(String next) {
        if (!next.equals(state)) {
            state = next;
            troubles.tell("port " + path + ": " + next);
        }
    }

    @Override
    public void greeted(boolean hasClipboard) {
        setState(
                hasClipboard
                        ? "connected to a host, by vdagent"
                        : "connected to a host that shares no clipboard; for QEMU's own it is clipboard=on of its chardev");
    }

    @Override
    public void left() {
        setState("open, no client is connected");
    }

    @Override
    public View open(Function<View, Peer> peer) {
        View opened = hub.open(name, peer);
        view = Optional.of(opened);
        return opened;
    }

    @Override
    public void close(View closed) {
        view = Optional.empty();
        notCarried.clear();
        hub.close(closed, Reason.LINK_LOST);
    }

    @Override
    public void hasToSend() {
        sender.run();
    }

    @Override
    public void notCarried(Selection selection, List<MimeType> types) {
        notCarried.note(selection, types);
    }

    @Override
    public void tooLarge(MimeType type, String why) {
        troubles.note("port " + path + ": a paste of " + type + " on the host was refused: " + why);
    }

    @Override
    public void portLost(String why) {
        closer.run();
        connection.closeAll();
        shut("closed, to be opened again: " + why, REOPEN);
    }
}
