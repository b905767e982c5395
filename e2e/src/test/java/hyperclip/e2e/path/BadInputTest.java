package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.session.SessionMessage;
import hyperclip.core.session.SessionMessage.Role;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whoever breaks the protocol's rules loses that connection and nothing else: one line in the log names the
/// peer and the position, memory stays where it is, and the others go on pasting.
class BadInputTest {

    private static final int REPEATED = 200;
    private static final long MOST_GROWTH_KILOBYTES = 30_000;

    private static Folder folder;
    private static Relay relay;
    private static Screen here;
    private static Screen there;
    private static ServerSocketChannel rogueMachine;
    private static ServerSocketChannel rogueHost;
    private static Hyperclip host;
    private static Hyperclip daemon;
    private static Hyperclip agent;
    private static Rogue asGuest;
    private static Rogue asHost;

    /// What is sent once both have said hello.
    enum Bad {
        RANDOM_BYTES,
        GREATEST_LENGTH,
        DEEP_JSON,
        DEEPEST_JSON,
        UNKNOWN_MESSAGE;

        void sendOn(Rogue rogue) {
            switch (this) {
                case RANDOM_BYTES -> {
                    byte[] bytes = new byte[4096];
                    new Random(4).nextBytes(bytes);
                    rogue.send(bytes);
                }
                case GREATEST_LENGTH -> rogue.send(rogue.header(0xFFFFFFFF));
                case DEEP_JSON -> rogue.send("{\"say\":\"ping\",\"number\":" + "[".repeat(30_000));
                case DEEPEST_JSON -> rogue.send("{\"say\":\"ping\",\"number\":" + "[".repeat(100_000));
                case UNKNOWN_MESSAGE -> rogue.send("{\"say\":\"sudo\"}");
            }
        }
    }

    @BeforeAll
    static void open() {
        folder = Folder.make();
        relay = new Relay(folder);
        here = new Screen();
        there = new Screen();
        Path evilGuest = folder.file("evil-guest");
        Path evilHost = folder.file("evil-host");
        rogueMachine = Rogue.port(evilGuest);
        rogueHost = Rogue.port(evilHost);
        host = Hyperclip.start(
                folder.file("host.log"),
                here.environment(),
                "host",
                "--vm=good=" + relay.host.path(),
                "--vm=evil=" + evilGuest,
                "--listen=" + folder.file("host.sock"));
        daemon = Hyperclip.start(
                folder.file("guest.log"),
                Map.of(),
                "guest",
                "--port=" + relay.guest.path(),
                "--port=" + evilHost,
                "--listen=" + folder.file("guest.sock"));
        agent = Hyperclip.start(
                folder.file("agent.log"),
                there.environment(),
                "agent",
                "--connect",
                folder.file("guest.sock").toString());
        asGuest = Rogue.behind(rogueMachine, Role.GUEST);
        asHost = Rogue.behind(rogueHost, Role.HOST);
        asGuest.greet();
        asHost.greet();
        assertOthersPaste("before");
    }

    @AfterAll
    static void close() throws IOException {
        asGuest.close();
        asHost.close();
        rogueMachine.close();
        rogueHost.close();
        agent.close();
        daemon.close();
        host.close();
        relay.close();
        there.close();
        here.close();
        folder.close();
    }

    @AfterEach
    void theOthersGoOn() {
        assertOthersPaste("after " + System.nanoTime());
        for (Hyperclip one : new Hyperclip[] {host, daemon, agent}) {
            assertThat(one.log()).doesNotContain("a fault in Hyperclip").doesNotContain("\tat ");
        }
    }

    private static void assertOthersPaste(String text) {
        there.copy("clipboard", text);
        here.awaitPaste("clipboard", text);
        here.copy("primary", text);
        there.awaitPaste("primary", text);
    }

    private static long complaints(Hyperclip process, String peer) {
        Pattern complaint = Pattern.compile(" " + Pattern.quote(peer) + ": .*at byte \\d+");
        return process.log()
                .lines()
                .filter(line -> complaint.matcher(line).find())
                .count();
    }

    private static void assertOneLine(Hyperclip process, String peer, long before) {
        Await.until("a line of " + peer, () -> complaints(process, peer) == before + 1);
    }

    @ParameterizedTest
    @EnumSource(Bad.class)
    void onTheDaemonsSocket(Bad bad) {
        onASocket(bad, daemon, folder.file("guest.sock"));
    }

    @ParameterizedTest
    @EnumSource(Bad.class)
    void onTheHostsSocket(Bad bad) {
        onASocket(bad, host, folder.file("host.sock"));
    }

    private static void onASocket(Bad bad, Hyperclip process, Path socket) {
        String peer = "connection of " + System.getProperty("user.name");
        long before = complaints(process, peer);
        try (Rogue rogue = Rogue.client(socket);
                Rogue decent = Rogue.client(socket)) {
            rogue.greet();
            decent.greet();
            bad.sendOn(rogue);
            Await.until("closed", rogue::isClosed);
            assertThat(decent.isClosed()).isFalse();
        }
        assertOneLine(process, peer, before);
    }

    @ParameterizedTest
    @EnumSource(Bad.class)
    void onTheHostsPort(Bad bad) {
        onAPort(bad, host, "machine evil", asGuest);
    }

