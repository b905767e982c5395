package hyperclip.bench.versus;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/// The driver at the port: what the host says there, in one protocol.
interface End extends Place {

    /// Whoever is at the other end of the port has connected.
    void connected(SocketChannel channel) throws IOException;

    /// Whether the other side has said what it can, and a session's clipboard can be reached.
    boolean isReady();

    /// How many sessions there are.
    default int sessions() {
        return isReady() ? 1 : 0;
    }
}
