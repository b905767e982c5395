package hyperclip.e2e.path;

import static hyperclip.e2e.path.QgaClient.returned;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What QEMU's tests/unit/test-qga.c holds of qemu-ga, at our port with a real one behind it; another real one
/// beside it is asked for the same.
///
/// Left out are that program's own options (a list of what is allowed, a file of settings, another os-release),
/// and the commands that succeed in silence: all of them suspend or end the machine.
class QgaBehaviourTest {

    private static QgaGuest guest;
    private static QgaClient port;
    private static Folder beside;
    private static QemuGa other;
    private static QgaClient real;

    @BeforeAll
    static void open() {
        guest = QgaGuest.whole();
        port = guest.port();
        beside = Folder.make();
        other = new QemuGa(beside);
        other.start();
        real = QgaClient.connect(other.socket());
    }

    @AfterEach
    void assertNothingIsLeft() {
        port.call("guest-ping");
        guest.assertNoFaults();
    }

    @AfterAll
    static void close() {
        real.close();
        other.close();
        beside.close();
        port.close();
        guest.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 4_294_967_295L, Long.MAX_VALUE, Long.MIN_VALUE})
    void syncRepeatsItsNumber(long number) {
        assertThat(QgaJson.number(port.call("guest-sync", "id", number))).isEqualTo(number);
    }

    @Test
    void delimitedSyncBehindGarbage() {
        Random random = new Random(1);
        for (int i = 0; i < 50; i++) {
            byte[] garbage = new byte[random.nextInt(2_000)];
            random.nextBytes(garbage);
            port.send(garbage);
            port.send("{\"execute\": \"guest-pi".getBytes(UTF_8));
            port.send(new byte[] {QgaClient.SENTINEL});
            port.send("{'execute':'guest-sync-delimited','arguments':{'id':" + i + "}}");
            port.awaitSync(i);
            port.call("guest-ping");
        }
    }

    @Test
    void severalCommandsAtOnceAndOneInPieces() {
        port.send("{'execute':'guest-ping','id':1}{'execute':'guest-ping','id':2} \t\r\n{'execute':'guest-ping','id':3}"
                .getBytes(UTF_8));
        for (int i = 1; i <= 3; i++) {
            assertThat(port.reply(i)).containsEntry("return", Map.of());
        }
        for (byte one : "{'execute':'guest-ping','id':'in pieces'}".getBytes(UTF_8)) {
            port.send(new byte[] {one});
        }
        assertThat(port.reply()).containsEntry("id", "in pieces");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7",
                "-1",
                "1.5",
                "18446744073709551615",
                "true",
                "null",
                "\"\"",
                "\"Grüße, \\u4e16\\ud834\\udd1e \\\\ \\\" \\n\"",
                "[]",
                "{\"a\":[1,null,{\"b\":-2.5}],\"\":\"x\"}"
            })
    void anyIdIsRepeated(String id) {
        String ping = "{\"execute\":\"guest-ping\",\"id\":" + id + "}";
        Map<String, Object> reply = port.ask(ping);
        assertThat(reply).containsEntry("id", QgaJson.read(id.getBytes(UTF_8))).containsEntry("return", Map.of());
        assertThat(reply).isEqualTo(real.ask(ping));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'exec-oob':'guest-ping'}",
                "{'exec-oob':'guest-ping','id':3}",
                "{'execute':'guest-ping','control':1}",
                "{'execute':'guest-ping','arguments':{'foo':42}}",
                "{'execute':'guest-ping','arguments':[]}",
                "{'execute':'guest-ping','arguments':null}",
                "{'execute':'guest-info','arguments':{'foo':42}}",
                "{'execute':7}",
                "{}",
                "[]",
                "{'execute':'guest-ping','execute':'guest-ping'}",
                "{'execute':'guest-sync'}",
                "{'execute':'guest-sync','arguments':{'id':'x'}}",
                "{'execute':'guest-sync','arguments':{'id':1.0}}",
                "{'execute':'guest-sync','arguments':{'id':null}}",
                "{'execute':'guest-sync','arguments':{'id':9223372036854775808}}",
                "{'execute':'guest-sync','arguments':{'id':1,'foo':2}}",
                "{'execute':'invalid-cmd'}",
                "{'execute':''}",
                "{'execute':'invalid-cmd','id':9,'arguments':{'x':1}}",
                "{'execute':'" + QemuGa.BLOCKED + "','id':'blocked'}",
                "{'execute':'guest-exec','arguments':{'path':'/no/such/program'}}",
                "{'execute':'guest-exec-status','arguments':{'pid':0}}",
                "{'execute':'guest-file-open','arguments':{'path':'/no/such/file'}}",
                "{'execute':'guest-file-read','arguments':{'handle':77}}",
                "{'execute':'guest-file-read','arguments':{'handle':'77'}}",
            })
    void refusedInTheSameWords(String line) {
        Map<String, Object> reply = port.ask(line);
        assertThat(reply).containsKey("error").isEqualTo(real.ask(line));
    }

    /// What is no JSON is told in other words, by the same class.
    @ParameterizedTest
    @ValueSource(strings = {"5", "'x'", "nonsense", "{'execute':}", "{'execute' 'guest-ping'}", "{]", "{'a':01}"})
    void noJsonIsRefused(String line) {
        assertThat(QgaClient.refusal(port.ask(line)).kind())
                .isEqualTo("GenericError")
                .isEqualTo(QgaClient.refusal(real.ask(line)).kind());
        // One complaint may be followed by another where it makes sense of what is left.
        port.sync();
        real.sync();
    }

    @Test
    void infoHasAllCommandsOnce() {
        Map<String, Map<String, Object>> ours = commands(port);
        Map<String, Map<String, Object>> theirs = commands(real);
        assertThat(ours.keySet()).containsAll(theirs.keySet());
        theirs.forEach((name, command) -> assertThat(ours.get(name)).isEqualTo(command));
        Set<String> added =
                ours.keySet().stream().filter(name -> !theirs.containsKey(name)).collect(Collectors.toSet());
        assertThat(added)
                .hasSize(13)
                .allMatch(name -> name.startsWith("guest-clipboard-"))
                .allMatch(name -> ours.get(name).get("enabled").equals(true))
                .allMatch(name -> ours.get(name).get("success-response").equals(true));
        assertThat(ours.get(QemuGa.BLOCKED)).containsEntry("enabled", false);
        assertThat(ours.get("guest-shutdown")).containsEntry("success-response", false);
        assertThat(QgaJson.object(port.call("guest-info")).get("version"))
                .isEqualTo(QgaJson.object(real.call("guest-info")).get("version"));
    }

    private static Map<String, Map<String, Object>> commands(QgaClient client) {
        // It fails where one is there twice.
        return QgaJson.objects(QgaJson.object(client.call("guest-info")).get("supported_commands")).stream()
                .collect(Collectors.toMap(command -> (String) command.get("name"), command -> command));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "guest-get-vcpus",
                "guest-get-memory-blocks",
                "guest-get-memory-block-info",
                "guest-get-host-name",
                "guest-get-timezone",
                "guest-get-osinfo",
                "guest-fsfreeze-status",
            })
    void whatTheMachineIs(String command) {
        String line = "{\"execute\":\"" + command + "\",\"id\":\"" + command + "\"}";
        assertThat(port.ask(line)).isEqualTo(real.ask(line));
    }

    @Test
    void fileSystemsAndNetworkInterfaces() {
        assertThat(named(port, "guest-get-fsinfo", "mountpoint"))
                .isEqualTo(named(real, "guest-get-fsinfo", "mountpoint"));
        assertThat(named(port, "guest-network-get-interfaces", "name"))
                .contains("lo")
                .isEqualTo(named(real, "guest-network-get-interfaces", "name"));
    }

    private static List<Object> named(QgaClient client, String command, String member) {
        return QgaJson.objects(client.call(command)).stream()
                .map(one -> one.get(member))
                .toList();
    }

    @Test
    void theTimeIsNow() {
        long before = QgaJson.number(real.call("guest-get-time"));
        long time = QgaJson.number(port.call("guest-get-time"));
        assertThat(time).isBetween(before, QgaJson.number(real.call("guest-get-time")));
    }

    @Test
    void aFileIsWrittenReadAndClosed() throws IOException {
        Path file = guest.folder.file("written");
        Object handle = port.call("guest-file-open", "path", file.toString(), "mode", "w+");
        byte[] hello = "Hello, 世界!\n".getBytes(UTF_8);
        assertThat(QgaJson.object(port.call("guest-file-write", "handle", handle, "buf-b64", hello)))
                .containsEntry("count", hello.length)
                .containsEntry("eof", false);
        port.call("guest-file-flush", "handle", handle);
        assertThat(Files.readAllBytes(file)).isEqualTo(hello);
        assertThat(QgaJson.object(port.call("guest-file-read", "handle", handle)))
                .containsEntry("count", 0)
                .containsEntry("eof", true);
        port.call("guest-file-seek", "handle", handle, "offset", 7, "whence", "set");
        assertThat(QgaClient.content(QgaJson.object(port.call("guest-file-read", "handle", handle, "count", 6))))
                .isEqualTo("世界".getBytes(UTF_8));
        port.call("guest-file-close", "handle", handle);
        assertThat(port.refusal("guest-file-read", "handle", handle).description())
                .isEqualTo("handle '" + handle + "' has not been found");
    }

    /// More than the daemon's memory could hold of the base64 of it.
    @Test
    void aLargeFileIsReadAtOnce() {
        byte[] content = new byte[40_000_000];
        new Random(3).nextBytes(content);
        Path file = guest.folder.file("large", content);
        Object handle = port.call("guest-file-open", "path", file.toString());
        Map<String, Object> read =
                QgaJson.object(port.call("guest-file-read", "handle", handle, "count", content.length));
        assertThat(QgaClient.content(read)).isEqualTo(content);
        port.call("guest-file-close", "handle", handle);
    }

    @Test
    void aLargePieceIsWritten() throws IOException {
        byte[] content = new byte[3_000_000];
        new Random(4).nextBytes(content);
        Path file = guest.folder.file("large written");
        Object handle = port.call("guest-file-open", "path", file.toString(), "mode", "w");
        port.call("guest-file-write", "handle", handle, "buf-b64", content);
        port.call("guest-file-close", "handle", handle);
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    @Test
    void aProgramRunsWithItsOutputCaptured() {
        Map<String, Object> status = port.run("/bin/sh", List.of("-c", "echo out; echo err >&2; exit 3"));
        assertThat(status).containsEntry("exited", true).containsEntry("exitcode", 3);
        assertThat(QgaClient.output(status)).isEqualTo("out\n");
        assertThat(new String(Base64.getDecoder().decode((String) status.get("err-data")), UTF_8))
                .isEqualTo("err\n");
    }

    @Test
    void aProgramHasInputAndEnvironment() {
        Object pid = QgaJson.object(port.call(
                        "guest-exec",
                        "path",
                        "/bin/sh",
                        "arg",
                        List.of("-c", "cat; printf %s \"$GREETING\""),
                        "env",
                        List.of("GREETING=Grüße"),
                        "input-data",
                        "in".getBytes(UTF_8),
                        "capture-output",
                        true))
                .get("pid");
        List<Map<String, Object>> statuses = new ArrayList<>();
        Await.until("it has ended", () -> {
            statuses.add(QgaJson.object(port.call("guest-exec-status", "pid", pid)));
            return statuses.getLast().get("exited").equals(true);
        });
        assertThat(QgaClient.output(statuses.getLast())).isEqualTo("inGrüße");
    }

    @Test
    void repliesKeepTheOrderOfTheCommands() {
        List<String> asked = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String command = List.of("guest-ping", "guest-get-time", "guest-clipboard-changes", "guest-no-such", "x")
                    .get(i % 5);
            asked.add("{\"execute\":\"" + command + "\",\"id\":\"" + i + " " + command + "\"}");
        }
        port.send(String.join("\n", asked));
        for (String line : asked) {
            Map<String, Object> reply = port.reply();
            assertThat(line).contains("\"id\":\"" + reply.get("id") + "\"");
            assertThat(reply.containsKey("error"))
                    .isEqualTo(line.contains("no-such") || line.contains("\"execute\":\"x\""));
        }
    }

    @Test
    void aSyncDropsWhatHasBeenAskedBefore() {
        port.say("guest-clipboard-wait", "since", serial(), "timeout", 3_600_000);
        port.send("{'execute':'guest-sync','arguments':{'id':5}}");
        assertThat(QgaJson.number(returned(port.reply()))).isEqualTo(5);
        assertThat(port.call("guest-ping")).isEqualTo(Map.of());
    }

    private static long serial() {
        return QgaJson.number(
                QgaJson.object(port.call("guest-clipboard-changes")).get("serial"));
    }
}
