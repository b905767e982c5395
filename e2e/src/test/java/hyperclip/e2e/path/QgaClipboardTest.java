package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.e2e.path.QgaClient.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The clipboards of a guest by commands alone, as a script of the host uses them, with a real desktop in the guest.
class QgaClipboardTest {

    private static final String TEXT = "text/plain;charset=utf-8";
    private static final String PNG = "image/png";
    private static final String OTHER = "application/x-other";
    private static final int LARGE = 5_000_000;
    private static final int PIECE = 700_000;

    private static QgaGuest guest;
    private static QgaClient port;

    @BeforeAll
    static void open() {
        guest = QgaGuest.whole();
        port = guest.port();
    }

    @BeforeEach
    void begin() {
        port.sync();
    }

    @AfterEach
    void assertNoFaults() {
        guest.assertNoFaults();
    }

    @AfterAll
    static void close() {
        port.close();
        guest.close();
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static Map<String, Object> changes(Object... arguments) {
        return QgaJson.object(port.call("guest-clipboard-changes", arguments));
    }

    private static long serial() {
        return QgaJson.number(changes().get("serial"));
    }

    /// What a session shows in a selection, as soon as this is of this type and its own, or the host's.
    private static Map<String, Object> awaitHolding(String selection, String type, boolean isOwn) {
        Map<String, Object> holding = new LinkedHashMap<>();
        Await.until(
                "an offer of " + type,
                () -> holding(selection).stream()
                        .peek(row -> {
                            holding.clear();
                            holding.putAll(row);
                        })
                        .anyMatch(row -> row.get("own").equals(isOwn)
                                && QgaJson.texts(row.get("types")).contains(type)));
        return holding;
    }

    private static Optional<Map<String, Object>> holding(String selection) {
        return QgaJson.objects(port.call("guest-clipboard-types", "selection", selection)).stream()
                .findFirst();
    }

    /// What has been copied in the session, as soon as it is this.
    private static void awaitRead(String selection, String type, byte[] content) {
        awaitHolding(selection, type, true);
        Await.until("a read of " + type, () -> {
            // While it is looked over, the one before may be asked for, and is refused.
            Map<String, Object> reply = port.reply(port.say(
                    "guest-clipboard-read", "selection", selection, "type", type, "count", content.length + 1));
            return reply.containsKey("return")
                    && Arrays.equals(QgaClient.content(QgaJson.object(reply.get("return"))), content);
        });
    }

    // ---- what there is ----

    @Test
    void sessionsAreNamed() {
        assertThat(QgaJson.objects(port.call("guest-clipboard-sessions")))
                .singleElement()
                .satisfies(session -> assertThat(session)
                        .containsOnlyKeys("name", "user", "display")
                        .containsEntry("user", System.getProperty("user.name"))
                        .containsEntry("display", guest.screen.display()));
        assertThat(port.refusal("guest-clipboard-types", "session", "nobody").description())
                .startsWith("there is no session 'nobody' here");
    }

    @ParameterizedTest
    @ValueSource(strings = {"clipboard", "primary"})
    void typesAreThoseOfWhoCopiedLast(String selection) {
        guest.screen.copy(selection, "own " + selection);
        Map<String, Object> own = awaitHolding(selection, TEXT, true);
        assertThat(own).containsKeys("session", "offer", "age").containsEntry("selection", selection);
        awaitRead(selection, TEXT, ("own " + selection).getBytes(UTF_8));
        port.call("guest-clipboard-write", "selection", selection, "type", PNG, "buf-b64", bytes(10));
        Map<String, Object> written = awaitHolding(selection, PNG, false);
        assertThat(QgaJson.texts(written.get("types"))).containsExactly(PNG);
        assertThat(written.get("offer")).isNotEqualTo(own.get("offer"));
        assertThat(QgaJson.objects(port.call("guest-clipboard-types")))
                .extracting(row -> row.get("selection"))
                .contains(selection);
    }

    // ---- reading ----

    @Test
    void anImageIsReadInPiecesForwardsAndBackwards() {
        byte[] png = bytes(300_000);
        guest.screen.copy("clipboard", PNG, png);
        awaitRead("clipboard", PNG, png);
        String offer = (String) awaitHolding("clipboard", PNG, true).get("offer");
        assertThat(port.read("clipboard", PNG, 70_000)).isEqualTo(png);
        for (int at = 290_000; at >= 0; at -= 58_000) {
            assertThat(piece(offer, at, 10_000)).isEqualTo(Arrays.copyOfRange(png, at, at + 10_000));
        }
        for (int at : new int[] {5, 299_999, 150_000, 0, 150_000}) {
            assertThat(piece(offer, at, 1)).containsExactly(png[at]);
        }
        assertThat(piece(offer, 300_000, 10)).isEmpty();
        assertThat(piece(offer, 1_000_000, 10)).isEmpty();
        Map<String, Object> first = QgaJson.object(port.call("guest-clipboard-read", "type", PNG));
        assertThat(first)
                .containsEntry("count", 4096)
                .containsEntry("eof", false)
                .containsEntry("offer", offer);
    }

    private static byte[] piece(String offer, long offset, int count) {
        return QgaClient.content(QgaJson.object(
                port.call("guest-clipboard-read", "type", PNG, "offset", offset, "count", count, "offer", offer)));
    }

    @Test
    void fiveMegabytesOfSeveralTypesAreRead() {
        byte[] other = bytes(LARGE);
        byte[] png = bytes(LARGE + 1);
        try (RawOwner _ = new RawOwner(guest.screen, "CLIPBOARD", Map.of(OTHER, other, PNG, png))) {
            awaitHolding("clipboard", OTHER, true);
            assertThat(port.read("clipboard", OTHER, PIECE)).isEqualTo(other);
            assertThat(port.read("clipboard", PNG, Integer.MAX_VALUE)).isEqualTo(png);
        }
        // That it goes is a change, too, and must not be one in the midst of the next test.
        Await.until("its owner is gone", () -> holding("clipboard").isEmpty());
        // That it goes is a change, too, and must not be one in the midst of the next test.
        Await.until("its owner is gone", () -> holding("clipboard").isEmpty());
    }

    @Test
    void anEmptyCopyIsReadAsOne() {
        guest.screen.copy("clipboard", PNG, new byte[0]);
        awaitRead("clipboard", PNG, new byte[0]);
        assertThat(port.read("clipboard", PNG, 10)).isEmpty();
    }

    @Test
    void whatIsNotThereIsSaid() {
        String before = port.write("clipboard", Map.of(PNG, bytes(9)), PIECE);
        Refusal noType = port.refusal("guest-clipboard-read", "type", OTHER);
        assertThat(noType.description()).isEqualTo("the copy has no type " + OTHER + "; it has " + PNG);
        port.write("clipboard", Map.of(PNG, bytes(8)), PIECE);
        assertThat(port.refusal("guest-clipboard-read", "type", PNG, "offer", before)
                        .description())
                .isEqualTo("another copy has taken the place of " + before);
        port.call("guest-clipboard-clear");
        Await.until("nothing is there", () -> holding("clipboard").isEmpty());
        assertThat(port.refusal("guest-clipboard-read").description()).startsWith("nothing is offered in ");
    }

    // ---- writing ----

    @Test
    void severalTypesAreWrittenAsOneCopy() {
        Map<String, byte[]> types = new LinkedHashMap<>();
        types.put(TEXT, Way.letters(LARGE));
        types.put(PNG, bytes(LARGE + 1));
        types.put(OTHER, bytes(3));
        String offer = port.write("clipboard", types, PIECE);
        guest.screen.awaitPaste("clipboard", OTHER, types.get(OTHER));
        assertThat(guest.screen.targets("clipboard")).contains(TEXT, PNG, OTHER);
        for (int i = 0; i < 2; i++) {
            types.forEach((type, content) ->
                    assertThat(guest.screen.paste("clipboard", type)).isEqualTo(content));
        }
        assertThat(guest.screen.paste("clipboard", Screen.TEXT)).isEqualTo(types.get(TEXT));
        assertThat(holding("clipboard")).get().satisfies(row -> assertThat(row).containsEntry("offer", offer));
        assertThat(port.read("clipboard", PNG, PIECE)).isEqualTo(types.get(PNG));
    }

    @ParameterizedTest
    @ValueSource(strings = {"clipboard", "primary"})
    void textIsWrittenAtOnce(String selection) {
        String text = "Grüße, 世界, 𝄞: " + selection;
        assertThat(QgaJson.object(
                        port.call("guest-clipboard-write", "selection", selection, "buf-b64", text.getBytes(UTF_8))))
                .containsEntry("count", text.getBytes(UTF_8).length)
                .containsKey("offer");
        guest.screen.awaitPaste(selection, text);
        guest.screen.copy(selection, "and back");
        awaitRead(selection, TEXT, "and back".getBytes(UTF_8));
    }

    @Test
    void whatIsCancelledIsNoCopy() {
        guest.screen.copy("clipboard", "stays");
        awaitRead("clipboard", TEXT, "stays".getBytes(UTF_8));
        Object handle = port.call("guest-clipboard-open");
        port.call("guest-clipboard-write", "handle", handle, "buf-b64", bytes(10));
        port.call("guest-clipboard-cancel", "handle", handle);
        assertThat(port.refusal("guest-clipboard-commit", "handle", handle).description())
                .isEqualTo("handle '" + handle + "' has not been found");
        Object empty = port.call("guest-clipboard-open");
        assertThat(port.refusal("guest-clipboard-commit", "handle", empty).description())
                .isEqualTo("nothing has been written to handle " + empty);
        assertThat(guest.screen.paste("clipboard")).isEqualTo("stays");
    }

    @Test
    void whatIsClearedIsPastedNoMore() {
        Process owner = guest.screen.copy("clipboard", "its own");
        awaitRead("clipboard", TEXT, "its own".getBytes(UTF_8));
        port.call("guest-clipboard-clear");
        Await.ended(owner, Await.GENEROUS, "xclip, which is told that its copy is lost");
        Await.until(
                "nothing is offered", () -> guest.screen.targets("clipboard").isEmpty());
        port.call("guest-clipboard-write", "buf-b64", "the host's".getBytes(UTF_8));
        guest.screen.awaitPaste("clipboard", "the host's");
        port.call("guest-clipboard-clear");
        Await.until(
                "nothing is offered", () -> guest.screen.targets("clipboard").isEmpty());
        assertThat(holding("clipboard")).isEmpty();
    }

    // ---- what has changed ----

    @Test
    void changesAreThoseSinceANumber() {
        long before = serial();
        assertThat(QgaJson.objects(changes("since", before).get("changes"))).isEmpty();
        port.call("guest-clipboard-write", "selection", "primary", "type", PNG, "buf-b64", bytes(5));
        Map<String, Object> after = changes("since", before);
        assertThat(QgaJson.objects(after.get("changes")))
                .singleElement()
                .satisfies(change -> assertThat(change)
                        .containsEntry("selection", "primary")
                        .containsEntry("by", "host")
                        .containsEntry("types", List.of(PNG))
                        .containsEntry("serial", after.get("serial")));
        guest.screen.copy("primary", "by the session");
        Await.until(
                "the session's",
                () -> QgaJson.objects(changes("since", after.get("serial")).get("changes")).stream()
                        .anyMatch(change -> change.get("by").equals("session")));
        assertThat(changes().get("instance")).isEqualTo(after.get("instance"));
        assertThat(QgaJson.objects(changes("since", Long.MAX_VALUE).get("changes")))
                .as("a number of another life is as good as none")
                .isNotEmpty();
    }

    @Test
    void aWaitEndsWithAChange() {
        long before = serial();
        long wait = port.say("guest-clipboard-wait", "since", before, "timeout", 3_600_000);
        try (QgaClient second = QgaClient.connect(guest.restricted())) {
            long another = second.say("guest-clipboard-wait", "since", before, "timeout", 3_600_000);
            guest.screen.copy("clipboard", "news");
            for (Map<String, Object> reply : List.of(port.reply(wait), second.reply(another))) {
                assertThat(QgaJson.objects(
                                QgaJson.object(QgaClient.returned(reply)).get("changes")))
                        .anyMatch(change -> change.get("by").equals("session"));
            }
        }
    }

    @Test
    void aWaitEndsWithItsTime() {
        long before = serial();
        long begin = System.nanoTime();
        Map<String, Object> news = QgaJson.object(port.call("guest-clipboard-wait", "since", before, "timeout", 300));
        assertThat(System.nanoTime() - begin).isGreaterThan(250_000_000L);
        assertThat(QgaJson.number(news.get("serial"))).isEqualTo(before);
        assertThat(QgaJson.objects(news.get("changes"))).isEmpty();
    }

    @Test
    void aWaitEndsWithTheNextCommand() {
        long before = serial();
        long wait = port.say("guest-clipboard-wait", "since", before, "timeout", 3_600_000);
        long ping = port.say("guest-ping");
        assertThat(QgaJson.object(QgaClient.returned(port.reply(wait)))).containsKey("serial");
        assertThat(QgaClient.returned(port.reply(ping))).isEqualTo(Map.of());
    }

    @Test
    void whoSubscribesHearsOfChanges() {
        port.call("guest-clipboard-subscribe");
        port.call("guest-clipboard-write", "type", OTHER, "buf-b64", bytes(6));
        assertThat(awaitEvent("by", "host")).containsEntry("types", List.of(OTHER));
        guest.screen.copy("primary", PNG, bytes(7));
        assertThat(awaitEvent("by", "session"))
                .containsEntry("selection", "primary")
                .containsKeys("offer", "age");
        port.call("guest-clipboard-subscribe", "enable", false);
        port.sync();
        port.call("guest-clipboard-write", "type", PNG, "buf-b64", bytes(8));
        awaitHolding("clipboard", PNG, false);
        assertThat(port.hasEvents()).isFalse();
    }

    private static Map<String, Object> awaitEvent(String member, String value) {
        Map<String, Object> event = port.event("CLIPBOARD_CHANGED");
        while (!event.get(member).equals(value)) {
            event = port.event("CLIPBOARD_CHANGED");
        }
        return event;
    }

    // ---- offers without content ----

    private static Object offer(Object... arguments) {
        return QgaJson.object(port.call("guest-clipboard-offer", arguments)).get("offer");
    }

    /// The session shows this very offer: of the same types the copy before it may have been, too.
    private static void awaitOffered(String selection, Object offer) {
        guest.screen.awaitPaste(selection, "application/x-hyperclip-offer", ((String) offer).getBytes(UTF_8));
    }

    @Test
    void aPasteWaitsForTheHostsContent() {
        byte[] png = bytes(LARGE);
        port.call("guest-clipboard-subscribe");
        Object offer = offer("types", List.of(TEXT, PNG));
        awaitOffered("clipboard", offer);
        Screen.Paste text = guest.screen.beginPaste("clipboard", Screen.TEXT);
        Map<String, Object> ofText = port.event("CLIPBOARD_REQUESTED");
        assertThat(ofText)
                .containsEntry("offer", offer)
                .containsEntry("type", TEXT)
                .containsEntry("selection", "clipboard");
        Screen.Paste image = guest.screen.beginPaste("clipboard", PNG);
        Map<String, Object> ofImage = port.event("CLIPBOARD_REQUESTED");
        assertThat(ofImage).containsEntry("type", PNG);
        assertThat(QgaJson.objects(changes().get("requests"))).contains(ofText, ofImage);
        assertThat(text.process().isAlive() && image.process().isAlive()).isTrue();

        Object number = ofText.get("request");
        port.call("guest-clipboard-supply", "request", number, "buf-b64", "in two ".getBytes(UTF_8));
        assertThat(text.process().isAlive()).isTrue();
        port.call("guest-clipboard-supply", "request", number, "buf-b64", "pieces".getBytes(UTF_8), "eof", true);
        assertThat(text.content()).isEqualTo("in two pieces".getBytes(UTF_8));
        assertThat(port.refusal("guest-clipboard-supply", "request", number, "eof", true)
                        .description())
                .startsWith("no paste waits under the number " + number);

        supply(ofImage.get("request"), png);
        assertThat(image.content()).isEqualTo(png);
        assertThat(QgaJson.objects(changes().get("requests"))).isEmpty();
    }

    /// Supplies all of it, as fast as it is taken.
    private static void supply(Object request, byte[] content) {
        for (int at = 0; at < content.length; at += PIECE) {
            int end = Math.min(content.length, at + PIECE);
            byte[] piece = Arrays.copyOfRange(content, at, end);
            Await.until("it is taken", () -> {
                Map<String, Object> reply = port.reply(port.say(
                        "guest-clipboard-supply", "request", request, "buf-b64", piece, "eof", end == content.length));
                return reply.containsKey("return")
                        || !QgaClient.refusal(reply).description().contains("supply these again in a moment");
            });
        }
    }

    @Test
    void aRefusalReachesWhoPastes() {
        port.call("guest-clipboard-subscribe");
        Object offer = offer("types", List.of(PNG), "selection", "primary");
        awaitOffered("primary", offer);
        Screen.Paste paste = guest.screen.beginPaste("primary", PNG);
        Object number = port.event("CLIPBOARD_REQUESTED").get("request");
        port.call("guest-clipboard-supply", "request", number, "refusal", "the host has it no more");
        assertThat(paste.content()).isEmpty();
        assertThat(paste.process().exitValue()).isNotZero();
        // It is offered still: the next paste asks again.
        Screen.Paste next = guest.screen.beginPaste("primary", PNG);
        Object again = port.event("CLIPBOARD_REQUESTED").get("request");
        port.call("guest-clipboard-supply", "request", again, "buf-b64", bytes(9), "eof", true);
        assertThat(next.content()).isEqualTo(bytes(9));
    }

    @Test
    void aPasteThatIsGivenUpWaitsNoMore() {
        port.call("guest-clipboard-subscribe");
        Object offer = offer("types", List.of(PNG));
        awaitOffered("clipboard", offer);
        Screen.Paste paste = guest.screen.beginPaste("clipboard", PNG);
        Object number = port.event("CLIPBOARD_REQUESTED").get("request");
        paste.process().destroyForcibly();
        Await.until(
                "the request is gone",
                () -> QgaJson.objects(changes().get("requests")).isEmpty());
        assertThat(port.refusal("guest-clipboard-supply", "request", number, "buf-b64", bytes(1))
                        .description())
                .startsWith("no paste waits under the number");
    }

    // ---- who may ----

    @Test
    void theRestrictedSocketHasClipboardsOnly() throws IOException {
        for (Path socket : List.of(guest.restricted(), guest.all())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-------");
        }
        try (QgaClient client = QgaClient.connect(guest.restricted())) {
            Path proof = guest.folder.file("proof");
            Refusal refusal = client.refusal("guest-exec", "path", "/bin/touch", "arg", List.of(proof.toString()));
            assertThat(refusal.kind()).isEqualTo("CommandNotFound");
            assertThat(refusal.description()).contains("commands about clipboards only");
            assertThat(client.refusal("guest-file-open", "path", "/etc/passwd").kind())
                    .isEqualTo("CommandNotFound");
            assertThat(proof).doesNotExist();
            assertThat(QgaJson.objects(QgaJson.object(client.call("guest-info")).get("supported_commands")))
                    .allSatisfy(command -> assertThat(command.get("enabled"))
                            .isEqualTo(((String) command.get("name"))
                                    .matches("guest-(clipboard-.*|sync|sync-delimited|ping|info)")));
            client.write("clipboard", Map.of(TEXT, "restricted".getBytes(UTF_8)), PIECE);
            guest.screen.awaitPaste("clipboard", "restricted");
            assertThat(client.read("clipboard", TEXT, PIECE)).isEqualTo("restricted".getBytes(UTF_8));
        }
        try (QgaClient client = QgaClient.connect(guest.all())) {
            assertThat(QgaClient.output(client.run("/bin/echo", List.of("all"))))
                    .isEqualTo("all\n");
        }
    }

    @Test
    void sessionsAreApart() {
        try (Screen other = new Screen()) {
            Hyperclip agent = guest.newAgent(other);
            Await.until("two sessions", () -> sessions().size() == 2);
            String first = name(guest.screen);
            String second = name(other);
            assertThat(port.refusal("guest-clipboard-read").description())
                    .startsWith("Parameter 'session' is missing, and there are 2 sessions: ");
            port.call("guest-clipboard-write", "session", first, "buf-b64", "for one".getBytes(UTF_8));
            guest.screen.awaitPaste("clipboard", "for one");
            assertThat(other.targets("clipboard")).isEmpty();
            port.call("guest-clipboard-write", "buf-b64", "for both".getBytes(UTF_8));
            guest.screen.awaitPaste("clipboard", "for both");
            other.awaitPaste("clipboard", "for both");
            other.copy("clipboard", "the other's");
            Await.until(
                    "the other's",
                    () -> "the other's"
                            .equals(new String(
                                    QgaClient.content(
                                            QgaJson.object(port.call("guest-clipboard-read", "session", second))),
                                    UTF_8)));
            assertThat(guest.screen.paste("clipboard")).isEqualTo("for both");
            agent.close();
            Await.until("one session", () -> sessions().size() == 1);
            assertThat(port.refusal("guest-clipboard-read", "session", second).description())
                    .startsWith("there is no session '" + second + "' here");
        }
    }

    private static List<Map<String, Object>> sessions() {
        return QgaJson.objects(port.call("guest-clipboard-sessions"));
    }

    private static String name(Screen screen) {
        return sessions().stream()
                .filter(session -> session.get("display").equals(screen.display()))
                .map(session -> (String) session.get("name"))
                .findFirst()
                .orElseThrow();
    }
}
