package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Signal;
import hyperclip.e2e.path.Hyperclip.Command;
import hyperclip.e2e.path.RawOwner.Manner;
import hyperclip.e2e.path.Stranger.Fate;
import hyperclip.e2e.path.Way.Station;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The four faults by which a user of a guest could harm the others through spice-vdagentd, and what holds
/// here.
///
/// Like that daemon's, ours is connected to by every user of the guest.
@Tag("root")
class VdagentdFaultsTest {

    private static final String ALICE = "64101";
    private static final String MALLORY = "64102";

    private static final String TYPE = "application/x-large";

    /// As docs/session-protocol.md has it.
    private static final int MAX_PASTES = 32;

    /// No one that is under way ends by itself.
    private static final int PATIENCE_SECONDS = 120;

    /// See [AbandonedTest].
    private static final long MOST_GROWTH_KILOBYTES = 30_000;

    private static final int MOST_LINES = 100;

    private Screen host;
    private Screen alice;
    private Way way;

    @BeforeEach
    void open() {
        host = new Screen();
        alice = new Screen();
        Map<Station, List<String>> patient = new EnumMap<>(Station.class);
        for (Station station : Station.values()) {
            String seconds = Integer.toString(PATIENCE_SECONDS);
            patient.put(station, List.of("--first-byte-timeout", seconds, "--stall-timeout", seconds));
        }
        way = Way.between(patient, host);
        way.startAgent(alice, Programs.as(ALICE));
    }

    @AfterEach
    void close() {
        way.assertNoFaults();
        way.close();
        alice.close();
        host.close();
    }

    private void assertAlicePastes(String text) {
        alice.copy("primary", text);
        host.awaitPaste("primary", text);
        host.copy("primary", text + ", and back");
        alice.awaitPaste("primary", text + ", and back");
    }

    private RawOwner owner(Screen screen, String selection, byte[] content, Manner manner) {
        return new RawOwner(screen, selection, Map.of(TYPE, content), Map.of(TYPE, manner));
    }

    /// **CVE-2020-25650.** Every user could make spice-vdagentd enter any number of file transfers, in a
    /// table and in the log: the memory of a process of root's and the disk were theirs.
    ///
    /// Here at most 32 transfers are under way for a user, however many sessions, connections and requests
    /// there are; the rest are refused as `too-many`, without a trace in the memory or the log, and other
    /// users' pastes go on.
    @Test
    void cve2020_25650_transfersWithoutEnd() {
        int each = 500;
        int clients = 4;
        try (RawOwner _ = owner(host, "CLIPBOARD", Way.letters(1_000), Manner.IS_SILENT);
                Stranger mallory = new Stranger(way.guestSocket(), MALLORY);
                Rogue agent = Rogue.agent(mallory.path(), ":64102");
                Stranger again = new Stranger(way.guestSocket(), MALLORY);
                Rogue second = Rogue.agent(again.path(), ":64103")) {
            agent.until("an offer", () -> agent.heard(Signal.Offer.class) > 0);
            second.until("an offer", () -> second.heard(Signal.Offer.class) > 0);
            way.awaitSessions(3);
            agent.request(TYPE, each);
            awaitAllButAFewRefused(agent, each);
            assertThat(refused(agent)).isEqualTo(each - MAX_PASTES);
            second.request(TYPE, each);
            second.until("all are refused", () -> refused(second) == each);
            assertAlicePastes("beside two sessions");
            long memory = way.daemon.residentKilobytes();
            long lines = lines();
            for (int i = 0; i < clients; i++) {
                try (Stranger another = new Stranger(way.guestSocket(), MALLORY);
                        Rogue client = Rogue.client(another.path())) {
                    client.greet();
                    client.paste(TYPE, each);
                    client.until("all are refused", () -> refused(client) == each);
                    assertThat(Way.transfers(way.guestStatus())).isEqualTo(MAX_PASTES);
                    assertThat(Way.transfers(way.hostStatus())).isEqualTo(MAX_PASTES);
                    assertAlicePastes("beside client " + i);
                }
            }
            assertThat(way.daemon.residentKilobytes() - memory).isLessThan(MOST_GROWTH_KILOBYTES);
            assertThat(lines() - lines).isLessThan(MOST_LINES);
        }
        way.awaitNoTransfers();
    }

