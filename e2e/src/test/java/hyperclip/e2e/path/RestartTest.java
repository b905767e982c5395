package hyperclip.e2e.path;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.e2e.Promise;
import hyperclip.e2e.path.Way.Station;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Any of the three processes may be killed at any moment: started again, it pastes within two seconds of its
/// start, no other process is restarted, and nothing is left behind.
class RestartTest {

    private static final int LARGE = 3_000_000;

    private static Screen there;
    private static Screen here;
    private static Way way;

    enum Moment {
        IDLE,
        PASTE_ON_HOST,
        PASTE_IN_GUEST
    }

    @BeforeAll
    static void open() {
        here = new Screen();
        there = new Screen();
        way = Way.between(here, there);
    }

    @AfterAll
    static void close() {
        way.close();
        there.close();
        here.close();
    }

    @AfterEach
    void nothingIsLeftBehind() {
        way.awaitNoTransfers();
        way.assertNoFaults();
        assertThat(way.hostSessions()).hasSize(1);
        assertThat(way.hostSessions().getFirst().get("name")).doesNotContain(":");
    }

    private static byte[] large(int seed) {
        byte[] bytes = new byte[LARGE];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({
        "DAEMON, IDLE",
        "DAEMON, PASTE_ON_HOST",
        "DAEMON, PASTE_IN_GUEST",
        "AGENT, IDLE",
        "AGENT, PASTE_ON_HOST",
        "AGENT, PASTE_IN_GUEST",
        "HOST, IDLE",
        "HOST, PASTE_ON_HOST",
        "HOST, PASTE_IN_GUEST"
    })
    void killedAndStartedAgain(Station victim, Moment moment) {
        byte[] fromGuest = large(1);
        byte[] fromHost = large(2);
        try (RawOwner _ = new RawOwner(there, "CLIPBOARD", Map.of("image/png", fromGuest));
                RawOwner _ = new RawOwner(here, "PRIMARY", Map.of("image/png", fromHost))) {
            killedAndStartedAgain(victim, moment, fromGuest, fromHost);
        }
        // Else the next of these would find what this one has offered.
        Await.until(
                "nothing is offered",
                () -> here.targets("clipboard").isEmpty()
                        && there.targets("primary").isEmpty());
    }

    private static void killedAndStartedAgain(Station victim, Moment moment, byte[] fromGuest, byte[] fromHost) {
        Await.until(
                "both offers",
                () -> here.targets("clipboard").contains("image/png")
                        && there.targets("primary").contains("image/png"));
        Map<Hyperclip, Long> descriptors =
                others(victim).stream().collect(Collectors.toMap(one -> one, Hyperclip::descriptors));
        begin(moment);

        way.process(victim, there).kill();
        way.relay.letGo();
        long start = System.nanoTime();
        start(victim);
        Await.until("a paste on the host", () -> Arrays.equals(here.paste("clipboard", "image/png"), fromGuest));
        Await.until("a paste in the guest", () -> Arrays.equals(there.paste("primary", "image/png"), fromHost));
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        System.out.printf("%s killed, %s: both pastes %d ms after the start%n", victim, moment, took.toMillis());
        assertThat(took).isLessThan(Promise.SOON);

        assertThat(others(victim)).containsExactlyInAnyOrderElementsOf(descriptors.keySet());
        assertThat(others(victim)).allMatch(Hyperclip::isAlive);
        Way.awaitDescriptors(descriptors);
    }

    private static void begin(Moment moment) {
        switch (moment) {
            case IDLE -> {}
            case PASTE_ON_HOST -> {
                way.relay.guest.holdAfter(LARGE / 2);
                here.beginPaste("clipboard", "image/png");
                Await.until("half of it", way.relay::isHeld);
            }
            case PASTE_IN_GUEST -> {
                way.relay.host.holdAfter(LARGE / 2);
                there.beginPaste("primary", "image/png");
                Await.until("half of it", way.relay::isHeld);
            }
        }
    }

    private static void start(Station victim) {
        switch (victim) {
            case DAEMON -> way.startDaemon();
            case AGENT -> way.newAgent(there);
            case HOST -> way.startHost();
        }
    }

    private static List<Hyperclip> others(Station victim) {
        return way.all().stream()
                .filter(one -> one != way.process(victim, there))
                .toList();
    }

    @Test
    void qemuKilledAndStartedAgain() {
        there.copy("clipboard", "in the guest");
        here.copy("primary", "on the host");
        here.awaitPaste("clipboard", "in the guest");
        there.awaitPaste("primary", "on the host");
        way.relay.cut();
        Await.until("what is gone is released", () -> here.targets("clipboard").isEmpty());
        way.relay.rejoin();
        assertBothPasteWithin(Promise.SOON, "in the guest", "on the host");
    }

    @Test
    void bytesAreLost() {
        there.copy("clipboard", "in the guest");
        here.copy("primary", "on the host");
        here.awaitPaste("clipboard", "in the guest");
        there.awaitPaste("primary", "on the host");
        for (Relay.Side side : List.of(way.relay.guest, way.relay.host)) {
            side.lose(13);
            there.copy("clipboard", "next in the guest");
            here.copy("primary", "next on the host");
            // Begun anew as soon as the fault is seen: with the next frame, or, where none follows, with the next ping.
            assertBothPasteWithin(Duration.ofSeconds(16), "next in the guest", "next on the host");
            there.copy("clipboard", "in the guest");
            here.copy("primary", "on the host");
            assertBothPasteWithin(Promise.SOON, "in the guest", "on the host");
        }
    }

    @Test
    void oldBytesComeAgain() {
        way.relay.guest.record();
        way.relay.host.record();
        there.copy("clipboard", "old in the guest");
        here.copy("primary", "old on the host");
        assertBothPasteWithin(Promise.SOON, "old in the guest", "old on the host");
        there.copy("clipboard", "in the guest");
        here.copy("primary", "on the host");
        assertBothPasteWithin(Promise.SOON, "in the guest", "on the host");
        way.relay.cut();
        way.relay.rejoin();
        assertBothPasteWithin(Promise.SOON, "in the guest", "on the host");
        way.relay.guest.replay();
        way.relay.host.replay();
        assertBothPasteWithin(Promise.SOON, "in the guest", "on the host");
    }

    private static void assertBothPasteWithin(Duration most, String onHost, String inGuest) {
        Duration took = Await.until(
                most,
                "both pastes; the logs say:\n" + way.logs(),
                () -> here.paste("clipboard").equals(onHost)
                        && there.paste("primary").equals(inGuest));
        System.out.printf("both pastes after %d ms%n", took.toMillis());
    }

    @Test
    void theDisplayServerOfASessionEnds() {
        try (Screen short_ = new Screen()) {
            Hyperclip agent = Hyperclip.start(
                    way.folder.file("short.log"),
                    short_.environment(),
                    "agent",
                    "--connect",
                    way.guestSocket().toString());
            way.awaitSessions(2);
            short_.end();
            assertThat(agent.exit()).isEqualTo(1);
            assertThat(agent.log()).contains("the display " + short_.display() + " is gone");
            way.awaitSessions(1);
        }
    }
}
