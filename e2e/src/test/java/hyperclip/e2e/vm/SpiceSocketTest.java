package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.FrontEnd;
import hyperclip.demo.HostDesk;
import hyperclip.demo.Program;
import hyperclip.demo.SampleText;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The port of SPICE's agent over a plain socket, with our front end at its other end: what QEMU's own chardev and
/// SPICE
/// do not do, it goes and comes back.
class SpiceSocketTest {

    private static Stage stage;

    @BeforeAll
    static void plug() throws IOException {
        stage = Stage.running();
        SpicePort.plug(stage, "socket,server=on,wait=off,path=" + socket());
    }

    private static Path socket() {
        return stage.machine.vncSocket().resolveSibling("agent.sock");
    }

    @AfterAll
    static void unplug() throws IOException {
        SpicePort.unplug(stage);
    }

    @Test
    void aPortWhoseHostIsGoneIsOpenedAgainAndServesTheNext() throws IOException {
        try (HostDesk desk = HostDesk.own();
                FrontEnd frontEnd = new FrontEnd(desk, Path.of("spice:" + socket()))) {
            frontEnd.start();
            copyBothWays(desk);
            frontEnd.kill();
            stage.machine.awaitLog("guest", "closed, to be opened again", Stage.PATIENCE);
            byte[] meanwhile = Stage.marker("copied while nobody was there");
            stage.alice.copy(Program.XCLIP, Selection.CLIPBOARD, meanwhile);
            frontEnd.start();
            Stage.untilPastes(desk, Selection.CLIPBOARD, meanwhile, System.nanoTime());
            copyBothWays(desk);
            assertThat(frontEnd.isRunning()).isTrue();
        }
    }

    private static void copyBothWays(HostDesk desk) throws IOException {
        byte[] text = SampleText.ofSize(Stage.name("guest"), SampleText.LARGE);
        stage.alice.copy(Program.XCLIP, Selection.CLIPBOARD, text);
        Stage.untilPastes(desk, Selection.CLIPBOARD, text, System.nanoTime());
        byte[] other = SampleText.ofSize(Stage.name("host"), SampleText.LARGE);
        desk.copy(Program.XCLIP, Selection.CLIPBOARD, other);
        Stage.untilPastes(stage.alice, Selection.CLIPBOARD, other, System.nanoTime());
    }
}
