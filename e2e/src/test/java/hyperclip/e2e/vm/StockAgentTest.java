package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.Desk;
import hyperclip.demo.FrontEnd;
import hyperclip.demo.GuestDesk;
import hyperclip.demo.HostDesk;
import hyperclip.demo.Outcome;
import hyperclip.demo.Program;
import hyperclip.demo.SampleText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// QEMU with a plain socket behind the port of SPICE's agent, and that agent on a desktop of the guest, as they are:
/// Hyperclip is on the host alone. The same without a machine is in `e2e.path`.
class StockAgentTest {

    private static final int LARGE = 50_000_000;

    private static Stage stage;
    private static StockAgent stock;
    private static GuestDesk guest;
    private static HostDesk host;
    private static FrontEnd frontEnd;

    @BeforeAll
    static void open() throws IOException {
        stage = Stage.running();
        host = HostDesk.own();
        stock = new StockAgent(stage);
        guest = stock.desk();
        frontEnd = new FrontEnd(host, Path.of("spice:" + stock.socket()));
        frontEnd.start();
        frontEnd.awaitLog("connected, waiting for the agent", 0, Stage.PATIENCE);
        stock.start();
        try {
            frontEnd.awaitLog("connected to the agent", 0, Stage.PATIENCE);
        } catch (IOException e) {
            throw new AssertionError("the agents have not answered. " + stock.log(), e);
        }
    }

    @AfterAll
    static void close() throws IOException {
        try (HostDesk _ = host;
                FrontEnd _ = frontEnd;
                StockAgent _ = stock) {
            // Each of them is closed, whatever becomes of the others.
        }
    }

    @AfterEach
    void noFault() throws IOException {
        assertThat(frontEnd.isRunning()).isTrue();
        assertThat(frontEnd.log()).doesNotContain("a fault in Hyperclip").doesNotContain("\tat ");
    }

    @ParameterizedTest
    @EnumSource
    void textBothWays(Selection selection) throws IOException {
        for (Program program : Program.values()) {
            copyAndPaste(guest, program, host, selection);
            copyAndPaste(host, program, guest, selection);
        }
    }

    private static void copyAndPaste(Desk from, Program program, Desk to, Selection selection) throws IOException {
        byte[] text = SampleText.everyPlane(Stage.name(from.name() + ", with " + program.word()));
        from.copy(program, selection, text);
        Stage.untilPastes(to, selection, text, System.nanoTime());
    }

    @Test
    void imagesBothWays() throws IOException {
        Pictures.copyAndPaste(guest, host, Pictures.png(3));
        Pictures.copyAndPaste(host, guest, Pictures.png(4));
    }

    @Test
    void fiftyMegabytesToTheHost() throws IOException {
        byte[] text = SampleText.ofSize(Stage.name("large"), LARGE);
        Stage.copy(guest, host, Selection.CLIPBOARD, text);
        assertPastes(host, text);
    }

    @Test
    void fiftyMegabytesToTheGuest() throws IOException {
        releaseAll();
        byte[] text = SampleText.ofSize(Stage.name("large"), LARGE);
        host.copy(Program.XCLIP, Selection.CLIPBOARD, text);
        await("a text to be offered in the guest", () -> targets().contains("UTF8_STRING"));
        assertPastes(guest, text);
    }

    @Test
    void aFileGoesWhereTheAgentPutsIt() throws IOException {
        byte[] content = SampleText.ofSize(Stage.name("file"), 5_000_000);
        Path file = Files.write(host.folder().resolve("Brief 1.txt"), content);
        Outcome sent = frontEnd.run(new byte[0], "copy", "--to", GuestDesk.MACHINE, file.toString());
        assertThat(sent.exit()).as(sent.errorText()).isZero();
        assertThat(stage.machine.readFile(StockAgent.FILES + "/Brief 1.txt")).isEqualTo(content);
    }

    @Test
    void afterARestartOfTheAgentsTheyAreToldAgain() throws IOException {
        byte[] before = Stage.marker("before the restart");
        host.copy(Program.XCLIP, Selection.CLIPBOARD, before);
        Stage.untilPastes(guest, Selection.CLIPBOARD, before, System.nanoTime());
        stock.kill();
        stock.start();
        Stage.untilPastes(guest, Selection.CLIPBOARD, before, System.nanoTime());
        copyAndPaste(guest, Program.XCLIP, host, Selection.PRIMARY);
    }

    @Test
    void afterARestartOfTheFrontEndItGoesOn() throws IOException {
        byte[] before = Stage.marker("before the restart");
        host.copy(Program.XCLIP, Selection.CLIPBOARD, before);
        Stage.untilPastes(guest, Selection.CLIPBOARD, before, System.nanoTime());
        frontEnd.kill();
        long end = frontEnd.logSize();
        frontEnd.start();
        frontEnd.awaitLog("connected to the agent", end, Stage.PATIENCE);
        Stage.untilPastes(guest, Selection.CLIPBOARD, before, System.nanoTime());
        copyAndPaste(guest, Program.XCLIP, host, Selection.PRIMARY);
    }

    /// The guest's applications are not told which copy the agent offers them: so that it is the next one, there is
    /// none before it.
    private static void releaseAll() throws IOException {
        byte[] text = Stage.marker("to be released");
        guest.copy(Program.XCLIP, Selection.CLIPBOARD, text);
        Stage.untilPastes(host, Selection.CLIPBOARD, text, System.nanoTime());
        stage.endPrograms();
        await(
                "the host to offer no more what was released",
                () -> host.offer(Selection.CLIPBOARD).isEmpty());
        assertThat(targets()).isEmpty();
    }

    private static List<String> targets() throws IOException {
        List<String> command = List.of("xclip", "-o", "-selection", Selection.CLIPBOARD.word(), "-t", "TARGETS");
        return guest.run(command, new byte[0], Stage.PATIENCE).text().lines().toList();
    }

    private static void await(String what, SeatedGuest.Condition condition) throws IOException {
        long begun = System.nanoTime();
        while (!condition.holds()) {
            if (System.nanoTime() - begun > Stage.PATIENCE.toNanos()) {
                throw new AssertionError(
                        "Waited %d s for %s, in vain. %s".formatted(Stage.PATIENCE.toSeconds(), what, stock.log()));
            }
            Stage.pause();
        }
    }

    private static void assertPastes(Desk desk, byte[] wanted) throws IOException {
        Outcome outcome = desk.paste(Program.XCLIP, Selection.CLIPBOARD);
        Stage.say("%d bytes pasted on %s in %d ms"
                .formatted(outcome.output().length, desk.name(), outcome.took().toMillis()));
        Stage.assertPasted(desk, Program.XCLIP, outcome, wanted);
    }
}
