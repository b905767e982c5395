package hyperclip.e2e.path;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.session.SessionMessage.Question;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Our front end joins a machine to the host's desktop over the port of QEMU's guest agent, with commands alone.
class QgaHostTest {

    private static final int LARGE = 5_000_000;
    private static final String PNG = "image/png";

    private static Folder folder;
    private static Screen here;
    private static Screen there;
    private static Hyperclip host;
    private static Hyperclip daemon;
    private static Hyperclip agent;

    @BeforeAll
    static void open() {
        folder = Folder.make();
        here = new Screen();
        there = new Screen();
        startHost();
        startDaemon();
        agent = Hyperclip.start(
                folder.file("agent.log"), there.environment(), "agent", "--connect", path("guest.sock"));
        awaitJoined();
    }

    private static String path(String name) {
        return folder.file(name).toString();
    }

    private static void startHost() {
        host = Hyperclip.start(
                folder.file("host.log"),
                here.environment(),
                "host",
                "--vm",
                "work=qga:listen:" + path("port.sock"),
                "--listen",
                path("host.sock"));
    }

    private static void startDaemon() {
        daemon = Hyperclip.start(
                folder.file("guest.log"),
                Map.of(),
                "guest",
                "--port",
                "qga:" + path("port.sock"),
                "--listen-qga",
                path("local.sock"),
                "--listen",
                path("guest.sock"),
                "--sessions",
                "all");
    }

    private static void awaitJoined() {
        try {
            Await.until(
                    "",
                    () -> Inquirer.ask(folder.file("host.sock"), Question.SESSIONS, "")
                                    .size()
                            == 1);
        } catch (AssertionError e) {
            throw new AssertionError("no session at the host:\n" + host.log() + "--\n" + daemon.log(), e);
        }
    }

    @AfterAll
    static void close() {
        for (Hyperclip one : new Hyperclip[] {agent, daemon, host}) {
            assertThat(one.log()).doesNotContain("a fault in Hyperclip").doesNotContain("\tat ");
            one.close();
        }
        there.close();
        here.close();
        folder.close();
    }

    private static void assertBothWays(String selection, String text) {
        there.copy(selection, text);
        here.awaitPaste(selection, text);
        here.copy(selection, text + " and back");
        there.awaitPaste(selection, text + " and back");
    }

    @ParameterizedTest
    @ValueSource(strings = {"clipboard", "primary"})
    void textBothWays(String selection) {
        for (int i = 0; i < 5; i++) {
            assertBothWays(selection, "Grüße, 世界, 𝄞: " + selection + i);
        }
        there.copyWithXsel(selection, "xsel " + selection);
        here.awaitPaste(selection, "xsel " + selection);
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

    @ParameterizedTest
    @ValueSource(strings = {"clipboard", "primary"})
    void fiveMegabytesBothWays(String selection) {
        byte[] large = Way.letters(LARGE);
        there.copy(selection, Screen.TEXT, large);
        here.awaitPaste(selection, Screen.TEXT, large);
        byte[] other = Way.letters(LARGE + 1);
        here.copy(selection, Screen.TEXT, other);
        there.awaitPaste(selection, Screen.TEXT, other);
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
    void besideALocalClient() {
        assertBothWays("clipboard", "before");
        try (QgaClient local = QgaClient.connect(folder.file("local.sock"))) {
            local.write("clipboard", Map.of("text/plain;charset=utf-8", new byte[] {'x'}), 1);
            there.awaitPaste("clipboard", "x");
            assertBothWays("clipboard", "beside it");
            assertThat(local.read("clipboard", "text/plain;charset=utf-8", 100))
                    .asString()
                    .isEqualTo("beside it and back");
        }
        assertBothWays("clipboard", "after it");
    }

    @Test
    void afterARestartOfTheDaemonItGoesOn() {
        assertBothWays("clipboard", "before");
        here.copy("primary", "stands");
        there.awaitPaste("primary", "stands");
        daemon.kill();
        Await.until(
                "the session has gone",
                () -> Inquirer.ask(folder.file("host.sock"), Question.SESSIONS, "")
                        .isEmpty());
        startDaemon();
        there.awaitPaste("primary", "stands");
        assertBothWays("clipboard", "after");
        assertBothWays("primary", "after, too");
    }

    @Test
    void afterARestartOfTheHostItGoesOn() {
        assertBothWays("clipboard", "before");
        there.copy("primary", "stands");
        here.awaitPaste("primary", "stands");
        host.kill();
        startHost();
        here.awaitPaste("primary", "stands");
        assertBothWays("clipboard", "after");
        assertBothWays("primary", "after, too");
    }

    @Test
    void afterARestartOfTheAgentItGoesOn() {
        here.copy("clipboard", "stands");
        there.awaitPaste("clipboard", "stands");
        agent.kill();
        agent = Hyperclip.start(
                folder.file("agent.log"), there.environment(), "agent", "--connect", path("guest.sock"));
        there.awaitPaste("clipboard", "stands");
        assertBothWays("primary", "after");
    }
}
