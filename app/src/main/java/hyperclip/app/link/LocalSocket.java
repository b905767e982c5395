package hyperclip.app.link;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// Connects to unix sockets.
public final class LocalSocket {

    private LocalSocket() {}

    /// Connects at once or not at all. A blocking connect would wait for as long as others wait to be accepted: of
    /// QEMU,
    /// which serves one client at a time, that is for as long as another program is connected.
    ///
    /// @return a channel that does not block
    public static SocketChannel connect(Path path) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.configureBlocking(false);
            if (!channel.connect(UnixDomainSocketAddress.of(path))) {
                throw new ConnectException(
                        "it does not accept connections now: another program is connected and more" + " are waiting");
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
