package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Whoever speaks qemu-ga's protocol over a socket and asks for commands: a local client, or the host at its port.
final class QgaClient implements AutoCloseable {

    static final byte SENTINEL = (byte) 0xFF;

    private final SocketChannel channel;
    /// What has come; empty for the end of the connection.
    private final BlockingQueue<Optional<byte[]>> lines = new LinkedBlockingQueue<>();

    private final Deque<Map<String, Object>> events = new ArrayDeque<>();
    private long lastId;

    /// A command that was not carried out.
    record Refusal(String kind, String description) {}

    QgaClient(SocketChannel channel) {
        this.channel = channel;
        Thread.ofPlatform().daemon().name("qga client").start(this::read);
    }

    static QgaClient connect(Path socket) {
        try {
            return new QgaClient(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
        } catch (IOException e) {
            throw new UncheckedIOException("nobody listens on " + socket, e);
        }
    }

    private void read() {
        ByteBuffer bytes = ByteBuffer.allocate(64 * 1024);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            while (channel.read(bytes.clear()) >= 0) {
                int begin = 0;
                for (int i = 0; i < bytes.position(); i++) {
                    if (bytes.get(i) == '\n') {
                        line.write(bytes.array(), begin, i - begin);
                        lines.add(Optional.of(line.toByteArray()));
                        line.reset();
                        begin = i + 1;
                    }
                }
                line.write(bytes.array(), begin, bytes.position() - begin);
            }
        } catch (IOException e) {
            // As good as an end.
            lines.add(Optional.empty());
            return;
        }
        lines.add(Optional.empty());
    }

    void send(byte[] bytes) {
        try {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A command as it is written, or whatever else fits into a line.
    void send(String line) {
        send((line + "\n").getBytes(UTF_8));
    }

    /// Asks for a command, under a new id.
    ///
    /// @param arguments names and values in turn
    /// @return the id
    long say(String command, Object... arguments) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            all.put((String) arguments[i], arguments[i + 1]);
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("execute", command);
        if (!all.isEmpty()) {
            line.put("arguments", all);
        }
        line.put("id", ++lastId);
        send(QgaJson.write(line));
        return lastId;
    }

    /// The next line as it came.
    byte[] line() {
        return next().orElseThrow(() -> new AssertionError("the other side closed the connection"));
    }

    private Optional<byte[]> next() {
        try {
            Optional<byte[]> line = lines.poll(Await.GENEROUS.toMillis(), TimeUnit.MILLISECONDS);
            if (line == null) {
                throw new AssertionError("no line within " + Await.GENEROUS);
            }
            return line;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// The next reply; events before it are kept.
    Map<String, Object> reply() {
        Map<String, Object> next = QgaJson.object(QgaJson.read(line()));
        while (next.containsKey("event")) {
            events.add(next);
            next = QgaJson.object(QgaJson.read(line()));
        }
        return next;
    }

    /// The data of the next event of this name; no reply may come before it.
    Map<String, Object> event(String name) {
        while (true) {
            Map<String, Object> next = events.isEmpty() ? QgaJson.object(QgaJson.read(line())) : events.removeFirst();
            assertThat(next).as("an event").containsOnlyKeys("event", "data");
            if (next.get("event").equals(name)) {
                return QgaJson.object(next.get("data"));
            }
        }
    }

    boolean hasEvents() {
        return !events.isEmpty();
    }

    /// Asks for what is written here, and gives its reply.
    Map<String, Object> ask(String line) {
        send(line);
        return reply();
    }

    /// The reply to the command of this id, which has to be the next.
    Map<String, Object> reply(long id) {
        Map<String, Object> reply = reply();
        assertThat(reply).hasSize(2);
        assertThat(QgaJson.number(reply.get("id"))).as("%.300s", reply).isEqualTo(id);
        return reply;
    }

    /// What a command returns that is carried out.
    Object call(String command, Object... arguments) {
        return returned(reply(say(command, arguments)));
    }

    static Object returned(Map<String, Object> reply) {
        assertThat(reply).containsKey("return");
        return reply.get("return");
    }

    /// Why a command is not carried out.
    Refusal refusal(String command, Object... arguments) {
        return refusal(reply(say(command, arguments)));
    }

    static Refusal refusal(Map<String, Object> reply) {
        assertThat(reply).containsKey("error");
        Map<String, Object> error = QgaJson.object(reply.get("error"));
        assertThat(error).containsOnlyKeys("class", "desc");
        return new Refusal((String) error.get("class"), (String) error.get("desc"));
    }

    /// Begins anew: whatever was to come before does not come any more.
    void sync() {
        long number = ++lastId + 1_000_000_000L;
        send(new byte[] {SENTINEL});
        send("{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":" + number + "}}");
        awaitSync(number);
        events.clear();
    }

    /// Passes over everything before the reply to this delimited sync.
    void awaitSync(long number) {
        byte[] line = line();
        while (line.length == 0 || line[0] != SENTINEL) {
            line = line();
        }
        Map<String, Object> reply = QgaJson.object(QgaJson.read(Arrays.copyOfRange(line, 1, line.length)));
        assertThat(QgaJson.number(reply.get("return"))).isEqualTo(number);
    }

    /// All content of this type, in pieces of at most so many bytes.
    byte[] read(String selection, String type, int piece) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        Map<String, Object> read;
        do {
            read = QgaJson.object(call(
                    "guest-clipboard-read",
                    "selection",
                    selection,
                    "type",
                    type,
                    "offset",
                    content.size(),
                    "count",
                    piece));
            byte[] bytes = content(read);
            assertThat(bytes.length).isLessThanOrEqualTo(piece);
            content.writeBytes(bytes);
        } while (read.get("eof").equals(false));
        return content.toByteArray();
    }

    /// The content in what a read returned.
    static byte[] content(Map<String, Object> read) {
        byte[] bytes = Base64.getDecoder().decode((String) read.get("buf-b64"));
        assertThat(QgaJson.number(read.get("count"))).isEqualTo(bytes.length);
        return bytes;
    }

    /// Copies something of several types, in pieces of at most so many bytes, and gives the offer's name.
    String write(String selection, Map<String, byte[]> types, int piece) {
        long handle = QgaJson.number(call("guest-clipboard-open", "selection", selection));
        types.forEach((type, bytes) -> {
            for (int at = 0; at < bytes.length; at += piece) {
                byte[] next = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece));
                Object written = call("guest-clipboard-write", "handle", handle, "type", type, "buf-b64", next);
                assertThat(QgaJson.number(QgaJson.object(written).get("count"))).isEqualTo(next.length);
            }
        });
        return (String)
                QgaJson.object(call("guest-clipboard-commit", "handle", handle)).get("offer");
    }

    /// How a program of the guest has ended that was run by guest-exec with its output captured.
    Map<String, Object> run(String path, Object arguments) {
        Object pid = QgaJson.object(call("guest-exec", "path", path, "arg", arguments, "capture-output", true))
                .get("pid");
        Map<String, Object> status = QgaJson.object(call("guest-exec-status", "pid", pid));
        while (status.get("exited").equals(false)) {
            status = QgaJson.object(call("guest-exec-status", "pid", pid));
        }
        return status;
    }

    /// What it has written to its standard output.
    static String output(Map<String, Object> status) {
        return new String(Base64.getDecoder().decode((String) status.get("out-data")), UTF_8);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
