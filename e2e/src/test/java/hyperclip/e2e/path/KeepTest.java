package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// With `--keep-after-exit` the last copy of an application that has ended can still be pasted, on its own side and on
/// the other.
class KeepTest {

    private static final String HINT = "x-kde-passwordManagerHint";
    private static final int LIMIT = 1024 * 1024;

    private static Screen here;
    private static Screen there;
    private static Way way;

    @BeforeAll
    static void open() {
        here = new Screen();
        there = new Screen();
        List<String> keep = List.of("--keep-after-exit", "1M");
        way = Way.between(Map.of(Way.Station.HOST, keep, Way.Station.AGENT, keep), here, there);
    }

    @AfterAll
    static void close() {
        way.awaitNoTransfers();
        way.assertNoFaults();
        way.close();
        there.close();
        here.close();
    }

    /// So that nothing of one test is there in the next.
    @AfterEach
    void copyAnew() {
        there.copy("clipboard", "the end of a test");
        here.awaitPaste("clipboard", "the end of a test");
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static void awaitNothing(Screen screen) {
        Await.until(
                "nothing is offered on " + screen.display(),
                () -> screen.targets("clipboard").isEmpty());
    }

    private static Screen other(Screen screen) {
        return screen == here ? there : here;
    }

    private static long kept(Screen screen) {
        Hyperclip process = screen == here ? way.host : way.agent(screen);
        return process.log()
                .lines()
                .filter(line -> line.contains("its copy is kept"))
                .count();
    }

    /// An application that copies, and ends when all of these types have been read.
    private static void copyAndEnd(Screen from, Map<String, byte[]> types) {
        long before = kept(from);
        try (RawOwner owner = new RawOwner(from, "CLIPBOARD", types)) {
            Await.until("it is read", () -> owner.taken().containsAll(types.keySet()));
        }
        Await.until("it is kept", () -> kept(from) == before + 1);
    }

    /// With a second type: the text alone may be looked at at once, to know a clipboard manager by it.
    private static void copyAndEnd(Screen from, String text) {
        copyAndEnd(from, Map.of(Screen.TEXT, text.getBytes(UTF_8), "text/html", new byte[] {'-'}));
    }

    /// Nothing outside tells when xclip has been read, so that it is given longer and longer.
    private static void copyWithXclipAndEnd(Screen from, String type, byte[] content) {
        long before = kept(from);
        long[] longer = {400};
        Await.until("the copy of xclip is kept", () -> {
            Process owner = from.copy("clipboard", type, content);
            other(from).awaitPaste("clipboard", type, content);
            Await.pass(Duration.ofMillis(longer[0] *= 2));
            owner.destroyForcibly();
            // What comes after its end is not told before it.
            String mark = "after " + longer[0];
            from.copy("primary", mark);
            other(from).awaitPaste("primary", mark);
            return kept(from) > before;
        });
    }

    private static void staysOnBothSides(Screen from) {
        copyWithXclipAndEnd(from, Screen.TEXT, "grüße".getBytes(UTF_8));
        assertThat(other(from).paste("clipboard")).isEqualTo("grüße");
        assertThat(from.paste("clipboard")).isEqualTo("grüße");
        byte[] png = random(LIMIT);
        copyAndEnd(from, Map.of("image/png", png));
        other(from).awaitPaste("clipboard", "image/png", png);
        from.awaitPaste("clipboard", "image/png", png);
        assertThat(from.targets("clipboard")).doesNotContain(Screen.TEXT);
    }

    @Test
    void theGuestsLastCopyStays() {
        staysOnBothSides(there);
        assertThat(way.agent(there).log())
                .contains("the application that copied has ended, its copy is kept: text/plain;charset=utf-8 (7 B)")
                .contains("its copy is kept: image/png (1048576 B)")
                .doesNotContain("grüße");
    }

    @Test
    void theHostsLastCopyStays() {
        staysOnBothSides(here);
    }

    @Test
    void whatIsTooLargeIsLeftOutAndCanBePastedUntilTheEnd() {
        byte[] png = random(LIMIT + 1);
        copyAndEnd(there, Map.of(Screen.TEXT, "small".getBytes(UTF_8), "image/png", png));
        Await.until(
                "the text alone",
                () -> here.targets("clipboard").contains(Screen.TEXT)
                        && !here.targets("clipboard").contains("image/png"));
        here.awaitPaste("clipboard", "small");
        there.awaitPaste("clipboard", "small");
        // xclip takes part in no other paste while it is read, and in none after it was left in the middle of one.
        Process owner = there.copy("clipboard", "image/png", png);
        here.awaitPaste("clipboard", "image/png", png);
        Await.pass(Duration.ofMillis(300));
        assertThat(Arrays.equals(here.paste("clipboard", "image/png"), png)).isTrue();
        Await.pass(Duration.ofMillis(500));
        assertThat(Arrays.equals(here.paste("clipboard", "image/png"), png)).isTrue();
        long before = kept(there);
        owner.destroyForcibly();
        awaitNothing(here);
        awaitNothing(there);
        assertThat(kept(there)).isEqualTo(before);
    }

    @Test
    void whatIsClearedIsGone() {
        long before = kept(there);
        try (RawOwner owner = new RawOwner(
                there, "CLIPBOARD", Map.of(Screen.TEXT, "a password".getBytes(UTF_8), "text/html", new byte[] {'-'}))) {
            Await.until("it is read", () -> owner.taken().contains("text/html"));
            there.program("xsel", "--clipboard", "--clear");
            awaitNothing(here);
        }
        awaitNothing(there);
        copyAndEnd(there, "another");
        here.awaitPaste("clipboard", "another");
        there.program("xsel", "--clipboard", "--clear");
        awaitNothing(here);
        awaitNothing(there);
        assertThat(kept(there)).isEqualTo(before + 1);
    }

    @Test
    void aNewCopyTakesItsPlace() {
        copyAndEnd(there, "kept there");
        here.copy("clipboard", "new here");
        there.awaitPaste("clipboard", "new here");
        assertThat(here.paste("clipboard")).isEqualTo("new here");
        copyAndEnd(here, "kept here");
        there.copy("clipboard", "new there");
        here.awaitPaste("clipboard", "new there");
        assertThat(there.paste("clipboard")).isEqualTo("new there");
        copyAndEnd(there, "kept there again");
        there.copy("clipboard", "and new there");
        here.awaitPaste("clipboard", "and new there");
    }

    @Test
    void aSecretEndsIt() {
        copyAndEnd(there, "kept");
        here.awaitPaste("clipboard", "kept");
        Map<String, byte[]> secret = Map.of(Screen.TEXT, "secret".getBytes(UTF_8), HINT, "secret".getBytes(UTF_8));
        try (RawOwner _ = new RawOwner(there, "CLIPBOARD", secret)) {
            awaitNothing(here);
            assertThat(there.paste("clipboard")).isEqualTo("secret");
        }
        awaitNothing(there);
        assertThat(here.targets("clipboard")).isEmpty();
        assertThat(way.logs()).doesNotContain("secret");
    }

    /// parcellite restores what an application leaves, too.
    @Test
    void withAClipboardManagerItStaysAsWell() {
        Process manager = there.program("parcellite", "-n");
        copyWithXclipAndEnd(there, Screen.TEXT, "both keep it".getBytes(UTF_8));
        here.awaitPaste("clipboard", "both keep it");
        there.awaitPaste("clipboard", "both keep it");
        Await.pass(Duration.ofMillis(1500));
        assertThat(here.paste("clipboard")).isEqualTo("both keep it");
        assertThat(there.paste("clipboard")).isEqualTo("both keep it");
        assertThat(manager.isAlive()).isTrue();
        manager.destroy();
        Await.ended(manager, Await.GENEROUS, "parcellite");
    }

    @Test
    void nothingIsReadOrKeptUnlessItIsWanted() {
        try (Screen one = new Screen();
                Screen two = new Screen();
                Way plain = Way.between(one, two)) {
            try (RawOwner owner = new RawOwner(two, "CLIPBOARD", Map.of(Screen.TEXT, "gone".getBytes(UTF_8)))) {
                Await.until("it is offered", () -> one.targets("clipboard").contains(Screen.TEXT));
                Await.pass(Duration.ofSeconds(1));
                assertThat(owner.served()).isEmpty();
            }
            awaitNothing(one);
            awaitNothing(two);
            assertThat(plain.logs()).doesNotContain("is kept");
        }
    }
}
