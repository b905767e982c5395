package hyperclip.e2e.path;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.session.SessionMessage.Question;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A session that logind calls locked or in the background is parted from the host, and joined again after.
class LoginsTest {

    private static final String USER = System.getProperty("user.name");

    private static Screen host;
    private static Screen one;
    private static Screen two;
    private static PlayedLogind logind;
    private static Way way;

    /// Two logins of one user, of which logind knows the display of the second alone.
    @BeforeAll
    static void open() {
        host = new Screen();
        one = new Screen();
        two = new Screen();
        logind = new PlayedLogind();
        logind.add("1", USER, "");
        logind.add("2", USER, two.display());
        logind.appear();
        way = Way.between(Map.of(), logind.environment(), host);
        way.newAgent(one, List.of("env", "XDG_SESSION_ID=1"));
        way.newAgent(two, List.of());
        way.awaitSessions(2);
    }

    @AfterAll
    static void close() {
        way.assertNoFaults();
        way.close();
        logind.close();
        two.close();
        one.close();
        host.close();
    }

    @AfterEach
    void bothAreServedAgain() {
        way.awaitSessions(2);
    }

    private static void awaitState(Screen screen, String state) {
        Map<String, String> wanted = Map.of("display", screen.display(), "state", state);
        try {
            Await.until(
                    "",
                    () -> Inquirer.ask(way.guestSocket(), Question.SESSIONS, "").stream()
                            .anyMatch(row -> row.entrySet().containsAll(wanted.entrySet())));
        } catch (AssertionError e) {
            throw new AssertionError("never " + wanted + ", but " + way.guestStatus() + way.logs(), e);
        }
    }

    private static void awaitNothing(Screen screen) {
        Await.until("nothing is offered", () -> screen.targets("clipboard").isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"LockedHint, true, locked", "Active, false, in the background"})
    void whoIsNotServedLosesWhatHeWasOfferedAndGetsItBack(String property, boolean parted, String state) {
        host.copy("clipboard", "for both");
        one.awaitPaste("clipboard", "for both");
        two.awaitPaste("clipboard", "for both");
        logind.set("1", property, parted);
        awaitNothing(one);
        awaitState(one, state);
        host.copy("clipboard", "for the other");
        two.awaitPaste("clipboard", "for the other");
        assertThat(one.targets("clipboard")).isEmpty();
        one.copy("clipboard", "for nobody");
        one.awaitPaste("clipboard", "for nobody");
        two.copy("primary", "from the other");
        host.awaitPaste("primary", "from the other");
        assertThat(host.paste("clipboard")).isEqualTo("for the other");
        host.copy("clipboard", "the current one");
        two.awaitPaste("clipboard", "the current one");
        logind.set("1", property, !parted);
        one.awaitPaste("clipboard", "the current one");
        awaitState(one, "served");
    }

    @Test
    void ofASessionThatIsNotServedTheHostKnowsNothing() {
        one.copy("clipboard", "before it locked");
        host.awaitPaste("clipboard", "before it locked");
        logind.set("1", "LockedHint", true);
        awaitNothing(host);
        assertThat(way.hostSessions())
                .singleElement()
                .satisfies(row -> assertThat(row.get("display")).isEqualTo(two.display()));
        assertThat(one.paste("clipboard")).isEqualTo("before it locked");
        logind.set("1", "LockedHint", false);
        host.awaitPaste("clipboard", "before it locked");
    }

    @Test
    void whileLogindIsAwayNothingChanges() {
        logind.set("1", "LockedHint", true);
        awaitState(one, "locked");
        logind.disappear();
        host.copy("clipboard", "meanwhile");
        two.awaitPaste("clipboard", "meanwhile");
        awaitState(one, "locked");
        logind.set("1", "LockedHint", false);
        logind.appear();
        one.awaitPaste("clipboard", "meanwhile");
    }
}
