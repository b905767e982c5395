package hyperclip.app.cli;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import hyperclip.app.link.LocalSocket;
import hyperclip.app.link.SocketLink;
import hyperclip.app.link.Troubles;
import hyperclip.app.loop.Loop;
import hyperclip.core.session.Medium;
import hyperclip.core.session.SessionConnection;
import hyperclip.core.session.SessionMessage;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A command's talk with a daemon or front end: one question after another, each waited for.
final class Session implements SessionConnection.Owner, AutoCloseable {

    private static final System.Logger LOG = System.getLogger("hyperclip");

    /// How long a daemon may take to answer, in milliseconds.
    private static final long PATIENCE = 5000;

    private final Path socket;
    private final Loop loop;
    private final SocketLink<SessionConnection> link;
    private final List<Map<String, String>> rows = new ArrayList<>();
    private boolean greeted;
    private boolean done;
    private boolean closedChannel;
    private String refusal;
    private String closed;

    /// @throws Complaint where nobody answers there
    Session(Path socket, Loop loop) throws Complaint, IOException {
        this.socket = socket;
        this.loop = loop;
        SocketChannel channel;
        try {
            channel = LocalSocket.connect(socket);
        } catch (IOException e) {
            throw new Complaint(
                    ExitCode.NOT_CONNECTED,
                    "cannot connect to " + socket + ": " + e.getMessage()
                            + "; check that `hyperclip guest` or `hyperclip host` runs and that this user may connect");
        }
        SessionConnection connection = new SessionConnection(
                Medium.SOCKET, SessionMessage.Role.CLIENT, "", this, new KernelRandom(), loop::millis);
        link = new SocketLink<>(
                loop, channel, connection, "connection", new Troubles(loop::millis), why -> closed = why);
        connection.start();
        try {
            await("a hello", () -> greeted);
        } catch (Complaint e) {
            link.close("done");
            throw e;
        }
    }

    SessionConnection connection() {
        return link.connection();
    }

    Loop loop() {
        return loop;
    }

    /// The rows of the answer.
    List<Map<String, String>> ask(SessionMessage.Question question, String place) throws Complaint, IOException {
        begin(new SessionMessage.Ask(question, place));
        await("an answer", () -> done);
        return List.copyOf(rows);
    }

    /// Says what takes its time to be answered.
    void begin(SessionMessage question) {
        rows.clear();
        done = false;
        link.connection().say(question);
    }

    /// The rows of the answer to that, once it is whole.
    ///
    /// @throws Complaint where the other side has refused or gone
    List<Map<String, String>> answer() throws Complaint, IOException {
        loop.runUntil(() -> done || isOver(), Long.MAX_VALUE);
        if (!done) {
            checkOpen();
        }
        return List.copyOf(rows);
    }

    /// Waits until the other side has read all that was sent; it may be gone by then, too.
    void awaitArrival() throws IOException {
        try {
            ask(SessionMessage.Question.SESSIONS, "");
        } catch (Complaint e) {
            LOG.log(System.Logger.Level.DEBUG, "the last of a copy may not have arrived: {0}", e.getMessage());
        }
    }

    private void await(String what, java.util.function.BooleanSupplier holds) throws Complaint, IOException {
        loop.runUntil(() -> holds.getAsBoolean() || refusal != null || closed != null, loop.millis() + PATIENCE);
        checkOpen();
        if (!holds.getAsBoolean()) {
            throw new Complaint(
                    ExitCode.TIMED_OUT, socket + " did not give " + what + " within " + PATIENCE / 1000 + " s");
        }
    }

    /// @throws Complaint where the other side has refused or gone
    void checkOpen() throws Complaint {
        if (refusal != null) {
            throw new Complaint(ExitCode.NOT_CONNECTED, refusal);
        }
        if (closed != null) {
            throw new Complaint(ExitCode.NOT_CONNECTED, "the connection to " + socket + " has ended: " + closed);
        }
    }

    /// Whether the connection, or the channel on it, is over.
    boolean isOver() {
        return closedChannel || closed != null || refusal != null;
    }

    /// Whether the other side has closed the channel: nobody shows what was copied any more.
    boolean isDisplaced() {
        return closedChannel;
    }

    @Override
    public void greeted(SessionConnection connection, SessionMessage.Hello theirs) {
        greeted = true;
    }

    @Override
    public void said(SessionConnection connection, SessionMessage message, long position) {
        if (message instanceof SessionMessage.Row row) {
            rows.add(row.fields());
        } else if (message instanceof SessionMessage.Done) {
            done = true;
        } else if (message instanceof SessionMessage.Refusal theirs) {
            refusal = theirs.sentence();
        } else if (message instanceof SessionMessage.Close) {
            closedChannel = true;
        }
    }

    @Override
    public void lost(SessionConnection connection, String why) {
        throw new IllegalStateException("a socket is closed, not lost");
    }

    @Override
    public void hasToSend(SessionConnection connection) {
        link.hasToSend();
    }

    @Override
    public void close() {
        link.close("done");
    }
}
