package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.Desk;
import hyperclip.demo.GuestDesk;
import hyperclip.demo.Outcome;
import hyperclip.demo.Program;
import hyperclip.demo.User;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who gets the host's copies, and gives it theirs, in a guest with a real systemd-logind: alice and bob take turns at
/// the screen, carol is there over VNC.
class LoggedInTest {

    private static boolean started;

    private final SeatedGuest guest;

    LoggedInTest() throws IOException {
        guest = SeatedGuest.running();
    }

    @BeforeEach
    void aliceIsAtTheScreen() throws IOException {
        guest.everybodyIn();
        if (!started) {
            guest.startHyperclip();
            started = true;
        }
        awaitState(User.ALICE, "served");
        awaitState(User.BOB, "in the background");
        awaitState(User.CAROL, "served");
    }

    @AfterEach
    void endCopies() throws IOException {
        guest.machine.run(User.ROOT, "killall", "-q", "xclip");
    }

    @AfterAll
    static void end() throws IOException {
        started = false;
        SeatedGuest.running().endHyperclip();
    }

    /// By the daemon's log: a command takes seconds to start in an emulated guest.
    private void awaitState(User user, String state) throws IOException {
        String session = "session " + user.userName() + " is ";
        guest.await(
                session + state,
                () -> log().lines()
                        .filter(line -> line.contains(session))
                        .reduce((before, last) -> last)
                        .filter(line -> line.endsWith(session + state))
                        .isPresent());
    }

    private String log() throws IOException {
        return new String(guest.machine.readLog("guest"), StandardCharsets.UTF_8);
    }

    /// As that user sees them; root sees all.
    private String sessions(User user) throws IOException {
        return guest.machine.run(user, "hyperclip", "sessions", "--json").text();
    }

    private void copy(Desk desk, byte[] text) throws IOException {
        desk.copy(Program.XCLIP, Selection.CLIPBOARD, text);
    }

    private void awaitPaste(Desk desk, byte[] text) throws IOException {
        guest.await("a paste on " + desk.name(), () -> {
            Outcome pasted = desk.paste(Program.XCLIP, Selection.CLIPBOARD);
            return Arrays.equals(pasted.output(), text);
        });
    }

    private void awaitNothing(Desk desk) throws IOException {
        guest.await("nothing on " + desk.name(), () -> isEmpty(desk));
    }

    private static boolean isEmpty(Desk desk) throws IOException {
        return desk.paste(Program.XCLIP, Selection.CLIPBOARD).exit() != 0;
    }

    private byte[] copiedOnHost(String what, GuestDesk... served) throws IOException {
        byte[] text = Stage.marker(what);
        copy(guest.host, text);
        for (GuestDesk desk : served) {
            awaitPaste(desk, text);
        }
        return text;
    }

    @Test
    void onASwitchTheOneLosesTheHostsCopyAndTheOtherGetsIt() throws IOException {
        byte[] text = copiedOnHost("before the switch", guest.alice, guest.carol);
        assertThat(isEmpty(guest.bob)).isTrue();
        guest.switchTo(User.BOB);
        awaitPaste(guest.bob, text);
        awaitNothing(guest.alice);
        awaitState(User.ALICE, "in the background");
        byte[] bobs = Stage.marker("bob's");
        copy(guest.bob, bobs);
        awaitPaste(guest.host, bobs);
        assertThat(isEmpty(guest.alice)).isTrue();
        assertEachIsListed();
        guest.switchTo(User.ALICE);
        awaitNothing(guest.host);
        awaitPaste(guest.alice, copiedOnHost("after it", guest.carol));
    }

    private void assertEachIsListed() throws IOException {
        assertThat(sessions(User.ROOT))
                .contains(
                        "\"seat\":\"seat0\"",
                        "\"type\":\"x11\"",
                        "\"state\":\"in the background\"",
                        "\"login\":\"" + guest.sessionId(User.BOB) + "\"",
                        "\"user\":\"carol\"");
        assertThat(sessions(User.ALICE)).contains("alice").doesNotContain("bob").doesNotContain("carol");
    }

    /// With a seat and without.
    @Test
    void aLockedSessionHasNothingUntilItIsUnlocked() throws IOException {
        copiedOnHost("before the lock", guest.alice);
        guest.lock(User.ALICE);
        awaitNothing(guest.alice);
        awaitState(User.ALICE, "locked");
        byte[] text = copiedOnHost("behind the lock", guest.carol);
        copy(guest.alice, Stage.marker("alice's, nobody's business"));
        awaitPaste(guest.host, text);
        assertThat(guest.machine
                        .run(User.ROOT, "hyperclip", "paste", "--from", "alice")
                        .exit())
                .as("root reaches a locked session in the guest itself")
                .isZero();
        byte[] current = copiedOnHost("the current one", guest.carol);
        guest.unlock(User.ALICE);
        awaitPaste(guest.alice, current);
        guest.lock(User.CAROL);
        awaitNothing(guest.carol);
        awaitState(User.CAROL, "locked");
        guest.unlock(User.CAROL);
        awaitState(User.CAROL, "served");
    }

    @Test
    void whoHasLoggedOutIsGoneAndWhoLogsInAgainHasHisName() throws IOException {
        guest.logout(User.CAROL);
        guest.await("carol to be gone", () -> log().contains("session carol has gone"));
        byte[] text = copiedOnHost("while she is away", guest.alice);
        guest.login(User.CAROL);
        guest.startAgent(User.CAROL);
        awaitPaste(guest.carol, text);
        assertThat(log()).doesNotContain("carol:2");
    }

    /// Its agent has no part in it: a login screen must not show what somebody has copied on the host.
    @Test
    void aLoginScreenHasNothing() throws IOException {
        guest.login(User.GREETER);
        guest.switchTo(User.GREETER);
        guest.machine.startAgent(User.GREETER);
        guest.machine.awaitAgent(User.GREETER);
        awaitState(User.GREETER, "greeter");
        byte[] text = copiedOnHost("not for the login screen", guest.carol);
        GuestDesk greeter = new GuestDesk(guest.machine, User.GREETER);
        assertThat(isEmpty(greeter)).isTrue();
        copy(greeter, Stage.marker("typed at the login screen"));
        assertThat(guest.host.paste(Program.XCLIP, Selection.CLIPBOARD).output())
                .isEqualTo(text);
        guest.logout(User.GREETER);
    }
}
