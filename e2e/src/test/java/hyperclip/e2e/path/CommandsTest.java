package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.e2e.path.Hyperclip.Command;
import hyperclip.e2e.path.Hyperclip.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a person at the command line sees: help, complaints that say what to do, and exit codes.
class CommandsTest {

    private final Folder folder = Folder.make();

    @AfterEach
    void close() {
        folder.close();
    }

    private static Result run(String... arguments) {
        return Hyperclip.run(Map.of(), new byte[0], arguments);
    }

    @ParameterizedTest
    @ValueSource(strings = {"guest", "agent", "host", "sessions", "types", "copy", "paste", "status"})
    void everyCommandHelps(String command) {
        Result help = run(command, "--help");
        assertThat(help.code()).isZero();
        assertThat(help.text()).contains("Usage: hyperclip " + command, "Example");
        assertThat(help.errors()).isEmpty();
    }

    @Test
    void wrongUsage() {
        assertThat(run().code()).isEqualTo(2);
        assertThat(run("past").code()).isEqualTo(2);
        assertThat(run("guest", "--prot=x").errors()).contains("--prot", "hyperclip guest --help");
        assertThat(run("guest", "--prot=x").code()).isEqualTo(2);
        assertThat(run("host", "--vm=nothing").code()).isEqualTo(2);
        assertThat(run("agent", "--keep-after-exit=64M").errors()).contains("--keep-after-exit", "16777216", "4M");
        assertThat(run("host", "--display=none", "--keep-after-exit=4M").code()).isEqualTo(2);
    }

    @Test
    void filesThatCannotBeSentAreNamedAtOnce() {
        Path file = folder.file("file", new byte[] {1});
        assertThat(run("copy", file.toString()).errors()).contains("--to", "< FILE");
        assertThat(run("copy", "--to=a", "/nonexistent/file").errors()).contains("there is no /nonexistent/file");
        assertThat(run("copy", "--to=a", folder.path().toString()).errors()).contains("is a folder", "archive");
        assertThat(run("copy", "--to=a", "/dev/null").errors()).contains("no ordinary file");
        Path socket = folder.file("host.sock");
        try (Hyperclip _ = Hyperclip.start(
                folder.file("log"), Map.of(), "host", "--display=none", "--vm=a=/nonexistent", "--listen=" + socket)) {
            Await.until("it listens", () -> Files.exists(socket));
            Result elsewhere = run("copy", "--connect=" + socket, "--to=b", file.toString());
            assertThat(elsewhere.code()).isEqualTo(5);
            assertThat(elsewhere.errors()).contains("there is no machine b here; there is a");
            Result other = run("copy", "--connect=" + socket, "--to=a", file.toString());
            assertThat(other.code()).isEqualTo(1);
            assertThat(other.errors()).contains(file + " was not sent to a", "SPICE's agent only");
        }
        Path guests = folder.file("guest.sock");
        try (Hyperclip _ =
                Hyperclip.start(folder.file("log"), Map.of(), "guest", "--port=/nonexistent", "--listen=" + guests)) {
            Await.until("it listens", () -> Files.exists(guests));
            assertThat(run("copy", "--connect=" + guests, "--to=a", file.toString())
                            .errors())
                    .contains("from the host");
        }
    }

    @Test
    void nothingRuns() {
        Result status = Hyperclip.run(Map.of("XDG_RUNTIME_DIR", folder.path().toString()), new byte[0], "status");
        assertThat(status.code()).isEqualTo(5);
        assertThat(status.errors()).contains("hyperclip host", "hyperclip guest", "--connect");
    }

    /// Without XDG_RUNTIME_DIR the socket lies in a folder whose name anybody can guess.
    @Test
    void aFolderThatSomebodyElseHasMadeIsNotBelieved() throws IOException {
        String user = System.getProperty("user.name");
        Path guessed = Files.createDirectories(folder.file("tmp").resolve("hyperclip-" + user));
        Map<String, String> environment = Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + guessed.getParent());
        Files.setPosixFilePermissions(guessed, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createFile(guessed.resolve("host.sock"));
        Result host = Hyperclip.run(environment, new byte[0], "host", "--display=none", "--vm=a=/nonexistent");
        assertThat(host.code()).isEqualTo(1);
        assertThat(host.errors()).contains(guessed + " is not this user's alone", "XDG_RUNTIME_DIR", "--listen");
        Result paste = Hyperclip.run(environment, new byte[0], "paste");
        assertThat(paste.code()).isEqualTo(5);
        assertThat(paste.errors()).contains("no Hyperclip runs here");
    }

