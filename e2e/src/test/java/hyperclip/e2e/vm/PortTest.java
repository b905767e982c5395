package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.User;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The guest's port, whatever else happens to it.
class PortTest {

    private final Stage stage;

    PortTest() throws IOException {
        stage = Stage.running();
    }

    @Test
    void aPortThatAnotherProcessHoldsIsAComplaintAndIsTakenWhenItIsFree() throws Exception {
        byte[] fromHost = Stage.marker("before the port was held");
        Stage.copy(stage.host, stage.alice, Selection.PRIMARY, fromHost);
        stage.kill(stage.daemon);
        stage.machine.beginLog("holder");
        long holder = stage.machine.start(
                User.ROOT,
                "holder",
                "sh",
                "-c",
                "exec 3<> /dev/virtio-ports/org.hyperclip.0; echo held; exec sleep 600");
        stage.machine.awaitLog("holder", "held", Stage.PATIENCE);

        stage.daemon = stage.machine.startDaemon();
        stage.machine.awaitLog("guest", "another process holds it", Stage.PATIENCE);
        assertThat(stage.machine.run(User.ROOT, "hyperclip", "status").text()).contains("another process holds it");

        stage.kill(holder);
        stage.machine.awaitLog("guest", "connected to a host", Stage.PATIENCE);
        Stage.untilPastes(stage.alice, Selection.PRIMARY, fromHost, System.nanoTime());
        stage.assertUntouched(stage.frontEnd.pid(), List.of(stage.daemon, stage.aliceAgent, stage.bobAgent));
    }
}
