package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.FrontEnd;
import hyperclip.demo.GuestDesk;
import hyperclip.demo.HostDesk;
import hyperclip.demo.Outcome;
import hyperclip.demo.Program;
import hyperclip.demo.SampleText;
import hyperclip.demo.User;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A guest's clipboard through libvirt, which holds the port of QEMU's guest agent: by `virsh
/// qemu-agent-command`, and by the front end.
class LibvirtClipboardTest {

    /// More than the daemon keeps of one copy in memory; a piece is less than an argument of a program may have.
    private static final int PIECES = 10;

    private static final int PIECE = 70_000;

    private static LibvirtGuest guest;
    private static long daemon;
    private static GuestDesk alice;
    private static HostDesk host;

    @BeforeAll
    static void boot() throws IOException {
        guest = new LibvirtGuest(Stage.image());
        guest.boot();
        daemon = PortAgent.HYPERCLIP.start(guest).getFirst();
        guest.startAgent(User.ALICE);
        guest.awaitAgent(User.ALICE);
        guest.awaitAgent();
        guest.newFaults();
        alice = new GuestDesk(guest, User.ALICE);
        host = HostDesk.own();
    }

    @AfterAll
    static void close() throws IOException {
        host.close();
        guest.close();
    }

    @AfterEach
    void libvirtSaysNothing() {
        assertThat(guest.newFaults()).isEmpty();
    }

    @Test
    void aScriptReadsWhatTheGuestCopied() throws IOException {
        byte[] text = Stage.marker("read by a script");
        String before = serial();
        alice.copy(Program.XCLIP, Selection.CLIPBOARD, text);
        answer("{\"execute\":\"guest-clipboard-wait\",\"arguments\":{\"since\":%s,\"timeout\":10000}}"
                .formatted(before));

        assertThat(Base64.getDecoder()
                        .decode(found("\"buf-b64\":\"([^\"]*)\"", answer("{\"execute\":\"guest-clipboard-read\"}"))))
                .isEqualTo(text);
    }

    @Test
    void theGuestPastesWhatAScriptWrote() throws IOException {
        byte[] text = Stage.marker("written by a script");
        answer("{\"execute\":\"guest-clipboard-write\",\"arguments\":{\"buf-b64\":\"%s\"}}"
                .formatted(Base64.getEncoder().encodeToString(text)));

        Stage.untilPastes(alice, Selection.CLIPBOARD, text, System.nanoTime());
    }

    @Test
    void eventsDoNotDisturbLibvirt() throws IOException {
        answer("{\"execute\":\"guest-clipboard-subscribe\"}");
        for (int i = 0; i < 3; i++) {
            String before = serial();
            alice.copy(Program.XCLIP, Selection.PRIMARY, Stage.marker("an event"));
            answer("{\"execute\":\"guest-clipboard-wait\",\"arguments\":{\"since\":%s,\"timeout\":10000}}"
                    .formatted(before));
        }
        assertThat(guest.isAgentThere()).isTrue();
        assertThat(answer("{\"execute\":\"guest-ping\"}")).isEqualTo("{\"return\":{}}");
        assertThat(succeeded(guest.virsh("domfsinfo", LibvirtGuest.DOMAIN))).contains("vda");
    }

