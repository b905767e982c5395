package hyperclip.bench.versus;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// A program of its own, so that it can be another user's: opens connections to a socket, says hello on each,
/// and from then on only listens. The JDK is all that it needs.
final class Strangers {

    private Strangers() {}

    /// Runs it.
    ///
    /// @param arguments the socket, `agent` or `client`, and how many
    public static void main(String[] arguments) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(Path.of(arguments[0]));
        int count = Integer.parseInt(arguments[2]);
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < count; i++) {
                SocketChannel channel = SocketChannel.open(address);
                try {
                    channel.write(hello(arguments[1], ":" + (1000 + i)));
                } catch (IOException e) {
                    // Refused: it stays open on this side, as with somebody who means ill.
                    continue;
                }
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ);
            }
            System.out.println("opened");
            ByteBuffer bytes = ByteBuffer.allocate(64 * 1024);
            while (true) {
                selector.select(key -> listen(key, bytes));
            }
        }
    }

    /// As docs/session-protocol.md has it, sections 3 and 7.
    private static ByteBuffer hello(String role, String name) {
        byte[] json = "{\"say\":\"hello\",\"version\":1,\"role\":\"%s\",\"name\":\"%s\",\"capabilities\":[]}"
                .formatted(role, name)
                .getBytes(UTF_8);
        return ByteBuffer.allocate(12 + json.length)
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(0)
                .putInt(json.length)
                .put(json)
                .flip();
    }

    private static void listen(SelectionKey key, ByteBuffer bytes) {
        try {
            if (((SocketChannel) key.channel()).read(bytes.clear()) < 0) {
                key.cancel();
            }
        } catch (IOException e) {
            key.cancel();
        }
    }
}
