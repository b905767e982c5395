package hyperclip.display.x11;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// One connection to an X server: requests go out with numbers, replies and errors find the request they belong to,
/// and events go to whoever listens.
///
/// Nothing blocks after [#open]. Output waits in one buffer with a limit. An X error is told to the request that
/// asked to know of it and is forgotten otherwise: windows of other clients die at any time, so that BadWindow is
/// an everyday word. Bytes that make no sense are an IOException that names their position, and the connection is
/// of no more use.
final class X11Connection implements AutoCloseable {

    /// The largest piece of a property that is asked for in one GetProperty, in bytes.
    static final int MAX_PIECE = 256 * 1024;

    /// How long a server may take to let us in, and to answer during the opening.
    static final long OPENING_MILLIS = 5_000;

    /// The most output that waits for a server that does not read. It is more than all pastes' windows together.
    static final int MAX_OUTBOUND = 48 << 20;

    /// After so many requests without an answer one is asked for, so that 16 bits of number remain enough.
    private static final int MAX_UNANSWERED = 30_000;

    /// How much is read in one go before others get their turn.
    private static final int MAX_READ = 2 << 20;

    private static final int IN_CAPACITY = ServerMessage.MAX_REPLY + 64 * 1024;
    private static final int OUT_CAPACITY = 64 * 1024;
    /// What every server takes (X11 protocol, section 8: 4096 words).
    private static final int MIN_REQUEST = 16 * 1024;

    private static final int RETRY_MILLIS = 20;
    private static final int BIG_REQUEST_WORDS = 0x10000;

    /// What comes of one request.
    interface Answer {
        void reply(ByteBuffer reply) throws IOException;

        default void refused(ServerMessage.Refusal refusal) throws IOException {}
    }

    /// Nothing but an error can answer the request, and nobody minds if none does.
    interface Mishap {
        void refused(ServerMessage.Refusal refusal) throws IOException;
    }

    private record Pending(long sequence, Answer answer, boolean replyDue) {}

    private final SocketChannel channel;
    private final Setup setup;
    private final int root;
    private final ByteBuffer in = direct(IN_CAPACITY);
    private ByteBuffer out = direct(OUT_CAPACITY);
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private Consumer<Event> listener = event -> {};
    private int xfixesFirstEvent = -1;
    private int maxRequest;
    private long sent;
    private long answered;
    private long lastExpected;
    private long position;
    private IOException broken;

    private X11Connection(SocketChannel channel, Setup setup, int screen, long position) {
        this.channel = channel;
        this.setup = setup;
        this.root = setup.roots().get(Math.min(screen, setup.roots().size() - 1));
        this.maxRequest = setup.maxRequest();
        this.position = position;
        in.flip();
    }