    private static void awaitAllButAFewRefused(Rogue rogue, int asked) {
        rogue.until("all but a few are refused", () -> refused(rogue) >= asked - MAX_PASTES);
        assertThat(rogue.aborts()).containsOnly(Reason.TOO_MANY);
        assertThat(rogue.heard(Signal.Chunk.class)).isZero();
    }

    private static int refused(Rogue rogue) {
        return rogue.aborts().size();
    }

    private long lines() {
        return way.all().stream().mapToLong(one -> one.log().lines().count()).sum();
    }

    /// **CVE-2020-25651.** A transfer of spice-vdagentd was found by its number alone, and numbers were
    /// easily guessed: another user's agent could go on with it, end it, or get the file.
    ///
    /// Here a number means something only on the connection and in the direction that it was given for.
    /// Whoever uses another's cannot be told from one who uses a number that was never given: `credit` and
    /// `cancel` do nothing, content, `end` and `abort` end his own connection, and he learns nothing.
    @Test
    void cve2020_25651_numbersOfOthersTransfers() {
        byte[] toHost = Way.letters(1_000_000);
        byte[] toGuest = Way.letters(1_000_001);
        int most = 100;
        try (RawOwner ofAlice = owner(alice, "CLIPBOARD", toHost, Manner.STOPS);
                RawOwner ofHost = owner(host, "PRIMARY", toGuest, Manner.STOPS);
                Stranger mallory = new Stranger(way.guestSocket(), MALLORY);
                Rogue agent = Rogue.agent(mallory.path(), ":64102")) {
            agent.until("an offer", () -> agent.heard(Signal.Offer.class) > 0);
            way.awaitSessions(2);
            Await.until(
                    "both are offered",
                    () -> host.targets("clipboard").contains(TYPE)
                            && alice.targets("primary").contains(TYPE));
            long before = Math.max(way.relay.guest.passed(), way.relay.host.passed());
            Screen.Paste onHost = host.beginPaste("clipboard", TYPE);
            Screen.Paste byAlice = alice.beginPaste("primary", TYPE);
            Await.until(
                    "both are half way",
                    () -> Math.min(way.relay.guest.passed(), way.relay.host.passed()) > before + toHost.length / 4);

            // One of her own, under the same numbers on every connection that it passes.
            String type = "application/x-mallorys";
            agent.offer(type);
            agent.until("offered to the host", () -> host.targets("clipboard").contains(type));
            try (Command herOwn = Hyperclip.begin(
                    "paste",
                    "-t",
                    type,
                    "--from",
                    "work/" + MALLORY,
                    "--connect",
                    way.hostSocket().toString())) {
                agent.until("she is asked", () -> agent.heard(Signal.Request.class) == 1);
                for (int number = 0; number <= most; number++) {
                    agent.sendOnChannel("{\"say\":\"credit\",\"transfer\":%d,\"credit\":1000}".formatted(number));
                    agent.sendOnChannel(
                            "{\"say\":\"cancel\",\"transfer\":%d,\"reason\":\"cancelled\"}".formatted(number));
                }
                agent.answer("mallory's own".getBytes(UTF_8));
                agent.until("all is said", () -> herOwn.written() > 0);
                assertThat(herOwn.result().text()).isEqualTo("mallory's own");
            }
            assertThat(agent.heard(Signal.Request.class)).isEqualTo(1);
            assertThat(agent.heard(Signal.Chunk.class)
                            + agent.heard(Signal.End.class)
                            + agent.heard(Signal.Abort.class))
                    .isZero();

            byte[] forged = "forged".getBytes(UTF_8);
            List<Consumer<Rogue>> lies = new ArrayList<>();
            for (int number = 1; number <= most; number += 11) {
                int its = number;
                lies.add(rogue -> rogue.sendContent(its, forged));
                lies.add(rogue -> rogue.sendOnChannel("{\"say\":\"end\",\"transfer\":%d}".formatted(its)));
                lies.add(rogue -> rogue.sendOnChannel(
                        "{\"say\":\"abort\",\"transfer\":%d,\"reason\":\"cancelled\"}".formatted(its)));
            }
            for (Consumer<Rogue> lie : lies) {
                assertThat(answerTo(lie))
                        .contains("an answer to a request that was never made")
                        .doesNotContain(
                                "\"say\":\"request\"", "\"say\":\"credit\"", "\"say\":\"end\"", "\"say\":\"abort\"")
                        .doesNotContain(new String(toHost, 0, 100, UTF_8), new String(toGuest, 0, 100, UTF_8));
            }

            assertThat(onHost.process().isAlive() && byAlice.process().isAlive())
                    .isTrue();
            ofAlice.answerAll();
            ofHost.answerAll();
            assertThat(onHost.content()).isEqualTo(toHost);
            assertThat(byAlice.content()).isEqualTo(toGuest);
        }
    }

