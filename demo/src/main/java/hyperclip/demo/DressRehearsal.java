package hyperclip.demo;

import hyperclip.core.clipboard.Selection;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Daemon and agent at their real work, on this machine, while the guest's disk is built: what they load and link on
/// the way goes into a cache for each, and the guest, where that is dear, need not do it again.
///
///     xclip ── X server ── agent ── daemon ── (sockets for a port) ── front end ── copy, paste
final class DressRehearsal implements Closeable {

    private static final Duration STEP = Duration.ofSeconds(60);

    /// Writing a cache takes a JVM of its own.
    private static final Duration CURTAIN = Duration.ofMinutes(3);

    private final HostDesk desk;
    private final Command daemonCommand;
    private final Command agentCommand;
    private final Path socket;
    private final Path hostSocket;
    private final List<ServerSocketChannel> doors = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();

    /// Java with all its options, and what it runs.
    record Command(List<String> java, List<String> classPathAndMain) {

        List<String> of(List<String> options, String... arguments) {
            List<String> command = new ArrayList<>(java);
            command.addAll(options);
            command.addAll(classPathAndMain);
            command.addAll(List.of(arguments));
            return command;
        }
    }

    DressRehearsal(Command daemon, Command agent) throws IOException {
        daemonCommand = daemon;
        agentCommand = agent;
        desk = HostDesk.own();
        socket = desk.folder().resolve("guest.sock");
        hostSocket = desk.folder().resolve("host.sock");
    }

    /// Leaves a cache for each of the two.
    void perform(Path daemonCache, Path agentCache) throws IOException {
        Path guestEnd = desk.folder().resolve("guest-end");
        Path hostEnd = desk.folder().resolve("host-end");
        join(listen(guestEnd), listen(hostEnd));
        Process daemon = start(
                "daemon",
                daemonCommand.of(
                        List.of("-XX:AOTCacheOutput=" + daemonCache),
                        "guest",
                        "--listen",
                        socket.toString(),
                        "--port",
                        guestEnd.toString()));
        Process host = start(
                "host",
                agentCommand.of(
                        List.of(),
                        "host",
                        "--display",
                        "none",
                        "--listen",
                        hostSocket.toString(),
                        "--vm",
                        "guest=" + hostEnd));
        Process agent = start(
                "agent",
                agentCommand.of(List.of("-XX:AOTCacheOutput=" + agentCache), "agent", "--connect", socket.toString()));
        String session = "guest/" + System.getProperty("user.name");
        await("host", "session " + session + " of");
        for (Selection selection : Selection.values()) {
            toTheGuest(session, selection);
            fromTheGuest(session, selection);
        }
        agent.destroy();
        daemon.destroy();
        awaitEnd("agent", agent, agentCache);
        awaitEnd("daemon", daemon, daemonCache);
        host.destroy();
    }

    private void toTheGuest(String session, Selection selection) throws IOException {
        Optional<String> before = desk.offer(selection);
        byte[] text = SampleText.ofSize("to the guest", 1 << 20);
        List<String> arguments = new ArrayList<>(List.of("copy", "--to", session));
        if (selection == Selection.PRIMARY) {
            arguments.add("--primary");
        }
        ask(text, arguments);
        desk.awaitOffer(selection, before);
        desk.paste(Program.XCLIP, selection);
        desk.paste(Program.XSEL, selection);
    }

    private void fromTheGuest(String session, Selection selection) throws IOException {
        desk.copy(Program.XCLIP, selection, SampleText.ofSize("from the guest", 1 << 20));
        List<String> arguments = new ArrayList<>(List.of("paste", "--from", session));
        if (selection == Selection.PRIMARY) {
            arguments.add("--primary");
        }
        ask(new byte[0], arguments);
    }

    private void ask(byte[] input, List<String> arguments) throws IOException {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--connect", hostSocket.toString()));
        desk.run(agentCommand.of(List.of(), all.toArray(String[]::new)), input, STEP);
    }

    private Process start(String name, List<String> command) throws IOException {
        Process process = desk.start(
                command,
                Redirect.from(new File("/dev/null")),
                Redirect.to(log(name).toFile()));
        processes.add(process);
        return process;
    }

    private Path log(String name) {
        return desk.folder().resolve(name + ".log");
    }

    private void await(String name, String text) throws IOException {
        Patience.within(STEP, "the rehearsal's " + name + " to say '" + text + "'", () -> {
            while (!Files.readString(log(name), StandardCharsets.UTF_8).contains(text)) {
                Thread.sleep(20);
            }
            return null;
        });
    }

    private void awaitEnd(String name, Process process, Path cache) throws IOException {
        Patience.within(CURTAIN, "the rehearsal's " + name + " to end", process::waitFor);
        if (!Files.exists(cache)) {
            throw new Complaint("The rehearsal of the " + name + " left no cache " + cache + ". It said:\n"
                    + Tool.lastLines(Files.readString(log(name), StandardCharsets.UTF_8)));
        }
    }

    // The port

    private ServerSocketChannel listen(Path path) throws IOException {
        ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        doors.add(door);
        door.bind(UnixDomainSocketAddress.of(path));
        return door;
    }

    /// Both sides connect; what one says, the other hears.
    private static void join(ServerSocketChannel one, ServerSocketChannel other) {
        Thread.ofPlatform().daemon().name("rehearsal's port").start(() -> {
            try (SocketChannel here = one.accept();
                    SocketChannel there = other.accept()) {
                Thread.ofPlatform().daemon().name("rehearsal's port, back").start(() -> pass(there, here));
                pass(here, there);
            } catch (IOException e) {
                // The rehearsal is over.
            }
        });
    }

    private static void pass(SocketChannel from, SocketChannel to) {
        ByteBuffer bytes = ByteBuffer.allocate(64 * 1024);
        try {
            while (from.read(bytes.clear()) >= 0) {
                bytes.flip();
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
            }
        } catch (IOException e) {
            // The rehearsal is over.
        }
    }

    @Override
    public void close() throws IOException {
        processes.forEach(Process::destroyForcibly);
        for (Process process : processes) {
            Patience.within(STEP, "a rehearsed process to end", () -> process.waitFor(10, TimeUnit.SECONDS));
        }
        for (ServerSocketChannel door : doors) {
            door.close();
        }
        desk.close();
    }
}