    /// A backup freezes them. Freeing the file of a large copy would wait for the thaw, and the thaw for the daemon.
    @Test
    void aLargeCopyIsReplacedWhileFileSystemsAreFrozen() throws IOException {
        String handle = found("\"return\":(\\d+)", answer("{\"execute\":\"guest-clipboard-open\"}"));
        String piece = Base64.getEncoder().encodeToString(SampleText.ofSize("piece", PIECE));
        for (int i = 0; i < PIECES; i++) {
            answer("{\"execute\":\"guest-clipboard-write\",\"arguments\":{\"handle\":%s,\"buf-b64\":\"%s\"}}"
                    .formatted(handle, piece));
        }
        answer("{\"execute\":\"guest-clipboard-commit\",\"arguments\":{\"handle\":%s}}".formatted(handle));
        assertThat(openFiles()).contains(".spool (deleted)");
        byte[] text = Stage.marker("copied in a frozen guest");
        succeeded(guest.virsh("domfsfreeze", LibvirtGuest.DOMAIN));
        try {
            alice.copy(Program.XCLIP, Selection.CLIPBOARD, text);
            guest.await("the daemon to hear of the copy", () -> status().contains("clipboard  own,"));
            assertThat(answer("{\"execute\":\"guest-ping\"}")).isEqualTo("{\"return\":{}}");
            assertThat(openFiles()).contains(".spool (deleted)");
        } finally {
            succeeded(guest.virsh("domfsthaw", LibvirtGuest.DOMAIN));
        }
        assertThat(Base64.getDecoder()
                        .decode(found("\"buf-b64\":\"([^\"]*)\"", answer("{\"execute\":\"guest-clipboard-read\"}"))))
                .isEqualTo(text);
        guest.await("the file to be freed", () -> !openFiles().contains(".spool"));
    }

    private static String openFiles() throws IOException {
        return guest.run(User.ROOT, "ls", "-l", "/proc/" + daemon + "/fd").text();
    }

    private static String status() throws IOException {
        return guest.run(User.ROOT, "hyperclip", "status").text();
    }

    @Test
    void aDesktopOfTheHostAndOneOfTheGuestShareTheirSelections() throws IOException {
        // What the front end offers first is known, and waited for.
        for (Selection selection : Selection.values()) {
            alice.copy(Program.XCLIP, selection, Stage.marker("before"));
        }
        try (FrontEnd frontEnd = new FrontEnd(
                host, Path.of("libvirt:" + LibvirtGuest.DOMAIN), Map.of("LIBVIRT_DEFAULT_URI", guest.uri()))) {
            frontEnd.start();
            frontEnd.awaitSession(User.ALICE, 0, Stage.PATIENCE);
            for (Selection selection : Selection.values()) {
                host.awaitOffer(selection, Optional.empty());
            }
            for (Selection selection : Selection.values()) {
                byte[] fromGuest = Stage.marker("from the guest");
                Stage.copy(alice, host, selection, fromGuest);
                Stage.assertPastes(host, Program.XCLIP, selection, fromGuest);
                byte[] fromHost = Stage.marker("it's from the host");
                Stage.copy(host, alice, selection, fromHost);
                Stage.assertPastes(alice, Program.XCLIP, selection, fromHost);
            }
            byte[] large = SampleText.ofSize("large", 300_000);
            Stage.copy(alice, host, Selection.CLIPBOARD, large);
            Stage.assertPastes(host, Program.XCLIP, Selection.CLIPBOARD, large);
            Stage.copy(host, alice, Selection.CLIPBOARD, Stage.marker("between"));
            Stage.copy(host, alice, Selection.CLIPBOARD, large);
            Stage.assertPastes(alice, Program.XCLIP, Selection.CLIPBOARD, large);
            // Whoever asks libvirt meanwhile is answered.
            assertThat(answer("{\"execute\":\"guest-ping\"}")).isEqualTo("{\"return\":{}}");
            assertThat(frontEnd.log()).doesNotContain("from the guest", "from the host");
        }
    }

    private static String serial() throws IOException {
        return found("\"serial\":(\\d+),\"sessions\"", answer("{\"execute\":\"guest-clipboard-changes\"}"));
    }

    private static String answer(String json) throws IOException {
        return succeeded(guest.command(json));
    }

    private static String succeeded(Outcome outcome) {
        assertThat(outcome.errorText()).isEmpty();
        assertThat(outcome.exit()).isZero();
        return new String(outcome.output(), StandardCharsets.UTF_8).strip();
    }

    private static String found(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
        return matcher.group(1);
    }
}
