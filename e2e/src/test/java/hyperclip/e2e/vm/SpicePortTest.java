package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.Outcome;
import hyperclip.demo.Program;
import hyperclip.demo.SampleText;
import hyperclip.demo.User;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// QEMU as it is, with its own agent's chardev, and viewers of others: Hyperclip is in the guest alone.
class SpicePortTest {

    private static final String PORT = "com.redhat.spice.0";

    /// What a paste may take before it is given up, by default, and some for a slow machine.
    private static final Duration TIME_OUT = Duration.ofSeconds(40);

    private static Stage stage;

    @BeforeAll
    static void plug() throws IOException {
        stage = Stage.running();
        stage.kill(stage.daemon);
        stage.kill(stage.aliceAgent);
        stage.kill(stage.bobAgent);
        stage.endPrograms();
        stage.machine.plug(PORT, "qemu-vdagent,clipboard=on");
        stage.daemon = stage.machine.startDaemon("--port", "/dev/virtio-ports/" + PORT);
        stage.aliceAgent = stage.machine.startAgent(User.ALICE);
        stage.machine.awaitAgent(User.ALICE);
        stage.machine.awaitLog("guest", "connected to a host, by vdagent", Stage.PATIENCE);
    }

    @AfterAll
    static void unplug() throws IOException {
        stage.kill(stage.daemon);
        stage.kill(stage.aliceAgent);
        stage.machine.unplug(PORT);
        stage.startHyperclip();
        stage.awaitSessions(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 64 * 1024, 1024 * 1024 - 64 * 1024})
    void textOverVncBothWays(int size) throws IOException {
        try (VncClient viewer = new VncClient(stage.machine.vncSocket())) {
            byte[] text = sample("guest", size);
            stage.alice.copy(Program.XCLIP, Selection.CLIPBOARD, text);
            awaitPasted(viewer, text);
            byte[] other = sample("viewer", size);
            Optional<String> before = stage.alice.offer(Selection.CLIPBOARD);
            viewer.copy(other);
            stage.alice.awaitOffer(Selection.CLIPBOARD, before);
            Stage.assertPastes(stage.alice, Program.XCLIP, Selection.CLIPBOARD, other);
        }
    }

    /// QEMU drops an answer of more than 1 MiB and says nothing to the guest.
    @Test
    void whatQemuDropsIsRefusedWithinTheTimeOut() throws IOException {
        try (VncClient viewer = new VncClient(stage.machine.vncSocket())) {
            Optional<String> before = stage.alice.offer(Selection.CLIPBOARD);
            viewer.copy(sample("large", 1024 * 1024 - 16));
            stage.alice.awaitOffer(Selection.CLIPBOARD, before);
            long begun = System.nanoTime();
            Outcome refused = stage.alice.paste(Program.XCLIP, Selection.CLIPBOARD);
            assertThat(refused.exit()).isNotZero();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(TIME_OUT);
            byte[] next = Stage.marker("the next");
            viewer.copy(next);
            Stage.untilPastes(stage.alice, Selection.CLIPBOARD, next, System.nanoTime());
        }
    }

    private static byte[] sample(String what, int size) {
        byte[] name = Stage.marker(what + " of " + size);
        byte[] text = size > 1000 ? SampleText.ofSize(Stage.name(what), size) : Arrays.copyOf(name, size);
        for (int i = 0; i < text.length; i++) {
            // A letter for what a short name leaves.
            text[i] = text[i] == 0 ? (byte) 'x' : text[i];
        }
        assertThat(text).hasSize(size);
        return text;
    }

    private static void awaitPasted(VncClient viewer, byte[] text) {
        byte[] last = viewer.nextPasted(Stage.PATIENCE);
        while (!Arrays.equals(last, text)) {
            try {
                last = viewer.nextPasted(Stage.PATIENCE);
            } catch (AssertionError e) {
                throw new AssertionError(
                        "not pasted over VNC; the last was %d bytes, '%.40s'"
                                .formatted(last.length, new String(last, StandardCharsets.UTF_8)),
                        e);
            }
        }
    }
}
