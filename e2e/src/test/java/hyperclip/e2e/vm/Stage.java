package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.Desk;
import hyperclip.demo.FrontEnd;
import hyperclip.demo.Guest;
import hyperclip.demo.GuestDesk;
import hyperclip.demo.GuestImage;
import hyperclip.demo.HostDesk;
import hyperclip.demo.Machine;
import hyperclip.demo.Outcome;
import hyperclip.demo.Program;
import hyperclip.demo.User;
import hyperclip.e2e.Promise;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/// A guest in QEMU with alice and bob logged in, a desktop of the host, and Hyperclip between them. Booted when a test
/// first wants it; ended with the run.
final class Stage {

    /// When waiting is given up, which is no promise: emulated, on a busy machine, a process may take seconds to start.
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /// A port that no host is connected to.
    static final String LONELY_PORT = "org.hyperclip.lonely";

    private static Stage stage;
    private static final AtomicInteger MARKERS = new AtomicInteger();

    final Machine machine;
    final HostDesk host;
    final FrontEnd frontEnd;
    final GuestDesk alice;
    final GuestDesk bob;
    long daemon;
    long aliceAgent;
    long bobAgent;

    private Stage() throws IOException {
        machine = new Machine(image());
        machine.addPort(LONELY_PORT);
        machine.admitViewers();
        host = HostDesk.own();
        frontEnd = new FrontEnd(host, machine.clipboardSocket());
        alice = new GuestDesk(machine, User.ALICE);
        bob = new GuestDesk(machine, User.BOB);
        frontEnd.start();
        machine.boot(Stage::say);
        startHyperclip();
        awaitSessions(0);
    }

    static synchronized Stage running() throws IOException {
        if (stage == null) {
            stage = new Stage();
        }
        return stage;
    }

    /// The guest with all agents in it that are not ours.
    static GuestImage image() throws IOException {
        List<String> packages = new ArrayList<>(StockAgent.PACKAGES);
        packages.addAll(LibvirtGuest.PACKAGES);
        return GuestImage.ofThisProgram(Guest.PLAIN, packages, Stage::say);
    }

    static void say(String what) {
        System.out.println("[vm] " + what);
    }

    /// Daemon and agents, all of them joined.
    void startHyperclip() throws IOException {
        daemon = machine.startDaemon();
        aliceAgent = machine.startAgent(User.ALICE);
        bobAgent = machine.startAgent(User.BOB);
        machine.awaitAgent(User.ALICE);
        machine.awaitAgent(User.BOB);
    }

    /// @param after so many bytes of the front end's log
    void awaitSessions(long after) throws IOException {
        frontEnd.awaitSession(User.ALICE, after, PATIENCE);
        frontEnd.awaitSession(User.BOB, after, PATIENCE);
    }

    /// A text that was never copied before.
    static byte[] marker(String what) {
        return name(what).getBytes(StandardCharsets.UTF_8);
    }

    static String name(String what) {
        return "copy " + MARKERS.incrementAndGet() + ", " + what;
    }

    /// Copies on one desk, and waits until the other shows the offer.
    static void copy(Desk from, Desk to, Selection selection, byte[] text) throws IOException {
        copy(from, Program.XCLIP, to, selection, text);
    }

    static void copy(Desk from, Program program, Desk to, Selection selection, byte[] text) throws IOException {
        Optional<String> before = to.offer(selection);
        from.copy(program, selection, text);
        to.awaitOffer(selection, before);
    }

    static void assertPastes(Desk desk, Program program, Selection selection, byte[] wanted) throws IOException {
        assertPasted(desk, program, desk.paste(program, selection), wanted);
    }

    /// Holds that a paste, which has ended, gave this.
    static void assertPasted(Desk desk, Program program, Outcome outcome, byte[] wanted) {
        assertThat(outcome.errorText()).isEmpty();
        assertThat(outcome.exit()).isZero();
        assertThat(Arrays.equals(outcome.output(), wanted))
                .as(
                        "%d bytes pasted with %s on %s are the %d that were copied",
                        outcome.output().length, program.word(), desk.name(), wanted.length)
                .isTrue();
    }

    /// Pastes again and again until this comes, and tells how long after a moment the paste that gave it was begun.
    /// So a slow start of the pasting program does not count.
    ///
    /// @param stale what must never be pasted meanwhile
    static Duration untilPastes(Desk desk, Selection selection, byte[] wanted, long since, Predicate<byte[]> stale)
            throws IOException {
        String last = "";
        while (System.nanoTime() - since < PATIENCE.toNanos()) {
            long begun = System.nanoTime();
            Outcome outcome = desk.paste(Program.XCLIP, selection);
            if (outcome.exit() == 0 && Arrays.equals(outcome.output(), wanted)) {
                return Duration.ofNanos(begun - since);
            }
            assertThat(stale.test(outcome.output()))
                    .as("pasted on %s: '%s'", desk.name(), outcome.text())
                    .isFalse();
            last = "exit %d, '%s' %s".formatted(outcome.exit(), outcome.text(), outcome.errorText());
            pause();
        }
        throw new AssertionError("'%s' was never pasted on %s from %s, but at last: %s; the front end said:%n%s"
                .formatted(
                        new String(wanted, StandardCharsets.UTF_8),
                        desk.name(),
                        selection,
                        last,
                        stage == null ? "nothing: there is none" : stage.frontEnd.log()));
    }

    static Duration untilPastes(Desk desk, Selection selection, byte[] wanted, long since) throws IOException {
        return untilPastes(desk, selection, wanted, since, bytes -> false);
    }

    /// Between two tries, so that trying does not take the processor from what is waited for.
    static void pause() throws IOException {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted between two pastes");
        }
    }

    /// Both ways at once: what the guest holds in the clipboard, what the host holds in the primary selection.
    record BothWays(Duration toHost, Duration toGuest) {

        void assertSoon(String what) {
            say(what
                    + ": a paste works after %d ms on the host, %d ms in the guest"
                            .formatted(toHost.toMillis(), toGuest.toMillis()));
            assertThat(toHost).as(what + ", paste on the host").isLessThan(Promise.SOON);
            assertThat(toGuest).as(what + ", paste in the guest").isLessThan(Promise.SOON);
        }
    }

    BothWays untilBothPaste(GuestDesk guest, byte[] fromGuest, byte[] fromHost, long since) throws Exception {
        var toGuest =
                new java.util.concurrent.FutureTask<>(() -> untilPastes(guest, Selection.PRIMARY, fromHost, since));
        Thread.ofPlatform().daemon().start(toGuest);
        Duration toHost = untilPastes(host, Selection.CLIPBOARD, fromGuest, since);
        return new BothWays(toHost, toGuest.get());
    }

    /// Both users' agents, the daemon and the front end are the processes that they were, but for those left out.
    void assertUntouched(long frontEndBefore, List<Long> guestProcesses) throws IOException {
        assertThat(frontEnd.isRunning()).isTrue();
        assertThat(frontEnd.pid()).isEqualTo(frontEndBefore);
        for (long pid : guestProcesses) {
            assertThat(machine.run(User.ROOT, "kill", "-0", Long.toString(pid)).exit())
                    .as("process %d of the guest lives", pid)
                    .isZero();
        }
    }

    void kill(long pid) throws IOException {
        machine.kill(pid, "KILL");
        machine.awaitExit(pid, PATIENCE);
    }

    /// Stops everything in the guest that copied or pasted.
    void endPrograms() throws IOException {
        machine.run(User.ROOT, "killall", "-q", "xclip", "xsel", "autocutsel", "parcellite");
    }
}
