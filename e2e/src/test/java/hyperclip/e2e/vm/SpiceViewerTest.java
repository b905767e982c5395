package hyperclip.e2e.vm;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.Desk;
import hyperclip.demo.HostDesk;
import hyperclip.demo.Program;
import hyperclip.demo.SampleText;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
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
        copyAndPaste(desk, stage.alice, picture(1));
        copyAndPaste(stage.alice, desk, picture(2));
    }

    private static void copyAndPaste(Desk from, Desk to, byte[] png) throws IOException {
        from.run(List.of("xclip", "-i", "-selection", "clipboard", "-t", "image/png"), png, Stage.PATIENCE);
        List<String> paste = List.of("xclip", "-o", "-selection", "clipboard", "-t", "image/png");
        long begun = System.nanoTime();
        byte[] last = new byte[0];
        while (System.nanoTime() - begun < Stage.PATIENCE.toNanos()) {
            last = to.run(paste, new byte[0], Stage.PATIENCE).output();
            if (Arrays.equals(last, png)) {
                return;
            }
            Stage.pause();
        }
        throw new AssertionError("the image of %d bytes was not pasted on %s, but at last %d bytes"
                .formatted(png.length, to.name(), last.length));
    }

    private static byte[] picture(int slope) throws IOException {
        BufferedImage image = new BufferedImage(320, 200, BufferedImage.TYPE_3BYTE_BGR);
        for (int i = 0; i < 100; i++) {
            image.setRGB(i, slope * i, 0xffffff);
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }
}