    /// What another session of mallory's is told for this, until it is closed.
    private String answerTo(Consumer<Rogue> lie) {
        try (Stranger mallory = new Stranger(way.guestSocket(), MALLORY);
                Rogue rogue = Rogue.agent(mallory.path(), ":64103")) {
            rogue.greet();
            lie.accept(rogue);
            return rogue.lastWords();
        }
    }

    /// **CVE-2020-25652.** spice-vdagentd took any number of connections from everybody, until it had no
    /// descriptor left: then it was busy for ever with accepting one, and served nobody.
    ///
    /// Here a user has 64 connections at the most. One who opens them by the thousand holds up nobody else,
    /// leaves no descriptor open and few lines in the log, and when all are open the daemon is at rest.
    @Test
    void cve2020_25652_connectionsWithoutEnd() throws IOException {
        int connections = 2_000;
        long mostDescriptors = 64;
        long before = way.daemon.descriptors();
        Process crowd = new ProcessBuilder(crowd(connections))
                .redirectError(Redirect.INHERIT)
                .start();
        try (BufferedReader said = crowd.inputReader(StandardCharsets.UTF_8);
                OutputStream _ = crowd.getOutputStream()) {
            int pastes = 0;
            do {
                assertAlicePastes("paste " + ++pastes);
                assertThat(crowd.isAlive()).isTrue();
            } while (!said.ready());
            assertThat(said.readLine()).isEqualTo("opened");
            Await.until(
                    "all but the user's share is closed", () -> way.daemon.descriptors() <= before + mostDescriptors);
            awaitRest();
            assertAlicePastes("beside the crowd");
        }
        Await.ended(crowd, Await.GENEROUS, "the crowd");
        Await.until("its descriptors are closed", () -> way.daemon.descriptors() <= before);
        assertThat(way.daemon.log().lines().filter(line -> line.contains("is refused")))
                .hasSizeBetween(1, MOST_LINES);
    }

    private List<String> crowd(int connections) {
        List<String> command = new ArrayList<>(Programs.as(MALLORY));
        Path classes = Path.of(VdagentdFaultsTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classes.toString(),
                Crowd.class.getName(),
                way.guestSocket().toString(),
                Integer.toString(connections)));
        return command;
    }

    /// Half a second in which it uses next to nothing comes at last, on a slow machine too; to one that is
    /// busy for ever it never comes.
    private void awaitRest() {
        Await.until("the daemon is at rest", () -> {
            long ticks = way.daemon.ticks();
            Await.pass(Duration.ofMillis(500));
            return way.daemon.ticks() - ticks <= 2;
        });
    }

    /// **CVE-2020-25653.** spice-vdagentd took the pid of who had connected (SO_PEERCRED) and looked up later
    /// which session that was in: by then the pid could be another process's, and its session was given to an
    /// intruder.
    ///
    /// Here nobody asks for a pid. The user whose process connected, by the kernel's word, is who speaks,
    /// whatever has become of the process before the daemon looks: it waits meanwhile.
    @ParameterizedTest
    @EnumSource(Fate.class)
    void cve2020_25653_pidsThatBecomeOthers(Fate fate) {
        alice.copy("clipboard", "alice's");
        host.awaitPaste("clipboard", "alice's");
        String other = fate == Fate.STAYS ? MALLORY : ALICE;
        assertThat(sessionsOf(MALLORY, fate, other)).isEmpty();
        assertThat(sessionsOf(ALICE, fate, fate == Fate.STAYS ? ALICE : MALLORY))
                .containsExactly(ALICE);
    }

    /// The sessions that the daemon tells of, over a connection that was made by one user and is held by
    /// another.
    private List<String> sessionsOf(String first, Fate fate, String then) {
        Programs.signal(way.daemon.pid(), "STOP");
        try (Stranger stranger = new Stranger(way.guestSocket(), first, fate, then)) {
            try {
                stranger.awaitReady();
            } finally {
                Programs.signal(way.daemon.pid(), "CONT");
            }
            try (Rogue client = Rogue.client(stranger.path())) {
                client.greet();
                return client.sessions();
            }
        }
    }
}
