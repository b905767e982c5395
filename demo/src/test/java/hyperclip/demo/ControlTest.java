package hyperclip.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Both ends of the remote control on this machine, over a socket instead of a port.
class ControlTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Map<String, String> PATH = Map.of("PATH", "/usr/bin:/bin");

    @TempDir
    Path folder;

    private ServerSocketChannel server;
    private Control control;

    @BeforeEach
    void connect() throws IOException {
        Path socket = folder.resolve("control");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofPlatform().daemon().start(this::guest);
        control = Control.connect(socket);
        control.awaitGuest(PATIENCE);
    }

    /// It comes to itself in mid-sentence, as a guest that was restored does.
    private void guest() {
        try (SocketChannel channel = server.accept()) {
            channel.write(ByteBuffer.wrap(new ControlMessage.Output(1, new byte[] {1, 2, 3}).toBytes(), 5, 7));
            new GuestControl(Channels.newOutputStream(channel), folder.resolve("spools"))
                    .serve(Channels.newInputStream(channel));
        } catch (IOException e) {
            // The test is over.
        }
    }

    @AfterEach
    void disconnect() throws IOException {
        control.close();
        server.close();
    }

    private Outcome run(byte[] input, String... command) throws IOException {
        return control.run(PATH, folder.toString(), List.of(command), input, PATIENCE);
    }

    @Test
    void tellsWhatAProgramWroteAndHowItEnded() throws IOException {
        Outcome outcome = run(new byte[0], "sh", "-c", "echo out; echo err >&2; exit 3");
        assertThat(outcome.exit()).isEqualTo(3);
        assertThat(outcome.text()).isEqualTo("out\n");
        assertThat(outcome.errorText()).isEqualTo("err\n");
    }

    @Test
    void carriesBytesOfAnySize() throws IOException {
        byte[] large = new byte[3_000_001];
        new Random(1).nextBytes(large);
        assertThat(Arrays.equals(large, run(large, "cat").output())).isTrue();
        String file = folder.resolve("new/file").toString();
        control.write(file, large, PATIENCE);
        assertThat(Arrays.equals(large, control.read(file, PATIENCE))).isTrue();
    }

    @Test
    void aChildThatStaysBehindHoldsNobodyUp() throws IOException {
        assertThat(run(new byte[0], "sh", "-c", "sleep 30 & echo $!").exit()).isZero();
    }

    @Test
    void doesSeveralThingsAtATime() throws Exception {
        Path file = folder.resolve("late/file");
        CompletableFuture<Void> awaited = CompletableFuture.runAsync(() -> {
            try {
                control.await(file.toString(), "ready", PATIENCE);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        run(new byte[0], "sh", "-c", "mkdir late; echo not yet > late/file; echo ready >> late/file");
        awaited.get();
        assertThat(file).content().contains("ready");
    }

    @Test
    void knowsWhenAProcessHasEnded() throws IOException {
        long pid = control.start(
                PATH,
                folder.toString(),
                List.of("sh", "-c", "echo started; exec sleep 30"),
                folder.resolve("log").toString(),
                PATIENCE);
        control.await(folder.resolve("log").toString(), "started", PATIENCE);
        run(new byte[0], "sh", "-c", "kill -KILL " + pid);
        control.awaitEnd(pid, PATIENCE);
        assertThat(Files.exists(Path.of("/proc/" + pid))).isFalse();
    }

    @Test
    void complainsAboutWhatTakesTooLong() {
        assertThatThrownBy(() -> control.run(
                        PATH, folder.toString(), List.of("sleep", "30"), new byte[0], Duration.ofMillis(50)))
                .isInstanceOf(Complaint.class)
                .hasMessageContaining("sleep 30");
    }

    @Test
    void complainsAboutAProgramThatIsNotThere() {
        assertThatThrownBy(() -> run(new byte[0], "no-such-program"))
                .isInstanceOf(Complaint.class)
                .hasMessageContaining("no-such-program");
    }
}
