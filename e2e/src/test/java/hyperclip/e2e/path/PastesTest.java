package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.e2e.path.Hyperclip.Result;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is copied on one side is pasted on the other, byte for byte, and moves only when it is pasted.
class PastesTest {

    private static final int LARGE = 20_000_000;

    private static Screen there;
    private static Screen here;
    private static Way way;

    @BeforeAll
    static void open() {
        here = new Screen();
        there = new Screen();
        way = Way.between(here, there);
    }

    @AfterAll
    static void close() {
        way.awaitNoTransfers();
        way.assertNoFaults();
        way.close();
        there.close();
        here.close();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"clipboard", "primary"})
    void textBothWays(String selection) {
        String text = "Grüße, 世界, 𝄞: " + selection;
        there.copy(selection, text);
        here.awaitPaste(selection, text);
        here.copyWithXsel(selection, text + " and back");
        there.awaitPaste(selection, text + " and back");
        assertThat(there.pasteWithXsel(selection)).isEqualTo(text + " and back");
        assertThat(here.targets(selection)).contains("UTF8_STRING");
        there.copyWithXsel(selection, "xsel " + selection);
        here.awaitPaste(selection, "xsel " + selection);
    }

    /// xsel hands out more than 4000 bytes in pieces, and ends where the window that it handed them to is gone.
    @Test
    void aCopyOfXselOutlivesItsPastes() {
        String text = "xsel".repeat(100_000);
        Process owner = there.copyWithXsel("clipboard", text);
        for (int i = 0; i < 20; i++) {
            here.awaitPaste("clipboard", text);
            assertThat(owner.isAlive()).as("after paste " + i).isTrue();
        }
    }

    @Test
    void anImageBothWays() {
        byte[] png = random(300_000);
        there.copy("clipboard", "image/png", png);
        here.awaitPaste("clipboard", "image/png", png);
        assertThat(here.targets("clipboard")).contains("image/png").doesNotContain("UTF8_STRING");
        byte[] other = random(300_001);
        here.copy("clipboard", "image/png", other);
        there.awaitPaste("clipboard", "image/png", other);
    }

    @Test
    void severalTypesOfOneCopy() {
        Map<String, byte[]> types =
                Map.of("UTF8_STRING", "bold".getBytes(UTF_8), "text/html", "<b>bold</b>".getBytes(UTF_8));
        try (RawOwner owner = new RawOwner(there, "CLIPBOARD", types)) {
            here.awaitPaste("clipboard", "text/html", types.get("text/html"));
            assertThat(here.paste("clipboard")).isEqualTo("bold");
            assertThat(owner.served()).contains("text/html");
        }
        try (RawOwner owner = new RawOwner(here, "CLIPBOARD", types)) {
            there.awaitPaste("clipboard", "text/html", types.get("text/html"));
            assertThat(there.paste("clipboard")).isEqualTo("bold");
            assertThat(owner.served()).contains("text/html");
        }
    }

    @Test
    void nothingMovesBeforeAPaste() {
        large(there, here, way.relay.guest, "application/x-from-there");
        large(here, there, way.relay.host, "application/x-from-here");
    }

    private static void large(Screen from, Screen to, Relay.Side side, String type) {
        byte[] content = random(LARGE);
        long before = side.passed();
        from.copy("clipboard", type, content);
        Await.until("the offer arrives", () -> to.targets("clipboard").contains(type));
        assertThat(side.passed() - before).isLessThan(4096);
        assertThat(Arrays.equals(to.paste("clipboard", type), content)).isTrue();
        assertThat(side.passed() - before).isBetween((long) LARGE, LARGE + LARGE / 50L);
    }

    /// Neither xclip nor xsel can serve several large pastes at once, with Hyperclip or without: so these are the
    /// owners.
    @Test
    void severalPastesAtOnce() {
        byte[] small = random(200_000);
        byte[] large = random(3_000_000);
        there.copy("primary", "small");
        here.awaitPaste("primary", "small");
        Result copied = Hyperclip.run(
                Map.of(),
                large,
                "copy",
                "-t",
                "image/png",
                "--connect",
                way.hostSocket().toString());
        assertThat(copied.code()).isZero();
        Await.until("the offer arrives", () -> there.targets("clipboard").contains("image/png"));
        assertPastedSixTimesAtOnce(there, "image/png", large);
        // A type that no conversion of the image before it would have.
        try (RawOwner owner = new RawOwner(there, "CLIPBOARD", Map.of("application/x-small", small))) {
            Await.until("the offer arrives", () -> here.targets("clipboard").contains("application/x-small"));
            assertPastedSixTimesAtOnce(here, "application/x-small", small);
            assertThat(owner.served()).hasSize(6);
        }
    }

    private static void assertPastedSixTimesAtOnce(Screen screen, String type, byte[] content) {
        List<Screen.Paste> pastes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            pastes.add(screen.beginPaste("clipboard", type));
        }
        assertThat(here.paste("primary")).isEqualTo("small");
        pastes.forEach(
                paste -> assertThat(Arrays.equals(paste.content(), content)).isTrue());
    }

    @Test
    void whatIsReleasedIsPastedNoMore() {
        Process owner = there.copy("clipboard", "for a moment");
        here.awaitPaste("clipboard", "for a moment");
        owner.destroyForcibly();
        Await.until("nothing is offered", () -> here.targets("clipboard").isEmpty());
    }
}