    @Test
    void noDisplay() {
        Result without = run("agent", "--connect", "/nonexistent");
        assertThat(without.code()).isEqualTo(1);
        assertThat(without.errors()).contains("DISPLAY is not set");
        Result wrong = Hyperclip.run(Map.of("DISPLAY", ":4711"), new byte[0], "agent", "--connect", "/nonexistent");
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.errors()).contains(":4711");
        String socket = folder.file("h.sock").toString();
        Result host = run("host", "--vm=a=/nonexistent", "--listen", socket);
        assertThat(host.code()).isEqualTo(1);
        assertThat(host.errors()).contains("DISPLAY is not set", "--display none");
        assertThat(Files.exists(Path.of(socket))).isFalse();
    }

    @Test
    void aFolderThatMayNotBeWritten() {
        Result guest = run("guest", "--listen=/proc/hyperclip/guest.sock");
        assertThat(guest.code()).isEqualTo(1);
        assertThat(guest.errors()).contains("/proc/hyperclip", "--listen");
        Result unwritable = run("guest", "--listen=/proc/guest.sock");
        assertThat(unwritable.code()).isEqualTo(1);
        assertThat(unwritable.errors()).contains("/proc/guest.sock", "--listen");
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void aServiceEndsInGoodOrderAndOnlyOneServesASocket(String signal) {
        Path socket = folder.file("guest.sock");
        String[] command = {"guest", "--port=/nonexistent", "--listen=" + socket};
        try (Hyperclip daemon = Hyperclip.start(folder.file("log"), Map.of(), command)) {
            Await.until("it listens", () -> Files.exists(socket));
            Result second = run(command);
            assertThat(second.code()).isEqualTo(7);
            assertThat(second.errors()).contains("another Hyperclip serves " + socket);
            assertThat(daemon.stop(signal)).isEqualTo(signal.equals("INT") ? 130 : 143);
            assertThat(daemon.log()).doesNotContain("good order");
        }
        assertThat(Files.exists(socket)).isFalse();
    }

    @Test
    void aCopyStaysBehindUntilSomebodyElseCopies() throws IOException {
        Path socket = folder.file("host.sock");
        String[] command = {"host", "--display=none", "--vm=a=/nonexistent", "--listen=" + socket};
        try (Hyperclip host = Hyperclip.start(folder.file("log"), Map.of(), command)) {
            Await.until("it listens", () -> Files.exists(socket));
            assertThat(copy(socket, "first").code()).isZero();
            assertThat(paste(socket)).isEqualTo("first");
            // What is loaded with the first paste stays open, and one owner is there.
            long before = host.descriptors() - 1;
            List<ProcessHandle> owners = owners(socket);
            assertThat(owners).hasSize(1);
            // In a session of its own, so that the terminal's end is not its own.
            String stat = Files.readString(
                    Path.of("/proc", Long.toString(owners.getFirst().pid()), "stat"));
            assertThat(stat.substring(stat.lastIndexOf(')')).split(" ", -1)[4])
                    .isEqualTo(Long.toString(owners.getFirst().pid()));
            assertThat(copy(socket, "second").code()).isZero();
            assertThat(paste(socket)).isEqualTo("second");
            Await.until("the first has ended", () -> !owners.getFirst().isAlive());
            host.kill();
            try (Hyperclip again = Hyperclip.start(folder.file("log"), Map.of(), command)) {
                Await.until("it is told of the copy", () -> paste(socket).equals("second"));
                assertThat(copy(socket, "third").code()).isZero();
                assertThat(paste(socket)).isEqualTo("third");
                Await.until("one owner is left", () -> owners(socket).size() == 1);
                owners(socket).forEach(ProcessHandle::destroy);
                Await.until("nothing is left", () -> again.descriptors() <= before);
            }
        }
    }

    /// The owner that stayed behind learns at once of a paste and that somebody else has copied.
    @Test
    void aPasteBegunBeforeSomebodyElseCopiesComesWhole() {
        Path socket = folder.file("host.sock");
        String large = "0123456789".repeat(50_000);
        try (Hyperclip _ = Hyperclip.start(
                folder.file("log"), Map.of(), "host", "--display=none", "--vm=a=/nonexistent", "--listen=" + socket)) {
            Await.until("it listens", () -> Files.exists(socket));
            assertThat(copy(socket, large).code()).isZero();
            ProcessHandle owner = owners(socket).getFirst();
            Programs.signal(owner.pid(), "STOP");
            try (Command paste = Hyperclip.begin("paste", "--connect", socket.toString())) {
                Way.awaitTransfers(socket, 1);
                assertThat(copy(socket, "small").code()).isZero();
                Programs.signal(owner.pid(), "CONT");
                Result pasted = paste.result();
                assertThat(pasted.errors()).isEmpty();
                assertThat(pasted.text()).isEqualTo(large);
            }
            Await.until("it has ended", () -> !owner.isAlive());
            assertThat(paste(socket)).isEqualTo("small");
            owners(socket).forEach(ProcessHandle::destroy);
        }
    }

    private static Result copy(Path socket, String text) {
        return Hyperclip.run(Map.of(), text.getBytes(UTF_8), "copy", "--connect", socket.toString());
    }

    private static String paste(Path socket) {
        return run("paste", "--connect", socket.toString()).text();
    }

    /// The processes that stayed behind as the owners of copies on this socket.
    private static List<ProcessHandle> owners(Path socket) {
        return ProcessHandle.allProcesses()
                .filter(process -> {
                    List<String> arguments = List.of(process.info().arguments().orElse(new String[0]));
                    return arguments.contains("--tell-ready") && arguments.contains(socket.toString());
                })
                .toList();
    }

    @Test
    void aPasteIntoAPipeThatCloses() throws Exception {
        Path socket = folder.file("host.sock");
        try (Hyperclip _ = Hyperclip.start(
                folder.file("log"), Map.of(), "host", "--display=none", "--vm=a=/nonexistent", "--listen=" + socket)) {
            Await.until("it listens", () -> Files.exists(socket));
            assertThat(copy(socket, "0123456789".repeat(100_000)).code()).isZero();
            Process pipe = new ProcessBuilder(
                            "sh", "-c", Hyperclip.PROGRAM + " paste --connect " + socket + " | head -c 5")
                    .redirectError(folder.file("err").toFile())
                    .start();
            assertThat(new String(pipe.getInputStream().readAllBytes(), UTF_8)).isEqualTo("01234");
            Await.ended(pipe, Await.GENEROUS, "the pipe");
            assertThat(Files.readString(folder.file("err")))
                    .doesNotContain("\tat ")
                    .doesNotContain("a fault");
            assertThat(copy(socket, "small").code()).isZero();
            owners(socket).forEach(ProcessHandle::destroy);
        }
    }
}
