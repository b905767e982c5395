package hyperclip.app.guest;

import hyperclip.app.link.LocalSocket;
import hyperclip.app.link.PortLink;
import hyperclip.app.link.SocketLink;
import hyperclip.app.link.Troubles;
import hyperclip.app.loop.Loop;
import hyperclip.core.wire.Connection;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Consumer;

/// What all ways to the host have in common: a character device, or a unix socket in its place.
final class Ports {

    private Ports() {}

    /// One that is open.
    ///
    /// @param hasToSend to be run when its connection has something to send
    /// @param start begins: to be run once, when the former is known to whoever runs it
    /// @param close ends it, for a reason
    record Way(Runnable hasToSend, Runnable start, Consumer<String> close) {}

    /// Opens it for a connection.
    ///
    /// @param closed told where it does not go on, with the reason as a sentence
    /// @throws IOException where there is none, or another process holds it
    static Way open(Loop loop, Path path, Connection connection, Troubles troubles, Consumer<String> closed)
            throws IOException {
        if (isSocket(path)) {
            SocketChannel socket = LocalSocket.connect(path);
            SocketLink<Connection> link = new SocketLink<>(loop, socket, connection, "port " + path, troubles, closed);
            return new Way(link::hasToSend, connection::start, link::close);
        }
        PortLink link = new PortLink(loop, path, connection, closed);
        return new Way(
                link::hasToSend,
                () -> {
                    connection.start();
                    link.start();
                },
                why -> {
                    link.close();
                    connection.closeAll();
                    closed.accept(why);
                });
    }

    /// @throws IOException where there is nothing of this name, or neither of both
    private static boolean isSocket(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        if (attributes.isRegularFile() || attributes.isDirectory()) {
            throw new IOException("it is neither a port nor a socket");
        }
        int type = (Integer) Files.getAttribute(path, "unix:mode") & 0xF000;
        return type == 0xC000;
    }

    /// Why it cannot be opened, for a person.
    static String complaint(Path path, IOException e) {
        if (!Files.exists(path)) {
            return "there is no such port; give the machine a virtserialport with this name";
        }
        String message = String.valueOf(e.getMessage());
        if (message.contains("busy")) {
            return "another process holds it; only one can: stop that process, or give the machine a second port";
        }
        return message;
    }
}
