package hyperclip.app.link;

import hyperclip.app.loop.Loop;
import hyperclip.core.session.SessionConnection;
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
public final class Dialer {

    /// How long until the socket is dialled again, in milliseconds.
    public static final long RETRY = 200;

    /// So often it is dialled again that soon; after that whoever is to listen seems to be away for longer.
    private static final int SOON = 50;

    private static final long RARE_RETRY = 1000;

    private final Loop loop;
    private final Path path;
    private final String name;
    private final Troubles troubles;
    private final Supplier<SessionConnection> connections;
    private final Owner owner;
    private SocketLink link;
    private int inVain;

    /// Whoever wants the connection.
    public interface Owner {

        /// There is a connection; it has not been greeted yet.
        void up(SessionConnection connection);

        /// There is no connection now; it will be tried again.
        ///
        /// @param why a sentence, with what to check where the socket could not be dialled
        void down(String why);
    }

    public Dialer(
            Loop loop,
            Path path,
            String name,
            Troubles troubles,
            Supplier<SessionConnection> connections,
            Owner owner) {
        this.loop = loop;
        this.path = path;
        this.name = name;
        this.troubles = troubles;
        this.connections = connections;
        this.owner = owner;
    }

    public void dial() {
        SessionConnection connection = connections.get();
        try {
            SocketChannel socket = LocalSocket.connect(path);
            link = new SocketLink(loop, socket, connection, name, troubles, this::closed);
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

    /// To be called when the connection has something to send.
    public void hasToSend() {
        if (link != null) {
            link.hasToSend();
        }
    }

    private void closed(String why) {
        link = null;
        owner.down(why);
        dialAgain();
    }

    private void dialAgain() {
        loop.after(inVain < SOON ? RETRY : RARE_RETRY, this::dial);
    }
}
