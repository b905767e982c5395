package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.e2e.path.QgaClient.Refusal;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever comes in at the port of qemu-ga's protocol, and whoever goes in the middle of something: the port
/// goes on, in the memory that it has.
class QgaFaultsTest {

    private static final long MOST_GROWTH_KILOBYTES = 100_000;

    private static QgaGuest guest;
    private static QgaClient port;
    private static long memory;

    @BeforeAll
    static void open() {
        guest = QgaGuest.whole();
        port = guest.port();
        port.call("guest-ping");
        memory = guest.daemon.residentKilobytes();
    }

    @AfterEach
    void assertAllIsWell() {
        guest.assertNoFaults();
        port.sync();
        assertThat(QgaClient.output(port.run("/bin/echo", List.of("alive")))).isEqualTo("alive\n");
        port.call("guest-clipboard-write", "buf-b64", "alive".getBytes(UTF_8));
        guest.screen.awaitPaste("clipboard", "alive");
        assertThat(guest.daemon.residentKilobytes() - memory).isLessThan(MOST_GROWTH_KILOBYTES);
    }

    @AfterAll
    static void close() {
        port.close();
        guest.close();
    }

    private static byte[] filled(int size, int value) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    // ---- what comes in ----

    @Test
    void theHeapIsWhatIsPromised() throws IOException {
        String command = Files.readString(Path.of("/proc", Long.toString(guest.daemon.pid()), "cmdline"));
        assertThat(command.split("\0")).contains("-Xmx64m");
    }

    @Test
    void halfACommandAndThen0xFF() {
        port.send("{\"execute\":\"guest-ping\",\"id\":\"half".getBytes(UTF_8));
        port.send(new byte[] {QgaClient.SENTINEL});
        assertThat(QgaClient.refusal(port.reply()).kind()).isEqualTo("GenericError");
        port.call("guest-ping");
    }

    @Test
    void aLineOfAHundredMegabytes() {
        port.send("{\"execute\":\"guest-ping\",\"id\":\"".getBytes(UTF_8));
        byte[] piece = filled(1_000_000, 'x');
        for (int i = 0; i < 100; i++) {
            port.send(piece);
        }
        port.send("\"}");
        assertThat(QgaClient.refusal(port.reply()).description()).isEqualTo("JSON token size limit exceeded");
        port.call("guest-ping");
        port.say("guest-file-write", "handle", 1, "buf-b64", new byte[75_000_000]);
        assertThat(QgaClient.refusal(port.reply()).description()).isEqualTo("JSON token size limit exceeded");
    }

    /// Around the limit, wherever the pieces end in which it comes.
    @Test
    void linesAsLongAsTheyMayBeAndLonger() {
        int limit = 4 * 1024 * 1024;
        String before = "{\"execute\":\"guest-ping\",\"id\":\"";
        for (int more : new int[] {-1, 0, 1, 2, 3, 100, 1000}) {
            String id = "x".repeat(limit + more - before.length() - 2);
            Map<String, Object> reply = port.ask(before + id + "\"}");
            if (more <= 0) {
                assertThat(reply.get("id")).isEqualTo(id);
            } else {
                assertThat(QgaClient.refusal(reply).description()).isEqualTo("JSON token size limit exceeded");
            }
        }
    }

    /// As much as may be written at once goes through to qemu-ga.
    @Test
    void aPieceAsLargeAsItMayBe() throws IOException {
        Path file = guest.folder.file("written");
        Object handle = port.call("guest-file-open", "path", file.toString(), "mode", "w");
        byte[] content = filled(3_000_000, 'y');
        port.call("guest-file-write", "handle", handle, "buf-b64", content);
        port.call("guest-file-close", "handle", handle);
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
        port.call("guest-clipboard-write", "buf-b64", content);
        guest.screen.awaitPaste("clipboard", Screen.TEXT, content);
    }

    @Test
    void aStormOf0xFF() {
        for (int i = 0; i < 100; i++) {
            port.send(filled(1_000_000, 0xFF));
        }
        port.call("guest-ping");
    }

    /// Each half of a command is answered, and so the answers have to be read.
    @Test
    void aStormOfHalves() {
        byte[] halves = "{\u00ff".repeat(100).getBytes(ISO_8859_1);
        for (int i = 0; i < 100; i++) {
            port.send(halves);
            for (int j = 0; j < 100; j++) {
                assertThat(port.reply()).containsKey("error");
            }
        }
    }

