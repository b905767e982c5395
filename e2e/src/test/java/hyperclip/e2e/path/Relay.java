package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import hyperclip.core.clipboard.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Plays QEMU between the daemon's port and the front end's chardev socket: two listening unix sockets, and what comes
/// in on the one goes out on the other.
///
/// Like QEMU it tells neither side when the other is replaced: what was on its way to one that has gone is handed to
/// the next. Each socket serves one client at a time.
final class Relay implements AutoCloseable {

    private static final int PIECE = 32 * 1024;

    /// A control message as it stands between the frames' headers; of those here only hello has braces within.
    private static final Pattern MESSAGE = Pattern.compile("\\{\"say\":\"[^{}]*\\}");

    /// As docs/session-protocol.md has it.
    private static final int LONGEST_MESSAGE = 40 * 1024;

    final Side guest;
    final Side host;

    private boolean held;
    private boolean closed;

    Relay(Folder folder) {
        guest = new Side(folder.file("port"));
        host = new Side(folder.file("vm"));
        guest.other = host;
        host.other = guest;
        guest.listen();
        host.listen();
    }

    /// One end.
    final class Side {
        private final Path path;
        private Side other;
        private ServerSocketChannel server;
        private SocketChannel client;
        private long toLose;
        private long passed;
        private long holdAt = Long.MAX_VALUE;
        private ByteArrayOutputStream recording;
        private final StringBuilder tail = new StringBuilder();
        private final List<String> messages = new ArrayList<>();

        Side(Path path) {
            this.path = path;
        }

        Path path() {
            return path;
        }

        private void listen() {
            try {
                Files.deleteIfExists(path);
                server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                server.bind(UnixDomainSocketAddress.of(path), 1);
                ServerSocketChannel listening = server;
                Thread.ofPlatform().daemon().name("relay " + path.getFileName()).start(() -> serve(listening));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void serve(ServerSocketChannel listening) {
            try {
                while (true) {
                    SocketChannel accepted = listening.accept();
                    synchronized (Relay.this) {
                        client = accepted;
                        Relay.this.notifyAll();
                    }
                    pump(accepted);
                    synchronized (Relay.this) {
                        client = null;
                    }
                    accepted.close();
                }
            } catch (IOException e) {
                // The relay has been cut or closed.
                return;
            }
        }

        private void pump(SocketChannel from) {
            ByteBuffer piece = ByteBuffer.allocate(PIECE);
            try {
                while (from.read(piece.clear()) >= 0) {
                    piece.flip();
                    pass(piece);
                }
            } catch (IOException e) {
                // As good as an end.
                return;
            }
        }

        private void pass(ByteBuffer piece) throws IOException {
            synchronized (Relay.this) {
                int lost = (int) Math.min(toLose, piece.remaining());
                toLose -= lost;
                piece.position(piece.position() + lost);
                count(piece);
            }
            other.give(piece);
        }

        private void count(ByteBuffer piece) {
            passed += piece.remaining();
            if (passed >= holdAt) {
                holdAt = Long.MAX_VALUE;
                held = true;
            }
            byte[] bytes = new byte[piece.remaining()];
            piece.duplicate().get(bytes);
            if (recording != null) {
                recording.writeBytes(bytes);
            }
            tail.append(new String(bytes, ISO_8859_1));
            Matcher message = MESSAGE.matcher(tail);
            int end = 0;
            while (message.find()) {
                messages.add(message.group());
                end = message.end();
            }
            tail.delete(0, Math.max(end, tail.length() - LONGEST_MESSAGE));
        }

        /// Writes to this end, waiting for one that takes it.
        private void give(ByteBuffer piece) throws IOException {
            while (piece.hasRemaining()) {
                SocketChannel taker;
                synchronized (Relay.this) {
                    while ((client == null || held) && !closed) {
                        try {
                            Relay.this.wait();
                        } catch (InterruptedException e) {
                            throw new IOException(e);
                        }
                    }
                    if (closed) {
                        throw new IOException("the relay is closed");
                    }
                    taker = client;
                }
                try {
                    taker.write(piece);
                } catch (IOException e) {
                    synchronized (Relay.this) {
                        if (taker.equals(client)) {
                            client = null;
                        }
                    }
                }
            }
        }

        /// The next bytes that come in here are lost.
        void lose(long bytes) {
            synchronized (Relay.this) {
                toLose = bytes;
            }
        }

        /// Nothing moves any more once so many more bytes have come in here.
        void holdAfter(long bytes) {
            synchronized (Relay.this) {
                holdAt = passed + bytes;
            }
        }

        /// How many bytes have come in here.
        long passed() {
            synchronized (Relay.this) {
                return passed;
            }
        }

        /// How many offers of the clipboard have come in here.
        int offers() {
            synchronized (Relay.this) {
                return said("offer", "\"selection\":\"clipboard\"");
            }
        }

        /// How many messages of this word that hold this have come in here.
        int said(String word, String holds) {
            synchronized (Relay.this) {
                return (int) messages.stream()
                        .filter(message -> message.startsWith("{\"say\":\"" + word + "\"") && message.contains(holds))
                        .count();
            }
        }

        /// How many transfers have been ended from this side before their end, for this reason.
        int ended(Reason reason) {
            String holds = "\"reason\":\"" + reason.word() + "\"";
            return said("abort", holds) + said("cancel", holds);
        }

        void record() {
            synchronized (Relay.this) {
                recording = new ByteArrayOutputStream();
            }
        }

        /// Says again what has come in here since [#record()].
        void replay() {
            byte[] again;
            synchronized (Relay.this) {
                again = recording.toByteArray();
            }
            try {
                other.give(ByteBuffer.wrap(again));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void cut() {
            try {
                server.close();
                Files.deleteIfExists(path);
                synchronized (Relay.this) {
                    if (client != null) {
                        client.close();
                        client = null;
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// QEMU is killed: both ends lose their socket, and there is none to connect to.
    void cut() {
        guest.cut();
        host.cut();
    }

    /// QEMU is started again.
    void rejoin() {
        guest.listen();
        host.listen();
    }

    /// Nothing moves.
    synchronized void hold() {
        held = true;
    }

    boolean isHeld() {
        synchronized (this) {
            return held;
        }
    }

    /// It moves again.
    synchronized void letGo() {
        held = false;
        notifyAll();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        cut();
    }
}
