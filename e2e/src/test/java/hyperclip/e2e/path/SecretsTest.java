package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What a password manager marks as secret is not offered to the other side, and no log has a word of what is
/// copied.
class SecretsTest {

    private static final String HINT = "x-kde-passwordManagerHint";
    private static final String MARKER = "zwölf-Boxkämpfer-4711";

    private static Screen here;
    private static Screen there;
    private static Way way;

    @BeforeAll
    static void open() {
        here = new Screen();
        there = new Screen();
        way = Way.between(here, there);
    }

    @AfterAll
    static void close() {
        way.assertNoFaults();
        way.close();
        there.close();
        here.close();
    }

    private static void isNotOffered(Screen from, Screen to, Relay.Side side) {
        // On each side another: what was pasted there a moment ago would be taken for a clipboard manager's.
        String open = "no secret of " + from.display();
        from.copy("clipboard", open);
        to.awaitPaste("clipboard", open);
        int before = side.offers();
        Map<String, byte[]> password = Map.of("UTF8_STRING", MARKER.getBytes(UTF_8), HINT, "secret".getBytes(UTF_8));
        try (RawOwner owner = new RawOwner(from, "CLIPBOARD", password)) {
            // What is marked public comes through, so that the secret has been looked at when it has arrived.
            Await.until(
                    "the copy before is released", () -> to.targets("clipboard").isEmpty());
            assertThat(from.paste("clipboard")).isEqualTo(MARKER);
            Await.until("the hint is asked for", () -> owner.served().contains(HINT));
            try (RawOwner _ = new RawOwner(
                    from, "PRIMARY", Map.of("UTF8_STRING", "open".getBytes(UTF_8), HINT, "public".getBytes(UTF_8)))) {
                to.awaitPaste("primary", "open");
            }
            assertThat(side.offers()).isEqualTo(before);
            assertThat(to.targets("clipboard")).isEmpty();
        }
    }

    @Test
    void aSecretOfTheGuestStaysThere() {
        isNotOffered(there, here, way.relay.guest);
    }

    @Test
    void aSecretOfTheHostStaysHere() {
        isNotOffered(here, there, way.relay.host);
    }

    @Test
    void noLogHasContent() {
        there.copy("clipboard", MARKER);
        here.awaitPaste("clipboard", MARKER);
        here.copy("primary", MARKER);
        there.awaitPaste("primary", MARKER);
        there.copy("clipboard", "text/html", MARKER.getBytes(UTF_8));
        here.awaitPaste("clipboard", "text/html", MARKER.getBytes(UTF_8));
        byte[] large = MARKER.repeat(100_000).getBytes(UTF_8);
        Hyperclip.Result copied = Hyperclip.run(
                Map.of(), large, "copy", "--connect", way.hostSocket().toString());
        assertThat(copied.code()).isZero();
        there.awaitPaste("clipboard", Screen.TEXT, large);
        // In the middle of a paste, too.
        way.relay.host.holdAfter(large.length / 2);
        there.beginPaste("clipboard", Screen.TEXT);
        Await.until("half of it", way.relay::isHeld);
        way.host.kill();
        way.relay.letGo();
        way.startHost();
        way.awaitSessions(1);
        // The copy finds the front end again; it must not come back in the middle of another test.
        there.awaitPaste("clipboard", Screen.TEXT, large);
        here.copy("clipboard", "the end");
        there.awaitPaste("clipboard", "the end");
        assertThat(way.hostStatus().toString()).doesNotContain("Boxkämpfer");
        assertThat(way.guestStatus().toString()).doesNotContain("Boxkämpfer");
        assertThat(way.logs()).contains("connected").doesNotContain("Boxk");
    }
}
