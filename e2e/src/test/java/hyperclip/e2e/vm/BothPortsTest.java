package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.Desk;
import hyperclip.demo.Program;
import hyperclip.demo.User;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// One daemon with both ports, and remote-viewer and our front end on one desktop of the host: two ways from
/// the same clipboard to the same clipboard.
class BothPortsTest {

    private static final String SPICE = "com.redhat.spice.0";

    /// In this time a viewer takes up whatever it is to take up, many times over.
    private static final Duration A_WHILE = Duration.ofSeconds(3);

    private static Stage stage;
    private static Process viewer;

    @BeforeAll
    static void plug() throws IOException {
        stage = Stage.running();
        stage.kill(stage.daemon);
        stage.kill(stage.aliceAgent);
        stage.kill(stage.bobAgent);
        stage.endPrograms();
        stage.machine.plug(SPICE, "spicevmc,name=vdagent");
        stage.daemon = stage.machine.startDaemon(
                "--port", "/dev/virtio-ports/org.hyperclip.0", "--port", "/dev/virtio-ports/" + SPICE);
        stage.aliceAgent = stage.machine.startAgent(User.ALICE);
        stage.machine.awaitAgent(User.ALICE);
        stage.frontEnd.kill();
        viewer = stage.host.start(
                List.of("remote-viewer", "spice+unix://" + stage.machine.spiceSocket()),
                ProcessBuilder.Redirect.from(new File("/dev/null")),
                ProcessBuilder.Redirect.DISCARD);
    }

    @AfterAll
    static void unplug() throws IOException {
        viewer.destroyForcibly();
        if (!stage.frontEnd.isRunning()) {
            stage.frontEnd.start();
        }
        SpicePort.unplug(stage);
    }

    @Test
    void oneCopyIsOneOffer() throws IOException {
        assertBothWays("by the viewer alone");
        assertThat(stage.host.offer(Selection.CLIPBOARD)).isEmpty();
        long before = stage.frontEnd.logSize();
        stage.frontEnd.start();
        stage.frontEnd.awaitSession(User.ALICE, before, Stage.PATIENCE);
        assertThat(status()).contains("mute while a native host is connected");
        for (int i = 0; i < 3; i++) {
            assertOneOffer(stage.alice, stage.host);
            assertOneOffer(stage.host, stage.alice);
        }
        stage.frontEnd.kill();
        assertBothWays("by the viewer again");
    }

    private static String status() throws IOException {
        return stage.machine.run(User.ROOT, "hyperclip", "status").text();
    }

    private static void assertBothWays(String what) throws IOException {
        byte[] text = Stage.marker("of the guest, " + what);
        stage.alice.copy(Program.XCLIP, Selection.CLIPBOARD, text);
        Stage.untilPastes(stage.host, Selection.CLIPBOARD, text, System.nanoTime());
        byte[] other = Stage.marker("of the host, " + what);
        stage.host.copy(Program.XCLIP, Selection.CLIPBOARD, other);
        Stage.untilPastes(stage.alice, Selection.CLIPBOARD, other, System.nanoTime());
    }

    private static void assertOneOffer(Desk from, Desk to) throws IOException {
        byte[] text = Stage.marker("of " + from.name());
        Stage.copy(from, to, Selection.CLIPBOARD, text);
        Optional<String> offer = to.offer(Selection.CLIPBOARD);
        assertThat(offer).isPresent();
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < A_WHILE.toNanos()) {
            assertThat(to.offer(Selection.CLIPBOARD))
                    .as("offered on " + to.name())
                    .isEqualTo(offer);
            // Where it was copied, the application goes on owning it.
            assertThat(from.offer(Selection.CLIPBOARD))
                    .as("offered on " + from.name())
                    .isEmpty();
            Stage.pause();
        }
        Stage.assertPastes(to, Program.XCLIP, Selection.CLIPBOARD, text);
    }
}
