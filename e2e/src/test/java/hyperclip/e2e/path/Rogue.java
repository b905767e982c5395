package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import hyperclip.core.session.Medium;
import hyperclip.core.session.Rank;
import hyperclip.core.session.SessionConnection;
import hyperclip.core.session.SessionMessage;
import hyperclip.core.session.SessionMessage.Question;
import hyperclip.core.wire.ProtocolException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Another side that can speak the session protocol rightly, and then does not.
final class Rogue implements SessionConnection.Owner, AutoCloseable {

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final int CREDIT = 1000;

    /// So many does a hub of our own let one requester have under way.
    private static final int MOST_OF_ONE = 100;

    private static final int MOST_OF_A_TURN = 64;

    /// The one of a socket.
    private static final int CHANNEL = 1;

    private final SocketChannel channel;
    private final Selector selector;
    private final SessionConnection connection;
    private final SessionMessage.Role role;
    private final Hub hub = new Hub(Rogue::millis, (follower, followed) -> true);
    private View daemon;
    private View owner;
    private int persons;
    private boolean greeted;
    private int greetings;
    private String otherHello;
    private int answers;
    private final List<Map<String, String>> rows = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();
    private final List<Signal> heard = new ArrayList<>();

    private Rogue(SocketChannel channel, Medium medium, SessionMessage.Role role, String name) throws IOException {
        this.channel = channel;
        this.role = role;
        this.selector = Selector.open();
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
        connection = new SessionConnection(medium, role, name, this, RANDOM, Rogue::millis);
        connection.start();
    }

    /// A client of a daemon or front end.
    static Rogue client(Path socket) {
        return connect(socket, SessionMessage.Role.CLIENT, "");
    }

    /// An agent for a session on this display, from its greeting on.
    static Rogue agent(Path socket, String display) {
        return connect(socket, SessionMessage.Role.AGENT, display);
    }

