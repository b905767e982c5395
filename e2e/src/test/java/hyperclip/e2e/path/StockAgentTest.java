package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.session.SessionMessage.Question;
import hyperclip.e2e.path.Hyperclip.Command;
import hyperclip.e2e.path.Hyperclip.Result;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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
        here.copy("primary", "before too");
        there.awaitPaste("primary", "before too");
        agent.kill();
        Await.until("the agent is missed", () -> !link().get("state").equals("connected to the agent"));
        agent.start();
        awaitAgent();
        there.awaitPaste("clipboard", "before");
        there.awaitPaste("primary", "before too");
        there.copy("primary", "after");
        here.awaitPaste("primary", "after");
        assertThat(List.of(host.log().split("\n"))).anyMatch(line -> line.contains("machine stock: connected"));
    }

    /// As when a user logs out and in: the daemon goes on, and QEMU's socket stays as it is.
    @Test
    void afterALoginWhatIsCopiedCanBePasted() {
        Folder own = Folder.make();
        try (Relay qemu = new Relay(own);
                Hyperclip front = Hyperclip.start(
                        own.file("host.log"),
                        here.environment(),
                        "host",
                        "--vm",
                        "login=spice:" + qemu.host.path(),
                        "--listen",
                        own.file("host.sock").toString());
                Screen session = new Screen();
                StockAgent stock = new StockAgent(session, qemu.guest.path())) {
            for (int i = 0; i < 4; i++) {
                here.copy("clipboard", "before " + i);
                session.awaitPaste("clipboard", "before " + i);
            }
            stock.logout();
            stock.login();
            session.awaitPaste("clipboard", "before 3");
            here.copy("clipboard", "after");
            session.awaitPaste("clipboard", "after");
            session.copy("clipboard", "of the session");
            here.awaitPaste("clipboard", "of the session");
            assertThat(front.log()).doesNotContain("a fault in Hyperclip");
        }
        own.close();
    }

    @Test
    void whatTheHostRefusesDoesNotKeepTheGuestWaiting() {
        Map<String, byte[]> types = Map.of("UTF8_STRING", "never handed out".getBytes(UTF_8));
        try (RawOwner _ = new RawOwner(here, "CLIPBOARD", types, Map.of("UTF8_STRING", RawOwner.Manner.REFUSES))) {
            Await.until("it is offered", () -> there.targets("clipboard").contains("UTF8_STRING"));
            Screen.Paste paste = there.beginPaste("clipboard", "UTF8_STRING");
            assertThat(paste.content()).isEmpty();
        }
    }

    private static Command copy(Path... files) {
        List<String> arguments = new ArrayList<>(
                List.of("copy", "--connect", folder.file("host.sock").toString(), "--to", "stock"));
        Stream.of(files).map(Path::toString).forEach(arguments::add);
        return Hyperclip.begin(arguments.toArray(String[]::new));
    }

    @Test
    void filesGoWhereTheAgentPutsThem() throws IOException {
        byte[] content = Way.letters(LARGE);
        Path large = folder.file("large file.bin", content);
        Path empty = folder.file("empty", new byte[0]);
        Path odd = folder.file("Grüße; [x]=\\n 100 %.txt", "Grüße".getBytes(UTF_8));
        try (Command copy = copy(large, empty, odd)) {
            Result sent = copy.result();
            assertThat(sent.errors().lines())
                    .containsExactly(
                            large + ": sent to stock, 50,000,000 bytes",
                            empty + ": sent to stock, 0 bytes",
                            odd + ": sent to stock, 7 bytes");
            assertThat(sent.code()).isZero();
        }
        for (Path file : List.of(large, empty, odd)) {
            assertThat(agent.files().resolve(file.getFileName())).hasSameBinaryContentAs(file);
        }
    }

    @Test
    void aFileThatIsCancelledIsNotLeftBehind() throws IOException {
        Path endless = folder.file("endless");
        sparse(endless, 1L << 34);
        Path there = agent.files().resolve("endless");
        try (Command copy = copy(endless)) {
            Await.until("some of it is there", () -> Files.exists(there) && Files.size(there) > 1_000_000);
            Programs.signal(copy.process().pid(), "INT");
            assertThat(copy.result().code()).isEqualTo(130);
        }
        Await.until("nothing of it is left", () -> !Files.exists(there));
        assertThat(host.log()).contains("a file of " + (1L << 34) + " bytes was not sent");
    }

    @Test
    void theAgentsRefusalsOfFilesAreTold() throws IOException {
        Path huge = folder.file("huge");
        sparse(huge, 1L << 42);
        Path small = folder.file("small", new byte[] {1});
        try (Command copy = copy(huge, small)) {
            Result refused = copy.result();
            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.errors())
                    .contains("not enough space in the machine", "bytes are free", "0 of 2 files were sent");
        }
        // It makes the folder where there is none.
        Path moved = agent.files().resolveSibling("moved");
        Await.until("the folder is made", () -> Files.isDirectory(Files.createDirectories(agent.files())));
        Files.move(agent.files(), moved);
        Files.createFile(agent.files());
        try (Command copy = copy(small)) {
            Result refused = copy.result();
            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.errors()).contains("could not write it", small.toString());
        } finally {
            Files.delete(agent.files());
            Files.move(moved, agent.files());
        }
        try (Command copy = copy(small)) {
            assertThat(copy.result().code()).isZero();
        }
    }

    /// A file that takes no space.
    private static void sparse(Path file, long size) throws IOException {
        try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
            made.setLength(size);
        }
    }
}
