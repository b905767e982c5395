package hyperclip.e2e.path;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.session.SessionMessage.Question;
import hyperclip.e2e.path.Hyperclip.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Our daemon shares the port of SPICE's agent with a real spice-vdagentd: clipboards are ours, and all else
/// goes through to it. The host is our front end, because it can send a file.
class SharedPortTest {

    private final Folder folder = Folder.make();
    private final Screen here = new Screen();
    private final Screen there = new Screen();
    private Hyperclip host;
    private Hyperclip daemon;
    private Hyperclip agent;

    @BeforeEach
    void open() {
        Path port = folder.file("port.sock");
        host = Hyperclip.start(
                folder.file("host.log"),
                here.environment(),
                "host",
                "--vm",
                "shared=spice:listen:" + port,
                "--listen",
                folder.file("host.sock").toString());
        Await.until("the port is there", () -> Files.exists(port));
        daemon = Hyperclip.start(
                folder.file("guest.log"),
                Map.of(),
                "guest",
                "--port",
                "spice:" + port,
                "--spice-agent",
                share().toString(),
                "--listen",
                folder.file("guest.sock").toString());
        agent = Hyperclip.start(
                folder.file("agent.log"),
                there.environment(),
                "agent",
                "--connect",
                folder.file("guest.sock").toString());
    }

    private Path share() {
        return folder.file("share.sock");
    }

    @AfterEach
    void close() {
        for (Hyperclip one : new Hyperclip[] {agent, daemon, host}) {
            assertThat(one.log()).doesNotContain("a fault in Hyperclip").doesNotContain("\tat ");
            one.close();
        }
        there.close();
        here.close();
        folder.close();
    }

    private void assertClipboards(String text) {
        there.copy("clipboard", text);
        here.awaitPaste("clipboard", text);
        here.copy("primary", text + " and back");
        there.awaitPaste("primary", text + " and back");
    }

    private Result send(Path file) {
        return Hyperclip.run(
                Map.of(),
                new byte[0],
                "copy",
                "--connect",
                folder.file("host.sock").toString(),
                "--to",
                "shared",
                file.toString());
    }

    private void awaitOther(String state) {
        Await.until(
                "spice-vdagentd: " + state,
                () -> Inquirer.ask(folder.file("guest.sock"), Question.STATUS, "").stream()
                        .filter(row -> row.get("kind").equals("link"))
                        .anyMatch(row -> row.get("spice-vdagentd").equals(state)
                                && row.get("state").equals("connected to a host, by vdagent")));
    }

    @Test
    void clipboardsAreOursAndFilesGoThroughToIt() throws IOException {
        assertClipboards("alone");
        Path file = folder.file("file.bin", Way.letters(5_000_000));
        assertThat(send(file).errors()).contains("takes no files");
        try (StockAgent other = new StockAgent(there, share())) {
            awaitOther("connected");
            assertClipboards("beside it");
            assertThat(send(file).errors()).contains(": sent to shared");
            assertThat(other.files().resolve("file.bin")).hasSameBinaryContentAs(file);
            assertClipboards("after a file");
        }
        awaitOther("the other side closed the connection");
        assertClipboards("alone again");
        assertThat(send(file).errors()).contains("takes no files");
        try (StockAgent other = new StockAgent(there, share())) {
            awaitOther("connected");
            assertThat(send(file).errors()).contains(": sent to shared");
            assertThat(other.files().resolve("file.bin")).hasSameBinaryContentAs(file);
            host.kill();
            host = Hyperclip.start(
                    folder.file("host.log"),
                    here.environment(),
                    "host",
                    "--vm",
                    "shared=spice:listen:" + folder.file("port.sock"),
                    "--listen",
                    folder.file("host.sock").toString());
            awaitOther("connected");
            assertClipboards("with a new host");
            assertThat(send(folder.file("second", new byte[] {7})).errors()).contains(": sent to shared");
        }
    }

    @Test
    void oneThatSharesNothingIsWrongUsage() {
        String[] command = {"guest", "--port=/nonexistent", "--spice-agent=" + folder.file("nobody.sock")};
        Result wrong = Hyperclip.run(Map.of(), new byte[0], command);
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.errors()).contains("--spice-agent is for one spice port, and there are 0");
        assertThat(folder.file("nobody.sock")).doesNotExist();
    }
}
