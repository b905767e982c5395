package hyperclip.app.link;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.app.loop.Loop;
import hyperclip.core.wire.Connection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Why somebody goes is heard also where something was about to be said to him.
class LastWordsTest implements Connection {

    /// More pieces than are read of anybody in one turn.
    private static final int MANY = 1000;

    private final List<String> heard = new ArrayList<>();
    private boolean hasToSend;
    private Runnable onHeard = () -> {};

    /// What the other side does before something is about to be said to it.
    private interface Doing {
        void with(SocketChannel other) throws IOException;
    }

    /// Until the link is closed. It writes before it reads.
    private void meet(Path folder, Doing doing) throws IOException {
        Path path = folder.resolve("socket");
        try (Loop loop = new Loop();
                ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            SocketChannel other = SocketChannel.open(UnixDomainSocketAddress.of(path));
            SocketLink<LastWordsTest> link = new SocketLink<>(
                    loop, server.accept(), this, "test", new Troubles(loop::millis), why -> heard.add("closed"));
            link.pause(60_000);
            doing.with(other);
            hasToSend = true;
            link.hasToSend();
            loop.runUntil(link::isClosed, loop.millis() + 20_000);
            other.close();
        }
    }

    @Test
    void whatWasSaidBeforeAnEndIsHeardWhereWritingFailsFirst(@TempDir Path folder) throws IOException {
        meet(folder, other -> {
            other.write(ByteBuffer.wrap("cancelled".getBytes(StandardCharsets.UTF_8)));
            other.close();
        });
        assertThat(heard).containsExactly("cancelled", "closed");
    }

    /// It cannot keep everybody else waiting by what it says.
    @Test
    void whoSpeaksOnWithoutListeningIsNotHeardForEver(@TempDir Path folder) throws IOException {
        byte[] words = new byte[64 * 1024];
        meet(folder, other -> {
            other.shutdownInput();
            other.configureBlocking(false);
            other.write(ByteBuffer.wrap(words));
            // It says more whenever something of it has been heard.
            onHeard = () -> {
                try {
                    other.write(ByteBuffer.wrap(words));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            };
        });
        assertThat(heard).endsWith("closed").hasSizeLessThan(MANY);
    }

    @Override
    public void start() {
        // It has nothing to say first.
    }

    @Override
    public void received(ByteBuffer bytes) {
        heard.add(StandardCharsets.UTF_8.decode(bytes).toString());
        assertThat(heard).hasSizeLessThan(MANY);
        onHeard.run();
    }

    @Override
    public boolean isGreeted() {
        return true;
    }

    @Override
    public boolean hasToSend() {
        return hasToSend;
    }

    @Override
    public ByteBuffer[] next() {
        return new ByteBuffer[] {ByteBuffer.wrap(new byte[1])};
    }

    @Override
    public boolean isOverfull() {
        return false;
    }

    @Override
    public long deadline() {
        return Long.MAX_VALUE;
    }

    @Override
    public void tick() {
        // Nothing waits.
    }

    @Override
    public void refuse(String why) {
        heard.add("refused");
    }

    @Override
    public void closeAll() {
        // Nothing goes through it.
    }

    @Override
    public void portLost(String why) {
        throw new AssertionError(why);
    }
}