    @ParameterizedTest
    @EnumSource(Bad.class)
    void onTheDaemonsPort(Bad bad) {
        onAPort(bad, daemon, "port " + folder.file("evil-host"), asHost);
    }

    private static void onAPort(Bad bad, Hyperclip process, String peer, Rogue rogue) {
        long before = complaints(process, peer);
        // It may have been silent for so long that it counts as gone, and what it says as noise.
        rogue.beginAnew();
        rogue.greet();
        bad.sendOn(rogue);
        rogue.greet();
        assertOneLine(process, peer, before);
    }

    @Test
    void anUnknownVersion() {
        String hello = "{\"say\":\"hello\",\"version\":99,\"role\":\"client\",\"name\":\"\",\"capabilities\":[]}";
        for (Hyperclip process : new Hyperclip[] {daemon, host}) {
            Path socket = folder.file(process == daemon ? "guest.sock" : "host.sock");
            String peer = "connection of " + System.getProperty("user.name");
            long before = complaints(process, peer);
            try (Rogue rogue = Rogue.client(socket)) {
                rogue.greetWith(hello);
                Await.until("closed", () -> {
                    try {
                        rogue.turn();
                        return false;
                    } catch (IOException e) {
                        return true;
                    }
                });
            }
            assertOneLine(process, peer, before);
            assertThat(process.log()).contains("version 99");
        }
    }

    @Test
    void halfAFrameAndSilence() {
        String peer = "connection of " + System.getProperty("user.name");
        long before = complaints(daemon, peer);
        long beforeOnPort = complaints(host, "machine evil");
        // What was heard last was heard now: the half frame is found before the silence is.
        asGuest.beginAnew();
        asGuest.greet();
        try (Rogue rogue = Rogue.client(folder.file("guest.sock"));
                Rogue silent = Rogue.client(folder.file("guest.sock"))) {
            rogue.greet();
            rogue.send(rogue.header(100));
            rogue.send("{\"say".getBytes(UTF_8));
            asGuest.send(asGuest.header(100));
            Await.until("closed", rogue::isClosed);
            Await.until("closed without a hello", silent::isClosed);
            Await.until("two lines", () -> complaints(daemon, peer) == before + 2);
        }
        Await.until("it begins anew", () -> host.log().contains("machine evil: half a frame and then nothing"));
        assertThat(complaints(host, "machine evil")).isEqualTo(beforeOnPort);
        asGuest.greet();
    }

    @Test
    void memoryStaysWhereItIs() {
        Path socket = folder.file("own.sock");
        try (Hyperclip own = Hyperclip.start(
                folder.file("own.log"), Map.of(), "guest", "--port=/nonexistent", "--listen=" + socket)) {
            Await.until("it listens", () -> Files.exists(socket));
            memoryStaysWhereItIs(own, socket);
        }
    }

    private static void memoryStaysWhereItIs(Hyperclip daemon, Path socket) {
        long[] before = new long[1];
        for (int round = 0; round < 2; round++) {
            before[0] = daemon.residentKilobytes();
            long descriptors = daemon.descriptors();
            for (int i = 0; i < REPEATED; i++) {
                try (Rogue rogue = Rogue.client(socket)) {
                    rogue.greet();
                    Bad.values()[i % Bad.values().length].sendOn(rogue);
                    Await.until("closed", rogue::isClosed);
                }
            }
            Await.until("its descriptors are closed", () -> daemon.descriptors() <= descriptors);
        }
        long grown = daemon.residentKilobytes() - before[0];
        System.out.printf("resident memory of the daemon: %d kB, grown by %d%n", daemon.residentKilobytes(), grown);
        assertThat(grown).isLessThan(MOST_GROWTH_KILOBYTES);
    }

    @Test
    void aGuestThatBeginsAnewWithoutEnd() throws IOException {
        Path socket = folder.file("own-evil");
        try (ServerSocketChannel machine = Rogue.port(socket);
                Hyperclip own = Hyperclip.start(
                        folder.file("own-host.log"),
                        Map.of(),
                        "host",
                        "--display=none",
                        "--vm=evil=" + socket,
                        "--listen=" + folder.file("own-host.sock"));
                Rogue rogue = Rogue.behind(machine, Role.GUEST)) {
            rogue.greet();
            Duration time = Duration.ofSeconds(5);
            long ticks = own.ticks();
            int times = beginAnew(rogue, time);
            long lines = own.log().lines().count();
            long spent = own.ticks() - ticks;
            System.out.printf(
                    "begun anew %d times in %d s: %d lines in the host's log, %d ms of processor, %d kB resident%n",
                    times, time.toSeconds(), lines, spent * 10, own.residentKilobytes());
            assertThat(lines).isLessThan(100);
            assertThat(spent * 10).isLessThan(time.toMillis() / 4);
            assertThat(own.residentKilobytes()).isLessThan(150_000);
            rogue.beginAnew();
            rogue.greet();
        }
    }

    private static int beginAnew(Rogue rogue, Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        int times = 0;
        while (System.nanoTime() < end) {
            rogue.beginAnew();
            for (int turn = 0; turn < 1000 && !rogue.isGreeted(); turn++) {
                rogue.turn(0);
            }
            int channel = times % 60 + 1;
            rogue.say(new SessionMessage.Open(channel, "s" + channel, "mallory", ":0"));
            rogue.turn(0);
            times++;
        }
        return times;
    }
}
