package hyperclip.e2e.path;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.session.SessionMessage.Question;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A session has one agent at a time, never two and never none, and its name outlives the agent.
class OneAgentTest {

    private Screen host;
    private Screen guest;
    private Way way;

    @BeforeEach
    void open() {
        host = new Screen();
        guest = new Screen();
        way = Way.between(host, guest);
    }

    @AfterEach
    void close() {
        way.assertNoFaults();
        way.close();
        guest.close();
        host.close();
    }

    private void assertPastes(String text) {
        guest.copy("clipboard", text + " there");
        host.awaitPaste("clipboard", text + " there");
        host.copy("clipboard", text + " and back");
        guest.awaitPaste("clipboard", text + " and back");
    }

    private List<String> names() {
        return Inquirer.ask(way.guestSocket(), Question.SESSIONS, "").stream()
                .map(row -> row.get("name"))
                .toList();
    }

    @Test
    void aSecondOneEndsAndSaysWhy() {
        try (Hyperclip second = another(guest, guest.display() + ".0")) {
            assertThat(second.exit()).isEqualTo(7);
            assertThat(second.log())
                    .contains("an agent of this user runs on display " + guest.display() + ".0 already");
        }
        assertThat(way.agent(guest).isAlive()).isTrue();
        assertThat(names()).hasSize(1);
        assertPastes("by the first");
    }

    private Hyperclip another(Screen screen, String display) {
        return Hyperclip.start(
                way.folder.file("another.log"),
                Map.of("DISPLAY", display, "HOME", screen.folder().path().toString()),
                "agent",
                "--connect",
                way.guestSocket().toString());
    }

    @Test
    void oneThatDoesNotAnswerGivesWayToTheNewer() {
        List<String> before = names();
        Hyperclip first = way.agent(guest);
        Programs.signal(first.pid(), "STOP");
        try (Hyperclip _ = way.newAgent(guest)) {
            Await.until("the first is given up", () -> way.daemon.log().contains("it does not answer"));
            Await.until("the second has its session", () -> names().equals(before));
            guest.copy("clipboard", "by the second");
            host.awaitPaste("clipboard", "by the second");
            Programs.signal(first.pid(), "CONT");
            assertThat(first.exit()).isEqualTo(7);
            assertPastes("by the second again");
        } finally {
            first.close();
        }
    }

    @Test
    void aNameWaitsForItsAgentToComeBack() {
        String name = names().getFirst();
        way.agent(guest).kill();
        Await.until("its session has gone", () -> names().isEmpty());
        try (Screen other = new Screen();
                Hyperclip _ = another(other, other.display())) {
            Await.until("another session has another name", () -> names().equals(List.of(name + ":2")));
            try (Hyperclip _ = way.newAgent(guest)) {
                way.awaitSessions(2);
                assertThat(names()).containsExactlyInAnyOrder(name, name + ":2");
            }
        }
    }
}
