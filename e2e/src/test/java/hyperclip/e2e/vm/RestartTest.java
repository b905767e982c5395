package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.Desk;
import hyperclip.demo.Outcome;
import hyperclip.demo.Program;
import hyperclip.demo.User;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Any one process may be killed without warning, idle or in the middle of a transfer, and started again: soon a paste
/// works, and no other process has to be touched.
class RestartTest {

    /// Long enough under way to be caught at it.
    private static final int LARGE = 48 * 1024 * 1024;

    /// From its beginning to the end of the test.
    private static final Duration PASTE_AT_MOST = Duration.ofMinutes(2);

    private static final AtomicInteger PASTES = new AtomicInteger();

    private final Stage stage;

    RestartTest() throws IOException {
        stage = Stage.running();
    }

    enum Victim {
        DAEMON,
        AGENT,
        FRONT_END
    }

    enum Moment {
        IDLE,
        TRANSFER_TO_HOST,
        TRANSFER_TO_GUEST
    }

    @ParameterizedTest
    @EnumSource
    void idle(Victim victim) throws Exception {
        killed(victim, Moment.IDLE);
    }

    @ParameterizedTest
    @EnumSource
    void inTheMiddleOfATransferToTheHost(Victim victim) throws Exception {
        killed(victim, Moment.TRANSFER_TO_HOST);
    }

    @ParameterizedTest
    @EnumSource
    void inTheMiddleOfATransferToTheGuest(Victim victim) throws Exception {
        killed(victim, Moment.TRANSFER_TO_GUEST);
    }

    private void killed(Victim victim, Moment moment) throws Exception {
        Optional<LongPaste> paste = begin(moment);
        byte[] fromGuest = Stage.marker("guest's");
        byte[] fromHost = Stage.marker("host's");
        if (moment != Moment.TRANSFER_TO_HOST) {
            Stage.copy(stage.alice, stage.host, Selection.CLIPBOARD, fromGuest);
        }
        if (moment != Moment.TRANSFER_TO_GUEST) {
            Stage.copy(stage.host, stage.alice, Selection.PRIMARY, fromHost);
        }
        if (moment != Moment.IDLE) {
            awaitTransfer();
        }
        long frontEnd = stage.frontEnd.pid();
        long ready = killAndStart(victim, () -> {
            // In the place of what was under way: else that comes first, and takes its time.
            if (moment == Moment.TRANSFER_TO_HOST) {
                stage.alice.copy(Program.XCLIP, Selection.CLIPBOARD, fromGuest);
            } else if (moment == Moment.TRANSFER_TO_GUEST) {
                stage.host.copy(Program.XCLIP, Selection.PRIMARY, fromHost);
            }
        });
        stage.untilBothPaste(stage.alice, fromGuest, fromHost, ready).assertSoon(victim + " killed, " + moment);
        stage.assertUntouched(
                victim == Victim.FRONT_END ? stage.frontEnd.pid() : frontEnd,
                List.of(stage.daemon, stage.aliceAgent, stage.bobAgent));
        if (paste.isPresent()) {
            assertThat(paste.get().kill().exit())
                    .as("the paste that was cut off")
                    .isNotZero();
        }
    }

    /// A paste of much, by an xclip that would wait for the rest for ever: it is killed when it is told to end.
    private record LongPaste(Desk desk, String end, FutureTask<Outcome> outcome) {

        static LongPaste begin(Desk desk, Selection selection) {
            String end = "/tmp/hyperclip-" + ProcessHandle.current().pid() + "-" + PASTES.incrementAndGet();
            String command = "mkfifo " + end + " && { xclip -o -selection " + selection.word()
                    + " > /dev/null & read _ < " + end + "; rm " + end + "; kill -KILL $!; wait $!; }";
            FutureTask<Outcome> outcome = new FutureTask<>(() -> run(desk, command));
            Thread.ofPlatform().daemon().start(outcome);
            return new LongPaste(desk, end, outcome);
        }

        private static Outcome run(Desk desk, String command) throws IOException {
            return desk.run(List.of("sh", "-c", command), new byte[0], PASTE_AT_MOST);
        }

        Outcome kill() throws Exception {
            run(desk, "echo > " + end);
            return outcome.get();
        }
    }

    private Optional<LongPaste> begin(Moment moment) throws IOException {
        Selection selection = moment == Moment.TRANSFER_TO_HOST ? Selection.CLIPBOARD : Selection.PRIMARY;
        return switch (moment) {
            case IDLE -> Optional.empty();
            case TRANSFER_TO_HOST -> {
                var before = stage.host.offer(selection);
                stage.machine.run(User.ALICE, "sh", "-c", "yes | head -c " + LARGE + " | xclip -selection clipboard");
                stage.host.awaitOffer(selection, before);
                yield Optional.of(LongPaste.begin(stage.host, selection));
            }
            case TRANSFER_TO_GUEST -> {
                Stage.copy(
                        stage.host,
                        stage.alice,
                        selection,
                        "y\n".repeat(LARGE / 2).getBytes(StandardCharsets.US_ASCII));
                yield Optional.of(LongPaste.begin(stage.alice, selection));
            }
        };
    }

    private void awaitTransfer() throws IOException {
        long until = System.nanoTime() + Stage.PATIENCE.toNanos();
        String status = "";
        while (System.nanoTime() < until) {
            status = stage.frontEnd.run(new byte[0], "status", "--json").text();
            if (status.contains("\"under way\":\"1\"")) {
                return;
            }
        }
        throw new AssertionError("no transfer is under way: " + status);
    }

    private interface Meanwhile {
        void happens() throws IOException;
    }

    /// When it was ready again, by its own word.
    private long killAndStart(Victim victim, Meanwhile meanwhile) throws IOException {
        switch (victim) {
            case DAEMON -> {
                stage.kill(stage.daemon);
                meanwhile.happens();
                stage.daemon = stage.machine.startDaemon();
            }
            case AGENT -> {
                stage.kill(stage.aliceAgent);
                meanwhile.happens();
                stage.aliceAgent = stage.machine.startAgent(User.ALICE);
                stage.machine.awaitAgent(User.ALICE);
            }
            case FRONT_END -> {
                stage.frontEnd.kill();
                meanwhile.happens();
                stage.frontEnd.start();
            }
        }
        return System.nanoTime();
    }
}
