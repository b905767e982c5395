package hyperclip.app.guest;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.posix.Login;
import hyperclip.posix.Logind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoginsTest {

    private static final Logind.Silence NONE = new Logind.Silence("there is no system bus", false);
    private static final Logind.Silence LATE = new Logind.Silence("there is no system bus yet", true);

    private static Logins logins(String rule, Logind.News... news) {
        Logins logins = new Logins(SessionRule.of(rule).orElseThrow());
        List.of(news).forEach(logins::hear);
        return logins;
    }

    private static Login login(String id, String user, String display) {
        return new Login(id, user, "seat0", "x11", "user", display, "active", true, false);
    }

    private static Login locked(String id, String user, String display) {
        return new Login(id, user, "seat0", "x11", "user", display, "active", true, true);
    }

    private static Login background(String id, String user, String display) {
        return new Login(id, user, "seat0", "x11", "user", display, "online", false, false);
    }

    private static Logind.Logins known(Login... all) {
        return new Logind.Logins(List.of(all));
    }

    @ParameterizedTest
    @CsvSource({
        "user, active, true, false, served, served",
        "user, online, false, false, in the background, served",
        "user, active, true, true, locked, locked",
        "user, online, false, true, locked, locked",
        "user, closing, true, false, closing, closing",
        "greeter, active, true, false, greeter, greeter",
        "lock-screen, active, true, false, lock-screen, lock-screen",
        "user-early, active, true, false, served, served"
    })
    void whatLogindSaysDecides(
            String kind, String state, boolean active, boolean locked, String underActive, String underAll) {
        Logind.Logins news = known(new Login("1", "alice", "seat0", "x11", kind, ":0", state, active, locked));
        Logins.Standing standing = logins("active", news).standing("alice", "alice", ":0", "1");
        assertThat(standing.state()).isEqualTo(underActive);
        assertThat(standing.isServed()).isEqualTo(underActive.equals("served"));
        assertThat(logins("all", news).standing("alice", "alice", ":0", "1").state())
                .isEqualTo(underAll);
    }

    @ParameterizedTest
    @CsvSource({
        "user alice bob, true",
        "'user=bob,alice', true",
        "user bob, false",
        "named alice:2, true",
        "named alice bob, false"
    })
    void aRuleNamesUsersOrSessions(String rule, boolean served) {
        Logins logins = logins(rule, known(background("1", "alice", ":0")));
        assertThat(logins.standing("alice", "alice:2", ":0", "").isServed()).isEqualTo(served);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "every", "active alice", "all alice", "user", "named", "user,", "named  "})
    void whatIsNoRuleIsNotTakenForOne(String text) {
        assertThat(SessionRule.of(text)).isEmpty();
    }

    @Test
    void anotherUsersLoginIsNobodysClaim() {
        Logins logins = logins("active", known(login("1", "bob", ":0"), locked("2", "alice", ":1")));
        Logins.Standing standing = logins.standing("alice", "alice", ":0", "1");
        assertThat(standing.state()).isEqualTo("locked");
        assertThat(standing.login()).contains(locked("2", "alice", ":1"));
    }

    @Test
    void theDisplayComesBeforeTheClaim() {
        Logins logins = logins("active", known(locked("1", "alice", ":0"), login("2", "alice", "")));
        assertThat(logins.standing("alice", "alice", ":0", "2").state()).isEqualTo("locked");
        assertThat(logins.standing("alice", "alice", ":7", "2").state()).isEqualTo("served");
    }

    @Test
    void whoTellsNothingIsInTheLeastOpenOfHisLogins() {
        Logins logins = logins("active", known(login("1", "alice", ""), background("2", "alice", "")));
        assertThat(logins.standing("alice", "alice", ":7", "").state()).isEqualTo("in the background");
        logins.hear(known(login("1", "alice", ""), background("2", "alice", ""), locked("3", "alice", "")));
        assertThat(logins.standing("alice", "alice", ":7", "").state()).isEqualTo("locked");
    }

    /// A server that was started by cron, or in a login of which nothing is left.
    @Test
    void whoHasNoLoginIsServedAsWithoutSeat() {
        assertThat(logins("active", known(locked("1", "bob", ":0"))).standing("alice", "alice", ":7", "9"))
                .satisfies(standing -> assertThat(standing.isServed()).isTrue())
                .satisfies(standing -> assertThat(standing.login()).isEmpty());
    }

    @Test
    void withoutLogindTheClaimStands() {
        Logins logins = logins("active", NONE);
        assertThat(logins.standing("alice", "alice", ":0", "").isServed()).isTrue();
        assertThat(logins.state()).contains("there is no system bus", "word stands");
    }

    /// Else a daemon that begins before the bus would hand the host's copies to a lock screen.
    @Test
    void whereThereIsToBeALogindNobodyIsServedBeforeItsFirstWord() {
        assertThat(logins("active").standing("alice", "alice", ":0", "").isServed())
                .isFalse();
        Logins logins = logins("active", LATE);
        assertThat(logins.standing("alice", "alice", ":0", "").state())
                .isEqualTo("waits for logind: there is no system bus yet");
        assertThat(logins("all", LATE).standing("alice", "alice", ":0", "").isServed())
                .isTrue();
        logins.hear(known(login("1", "alice", ":0")));
        assertThat(logins.standing("alice", "alice", ":0", "").isServed()).isTrue();
    }

    @Test
    void whatWasKnownStaysWhileLogindIsRestarted() {
        Logins logins = logins("active", known(locked("1", "alice", ":0")), LATE, NONE);
        assertThat(logins.standing("alice", "alice", ":0", "").state()).isEqualTo("locked");
    }
}
