package hyperclip.e2e.path;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.session.SessionMessage.Question;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A daemon at a port of SPICE's agent: all sessions share it, none sees another's copy, and it is mute beside a native
/// host. The other side is our own front end in the client's role, which StockAgentTest shows to speak as stock does.
class SpicePortTest {

    private static final int LARGE = 50_000_000;

    /// Nothing comes within this time where nothing may.
    private static final Duration A_WHILE = Duration.ofMillis(700);

    private final Folder folder = Folder.make();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        folder.close();
    }

    private <T extends AutoCloseable> T with(T one) {
        open.add(one);
        return one;
    }

    private Hyperclip start(String name, Screen screen, String... arguments) {
        return with(Hyperclip.start(
                folder.file(name + ".log"), screen == null ? Map.of() : screen.environment(), arguments));
    }

    private String at(String name) {
        return folder.file(name).toString();
    }

    private Hyperclip viewer(Screen screen) {
        Hyperclip viewer =
                start("viewer", screen, "host", "--vm", "work=spice:listen:" + at("spice"), "--listen", at("viewer"));
        awaitFile("spice");
        return viewer;
    }

    private void awaitFile(String name) {
        Await.until(name + " is there", () -> Files.exists(Path.of(at(name))));
    }

    private void daemon(String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("guest", "--port", "spice:" + at("spice"), "--listen", at("guest")));
        arguments.addAll(List.of(more));
        start("daemon", null, arguments.toArray(String[]::new));
        awaitFile("guest");
    }

    private Screen session() {
        Screen screen = with(new Screen());
        Hyperclip agent = start("agent" + screen.display(), screen, "agent", "--connect", at("guest"));
        Await.until("an agent", () -> agent.log().contains("connected to the daemon"));
        return screen;
    }

    private void awaitConnected() {
        Await.until("both sides have greeted", () -> status("viewer", "state").equals("connected to the agent"));
    }

    /// Of the row of the vdagent link.
    private String status(String socket, String field) {
        return Inquirer.ask(Path.of(at(socket)), Question.STATUS, "").stream()
                .filter(row -> "vdagent".equals(row.get("protocol")))
                .map(row -> row.getOrDefault(field, ""))
                .findFirst()
                .orElse("");
    }

    @Test
    void textImagesAndFiftyMegabytesBothWays() {
        Screen here = with(new Screen());
        viewer(here);
        daemon();
        Screen there = session();
        awaitConnected();
        for (String selection : List.of("clipboard", "primary")) {
            there.copy(selection, "from there, " + selection);
            here.awaitPaste(selection, "from there, " + selection);
            here.copy(selection, "from here, " + selection);
            there.awaitPaste(selection, "from here, " + selection);
        }
        byte[] image = Way.letters(300_000);
        there.copy("clipboard", "image/png", image);
        here.awaitPaste("clipboard", "image/png", image);
        byte[] large = Way.letters(LARGE);
        here.copy("clipboard", Screen.TEXT, large);
        there.awaitPaste("clipboard", Screen.TEXT, large);
        there.copy("primary", Screen.TEXT, large);
        here.awaitPaste("primary", Screen.TEXT, large);
    }

    @Test
    void everySessionGetsTheHostsCopyAndNoneAnothers() {
        Screen here = with(new Screen());
        viewer(here);
        daemon();
        Screen alice = session();
        Screen bob = session();
        awaitConnected();
        here.copy("clipboard", "for all");
        alice.awaitPaste("clipboard", "for all");
        bob.awaitPaste("clipboard", "for all");
        alice.copy("clipboard", "alice's");
        here.awaitPaste("clipboard", "alice's");
        Await.until("bob is shown nothing", () -> bob.targets("clipboard").isEmpty());
        bob.copy("clipboard", "bob's");
        here.awaitPaste("clipboard", "bob's");
        assertThat(alice.paste("clipboard")).isEqualTo("alice's");
    }

    @Test
    void beforeTheHostHasComeAndAfterItHasGone() {
        daemon();
        Screen there = session();
        there.copy("clipboard", "copied early");
        Screen here = with(new Screen());
        Hyperclip viewer = viewer(here);
        here.awaitPaste("clipboard", "copied early");
        here.copy("clipboard", "from here");
        there.awaitPaste("clipboard", "from here");
        viewer.close();
        Await.until("nothing is shown", () -> there.targets("clipboard").isEmpty());
        viewer(here);
        there.awaitPaste("clipboard", "from here");
    }

    @Test
    void muteWhileANativeHostIsConnected() {
        Screen here = with(new Screen());
        Screen other = with(new Screen());
        Relay relay = with(new Relay(folder));
        viewer(other);
        daemon("--port", relay.guest.path().toString());
        Screen there = session();
        awaitConnected();
        other.copy("clipboard", "by vdagent");
        there.awaitPaste("clipboard", "by vdagent");
        Hyperclip host = start("host", here, "host", "--vm", "work=" + relay.host.path(), "--listen", at("host"));
        Await.until("the port is mute", () -> status("guest", "clipboard").startsWith("mute"));
        Await.until("what came by it is gone", () -> there.targets("clipboard").isEmpty());
        here.copy("clipboard", "native");
        there.awaitPaste("clipboard", "native");
        other.copy("clipboard", "not heard");
        there.copy("primary", "not told");
        here.awaitPaste("primary", "not told");
        Await.pass(A_WHILE);
        assertThat(there.paste("clipboard")).isEqualTo("native");
        assertThat(other.targets("primary")).isEmpty();
        host.close();
        there.awaitPaste("clipboard", "not heard");
        other.awaitPaste("primary", "not told");
    }

    @Test
    void notMuteWhereThatIsAsked() {
        Screen here = with(new Screen());
        Screen other = with(new Screen());
        Relay relay = with(new Relay(folder));
        viewer(other);
        start("host", here, "host", "--vm", "work=" + relay.host.path(), "--listen", at("host"));
        daemon("--port", relay.guest.path().toString(), "--spice-clipboard", "always");
        Screen there = session();
        awaitConnected();
        there.copy("clipboard", "to both");
        here.awaitPaste("clipboard", "to both");
        other.awaitPaste("clipboard", "to both");
        other.copy("clipboard", "from the viewer");
        there.awaitPaste("clipboard", "from the viewer");
        Await.pass(A_WHILE);
        assertThat(here.paste("clipboard"))
                .as("one way to the host is no way to another")
                .isNotEqualTo("from the viewer");
    }
}