    private static Rogue connect(Path socket, SessionMessage.Role role, String name) {
        try {
            return new Rogue(SocketChannel.open(UnixDomainSocketAddress.of(socket)), Medium.SOCKET, role, name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A socket that plays a port; whoever is behind it is rogue.
    static ServerSocketChannel port(Path socket) {
        try {
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(socket));
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until somebody connects to the port.
    static Rogue behind(ServerSocketChannel port, SessionMessage.Role role) {
        try {
            return new Rogue(port.accept(), Medium.PORT, role, "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /// Speaks rightly until both sides have said hello, anew since the last call.
    void greet() {
        int before = greetings;
        // Their hello may come with what ours answers: then ours still waits to be sent.
        Await.until("a greeting", () -> {
            turn();
            return greetings > before && !connection.hasToSend();
        });
    }

    /// Speaks rightly until this holds.
    void until(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + Await.GENEROUS.toNanos();
        try {
            while (!holds.getAsBoolean()) {
                if (System.nanoTime() > end) {
                    throw new AssertionError("not within " + Await.GENEROUS + ": " + what);
                }
                turn();
            }
        } catch (IOException e) {
            throw new AssertionError("closed while it waited for " + what, e);
        }
    }

    private void ask(Question question) {
        int before = answers;
        say(new SessionMessage.Ask(question, ""));
        until("an answer", () -> answers > before);
    }

    /// The names of the sessions that a client is told of.
    List<String> sessions() {
        ask(Question.SESSIONS);
        return rows.stream().map(row -> row.get("name")).toList();
    }

    /// A client that pastes from the clipboard that goes without saying, as `hyperclip paste` does, but so many times
    /// at once, and never grants more than the first credit.
    void paste(String type, int times) {
        ask(Question.TYPES);
        OfferId offer = rows.stream()
                .filter(row -> row.get("selection").equals("clipboard")
                        && row.get("type").equals(type))
                .map(row -> new OfferId(row.get("offer")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type + " is offered there, but " + rows));
        ask(Question.ATTACH);
        attached();
        daemon.hear(new Signal.Offer(Selection.CLIPBOARD, offer, List.of(new MimeType(type)), 0, Standing.RENEWED));
        request(type, times);
    }

    /// Asks for what is offered here, so many times at once, and never grants more than the first credit.
    void request(String type, int times) {
        OfferId offer = heard.stream()
                .filter(Signal.Offer.class::isInstance)
                .map(signal -> ((Signal.Offer) signal).id())
                .toList()
                .getLast();
        View asker = null;
        for (int i = 0; i < times; i++) {
            if (i % MOST_OF_ONE == 0) {
                asker = person();
            }
            asker.hear(new Signal.Request(asker.newTransfer(), Selection.CLIPBOARD, offer, new MimeType(type), CREDIT));
        }
    }

    /// Copies, and hands out nothing by itself.
    void offer(String type) {
        owner = person();
        owner.hear(new Signal.Offer(
                Selection.CLIPBOARD, OfferId.random(RANDOM), List.of(new MimeType(type)), 0, Standing.FRESH));
    }

    /// Hands this out to the one that asks for what was offered last.
    void answer(byte[] content) {
        long transfer = heard.stream()
                .filter(Signal.Request.class::isInstance)
                .map(signal -> ((Signal.Request) signal).transfer())
                .toList()
                .getLast();
        owner.hear(new Signal.Chunk(transfer, ByteBuffer.wrap(content)));
        owner.hear(new Signal.End(transfer));
    }

    private View person() {
        return hub.open("person" + persons++, view -> heard::add);
    }

    private void attached() {
        person();
        daemon = connection.open(CHANNEL, hub, "daemon", Rank.GUEST_SIDE);
    }

    /// How many answers of this kind have come to what it pastes.
    long heard(Class<? extends Signal> kind) {
        return heard.stream().filter(kind::isInstance).count();
    }

    /// Why pastes were ended.
    List<Reason> aborts() {
        return heard.stream()
                .filter(Signal.Abort.class::isInstance)
                .map(signal -> ((Signal.Abort) signal).reason())
                .toList();
    }

    List<String> refusals() {
        return refusals;
    }

    boolean isGreeted() {
        return greeted;
    }

    /// Says hello with another text.
    void greetWith(String json) {
        otherHello = json;
    }

    /// Begins anew, as if it had been replaced.
    void beginAnew() {
        connection.portLost("asked to");
    }

    void say(SessionMessage message) {
        connection.say(message);
    }

    /// One turn of speaking rightly.
    void turn() throws IOException {
        turn(10);
    }

    /// The same, waiting so many milliseconds at the most.
    void turn(long wait) throws IOException {
        // Not all at once: who does not read meanwhile is not read from either.
        for (int frames = 0; frames < MOST_OF_A_TURN && connection.hasToSend(); frames++) {
            ByteBuffer[] frame = connection.next();
            if (frame == null) {
                break;
            }
            if (otherHello != null && frame.length == 3 && text(frame[1]).contains("\"hello\"")) {
                ByteBuffer other = ByteBuffer.wrap(otherHello.getBytes(UTF_8));
                frame = new ByteBuffer[] {withLength(frame[0], other.remaining()), other};
            }
            for (ByteBuffer part : frame) {
                write(part);
            }
        }
        if (wait > 0 && !connection.hasToSend()) {
            selector.select(wait);
        } else {
            selector.selectNow();
        }
        selector.selectedKeys().clear();
        ByteBuffer bytes = ByteBuffer.allocate(256 * 1024);
        if (channel.read(bytes) < 0) {
            throw new EOFException("closed by the other side");
        }
        try {
            connection.received(bytes.flip());
            connection.tick();
        } catch (ProtocolException e) {
            throw new IOException(e);
        }
    }

    private static String text(ByteBuffer bytes) {
        return UTF_8.decode(bytes.duplicate()).toString();
    }

    private static ByteBuffer withLength(ByteBuffer header, int length) {
        ByteBuffer patched = ByteBuffer.allocate(header.remaining()).put(header.duplicate());
        return patched.putInt(patched.capacity() - Integer.BYTES, length).flip();
    }

    /// A good header of a control frame for now, with this length.
    ByteBuffer header(int length) {
        connection.say(new SessionMessage.Ping(7));
        return withLength(connection.next()[0], length);
    }

    /// Sends bytes as they are.
    void send(byte[] bytes) {
        send(ByteBuffer.wrap(bytes));
    }

    void send(ByteBuffer bytes) {
        try {
            write(bytes);
        } catch (IOException e) {
            // Closed already, which the test sees elsewhere.
            return;
        }
    }

    void send(String json) {
        byte[] text = json.getBytes(UTF_8);
        send(header(text.length));
        send(text);
    }

    /// Sends a message on the channel of a socket.
    void sendOnChannel(String json) {
        byte[] text = json.getBytes(UTF_8);
        send(frame(1, text.length).put(text).flip());
    }

    /// Sends content there.
    void sendContent(long transfer, byte[] content) {
        send(frame(2, Long.BYTES + content.length)
                .putLong(transfer)
                .put(content)
                .flip());
    }

    /// As docs/session-protocol.md has it, section 3.
    private static ByteBuffer frame(int kind, int length) {
        return ByteBuffer.allocate(12 + length)
                .put((byte) kind)
                .put((byte) 0)
                .putShort((short) CHANNEL)
                .putInt(0)
                .putInt(length);
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                Thread.onSpinWait();
            }
        }
    }

    /// Waits until the other side has closed, and gives all that it has said before.
    String lastWords() {
        StringBuilder words = new StringBuilder();
        ByteBuffer bytes = ByteBuffer.allocate(64 * 1024);
        Await.until("closed", () -> {
            try {
                int count = channel.read(bytes.clear());
                words.append(ISO_8859_1.decode(bytes.flip()));
                return count < 0;
            } catch (IOException e) {
                return true;
            }
        });
        return words.toString();
    }

    /// Whether the other side has closed; what it says before is passed over.
    boolean isClosed() {
        try {
            return channel.read(ByteBuffer.allocate(64 * 1024)) < 0;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void greeted(SessionConnection greetedOn, SessionMessage.Hello theirs) {
        greeted = true;
        greetings++;
        if (role == SessionMessage.Role.AGENT) {
            attached();
        }
    }

    @Override
    public void said(SessionConnection from, SessionMessage message, long position) {
        if (message instanceof SessionMessage.Row row) {
            rows.add(row.fields());
        } else if (message instanceof SessionMessage.Refusal(String sentence)) {
            refusals.add(sentence);
        } else if (message instanceof SessionMessage.Done) {
            answers++;
        }
    }

    @Override
    public void lost(SessionConnection lost, String why) {
        greeted = false;
    }

    @Override
    public void hasToSend(SessionConnection from) {
        // Sent at the next turn.
    }

    void hangUp() {
        try {
            channel.close();
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        hangUp();
    }
}
