package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.HostDesk;
import hyperclip.demo.Outcome;
import hyperclip.demo.Program;
import hyperclip.demo.User;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// QEMU as it is, with its own agent's chardev, and viewers of others: Hyperclip is in the guest alone.
class SpicePortTest {

    /// What a paste may take before it is given up, by default, and some for a slow machine.
    private static final Duration TIME_OUT = Duration.ofSeconds(40);

    /// The longest text that QEMU takes from TigerVNC, which does not end the compressed stream that a text
    /// comes in: 512 KiB with the 4 bytes of its length and the NUL at its end (docs/vdagent.md).
    private static final int MOST_OF_TIGER_VNC = 512 * 1024 - 5;

    private static final String SHARE = "/run/hyperclip-share.sock";

    private static Stage stage;

    @BeforeAll
    static void plug() throws IOException {
        stage = Stage.running();
        SpicePort.plug(stage, SpicePort.QEMUS);
        stage.machine.awaitLog("guest", "connected to a host, by vdagent", Stage.PATIENCE);
    }

    @AfterAll
    static void unplug() throws IOException {
        SpicePort.unplug(stage);
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

    /// TigerVNC takes up the clipboard of its own desktop when it is copied there, and shows what the guest has.
    @ParameterizedTest
    @ValueSource(ints = {20, 64 * 1024, MOST_OF_TIGER_VNC})
    void textOverTigerVncBothWays(int size) throws IOException {
        try (HostDesk desk = HostDesk.own()) {
            Process viewer = tigerVnc(desk);
            byte[] text = sample("guest", size);
            stage.alice.copy(Program.XCLIP, Selection.CLIPBOARD, text);
            Stage.untilPastes(desk, Selection.CLIPBOARD, text, System.nanoTime());
            byte[] other = sample("viewer", size);
            desk.copy(Program.XCLIP, Selection.CLIPBOARD, other);
            Stage.untilPastes(stage.alice, Selection.CLIPBOARD, other, System.nanoTime());
            byte[] lines = Stage.marker("of two lines\nand a half");
            desk.copy(Program.XCLIP, Selection.CLIPBOARD, lines);
            Stage.untilPastes(stage.alice, Selection.CLIPBOARD, lines, System.nanoTime());
            byte[] large = sample("large", 1024 * 1024 - 64 * 1024);
            stage.alice.copy(Program.XCLIP, Selection.CLIPBOARD, large);
            Stage.untilPastes(desk, Selection.CLIPBOARD, large, System.nanoTime());
            viewer.destroy();
        }
    }

    /// TigerVNC answers, and QEMU drops that. What is copied next can be pasted.
    @Test
    void whatQemuDropsOfTigerVncIsRefused() throws IOException {
        try (HostDesk desk = HostDesk.own()) {
            Process viewer = tigerVnc(desk);
            Optional<String> before = stage.alice.offer(Selection.CLIPBOARD);
            desk.copy(Program.XCLIP, Selection.CLIPBOARD, sample("large", MOST_OF_TIGER_VNC + 1));
            stage.alice.awaitOffer(Selection.CLIPBOARD, before);
            assertThat(stage.alice.paste(Program.XCLIP, Selection.CLIPBOARD).exit())
                    .isNotZero();
            byte[] next = sample("the next", MOST_OF_TIGER_VNC);
            desk.copy(Program.XCLIP, Selection.CLIPBOARD, next);
            Stage.untilPastes(stage.alice, Selection.CLIPBOARD, next, System.nanoTime());
            viewer.destroy();
        }
    }

    /// Resizing and the mouse are for a spice-vdagentd beside us, and what it can do is said with ours. QEMU takes
    /// each announcement after the first for another agent, and begins anew.
    @Test
    @Tag("quiet")
    void spiceVdagentdBesideUsDoesNotMakeQemuBeginAnewForEver() throws IOException {
        stage.kill(stage.daemon);
        stage.daemon = stage.machine.startDaemon("--port", SpicePort.DEVICE, "--spice-agent", SHARE);
        stage.machine.awaitFile(SHARE, Stage.PATIENCE);
        String agents = SHARE + ".agents";
        long other =
                startStock(User.ROOT, "spice-vdagentd", "-x", "-X", "-f", "-u", "/dev/null", "-s", SHARE, "-S", agents);
        stage.machine.awaitFile(agents, Stage.PATIENCE);
        // Without one the daemon leaves its port alone.
        long session = startStock(User.BOB, "spice-vdagent", "-x", "-s", SHARE, "-S", agents, "-o", "0");
        try (VncClient viewer = new VncClient(stage.machine.vncSocket())) {
            stage.machine.awaitLog("guest", "spice-vdagentd beside it: connected", Stage.PATIENCE);
            byte[] text = Stage.marker("beside spice-vdagentd");
            stage.alice.copy(Program.XCLIP, Selection.CLIPBOARD, text);
            awaitPasted(viewer, text);
            byte[] back = Stage.marker("and back");
            viewer.copy(back);
            Stage.untilPastes(stage.alice, Selection.CLIPBOARD, back, System.nanoTime());
            assertThat(new String(stage.machine.readLog("guest"), StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> line.contains("to be opened again")))
                    .as("once for whoever came beside us")
                    .hasSizeLessThanOrEqualTo(2);
        } finally {
            stage.kill(session);
            stage.kill(other);
            stage.kill(stage.daemon);
            stage.daemon = stage.machine.startDaemon("--port", SpicePort.DEVICE);
            stage.machine.awaitLog("guest", "connected to a host, by vdagent", Stage.PATIENCE);
        }
    }

    private static long startStock(User user, String... command) throws IOException {
        List<String> all = new ArrayList<>(List.of("env", "DBUS_SESSION_BUS_ADDRESS=disabled:"));
        all.addAll(List.of(command));
        stage.machine.beginLog(command[0]);
        return stage.machine.start(user, command[0], all.toArray(String[]::new));
    }

    @Test
    void aPortThatIsUnpluggedAndPluggedInAgainIsServedAgain() throws IOException {
        stage.machine.unplug(SpicePort.PORT);
        stage.machine.awaitLog("guest", "there is no such port", Stage.PATIENCE);
        stage.machine.plug(SpicePort.PORT, SpicePort.QEMUS);
        // QEMU tells an agent nothing of what was copied before it came.
        String connected = "connected to a host, by vdagent";
        stage.machine.run(
                User.ROOT,
                "sh",
                "-c",
                "until [ $(grep -c '" + connected + "' /var/log/hyperclip/guest.log) -ge 2 ]; do sleep 1; done");
        try (VncClient viewer = new VncClient(stage.machine.vncSocket())) {
            byte[] text = Stage.marker("plugged in again");
            viewer.copy(text);
            Stage.untilPastes(stage.alice, Selection.CLIPBOARD, text, System.nanoTime());
            byte[] other = Stage.marker("of the guest");
            stage.alice.copy(Program.XCLIP, Selection.CLIPBOARD, other);
            awaitPasted(viewer, other);
        }
    }

    private static Process tigerVnc(HostDesk desk) throws IOException {
        Process viewer = desk.start(
                List.of(
                        "xtigervncviewer",
                        "-SecurityTypes=None",
                        "-MaxCutText=2097152",
                        stage.machine.vncSocket().toString()),
                ProcessBuilder.Redirect.from(new File("/dev/null")),
                ProcessBuilder.Redirect.DISCARD);
        // It has a window of this name when it is connected, and looks at clipboards while that has the focus.
        List<String> focus =
                List.of("xdotool", "search", "--sync", "--onlyvisible", "--name", "TigerVNC", "windowfocus", "--sync");
        assertThat(desk.run(focus, new byte[0], Stage.PATIENCE).exit()).isZero();
        return viewer;
    }

    /// One line: TigerVNC sends a line's end as two bytes, as it should.
    private static byte[] sample(String what, int size) {
        byte[] text = new byte[size];
        byte[] name = Stage.marker(what);
        for (int i = 0; i < size; i++) {
            text[i] = i < name.length ? name[i] : (byte) ('a' + (i / name.length + i) % 26);
        }
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
