package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.session.SessionMessage.Question;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Our front end serves a guest with the stock agents of SPICE in it, as they are.
class StockAgentTest {

    private static final int LARGE = 50_000_000;
    private static final String PNG = "image/png";

    private static Screen here;
    private static Screen there;
    private static Folder folder;
    private static Hyperclip host;
    private static StockAgent agent;

    @BeforeAll
    static void open() {
        here = new Screen();
        there = new Screen();
        folder = Folder.make();
        host = Hyperclip.start(
                folder.file("host.log"),
                here.environment(),
                "host",
                "--vm",
                "stock=spice:listen:" + folder.file("port.sock"),
                "--listen",
                folder.file("host.sock").toString());
        agent = new StockAgent(there, folder.file("port.sock"));
        awaitAgent();
    }

    private static void awaitAgent() {
        try {
            Await.until("", () -> link().get("state").equals("connected to the agent"));
        } catch (AssertionError e) {
            throw new AssertionError("the agent has not answered:\n" + host.log() + agent.log(), e);
        }
    }

    private static Map<String, String> link() {
        return Inquirer.ask(folder.file("host.sock"), Question.STATUS, "").stream()
                .filter(row -> row.get("kind").equals("link"))
                .findFirst()
                .orElseThrow();
    }

    @AfterAll
    static void close() {
        assertThat(host.log()).doesNotContain("a fault in Hyperclip").doesNotContain("\tat ");
        agent.close();
        host.close();
        folder.close();
        there.close();
        here.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"clipboard", "primary"})
    void textBothWays(String selection) {
        String text = "Grüße, 世界, 𝄞: " + selection;
        there.copy(selection, text);
        here.awaitPaste(selection, text);
        here.copyWithXsel(selection, text + " and back");
        there.awaitPaste(selection, text + " and back");
        there.copyWithXsel(selection, "xsel " + selection);
        here.awaitPaste(selection, "xsel " + selection);
        here.copy(selection, "once more");
        there.awaitPaste(selection, "once more");
    }

    @Test
    void anImageBothWays() {
        byte[] png = Way.letters(300_000);
        there.copy("clipboard", PNG, png);
        here.awaitPaste("clipboard", PNG, png);
        byte[] other = Way.letters(300_001);
        here.copy("clipboard", PNG, other);
        there.awaitPaste("clipboard", PNG, other);
    }

    @Test
    void fiftyMegabytesBothWays() {
        byte[] large = Way.letters(LARGE);
        there.copy("clipboard", Screen.TEXT, large);
        here.awaitPaste("clipboard", Screen.TEXT, large);
        byte[] other = Way.letters(LARGE + 1);
        here.copy("primary", Screen.TEXT, other);
        there.awaitPaste("primary", Screen.TEXT, other);
    }

    @Test
    void whatCannotBeCarriedIsSaid() {
        here.copy("clipboard", "carried");
        there.awaitPaste("clipboard", "carried");
        assertThat(link()).doesNotContainKey("not carried");
        Map<String, byte[]> types =
                Map.of("UTF8_STRING", "bold".getBytes(UTF_8), "text/html", "<b>bold</b>".getBytes(UTF_8));
        try (RawOwner _ = new RawOwner(here, "CLIPBOARD", types)) {
            there.awaitPaste("clipboard", "bold");
            assertThat(link()).containsEntry("not carried", "clipboard: text/html not carried by vdagent");
        }
    }

    @Test
    void whatIsReleasedIsPastedNoMore() {
        Process owner = there.copy("clipboard", "for a moment");
        here.awaitPaste("clipboard", "for a moment");
        owner.destroyForcibly();
        Await.until("nothing is offered", () -> here.targets("clipboard").isEmpty());
        Process own = here.copy("clipboard", "for a moment here");
        there.awaitPaste("clipboard", "for a moment here");
        own.destroyForcibly();
        Await.until("nothing is offered", () -> there.targets("clipboard").isEmpty());
    }

    @Test
    void afterARestartOfTheAgentItGoesOn() {
        here.copy("clipboard", "before");
        there.awaitPaste("clipboard", "before");
        agent.kill();
        Await.until("the agent is missed", () -> !link().get("state").equals("connected to the agent"));
        agent.start();
        awaitAgent();
        there.awaitPaste("clipboard", "before");
        there.copy("primary", "after");
        here.awaitPaste("primary", "after");
        assertThat(List.of(host.log().split("\n"))).anyMatch(line -> line.contains("machine stock: connected"));
    }
}
