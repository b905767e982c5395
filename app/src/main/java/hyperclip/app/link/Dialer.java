package hyperclip.app.link;

import hyperclip.app.loop.Loop;
import hyperclip.core.wire.Connection;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/// Keeps a connection to a unix socket: dials, and dials again when it cannot or when the connection has ended.
///
/// ```
/// down ──dial──▶ up ──closed──▶ down
///  ▲ └── cannot ─┐
///  └──  RETRY  ──┘
/// ```
///
/// @param <C> the protocol that is spoken
final class Dialer<C extends Connection> implements Reach {

    /// So often it is dialled again that soon; after that whoever is to listen seems to be away for longer.
    private static final int SOON = 50;

    private static final long RARE_RETRY = 1000;

    private final Loop loop;
    private final Path path;
    private final String name;
    private final Troubles troubles;
    private final Supplier<C> connections;
    private final Owner<C> owner;
    private SocketLink<C> link;
    private int inVain;

    Dialer(Loop loop, Path path, String name, Troubles troubles, Supplier<C> connections, Owner<C> owner) {
        this.loop = loop;
        this.path = path;
        this.name = name;
        this.troubles = troubles;
        this.connections = connections;
        this.owner = owner;
    }

    @Override
    public void start() {
        dial();
    }

    private void dial() {
        C connection = connections.get();
        try {
            SocketChannel socket = LocalSocket.connect(path);
            link = new SocketLink<>(loop, socket, connection, name, troubles, this::closed);
        } catch (IOException e) {
            owner.down(
                    Files.exists(path)
                            ? "cannot connect to " + path + ": " + e.getMessage()
                            : "there is no socket " + path + " yet");
            inVain++;
            dialAgain();
            return;
        }
        inVain = 0;
        owner.up(connection);
        connection.start();
    }

    @Override
    public void hasToSend() {
        if (link != null) {
            link.hasToSend();
        }
    }

    /// The socket is the other side's.
    @Override
    public void close() {}

    private void closed(String why) {
        link = null;
        owner.down(why);
        dialAgain();
    }

    private void dialAgain() {
        loop.after(inVain < SOON ? RETRY : RARE_RETRY, this::dial);
    }
}
