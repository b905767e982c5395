package hyperclip.e2e.vm;

import hyperclip.demo.User;
import java.io.IOException;

/// The port of SPICE's agent in the machine of the [Stage], with a daemon and alice's agent at it instead of the
/// stage's own.
final class SpicePort {

    static final String PORT = "com.redhat.spice.0";
    static final String DEVICE = "/dev/virtio-ports/" + PORT;

    /// QEMU's own agent.
    static final String QEMUS = "qemu-vdagent,clipboard=on";

    private SpicePort() {}

    /// @param chardev what is behind it
    static void plug(Stage stage, String chardev) throws IOException {
        stage.kill(stage.daemon);
        stage.kill(stage.aliceAgent);
        stage.kill(stage.bobAgent);
        stage.endPrograms();
        stage.machine.plug(PORT, chardev);
        stage.daemon = stage.machine.startDaemon("--port", DEVICE);
        stage.aliceAgent = stage.machine.startAgent(User.ALICE);
        stage.machine.awaitAgent(User.ALICE);
    }

    static void unplug(Stage stage) throws IOException {
        stage.kill(stage.daemon);
        stage.kill(stage.aliceAgent);
        stage.machine.unplug(PORT);
        stage.startHyperclip();
        stage.awaitSessions(0);
    }
}
