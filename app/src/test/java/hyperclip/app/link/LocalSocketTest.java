package hyperclip.app.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Connecting never waits, not even for a socket whose queue is full, as QEMU's is while it serves another program.
@Timeout(20)
class LocalSocketTest {

    @TempDir
    private Path folder;

    @Test
    void aFullQueueIsAComplaint() throws Exception {
        Path path = folder.resolve("s");
        List<SocketChannel> connected = new ArrayList<>();
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path), 1);
            assertThatThrownBy(() -> {
                        while (connected.size() < 100) {
                            connected.add(LocalSocket.connect(path));
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another program is connected");
            assertThat(connected).isNotEmpty().allMatch(channel -> !channel.isBlocking());
        } finally {
            for (SocketChannel channel : connected) {
                channel.close();
            }
        }
    }
}