    private static ByteBuffer direct(int capacity) {
        // Each side takes the byte order that the client names; little-endian is what the machines are.
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    // ---- opening ----

    static X11Connection open(DisplayName name, Map<String, String> environment, LongSupplier millis)
            throws X11Exception {
        Optional<Path> path = Xauthority.path(environment);
        Xauthority authority = path.map(Xauthority::read).orElse(new Xauthority(List.of()));
        long limit = millis.getAsLong() + OPENING_MILLIS;
        List<String> failures = new ArrayList<>();
        for (DisplayName.Address address : name.addresses()) {
            SocketChannel channel = null;
            try {
                channel = connect(address, limit, millis);
                return greet(channel, address, name, authority, path, limit, millis);
            } catch (IOException e) {
                closeQuietly(channel);
                failures.add(address + ": " + e.getMessage());
            } catch (X11Exception e) {
                closeQuietly(channel);
                throw e;
            }
        }
        throw new X11Exception("No X server answers as display " + name + " (tried " + String.join("; ", failures)
                + "). Check that DISPLAY names a display that runs and that this user may use it.");
    }

    private static SocketChannel connect(DisplayName.Address address, long limit, LongSupplier millis)
            throws IOException {
        return switch (address) {
            case DisplayName.Unix(Path path) -> connectUnix(path, limit, millis);
            case DisplayName.Tcp(String host, int port) -> connectTcp(host, port, limit, millis);
        };
    }

    private static SocketChannel connectUnix(Path path, long limit, LongSupplier millis) throws IOException {
        if (!Files.exists(path)) {
            throw new IOException("no such socket");
        }
        while (true) {
            SocketChannel channel = SocketChannel.open(java.net.StandardProtocolFamily.UNIX);
            try {
                channel.configureBlocking(false);
                if (channel.connect(UnixDomainSocketAddress.of(path))) {
                    return channel;
                }
                awaitConnected(channel, limit, millis);
                return channel;
            } catch (IOException e) {
                channel.close();
                // A full backlog answers at once that the resource is temporarily unavailable.
                boolean full = String.valueOf(e.getMessage()).contains("temporarily unavailable");
                if (!full || millis.getAsLong() >= limit) {
                    throw e;
                }
                pause();
            }
        }
    }

    private static void pause() throws IOException {
        try (Selector selector = Selector.open()) {
            selector.select(RETRY_MILLIS);
        }
    }

    private static SocketChannel connectTcp(String host, int port, long limit, LongSupplier millis) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (!channel.connect(new InetSocketAddress(InetAddress.getByName(host), port))) {
                awaitConnected(channel, limit, millis);
            }
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static void awaitConnected(SocketChannel channel, long limit, LongSupplier millis) throws IOException {
        await(channel, SelectionKey.OP_CONNECT, limit, millis);
        channel.finishConnect();
    }

    private static void await(SocketChannel channel, int operation, long limit, LongSupplier millis)
            throws IOException {
        long left = limit - millis.getAsLong();
        try (Selector selector = Selector.open()) {
            channel.register(selector, operation);
            if (left <= 0 || selector.select(left) == 0) {
                throw new IOException("no answer within " + OPENING_MILLIS / 1000 + " s");
            }
        }
    }

    private static X11Connection greet(
            SocketChannel channel,
            DisplayName.Address address,
            DisplayName name,
            Xauthority authority,
            Optional<Path> authorityPath,
            long limit,
            LongSupplier millis)
            throws IOException, X11Exception {
        Optional<Xauthority.Entry> cookie = cookie(channel, address, name, authority);
        ByteBuffer greeting = greeting(cookie);
        while (greeting.hasRemaining()) {
            if (channel.write(greeting) == 0) {
                await(channel, SelectionKey.OP_WRITE, limit, millis);
            }
        }
        ByteBuffer answer = direct(Setup.HEADER + 4 * 0xffff);
        answer.limit(Setup.HEADER);
        int total = 0;
        while (answer.hasRemaining()) {
            int read = channel.read(answer);
            if (read < 0) {
                throw new IOException("it closed the connection without a word");
            }
            if (read == 0) {
                await(channel, SelectionKey.OP_READ, limit, millis);
            }
            if (!answer.hasRemaining() && total == 0) {
                total = Setup.length(answer.duplicate().order(answer.order()).flip());
                answer.limit(total);
            }
        }
        answer.flip();
        try {
            return new X11Connection(channel, Setup.read(answer), name.screen(), total);
        } catch (Setup.RefusedException e) {
            String shown = cookie.isPresent() ? "with the cookie from " : "without a cookie, since none is in ";
            throw new X11Exception(
                    "The X server at " + address + " refused us: " + e.getMessage() + ". We asked " + shown
                            + authorityPath.map(Path::toString).orElse("any file: neither XAUTHORITY nor HOME is set")
                            + ". Check that XAUTHORITY names the file of this session (xauth list shows what it holds).",
                    e);
        }
    }

    private static Optional<Xauthority.Entry> cookie(
            SocketChannel channel, DisplayName.Address address, DisplayName name, Xauthority authority)
            throws IOException {
        return switch (address) {
            case DisplayName.Unix _ -> authority.local(name.number(), hostName());
            case DisplayName.Tcp _ ->
                authority.remote(
                        name.number(), ((InetSocketAddress) channel.getRemoteAddress()).getAddress(), hostName());
        };
    }

    /// The kernel's own word: InetAddress.getLocalHost() would ask the resolver, which may block.
    private static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname"), StandardCharsets.ISO_8859_1)
                    .strip();
        } catch (IOException none) {
            return "localhost";
        }
    }

    /// X11 protocol, section 8 "Connection Setup".
    static ByteBuffer greeting(Optional<Xauthority.Entry> cookie) {
        byte[] protocol = cookie.map(c -> c.protocol().getBytes(StandardCharsets.ISO_8859_1))
                .orElse(new byte[0]);
        byte[] data =
                cookie.map(c -> c.data().getBytes(StandardCharsets.ISO_8859_1)).orElse(new byte[0]);
        ByteBuffer greeting = ByteBuffer.allocate(12 + Setup.padded(protocol.length) + Setup.padded(data.length))
                .order(ByteOrder.LITTLE_ENDIAN);
        greeting.put((byte) 'l').put((byte) 0).putShort((short) 11).putShort((short) 0);
        greeting.putShort((short) protocol.length).putShort((short) data.length).putShort((short) 0);
        greeting.put(protocol).position(12 + Setup.padded(protocol.length));
        greeting.put(data).position(0);
        return greeting;
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException ignored) {
            // It is being given up anyway.
            return;
        }
    }

    /// Reads and writes, blocking, until the condition holds: for the opening alone.
    void await(BooleanSupplier condition, long limit, LongSupplier millis) throws IOException {
        while (!condition.getAsBoolean()) {
            await(channel, interest(), limit, millis);
            ready();
        }
    }

    // ---- what is known of the server ----

    int root() {
        return root;
    }

    Setup setup() {
        return setup;
    }

    SocketChannel channel() {
        return channel;
    }

    /// The most bytes of data that one ChangeProperty may carry.
    int maxData() {
        return Math.max(maxRequest, MIN_REQUEST) - 64;
    }

    void listen(Consumer<Event> newListener) {
        listener = newListener;
    }

    void xfixesEventsFrom(int firstEvent) {
        xfixesFirstEvent = firstEvent;
    }

    /// BIG-REQUESTS is on: lengths of 32 bits are understood.
    void bigRequests(int maxWords) {
        maxRequest = (int) Math.min(Integer.MAX_VALUE / 2, 4L * (maxWords & 0xffffffffL));
    }

    // ---- requests ----

    /// Begins a request of so many words with its header; the caller puts the rest in the buffer that is given.
    ByteBuffer begin(int opcode, int detail, int words) {
        boolean big = words >= BIG_REQUEST_WORDS;
        reserve(4 * words + 4);
        sent++;
        out.put((byte) opcode).put((byte) detail);
        if (big) {
            out.putShort((short) 0).putInt(words + 1);
        } else {
            out.putShort((short) words);
        }
        return out;
    }

    /// The request begun last has a reply.
    void expect(Answer answer) {
        lastExpected = sent;
        pending.add(new Pending(sent, answer, true));
    }

    /// The request begun last has no reply, but its failure is of interest.
    void expectNothing(Mishap mishap) {
        pending.add(new Pending(
                sent,
                new Answer() {
                    @Override
                    public void reply(ByteBuffer reply) throws IOException {
                        throw new IOException("the X server replied to a request that has no reply");
                    }

                    @Override
                    public void refused(ServerMessage.Refusal refusal) throws IOException {
                        mishap.refused(refusal);
                    }
                },
                false));
    }

    private void reserve(int bytes) {
        if (sent - lastExpected >= MAX_UNANSWERED) {
            lastExpected = sent + 1;
            Requests.getInputFocus(this);
        }
        if (out.remaining() >= bytes) {
            return;
        }
        long wanted = (long) out.position() + bytes;
        if (wanted > MAX_OUTBOUND) {
            // Dropped with the connection, which is told at the next ready().
            broken = new IOException("the X server has not read for " + out.position() + " bytes");
            out.clear();
            if (out.remaining() >= bytes) {
                return;
            }
        }
        int capacity = out.capacity();
        while (capacity < wanted) {
            capacity *= 2;
        }
        out = direct(Math.min(capacity, 2 * MAX_OUTBOUND)).put(out.flip());
    }

    /// The number of the request begun last.
    long sent() {
        return sent;
    }

    /// The number of the last request that the server had carried out when it sent what is being read.
    long processed() {
        return answered;
    }

    // ---- moving bytes ----

    int interest() {
        return out.position() > 0 || broken != null
                ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
                : SelectionKey.OP_READ;
    }

    /// Sends what the socket takes; a failure is told by the next [#ready()].
    void flush() {
        try {
            write();
        } catch (IOException e) {
            broken = e;
        }
    }

    private void write() throws IOException {
        if (broken != null) {
            // What is left of it begins in the midst of a request.
            out.clear();
            return;
        }
        if (out.position() == 0) {
            return;
        }
        out.flip();
        try {
            channel.write(out);
        } finally {
            out.compact();
        }
        if (out.position() == 0 && out.capacity() > 1 << 20) {
            out = direct(OUT_CAPACITY);
        }
    }

    void ready() throws IOException {
        if (broken != null) {
            throw broken;
        }
        int budget = MAX_READ;
        while (budget > 0) {
            in.compact();
            int read;
            try {
                read = channel.read(in);
            } finally {
                in.flip();
            }
            if (read < 0) {
                throw new EOFException("the X server closed the connection");
            }
            boolean more = in.limit() == in.capacity();
            budget -= read;
            take();
            write();
            if (!more) {
                // A short read has emptied the socket: another one would only say so.
                break;
            }
        }
    }

    private void take() throws IOException {
        while (true) {
            int before = in.position();
            ServerMessage message = ServerMessage.read(in, position, xfixesFirstEvent);
            if (message == null) {
                return;
            }
            position += in.position() - before;
            switch (message) {
                case ServerMessage.Reply(int sequence, ByteBuffer bytes) ->
                    answer(sequence, true).reply(bytes);
                case ServerMessage.Refusal refusal ->
                    answer(refusal.sequence(), false).refused(refusal);
                case ServerMessage.Happening(int sequence, Event event) -> {
                    if (ServerMessage.isNumbered(event)) {
                        settle(full(sequence));
                    }
                    listener.accept(event);
                }
            }
        }
    }

    /// The whole number behind the 16 bits: numbers only grow.
    private long full(int sequence) throws IOException {
        long full = (answered & ~0xffffL) | sequence;
        if (full < answered) {
            full += 0x10000;
        }
        if (full > sent) {
            throw new IOException("the X server answers a request that was never made, at byte " + position);
        }
        return full;
    }

    /// All requests before this one are done, those without a reply successfully.
    private void settle(long sequence) throws IOException {
        answered = Math.max(answered, sequence);
        while (!pending.isEmpty() && pending.peek().sequence() < sequence) {
            Pending done = pending.poll();
            if (done.replyDue()) {
                throw new IOException(
                        "the X server passed over the reply to request " + done.sequence() + ", at byte " + position);
            }
        }
    }

    private Answer answer(int wire, boolean isReply) throws IOException {
        long sequence = full(wire);
        settle(sequence);
        if (!pending.isEmpty() && pending.peek().sequence() == sequence) {
            return pending.poll().answer();
        }
        if (isReply) {
            throw new IOException(
                    "the X server replies to request " + sequence + ", which awaits nothing, at byte " + position);
        }
        return NOBODY;
    }

    private static final Answer NOBODY = reply -> {};

    @Override
    public void close() {
        closeQuietly(channel);
    }
}
