package hyperclip.e2e.vm;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.Program;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// QEMU may die and be started again on the same sockets; the front end need not be touched.
class QemuRestartTest {

    private final Stage stage;

    QemuRestartTest() throws IOException {
        stage = Stage.running();
    }

    @Test
    void theFrontEndFindsTheNewMachine() throws Exception {
        byte[] fromHost = Stage.marker("before the power cut");
        Stage.copy(stage.host, stage.bob, Selection.PRIMARY, fromHost);
        long frontEnd = stage.frontEnd.pid();

        stage.machine.kill();
        stage.machine.boot(Stage::say);
        stage.startHyperclip();
        long ready = System.nanoTime();

        Stage.untilPastes(stage.alice, Selection.PRIMARY, fromHost, ready);
        byte[] fromGuest = Stage.marker("after the power cut");
        stage.alice.copy(Program.XCLIP, Selection.CLIPBOARD, fromGuest);
        long copied = System.nanoTime();
        new Stage.BothWays(
                        Stage.untilPastes(stage.host, Selection.CLIPBOARD, fromGuest, copied),
                        Stage.untilPastes(stage.bob, Selection.PRIMARY, fromHost, System.nanoTime()))
                .assertSoon("QEMU killed");
        stage.assertUntouched(frontEnd, List.of(stage.daemon, stage.aliceAgent, stage.bobAgent));
    }
}
