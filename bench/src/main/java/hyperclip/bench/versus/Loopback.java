package hyperclip.bench.versus;

import hyperclip.app.Complaint;
import hyperclip.app.link.LocalSocket;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Selection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.function.Function;

/// The driver's own ceiling in one protocol: its end with nothing but a socket between it and its like, which has a
/// thread of its own.
final class Loopback implements AutoCloseable {

    private final Loop there;
    private final Thread thread;
    private final End here;
    private final Place elsewhere;

    /// A place on the other thread. What is to be done on its offers is done there.
    private record Elsewhere(Loop there, Place place) implements Place {
        @Override
        public void copy(Selection selection, Text text) {
            there.post(() -> place.copy(selection, text));
        }

        @Override
        public void onOffer(Selection selection, Runnable then) {
            there.post(() -> place.onOffer(selection, then));
        }

        @Override
        public void paste(Selection selection, Arrival arrival) {
            there.post(() -> place.paste(selection, arrival));
        }
    }

    Loopback(Driver driver, Function<Loop, End> host, Function<Loop, End> guest) throws Complaint, IOException {
        there = new Loop();
        here = host.apply(driver.loop());
        End other = guest.apply(there);
        elsewhere = new Elsewhere(there, other);
        try (Folder folder = Folder.make();
                ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(folder.file("port.sock")));
            other.connected(LocalSocket.connect(folder.file("port.sock")));
            here.connected(server.accept());
        }
        thread = Thread.ofPlatform().daemon().name("loopback").start(() -> {
            try {
                there.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        driver.await("the driver to greet itself", here::isReady);
    }

    Place from(Way way) {
        return way == Way.GUEST_TO_HOST ? elsewhere : here;
    }

    Place to(Way way) {
        return way == Way.GUEST_TO_HOST ? here : elsewhere;
    }

    @Override
    public void close() throws IOException {
        there.stop();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        there.close();
    }
}
