package hyperclip.app.link;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// Connects to unix sockets.
public final class LocalSocket {

    /// As the kernel says it (EAGAIN, unix(7)).
    private static final String QUEUE_IS_FULL = "temporarily unavailable";

    private LocalSocket() {}

    /// Connects at once or not at all. A blocking connect would wait for as long as others wait to be accepted: of
    /// QEMU, which serves one client at a time, that is for as long as another program is connected.
    ///
    /// @return a channel that does not block
    public static SocketChannel connect(Path path) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.configureBlocking(false);
            if (channel.connect(UnixDomainSocketAddress.of(path))) {
                return channel;
            }
            throw busy();
        } catch (IOException e) {
            channel.close();
            throw String.valueOf(e.getMessage()).contains(QUEUE_IS_FULL) ? busy() : e;
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static IOException busy() {
        return new ConnectException(
                "it accepts no connections now: another program is connected, and more are waiting");
    }
}
