package hyperclip.e2e.path;

import hyperclip.core.session.Medium;
import hyperclip.core.session.SessionConnection;
import hyperclip.core.session.SessionMessage;
import hyperclip.core.session.SessionMessage.Question;
import hyperclip.core.wire.ProtocolException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Asks a daemon or front end what it knows, over its socket: a command would take a second to start.
final class Inquirer implements SessionConnection.Owner {

    private static final long PATIENCE_MILLIS = 5_000;

    private final List<Map<String, String>> rows = new ArrayList<>();
    private boolean greeted;
    private boolean answered;

    private Inquirer() {}

    /// Gives the rows of the answer; none where there is nobody to ask.
    static List<Map<String, String>> ask(Path socket, Question question, String place) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                Selector selector = Selector.open()) {
            return new Inquirer().ask(channel, selector, question, place);
        } catch (IOException e) {
            return List.of();
        }
    }

    private List<Map<String, String>> ask(SocketChannel channel, Selector selector, Question question, String place)
            throws IOException {
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
        SessionConnection connection = new SessionConnection(
                Medium.SOCKET, SessionMessage.Role.CLIENT, "", this, new SecureRandom(), Inquirer::millis);
        connection.start();
        boolean asked = false;
        ByteBuffer bytes = ByteBuffer.allocate(64 * 1024);
        long end = millis() + PATIENCE_MILLIS;
        while (!answered && millis() < end) {
            if (greeted && !asked) {
                connection.say(new SessionMessage.Ask(question, place));
                asked = true;
            }
            while (connection.hasToSend()) {
                channel.write(connection.next());
            }
            selector.select(100);
            selector.selectedKeys().clear();
            if (channel.read(bytes.clear()) < 0) {
                throw new IOException("closed");
            }
            try {
                connection.received(bytes.flip());
            } catch (ProtocolException e) {
                throw new IOException(e);
            }
        }
        return rows;
    }

    private static long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    @Override
    public void greeted(SessionConnection connection, SessionMessage.Hello theirs) {
        greeted = true;
    }

    @Override
    public void said(SessionConnection connection, SessionMessage message, long position) {
        if (message instanceof SessionMessage.Row row) {
            rows.add(row.fields());
        } else {
            answered = true;
        }
    }

    @Override
    public void lost(SessionConnection connection, String why) {
        throw new IllegalStateException(why);
    }

    @Override
    public void hasToSend(SessionConnection connection) {
        // Sent after every turn.
    }
}
