package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.demo.User;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The guest with seats is what the tests on it take it for: its logind says what real ones say. For when that guest is
/// changed; what Hyperclip makes of it is in [LoggedInTest].
@Tag("quiet")
class SeatedGuestTest {

    private final SeatedGuest guest;

    SeatedGuestTest() throws IOException {
        guest = SeatedGuest.running();
    }

    @BeforeEach
    void everybodyIn() throws IOException {
        guest.everybodyIn();
    }

    @Test
    void sessionsAreGraphicalAndOnTheirSeats() throws IOException {
        assertThat(guest.properties(User.ALICE))
                .containsAllEntriesOf(Map.of("Name", "alice", "Seat", "seat0", "VTNr", "2", "TTY", "tty2"))
                .containsAllEntriesOf(Map.of("Type", "x11", "Class", "user", "Remote", "no", "LockedHint", "no"));
        assertThat(guest.properties(User.BOB))
                .containsAllEntriesOf(Map.of("Name", "bob", "Seat", "seat0", "VTNr", "3", "TTY", "tty3"))
                .containsAllEntriesOf(Map.of("Type", "x11", "Class", "user", "Remote", "no", "LockedHint", "no"));
        assertThat(guest.properties(User.CAROL))
                .containsAllEntriesOf(Map.of("Name", "carol", "Type", "x11", "Class", "user", "LockedHint", "no"))
                .containsAllEntriesOf(Map.of("Remote", "yes", "RemoteHost", "client.example"))
                .doesNotContainKey("Seat");
    }

    @Test
    void oneSessionOfTheSeatIsActiveAndTheRemoteOne() throws IOException {
        assertStates("active", "online", "active");
        guest.switchTo(User.BOB);
        assertStates("online", "active", "active");
        guest.switchTo(User.ALICE);
        assertStates("active", "online", "active");
    }

    private void assertStates(String alice, String bob, String carol) throws IOException {
        assertThat(guest.states(User.ALICE).values()).as("alice").containsExactly(alice);
        assertThat(guest.states(User.BOB).values()).as("bob").containsExactly(bob);
        assertThat(guest.states(User.CAROL).values()).as("carol").containsExactly(carol);
    }

    @Test
    void eachLocksItsOwnSession() throws IOException {
        guest.lock(User.ALICE);
        guest.lock(User.CAROL);
        assertThat(guest.isLocked(User.BOB)).isFalse();
        assertThat(guest.isActive(User.ALICE)).isTrue();
        guest.unlock(User.ALICE);
        assertThat(guest.isLocked(User.CAROL)).isTrue();
    }

    @Test
    void aSessionEndsWithItsXServerAndAnotherComes() throws IOException {
        for (User user : new User[] {User.ALICE, User.CAROL}) {
            String before = guest.sessionId(user);
            guest.logout(user);
            guest.await(user + "'s session to be gone", () -> guest.states(user).isEmpty());
            guest.login(user);
            assertThat(guest.sessionId(user)).isNotEqualTo(before);
            guest.await(user + " to be active", () -> guest.isActive(user));
        }
    }

    @Test
    void aSessionIsClosingWhileAProgramOfItStays() throws IOException {
        long sleep = guest.machine.start(User.BOB, "sleep", "sleep", "1000");
        String left = guest.sessionId(User.BOB);
        guest.logout(User.BOB);
        assertThat(guest.states(User.BOB)).containsExactly(Map.entry(left, "closing"));
        guest.login(User.BOB);
        assertThat(guest.states(User.BOB))
                .containsOnly(Map.entry(left, "closing"), Map.entry(guest.sessionId(User.BOB), "online"));
        guest.machine.kill(sleep, "KILL");
        guest.await(
                "the closing session to be gone", () -> !guest.states(User.BOB).containsKey(left));
    }

    @Test
    void aGreeterComesToTheScreenAndGoes() throws IOException {
        guest.login(User.GREETER);
        assertThat(guest.properties(User.GREETER))
                .containsAllEntriesOf(Map.of("Class", "greeter", "Type", "x11", "Seat", "seat0", "VTNr", "7"));
        guest.switchTo(User.GREETER);
        assertThat(guest.isActive(User.ALICE)).isFalse();
        guest.logout(User.GREETER);
        guest.switchTo(User.ALICE);
    }

    @Test
    void aUsersProgramsBelongToTheSession() throws IOException {
        for (User user : new User[] {User.ALICE, User.CAROL}) {
            String session = guest.sessionId(user);
            String said = guest.machine
                    .run(user, "sh", "-c", "cat /proc/self/cgroup; id -un; echo $XDG_SESSION_ID on $DISPLAY")
                    .text();
            assertThat(said)
                    .contains("/session-" + session + ".scope\n" + user.userName() + "\n")
                    .contains(session + " on :" + user.display());
        }
        assertThat(guest.machine
                        .run(User.ALICE, "test", "-e", "/usr/lib/x86_64-linux-gnu/libsystemd.so.0")
                        .exit())
                .isZero();
    }
}