    /// Whoever asks for more than is answered, and reads nothing, waits or is cut off; nobody else suffers.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\u00ff",
                "[]",
                "x\n",
                "{\"execute\":\"guest-ping\"}",
                "{\"execute\":\"x\"}",
                "{\"execute\":\"guest-clipboard-types\"}"
            })
    void aStormOfWhoReadsNothing(String each) throws IOException {
        ByteBuffer storm =
                ByteBuffer.wrap(each.repeat(3_000_000 / each.length()).getBytes(ISO_8859_1));
        try (SocketChannel stormy = SocketChannel.open(UnixDomainSocketAddress.of(guest.all()))) {
            stormy.configureBlocking(false);
            for (int i = 0; i < 100 && !isOver(stormy, storm); i++) {
                port.call("guest-ping");
            }
            port.call("guest-clipboard-changes");
        }
    }

    private static boolean isOver(SocketChannel channel, ByteBuffer rest) {
        try {
            channel.write(rest);
            return !rest.hasRemaining();
        } catch (IOException cutOff) {
            return true;
        }
    }

    /// They wait where they are, and not in the daemon's memory.
    @Test
    void largeCommandsBehindOneThatIsHeldUp() throws IOException {
        try (QgaClient client = QgaClient.connect(guest.all());
                SocketChannel large = SocketChannel.open(UnixDomainSocketAddress.of(guest.all()))) {
            guest.qemuGa.signal("STOP");
            client.say("guest-get-time");
            large.configureBlocking(false);
            byte[] write = ("{\"execute\":\"guest-file-write\",\"arguments\":{\"handle\":1,\"buf-b64\":\""
                            + "A".repeat(3_000_000) + "\"}}\n")
                    .getBytes(UTF_8);
            ByteBuffer all = ByteBuffer.allocate(12 * write.length);
            while (all.hasRemaining()) {
                all.put(write);
            }
            all.flip();
            for (int i = 0; i < 200 && !isOver(large, all); i++) {
                port.call("guest-ping");
            }
            assertThat(all.remaining()).as("what the daemon has not taken").isGreaterThan(6 * write.length);
            guest.qemuGa.signal("CONT");
            assertThat(client.reply()).containsKey("return");
            Await.until("all is taken", () -> isOver(large, all));
        } finally {
            guest.qemuGa.signal("CONT");
        }
    }

    @Test
    void randomBytesAndDamagedCommands() {
        Random random = new Random(5);
        List<String> commands = List.of(
                "{\"execute\":\"guest-clipboard-read\",\"arguments\":{\"offset\":5,\"count\":7,\"type\":\"image/png\"}}",
                "{\"execute\":\"guest-clipboard-write\",\"arguments\":{\"handle\":1,\"buf-b64\":\"eHh4\"}}",
                "{\"execute\":\"guest-clipboard-offer\",\"arguments\":{\"types\":[\"a/b\",\"c/d\"],\"age\":5}}",
                "{\"execute\":\"guest-sync\",\"arguments\":{\"id\":123}}");
        for (int i = 0; i < 300; i++) {
            byte[] bytes = new byte[random.nextInt(500)];
            random.nextBytes(bytes);
            port.send(bytes);
            byte[] damaged = commands.get(i % commands.size()).getBytes(UTF_8);
            for (int j = random.nextInt(4); j >= 0; j--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            port.send("\n");
            port.send(damaged);
            if (i % 20 == 0) {
                port.sync();
            }
        }
    }

    @Test
    void jsonThatNobodyExpects() {
        List<String> lines = new ArrayList<>(List.of(
                "\"id\":" + "1".repeat(1_000),
                "\"id\":1e400",
                "\"id\":1e-2000000000",
                "\"id\":-0.0",
                "\"id\":{\"" + "n".repeat(100_000) + "\":1}",
                "\"id\":\"\\ud800\"",
                "\"id\":\"\\udc00x\\ud800\"",
                "\"id\":{\"\\ud800\":1}",
                "\"id\":\"\\u0000\"",
                "\"id\":" + "[".repeat(1_022) + "]".repeat(1_022),
                "\"id\":" + "[".repeat(5_000) + "]".repeat(5_000),
                "\"id\":nul",
                "\"id\":NaN",
                "\"id\":1,\"id\":2",
                "\"id\":/* */1"));
        for (String line : lines) {
            Map<String, Object> reply = port.ask("{\"execute\":\"guest-ping\"," + line + "}");
            if (reply.containsKey("error")) {
                assertThat(QgaClient.refusal(reply).kind()).isEqualTo("GenericError");
            } else {
                assertThat(reply).containsEntry("return", Map.of()).containsKey("id");
            }
        }
    }

    @Test
    void hostileNumbers() {
        port.call("guest-clipboard-write", "type", "image/png", "buf-b64", filled(10_000, 7));
        List<String> numbers = List.of(
                "-1",
                "-9223372036854775808",
                "0",
                "2147483647",
                "2147483648",
                "4294967295",
                "4294967296",
                "9007199254740991",
                "9007199254740992",
                "9223372036854775807",
                "9223372036854775808",
                "18446744073709551616",
                "1.5",
                "1e3",
                "-0.0",
                "\"7\"",
                "null",
                "true",
                "[]",
                "{}");
        for (String number : numbers) {
            for (String member : List.of("offset", "count")) {
                Map<String, Object> reply = port.ask("{\"execute\":\"guest-clipboard-read\",\"arguments\":"
                        + "{\"type\":\"image/png\",\"" + member + "\":" + number + "}}");
                if (reply.containsKey("return")) {
                    Map<String, Object> read = QgaJson.object(reply.get("return"));
                    byte[] piece = QgaClient.content(read);
                    assertThat(piece).isEqualTo(filled(piece.length, 7)).hasSizeLessThanOrEqualTo(10_000);
                } else {
                    assertThat(QgaClient.refusal(reply).description())
                            .contains("'" + member + "'")
                            .matches("Invalid parameter type .*|Parameter .* expects a whole number from .*");
                }
            }
            for (String command : List.of(
                    "guest-clipboard-changes\",\"arguments\":{\"since\":" + number,
                    "guest-clipboard-wait\",\"arguments\":{\"timeout\":0,\"since\":" + number,
                    "guest-clipboard-wait\",\"arguments\":{\"since\":0,\"timeout\":" + number,
                    "guest-clipboard-commit\",\"arguments\":{\"handle\":" + number,
                    "guest-clipboard-supply\",\"arguments\":{\"request\":" + number,
                    "guest-clipboard-offer\",\"arguments\":{\"types\":[\"a/b\"],\"selection\":\"primary\",\"age\":"
                            + number)) {
                Map<String, Object> reply = port.ask("{\"execute\":\"" + command + "}}");
                if (!reply.containsKey("return")) {
                    assertThat(QgaClient.refusal(reply).kind()).isEqualTo("GenericError");
                }
            }
        }
    }

    // ---- who goes ----

    @Test
    void theHostGoesInTheMiddleOfACommandAndComesBack() {
        byte[] large = Way.letters(1_000_000);
        for (int i = 0; i < 3; i++) {
            port.say("guest-exec", "path", "/bin/sleep", "arg", List.of("0.1"));
            port.say("guest-clipboard-write", "buf-b64", large);
            port.send("{\"execute\":\"guest-clip".getBytes(UTF_8));
            port.close();
            port = guest.port();
            port.sync();
            assertThat(port.call("guest-ping")).isEqualTo(Map.of());
        }
    }

    @Test
    void theHostGoesWhileItReadsNothing() {
        Path file = guest.folder.file("large", Way.letters(30_000_000));
        Object handle = port.call("guest-file-open", "path", file.toString());
        port.send("{\"execute\":\"guest-file-read\",\"arguments\":{\"handle\":" + handle + ",\"count\":30000000}}");
        port.close();
        port = guest.port();
        port.sync();
    }

    @Test
    void qemuGaGoesInTheMiddleOfACommand() {
        guest.qemuGa.signal("STOP");
        long asked = port.say("guest-get-time");
        try (QgaClient other = QgaClient.connect(guest.all())) {
            // Ours is answered meanwhile. Once it is for the second time, the port has been read as well.
            other.call("guest-clipboard-changes");
            other.call("guest-clipboard-changes");
            long behind = other.say("guest-get-osinfo");
            guest.qemuGa.kill();
            Refusal gone = QgaClient.refusal(port.reply(asked));
            assertThat(gone.kind()).isEqualTo("GenericError");
            assertThat(gone.description()).startsWith("qemu-ga has gone while it carried out guest-get-time");
            guest.startQemuGa();
            // It waits a moment for one that is started again, but not for ever.
            other.reply(behind);
            assertThat(QgaJson.object(other.call("guest-get-osinfo"))).containsKey("id");
            assertThat(QgaJson.object(port.call("guest-get-osinfo"))).containsKey("id");
        }
    }

    @Test
    void qemuGaIsGone() {
        guest.qemuGa.kill();
        Await.until("it is missed", () -> !guest.qemuGaState().equals("connected"));
        long begin = System.nanoTime();
        Refusal absent = port.refusal("guest-get-osinfo");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Await.GENEROUS);
        assertThat(absent.kind()).isEqualTo("CommandNotFound");
        assertThat(absent.description())
                .contains("guest-get-osinfo")
                .contains("no qemu-ga answers at " + guest.qemuGa.socket())
                .contains("qemu-ga -m unix-listen");
        assertThat(Stream.of("guest-ping", "guest-info", "guest-clipboard-changes"))
                .allSatisfy(command -> port.call(command));
        guest.startQemuGa();
        assertThat(QgaJson.object(port.call("guest-get-osinfo"))).containsKey("id");
    }
}
