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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Clipboard managers read every copy at once and own it again. That is no new copy: it does not come back, and what
/// one session has copied does not reach another by that way.
class ClipboardManagersTest {

    /// Each way; the same without a machine is done two hundred times.
    private static final int COPIES = Integer.getInteger("hyperclip.copies", 3);

    private static final long QUIET_SECONDS = 3;

    /// Looks at a selection until a manager that is there has brought something to it.
    private static final int TRIES = 40;

    private static final Pattern AGE = Pattern.compile("\"(?:clipboard|primary)\":\"[^\"]*, (\\d+) (s|min|h) ago\"");

    private static final List<List<String>> MANAGERS =
            List.of(List.of("autocutsel"), List.of("autocutsel", "-selection", "PRIMARY"), List.of("parcellite"));

    private final Stage stage;
    private final List<Process> onHost = new ArrayList<>();

    ClipboardManagersTest() throws IOException {
        stage = Stage.running();
    }

    @Test
    void inTheGuest() throws Exception {
        startInGuest();
        copiesInTurn("managers in the guest", Pause.NONE, stage.alice);
    }

    @Test
    void onTheHost() throws Exception {
        startOnHost();
        copiesInTurn("managers on the host", Pause.NONE, stage.host);
    }

    /// Here a copy's other selection also comes from the other side, before the autocutsels have looked: the next copy
    /// is then replaced by it on its own desk, without us. Only time tells when all of them have looked.
    @Test
    @Tag("quiet")
    void onBothSides() throws Exception {
        startInGuest();
        startOnHost();
        copiesInTurn("managers on both sides", Pause.ALL_HAVE_LOOKED, stage.alice, stage.host);
    }

    private enum Pause {
        NONE(0),
        /// Two looks of autocutsel, and a little.
        ALL_HAVE_LOOKED(1_200);

        final int millis;

        Pause(int millis) {
            this.millis = millis;
        }
    }

    private void startInGuest() throws IOException {
        for (List<String> manager : MANAGERS) {
            stage.machine.start(User.ALICE, "managers", manager.toArray(String[]::new));
        }
    }

    private void startOnHost() throws IOException {
        for (List<String> manager : MANAGERS) {
            ProcessBuilder builder = new ProcessBuilder(manager)
                    .redirectInput(Redirect.from(new File("/dev/null")))
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD);
            builder.environment().putAll(stage.host.environment());
            onHost.add(builder.start());
        }
    }

    @AfterEach
    void endManagers() throws IOException {
        onHost.forEach(Process::destroy);
        stage.endPrograms();
    }

    /// @param managed the desks that have managers
    private void copiesInTurn(String where, Pause pause, Desk... managed) throws Exception {
        for (Desk desk : managed) {
            awaitManagers(desk);
        }
        List<String> alices = new ArrayList<>();
        byte[] last = new byte[0];
        for (int i = 0; i < COPIES; i++) {
            last = Stage.marker(where + ", alice's");
            alices.add(new String(last, StandardCharsets.UTF_8));
            arrives(stage.alice, stage.host, last, managed);
            Thread.sleep(pause.millis);
            assertThat(alices)
                    .as(where + ": what bob pastes is never alice's")
                    .doesNotContain(
                            stage.bob.paste(Program.XCLIP, Selection.CLIPBOARD).text());
            last = Stage.marker(where + ", the host's");
            arrives(stage.host, stage.alice, last, managed);
            Thread.sleep(pause.millis);
        }
        assertQuiet(where);
        Stage.assertPastes(stage.host, Program.XCLIP, Selection.CLIPBOARD, last);
        Stage.assertPastes(stage.alice, Program.XCLIP, Selection.CLIPBOARD, last);
        Stage.assertPastes(stage.bob, Program.XCLIP, Selection.CLIPBOARD, last);
    }

    /// An autocutsel that starts takes for known what the other one has put into their buffer before.
    private static void awaitManagers(Desk desk) throws IOException {
        long until = System.nanoTime() + Stage.PATIENCE.toNanos();
        while (System.nanoTime() < until) {
            byte[] text = Stage.marker("to begin with");
            desk.copy(Program.XCLIP, Selection.CLIPBOARD, text);
            for (int tries = 0; tries < TRIES; tries++) {
                if (Arrays.equals(desk.paste(Program.XCLIP, Selection.PRIMARY).output(), text)) {
                    return;
                }
                Stage.pause();
            }
        }
        throw new AssertionError("the autocutsels on " + desk.name() + " do nothing");
    }

    /// By the content, since a manager may own it by then. The two autocutsels of a desk bring each copy to its other
    /// selection: one that is late would take the place of the next copy, on its own desk already.
    private static void arrives(Desk from, Desk to, byte[] text, Desk... managed) throws IOException {
        from.copy(Program.XCLIP, Selection.CLIPBOARD, text);
        Stage.untilPastes(to, Selection.CLIPBOARD, text, System.nanoTime());
        for (Desk desk : managed) {
            Stage.untilPastes(desk, Selection.PRIMARY, text, System.nanoTime());
        }
    }

    /// No offer is young any more: had one manager's taking become another's copy, there would always be a new one.
    /// What crosses the port does not tell, since two of the managers read what we offer twice a second.
    private void assertQuiet(String where) throws Exception {
        long until = System.nanoTime() + Stage.PATIENCE.toNanos();
        String status;
        do {
            status = stage.frontEnd.run(new byte[0], "status", "--json").text();
        } while (youngest(status) < QUIET_SECONDS && System.nanoTime() < until);
        assertThat(youngest(status))
                .as(where + ": seconds since the last offer\n" + status)
                .isGreaterThanOrEqualTo(QUIET_SECONDS);
    }

    private static long youngest(String status) {
        return AGE.matcher(status)
                .results()
                .filter(found -> found.group(2).equals("s"))
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .min()
                .orElse(QUIET_SECONDS);
    }
}
