package hyperclip.e2e.path;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// A socket before that of a station, for one command: what it says waits until the gate is opened. So a process can
/// have started before a time begins in which it has to say something.
final class Gate implements AutoCloseable {

    private final Path path;
    private final ServerSocketChannel server;
    private final CountDownLatch knocked = new CountDownLatch(1);
    private final CountDownLatch opened = new CountDownLatch(1);

    /// @param path of its own
    /// @param station the socket behind it
    Gate(Path path, Path station) {
        this.path = path;
        try {
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().name("gate").start(() -> serve(station));
    }

    Path path() {
        return path;
    }

    private void serve(Path station) {
        try (SocketChannel command = server.accept();
                SocketChannel behind = SocketChannel.open(UnixDomainSocketAddress.of(station))) {
            Thread.ofPlatform().daemon().name("gate, back").start(() -> pass(behind, command));
            ByteBuffer first = ByteBuffer.allocate(1024);
            command.read(first);
            knocked.countDown();
            opened.await();
            behind.write(first.flip());
            pass(command, behind);
        } catch (IOException | InterruptedException e) {
            // One of both has gone.
            return;
        }
    }

    private static void pass(SocketChannel from, SocketChannel to) {
        ByteBuffer piece = ByteBuffer.allocate(64 * 1024);
        try {
            while (from.read(piece.clear()) >= 0) {
                piece.flip();
                while (piece.hasRemaining()) {
                    to.write(piece);
                }
            }
            to.close();
        } catch (IOException e) {
            // One of both has gone.
            return;
        }
    }

    /// Waits until the command has something to say.
    void awaitKnock() {
        Await.until("a command at the gate", () -> knocked.getCount() == 0);
    }

    void open() {
        opened.countDown();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
