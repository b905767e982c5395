package hyperclip.e2e.path;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A program of its own, so that it can be another user's: opens connections to a socket, keeps those that are left
/// open, says so, and ends when its input does. The JDK is all that it needs.
final class Crowd {

    private Crowd() {}

    /// Runs it.
    ///
    /// @param arguments the socket, and how many
    public static void main(String[] arguments) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(Path.of(arguments[0]));
        List<SocketChannel> open = new ArrayList<>();
        int count = Integer.parseInt(arguments[1]);
        while (open.size() < count) {
            // Waits where others wait to be accepted.
            open.add(SocketChannel.open(address));
        }
        System.out.println("opened");
        System.in.readAllBytes();
        for (SocketChannel one : open) {
            one.close();
        }
    }
}
