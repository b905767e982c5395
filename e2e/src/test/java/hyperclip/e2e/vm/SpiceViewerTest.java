package hyperclip.e2e.vm;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.HostDesk;
import hyperclip.demo.Program;
import hyperclip.demo.SampleText;
import java.io.File;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// QEMU with SPICE, and remote-viewer on the host, as they are: Hyperclip is in the guest alone.
class SpiceViewerTest {

    private static Stage stage;
    private HostDesk desk;

    @BeforeAll
    static void plug() throws IOException {
        stage = Stage.running();
        SpicePort.plug(stage, "spicevmc,name=vdagent");
    }

    @AfterAll
    static void unplug() throws IOException {
        SpicePort.unplug(stage);
    }

    @BeforeEach
    void openViewer() throws IOException {
        desk = HostDesk.own();
        desk.start(
                List.of("remote-viewer", "spice+unix://" + stage.machine.spiceSocket()),
                ProcessBuilder.Redirect.from(new File("/dev/null")),
                ProcessBuilder.Redirect.DISCARD);
        // What the guest has copied comes to a viewer when it is connected, and shows that it is.
        byte[] text = Stage.marker("before the viewer");
        stage.alice.copy(Program.XCLIP, Selection.CLIPBOARD, text);
        Stage.untilPastes(desk, Selection.CLIPBOARD, text, System.nanoTime());
    }

    @AfterEach
    void closeViewer() {
        desk.close();
    }

    @Test
    void textBothWays() throws IOException {
        byte[] text = SampleText.everyPlane(Stage.name("viewer"));
        desk.copy(Program.XCLIP, Selection.CLIPBOARD, text);
        Stage.untilPastes(stage.alice, Selection.CLIPBOARD, text, System.nanoTime());
        byte[] other = SampleText.everyPlane(Stage.name("guest"));
        stage.alice.copy(Program.XCLIP, Selection.CLIPBOARD, other);
        Stage.untilPastes(desk, Selection.CLIPBOARD, other, System.nanoTime());
    }

    @Test
    void imagesBothWays() throws IOException {
        Pictures.copyAndPaste(desk, stage.alice, Pictures.png(1));
        Pictures.copyAndPaste(stage.alice, desk, Pictures.png(2));
    }
}
