package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.e2e.path.Hyperclip.Result;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Two sessions of one machine: each shares with the host, neither with the other, and the commands reach each by name.
///
/// As root they are two users', without an entry in passwd, so that they are called by their numbers. An ordinary user
/// cannot start programs as another: there, both are the user's own, NAME and NAME:2.
class SessionsTest {

    private static final String ALICE = Programs.ROOT ? "64101" : System.getProperty("user.name");
    private static final String BOB = Programs.ROOT ? "64102" : System.getProperty("user.name") + ":2";

    private static Screen host;
    private static Screen alice;
    private static Screen bob;
    private static Way way;

    @BeforeAll
    static void open() {
        host = new Screen();
        alice = new Screen();
        bob = new Screen();
        way = Way.between(host);
        way.startAgent(alice, as(ALICE));
        way.startAgent(bob, as(BOB));
    }

    private static List<String> as(String user) {
        return Programs.ROOT ? Programs.as(user) : List.of();
    }

    @AfterAll
    static void close() {
        way.awaitNoTransfers();
        way.assertNoFaults();
        way.close();
        bob.close();
        alice.close();
        host.close();
    }

    private static Result onHost(byte[] input, String... arguments) {
        return Hyperclip.run(Map.of(), input, with(arguments, way.hostSocket().toString()));
    }

    private static Result inGuest(String user, byte[] input, String... arguments) {
        return Hyperclip.run(
                Map.of(), as(user), input, with(arguments, way.guestSocket().toString()));
    }

    private static String[] with(String[] arguments, String socket) {
        String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--connect";
        all[arguments.length + 1] = socket;
        return all;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void whatTheHostCopiesIsOfferedToBoth() {
        host.copy("clipboard", "from the host");
        alice.awaitPaste("clipboard", "from the host");
        bob.awaitPaste("clipboard", "from the host");
    }

    @Test
    void whatOneCopiesReachesTheHostAndNeverTheOther() {
        for (String selection : List.of("clipboard", "primary")) {
            bob.copy(selection, "bob's own");
            host.awaitPaste(selection, "bob's own");
            alice.copy(selection, "alice's secret");
            host.awaitPaste(selection, "alice's secret");
            assertThat(bob.paste(selection)).isEqualTo("bob's own");
            bob.copy(selection, "bob's secret");
            host.awaitPaste(selection, "bob's secret");
            assertThat(alice.paste(selection)).isEqualTo("alice's secret");
        }
    }

    @Test
    void theHostReachesEachByName() {
        host.copy("clipboard", "for all");
        alice.awaitPaste("clipboard", "for all");
        bob.awaitPaste("clipboard", "for all");
        assertThat(onHost(bytes("for alice"), "copy", "--to", "work/" + ALICE).code())
                .isZero();
        alice.awaitPaste("clipboard", "for alice");
        assertThat(bob.paste("clipboard")).isEqualTo("for all");
        assertThat(host.paste("clipboard")).isEqualTo("for all");
        alice.copy("primary", "alice's");
        host.awaitPaste("primary", "alice's");
        bob.copy("primary", "bob's");
        host.awaitPaste("primary", "bob's");
        Result paste = onHost(new byte[0], "paste", "--primary", "--from", "work/" + ALICE);
        assertThat(paste.text()).isEqualTo("alice's");
        assertThat(onHost(new byte[0], "paste", "--primary").text()).isEqualTo("bob's");
        assertThat(onHost(new byte[0], "types", "--primary", "--from", "work/" + ALICE)
                        .text())
                .contains("text/plain;charset=utf-8");
    }

    @Test
    void sessionsAndStatusNameThem() {
        Result sessions = onHost(new byte[0], "sessions", "--json");
        assertThat(sessions.code()).isZero();
        assertThat(sessions.text())
                .startsWith("[{")
                .contains("\"name\":\"work/" + ALICE + "\"", "\"name\":\"work/" + BOB + "\"");
        assertThat(onHost(new byte[0], "status").text())
                .contains("connected to the guest", "desktop", "session work/" + ALICE, "transfers");
        assertThat(onHost(new byte[0], "status", "--json").text()).contains("\"kind\":\"link\"");
    }

    @Test
    void aCommandInASessionCopiesForThatSession() {
        bob.copy("clipboard", "bob's");
        host.awaitPaste("clipboard", "bob's");
        assertThat(inGuest(ALICE, bytes("alice's command"), "copy").code()).isZero();
        alice.awaitPaste("clipboard", "alice's command");
        host.awaitPaste("clipboard", "alice's command");
        assertThat(bob.paste("clipboard")).isEqualTo("bob's");
        assertThat(inGuest(ALICE, new byte[0], "paste").text()).isEqualTo("alice's command");
    }

    @Test
    @Tag("root")
    void aUserMayNotReachAnothersSession() {
        bob.copy("clipboard", "bob's secret");
        host.awaitPaste("clipboard", "bob's secret");
        for (String command : List.of("paste", "types")) {
            Result refused = inGuest(ALICE, new byte[0], command, "--from", BOB);
            assertThat(refused.code()).isEqualTo(5);
            assertThat(refused.text()).isEmpty();
            assertThat(refused.errors()).contains("no session " + BOB);
        }
        assertThat(inGuest(ALICE, bytes("x"), "copy", "--to", BOB).code()).isEqualTo(5);
        assertThat(inGuest(ALICE, new byte[0], "sessions").text())
                .contains(ALICE)
                .doesNotContain(BOB);
        assertThat(inGuest(ALICE, new byte[0], "status").text()).doesNotContain(BOB);
        assertThat(bob.paste("clipboard")).isEqualTo("bob's secret");
        // Root may, because it could anyway.
        assertThat(inGuest("0", new byte[0], "paste", "--from", BOB).text()).isEqualTo("bob's secret");
    }

    @Test
    void exitCodesTellWhatIsWrong() {
        Process owner = alice.copy("clipboard", "soon gone");
        host.awaitPaste("clipboard", "soon gone");
        owner.destroyForcibly();
        Await.until("released", () -> host.targets("clipboard").isEmpty());
        assertThat(onHost(new byte[0], "paste", "--from", "work/" + ALICE).code())
                .isEqualTo(4);
        assertThat(onHost(new byte[0], "paste", "--from", "work/nobody").code()).isEqualTo(5);
        assertThat(onHost(new byte[0], "paste", "--from", "work/nobody").errors())
                .contains("no session work/nobody");
        alice.copy("clipboard", "text");
        host.awaitPaste("clipboard", "text");
        Result wrongType = onHost(new byte[0], "paste", "-t", "image/png");
        assertThat(wrongType.code()).isEqualTo(4);
        assertThat(wrongType.errors()).contains("image/png", "text/plain");
        assertThat(onHost(new byte[0], "paste", "--colour").code()).isEqualTo(2);
        assertThat(onHost(new byte[0], "paste", "-t", "nothing").code()).isEqualTo(2);
        assertThat(Hyperclip.run(
                                Map.of(),
                                new byte[0],
                                "status",
                                "--connect",
                                way.folder.file("no.sock").toString())
                        .code())
                .isEqualTo(5);
    }
}
