package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.Desk;
import hyperclip.demo.Program;
import hyperclip.demo.User;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Clipboard managers read every copy at once and own it again. That is no new copy: it does not come back, and what
/// one session has copied does not reach another by that way.
class ClipboardManagersTest {

    /// Each way; the same without a machine is done two hundred times.
    private static final int COPIES = 10;

    /// So many words on the port in a second and a half are no ping-pong: one ping and its answer.
    private static final int QUIET = 6;

    private static final List<List<String>> MANAGERS =
            List.of(List.of("autocutsel"), List.of("autocutsel", "-selection", "PRIMARY"), List.of("parcellite"));

    private final Stage stage;
    private final List<Process> onHost = new ArrayList<>();

    ClipboardManagersTest() throws IOException {
        stage = Stage.running();
    }

    @Test
    void inTheGuestAndThenOnTheHostToo() throws Exception {
        for (List<String> manager : MANAGERS) {
            stage.machine.start(User.ALICE, "managers", manager.toArray(String[]::new));
        }
        copiesInTurn("managers in the guest");
        for (List<String> manager : MANAGERS) {
            onHost.add(startOnHost(manager));
        }
        copiesInTurn("managers on both sides");
        stage.endPrograms();
        copiesInTurn("managers on the host");
    }

    private Process startOnHost(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(Redirect.from(new File("/dev/null")))
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD);
        builder.environment().putAll(stage.host.environment());
        return builder.start();
    }

    @AfterEach
    void endManagers() throws IOException {
        onHost.forEach(Process::destroy);
        stage.endPrograms();
    }

    private void copiesInTurn(String where) throws Exception {
        List<String> alices = new ArrayList<>();
        byte[] last = new byte[0];
        for (int i = 0; i < COPIES; i++) {
            last = Stage.marker(where + ", alice's");
            alices.add(new String(last, StandardCharsets.UTF_8));
            arrives(stage.alice, stage.host, last);
            assertThat(alices)
                    .as(where + ": what bob pastes is never alice's")
                    .doesNotContain(
                            stage.bob.paste(Program.XCLIP, Selection.CLIPBOARD).text());
            last = Stage.marker(where + ", the host's");
            arrives(stage.host, stage.alice, last);
        }
        assertQuiet(where);
        Stage.assertPastes(stage.host, Program.XCLIP, Selection.CLIPBOARD, last);
        Stage.assertPastes(stage.alice, Program.XCLIP, Selection.CLIPBOARD, last);
        Stage.assertPastes(stage.bob, Program.XCLIP, Selection.CLIPBOARD, last);
    }

    /// By the content, since a manager may own it by then.
    private static void arrives(Desk from, Desk to, byte[] text) throws IOException {
        from.copy(Program.XCLIP, Selection.CLIPBOARD, text);
        Stage.untilPastes(to, Selection.CLIPBOARD, text, System.nanoTime());
    }

    /// Nothing goes to and fro by itself: the front end writes next to nothing.
    private void assertQuiet(String where) throws Exception {
        long until = System.nanoTime() + Stage.PATIENCE.toNanos();
        long written;
        do {
            long before = frontEndWrites();
            Thread.sleep(1500);
            written = frontEndWrites() - before;
        } while (written > QUIET && System.nanoTime() < until);
        assertThat(written)
                .as(where + ": words on the port in 1.5 s after the last copy")
                .isLessThanOrEqualTo(QUIET);
    }

    private long frontEndWrites() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + stage.frontEnd.pid() + "/io"))) {
            if (line.startsWith("syscw: ")) {
                return Long.parseLong(line.substring("syscw: ".length()));
            }
        }
        throw new AssertionError("the kernel does not count what processes write");
    }
}
