package hyperclip.display.x11;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hyperclip.core.clipboard.Limits;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The connection to a real server: let in, kept out, kept up by errors, and lost.
class ConnectionTest {

    private static void xauth(Xvfb home, String display, String cookie) throws Exception {
        Process xauth = home.run(
                "xauth", "-f", home.home().resolve("cookies").toString(), "add", display, "MIT-MAGIC-COOKIE-1", cookie);
        assertThat(xauth.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(xauth.exitValue()).isZero();
    }

    @Test
    void theCookieOfTheFileLetsUsIn() throws Exception {
        try (Xvfb plain = Xvfb.start()) {
            // The server takes any display's cookie of its file.
            xauth(plain, ":0", "00112233445566778899aabbccddeeff");
            try (Xvfb guarded =
                    Xvfb.start("-auth", plain.home().resolve("cookies").toString())) {
                xauth(plain, guarded.display(), "00112233445566778899aabbccddeeff");
                Map<String, String> with = Map.of(
                        "DISPLAY",
                        guarded.display(),
                        "XAUTHORITY",
                        plain.home().resolve("cookies").toString());
                try (X11Display display = X11Display.open(with, new Random(1), RawOwner::now, Limits.USUAL)) {
                    assertThat(display.name()).isEqualTo(guarded.display());
                }
                Map<String, String> without = Map.of("DISPLAY", guarded.display(), "XAUTHORITY", "/nowhere");
                assertThatThrownBy(() -> X11Display.open(without, new Random(1), RawOwner::now, Limits.USUAL))
                        .isInstanceOf(X11Exception.class)
                        .hasMessageContaining("without a cookie, since none is in /nowhere")
                        .hasMessageContaining("Check that XAUTHORITY");
            }
        }
    }

    @Test
    void aServerThatEndsIsTold() throws Exception {
        try (Xvfb xvfb = Xvfb.start();
                Desk desk = Desk.at(xvfb)) {
            desk.quiet(10);
            xvfb.end();
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1000; i++) {
                            desk.display.ready();
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void errorsOfTheServerDoNotEndUs() throws Exception {
        try (Xvfb xvfb = Xvfb.start();
                RawOwner client = new RawOwner(xvfb)) {
            for (int i = 0; i < 10; i++) {
                Requests.destroyWindow(client.x, 0x7fffff);
                Requests.getAtomName(client.x, 0x7fffffff);
                boolean[] refused = {false};
                client.x.expect(new X11Connection.Answer() {
                    @Override
                    public void reply(java.nio.ByteBuffer reply) {
                        throw new AssertionError("there is no such atom");
                    }

                    @Override
                    public void refused(ServerMessage.Refusal refusal) {
                        refused[0] = true;
                    }
                });
                client.until(() -> refused[0]);
            }
        }
    }

    @Test
    void numbersGoRoundWithoutLoss() throws Exception {
        try (Xvfb xvfb = Xvfb.start();
                RawOwner client = new RawOwner(xvfb)) {
            int atom = client.atom("ROUND");
            for (int i = 0; i < 200_000; i++) {
                Requests.deleteProperty(client.x, client.window, atom);
                if (i % 1000 == 0) {
                    client.x.ready();
                }
            }
            client.sync();
            assertThat(client.x.sent()).isGreaterThan(200_000);
            assertThat(client.atom("AFTER")).isNotZero();
        }
    }

    /// A question that reaches another owner than it was meant for must not bring that one's content.
    @Test
    void aPasteThatMeetsANewOwnerIsStale() throws Exception {
        try (Xvfb xvfb = Xvfb.start();
                Desk desk = Desk.at(xvfb);
                RawOwner first = new RawOwner(xvfb, desk);
                RawOwner second = new RawOwner(xvfb)) {
            first.own("CLIPBOARD");
            first.answer("TARGETS", first.atoms("UTF8_STRING"), RawOwner.ATOM);
            Signal.Offer offer = desk.offer(Selection.CLIPBOARD, 0);
            second.own("CLIPBOARD"); // of which the desk, not being pumped, does not know
            long transfer = desk.requests(offer, MimeType.TEXT, 100);
            second.answer("UTF8_STRING", "secret".getBytes(UTF_8), second.atom("UTF8_STRING"));
            desk.until(() -> desk.outcome(transfer).isPresent(), "the paste ends");
            assertThat(desk.outcome(transfer).get()).isEqualTo(new Signal.Abort(transfer, Reason.STALE));
            assertThat(desk.received).isEmpty();
        }
    }
}
