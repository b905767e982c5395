package hyperclip.app.link;

import hyperclip.app.Complaint;
import hyperclip.app.loop.Loop;
import hyperclip.core.wire.Connection;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/// Listens on a unix socket for the one connection that it serves: a newer one takes the place of an older, whose other
/// side may have gone without a word.
final class Acceptor<C extends Connection> implements Reach {

    /// How long until it is tried again to listen, in milliseconds.
    private static final long LISTEN_AGAIN = 1_000;

    private final Loop loop;
    private final Path path;
    private final String name;
    private final Troubles troubles;
    private final Supplier<C> connections;
    private final Owner<C> owner;
    private Optional<LocalServer> server = Optional.empty();
    private SocketLink<C> link;

    Acceptor(Loop loop, Path path, String name, Troubles troubles, Supplier<C> connections, Owner<C> owner) {
        this.loop = loop;
        this.path = path;
        this.name = name;
        this.troubles = troubles;
        this.connections = connections;
        this.owner = owner;
    }

    @Override
    public void start() {
        try {
            server = Optional.of(new LocalServer(loop, path, "rw-------", this::visited));
            owner.down("nobody has connected to " + path + " yet");
        } catch (Complaint e) {
            owner.down(e.getMessage());
            loop.after(LISTEN_AGAIN, this::start);
        }
    }

    private void visited(SocketChannel channel, String user) {
        if (link != null) {
            link.close("a newer connection has taken its place");
        }
        C connection = connections.get();
        try {
            link = new SocketLink<>(loop, channel, connection, name, troubles, this::closed);
        } catch (IOException e) {
            troubles.note(name + ": a connection of " + user + " failed: " + e.getMessage());
            return;
        }
        owner.up(connection);
        connection.start();
    }

    private void closed(String why) {
        link = null;
        owner.down(why);
    }

    @Override
    public void hasToSend() {
        if (link != null) {
            link.hasToSend();
        }
    }

    @Override
    public void close() {
        server.ifPresent(LocalServer::close);
    }
}
