package hyperclip.app.link;

import hyperclip.app.loop.Loop;
import hyperclip.core.wire.Connection;
import java.nio.file.Path;
import java.util.function.Supplier;

/// Keeps a connection over a unix socket, and gets another where one has ended.
public interface Reach {

    /// How long until a socket is dialled again, in milliseconds.
    long RETRY = 200;

    /// Which side opens the socket.
    enum How {
        /// The other: it is dialled.
        CONNECT,
        /// This one: it is waited for.
        LISTEN
    }

    /// Whoever wants the connection.
    ///
    /// @param <C> the protocol that is spoken
    interface Owner<C> {

        /// There is a connection; it has not been greeted yet.
        void up(C connection);

        /// There is no connection now; it will be tried again.
        ///
        /// @param why a sentence, with what to check where there could be none
        void down(String why);
    }

    /// One that gets its connections in this way.
    ///
    /// @param name for the log, such as `machine work`
    /// @param connections a new one for each socket
    static <C extends Connection> Reach of(
            How how, Loop loop, Path path, String name, Troubles troubles, Supplier<C> connections, Owner<C> owner) {
        return switch (how) {
            case CONNECT -> new Dialer<>(loop, path, name, troubles, connections, owner);
            case LISTEN -> new Acceptor<>(loop, path, name, troubles, connections, owner);
        };
    }

    /// Begins.
    void start();

    /// To be called when the connection has something to send.
    void hasToSend();

    /// Leaves no socket behind.
    void close();
}
