package hyperclip.app.guest;

import hyperclip.app.Complaint;
import hyperclip.app.link.FileSpool;
import hyperclip.app.link.FileStore;
import hyperclip.app.link.LocalServer;
import hyperclip.app.link.Reach;
import hyperclip.app.link.SocketLink;
import hyperclip.app.link.Troubles;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.qga.Clipboards;
import hyperclip.core.qga.OtherQga;
import hyperclip.core.qga.QgaConnection;
import hyperclip.core.qga.QgaQueue;
import hyperclip.core.wire.Spool;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// What this daemon has to do with the protocol of qemu-ga: ports and local clients that speak it, the
/// clipboards that they share, and a real qemu-ga that carries out everything else.
final class Qga implements Reach.Owner<OtherQga>, Loop.Timed {

    /// Local clients at a time.
    private static final int MAX_CLIENTS = 64;

    private final Loop loop;
    private final RandomGenerator random;
    private final Troubles troubles;
    private final Clipboards clipboards;
    private final Optional<Path> otherPath;
    private final Optional<QgaQueue> queue;
    private final Optional<Reach> reach;
    private final List<QgaPort> ports = new ArrayList<>();
    private final List<LocalServer> servers = new ArrayList<>();
    private int clients;
    private String otherState = "";

    /// @param other the socket of a real qemu-ga, where there may be one
    Qga(Loop loop, RandomGenerator random, Troubles troubles, Hub hub, Optional<Path> other) {
        this.loop = loop;
        this.random = random;
        this.troubles = troubles;
        this.otherPath = other;
        this.clipboards = new Clipboards(hub, () -> new FileStore(this::mayWrite), this::spool, random, loop::millis);
        this.queue = other.map(path -> new QgaQueue(
                this::setFrozen,
                this::otherHasToSend,
                () -> setOtherState("connected"),
                loop::millis,
                "no qemu-ga answers at " + path + " (qemu-ga -m unix-listen -p " + path + ")"));
        this.reach = other.map(
                path -> Reach.of(Reach.How.CONNECT, loop, path, "qemu-ga at " + path, troubles, this::newOther, this));
        loop.add(this);
    }

    void start() {
        reach.ifPresent(Reach::start);
    }

    void openPort(Path path) {
        QgaPort port = new QgaPort(loop, troubles, path, this::newConnection);
        ports.add(port);
        port.open();
    }

    /// Serves local clients on this socket, which is for root and this daemon's own user alone.
    ///
    /// @param passesAll whether they may ask for commands that are not about clipboards
    void listen(Path socket, boolean passesAll) throws Complaint {
        servers.add(new LocalServer(loop, socket, "rw-------", (channel, user) -> visited(channel, user, passesAll)));
    }

    private void visited(SocketChannel channel, String user, boolean passesAll) {
        try {
            if (clients >= MAX_CLIENTS) {
                troubles.note("a client of " + user + " is refused: " + clients + " speak qemu-ga's protocol already");
                channel.close();
                return;
            }
            Runnable[] sender = new Runnable[1];
            QgaConnection connection = newConnection(passesAll, () -> sender[0].run());
            SocketLink<QgaConnection> link = new SocketLink<>(
                    loop, channel, connection, "qemu-ga client of " + user, troubles, why -> clients--);
            clients++;
            sender[0] = link::hasToSend;
            connection.start();
        } catch (IOException e) {
            troubles.note("a client of " + user + " failed: " + e.getMessage());
        }
    }

    private QgaConnection newConnection(boolean passesAll, QgaConnection.Owner owner) {
        return new QgaConnection(clipboards, queue, passesAll, this::spool, owner, loop::millis);
    }

    private OtherQga newOther() {
        return new OtherQga(queue.orElseThrow(), this::spool, random.nextLong(), loop::millis);
    }

    private Spool spool() {
        return new FileSpool(this::mayWrite);
    }

    /// Whether a file may be written: while file systems are frozen that would wait for the command that thaws them.
    boolean mayWrite() {
        return !clipboards.isFrozen();
    }

    private void setFrozen(boolean now) {
        clipboards.setFrozen(now);
        if (!now) {
            FileStore.closeWhatWaits();
        }
    }

    private void otherHasToSend() {
        reach.ifPresent(Reach::hasToSend);
    }

    @Override
    public void up(OtherQga connection) {
        queue.ifPresent(QgaQueue::coming);
        setOtherState("connected, it has not answered yet");
    }

    @Override
    public void down(String why) {
        queue.ifPresent(QgaQueue::gone);
        setOtherState(why);
    }

    private void setOtherState(String next) {
        if (!next.equals(otherState)) {
            otherState = next;
            troubles.tell("qemu-ga at " + otherPath.orElseThrow() + ": " + next);
        }
    }

    @Override
    public long deadline() {
        return queue.map(QgaQueue::deadline).orElse(Long.MAX_VALUE);
    }

    @Override
    public void tick() {
        queue.ifPresent(QgaQueue::tick);
    }

    /// A session is joined to the host.
    void join(String session, String user, String display, String view) {
        clipboards.join(session, user, display, view);
    }

    /// A session is joined to the host no longer, if it was.
    void leave(String session) {
        clipboards.leave(session);
    }

    /// For `status`.
    List<Map<String, String>> rows() {
        List<Map<String, String>> rows = new ArrayList<>();
        for (QgaPort port : ports) {
            Map<String, String> row = new HashMap<>(
                    Map.of("kind", "link", "name", port.path().toString(), "protocol", "qga", "state", port.state()));
            rows.add(row);
        }
        otherPath.ifPresent(path ->
                rows.add(Map.of("kind", "link", "name", path.toString(), "protocol", "qemu-ga", "state", otherState)));
        return rows;
    }

    void close() {
        servers.forEach(LocalServer::close);
    }
}
