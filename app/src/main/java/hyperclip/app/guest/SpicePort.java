package hyperclip.app.guest;

import hyperclip.app.link.FileSpool;
import hyperclip.app.link.NotCarried;
import hyperclip.app.link.Reach;
import hyperclip.app.link.State;
import hyperclip.app.link.Troubles;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.View;
import hyperclip.core.vdagent.OtherAgent;
import hyperclip.core.vdagent.VdagentConnection;
import hyperclip.core.vdagent.VdagentRole;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// The port of a SPICE agent, or a unix socket in its place: QEMU's own clipboard, or a SPICE client's.
///
/// It has one clipboard for all sessions: one view, which follows every session that is served and is followed
/// by them. A spice-vdagentd may share it, by a socket of ours in the place of the port: what it can do is
/// announced with ours. Where it comes or goes the port begins anew, as it does for any agent that does.
///
/// ```
/// shut ──opens──▶ silent ──the host's capabilities──▶ greeted
///  ▲ every RETRY                                        │
///  └──────── bad input, host gone, QEMU's reset ────────┘
/// ```
final class SpicePort implements VdagentConnection.Owner {

    /// How long until a port that is missing or held by another process is tried again, in milliseconds.
    private static final long RETRY = 1_000;

    /// How long until one that was closed is opened again: a port's threads have to end first. In milliseconds.
    private static final long REOPEN = 200;

    private final Loop loop;
    private final RandomGenerator random;
    private final Troubles troubles;
    private final Path path;
    private final String name;
    private final Hub hub;
    private final BooleanSupplier mayWriteFiles;
    private final NotCarried notCarried = new NotCarried();
    private final Optional<Shared> shared;
    /// Where it is open.
    private Optional<VdagentConnection> connection = Optional.empty();
    private Runnable sender = () -> {};
    private Optional<Consumer<String>> closer = Optional.empty();
    private Optional<View> view = Optional.empty();
    private final State state;

    /// The spice-vdagentd beside us.
    private final class Shared implements OtherAgent.Owner, Reach.Owner<OtherAgent> {
        private final Reach reach;
        private Optional<OtherAgent> ready = Optional.empty();
        private final State state = new State(troubles, "port " + path + ", spice-vdagentd beside it", "");

        Shared(Path socket) {
            reach = Reach.of(
                    Reach.How.LISTEN,
                    loop,
                    socket,
                    "spice-vdagentd beside " + path,
                    troubles,
                    () -> new OtherAgent(this),
                    this);
        }

        @Override
        public void up(OtherAgent other) {
            state.set("connected, it has not said yet what it can do");
        }

        @Override
        public void down(String why) {
            state.set(why);
            if (ready.isPresent()) {
                ready = Optional.empty();
                portLost("spice-vdagentd has gone from beside it");
            }
        }

        @Override
        public void canDo(OtherAgent other) {
            if (ready.isPresent() && ready.get().equals(other)) {
                connection.ifPresent(VdagentConnection::announceAnew);
            } else {
                ready = Optional.of(other);
                state.set("connected");
                portLost("spice-vdagentd has come beside it");
            }
        }

        @Override
        public void said(int type, ByteBuffer body) {
            connection.ifPresent(open -> open.passOn(type, body));
        }

        @Override
        public void hasToSend() {
            reach.hasToSend();
        }
    }

    /// @param name of its view
    /// @param share the socket for a spice-vdagentd beside us, where there may be one
    /// @param mayWriteFiles whether content may wait in a file now
    SpicePort(
            Loop loop,
            RandomGenerator random,
            Troubles troubles,
            Path path,
            String name,
            Hub hub,
            Optional<Path> share,
            BooleanSupplier mayWriteFiles) {
        this.loop = loop;
        this.random = random;
        this.troubles = troubles;
        this.path = path;
        this.state = new State(troubles, "port " + path, "not opened yet");
        this.name = name;
        this.hub = hub;
        this.mayWriteFiles = mayWriteFiles;
        this.shared = share.map(Shared::new);
    }

    /// Begins, and listens for another agent where one may come.
    void start() {
        open();
        shared.ifPresent(one -> one.reach.start());
    }

    /// Leaves no socket behind.
    void close() {
        shared.ifPresent(one -> one.reach.close());
    }

    /// How it is with the other agent, where there may be one.
    Optional<String> sharedState() {
        return shared.map(one -> one.state.sentence());
    }

    Path path() {
        return path;
    }

    String state() {
        return state.sentence();
    }

    String notCarried() {
        return notCarried.sentence();
    }

    /// Whom it follows, or who follows it, has changed.
    void reconsider() {
        view.ifPresent(hub::reconsider);
    }

    private void open() {
        VdagentConnection opened = new VdagentConnection(
                VdagentRole.GUEST,
                this,
                shared.flatMap(one -> one.ready),
                () -> new FileSpool(mayWriteFiles),
                random,
                loop::millis);
        try {
            Ports.Way way = Ports.open(loop, path, opened, troubles, why -> shut(why, REOPEN));
            connection = Optional.of(opened);
            sender = way.hasToSend();
            closer = Optional.of(way.close());
            state.set("open, no host answers yet");
            way.start().run();
        } catch (IOException e) {
            shut(Ports.complaint(path, e), RETRY);
        }
    }

    private void shut(String why, long until) {
        connection = Optional.empty();
        closer = Optional.empty();
        state.set(why);
        loop.after(until, this::open);
    }

    @Override
    public void greeted(boolean hasClipboard) {
        state.set(
                hasClipboard
                        ? "connected to a host, by vdagent"
                        : "connected to a host that shares no clipboard; for QEMU's own it is clipboard=on of its chardev");
    }

    @Override
    public void left() {
        state.set("open, no client is connected");
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

    /// Begins anew. Where it is not open, it will be, with whoever is beside us then.
    @Override
    public void portLost(String why) {
        closer.ifPresent(close -> close.accept("closed, to be opened again: " + why));
    }
}
