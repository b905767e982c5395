package hyperclip.e2e.vm;

import hyperclip.core.clipboard.Selection;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/// A guest may be put back in time under a running front end: soon a paste works, and what was true at another time is
/// not pasted.
class SnapshotTest {

    private final Stage stage;

    SnapshotTest() throws IOException {
        stage = Stage.running();
    }

    @Test
    void underTheSameFrontEnd() throws Exception {
        backInTime("same", () -> {});
    }

    @Test
    void underAFrontEndThatTheGuestHasNeverSeen() throws Exception {
        backInTime("fresh", () -> {
            stage.frontEnd.kill();
            long before = stage.frontEnd.logSize();
            stage.frontEnd.start();
            stage.awaitSessions(before);
        });
    }

    private interface Meanwhile {
        void happens() throws IOException;
    }

    private void backInTime(String snapshot, Meanwhile meanwhile) throws Exception {
        byte[] guestBefore = Stage.marker("guest's, before");
        byte[] hostBefore = Stage.marker("host's, before");
        Stage.copy(stage.alice, stage.host, Selection.CLIPBOARD, guestBefore);
        Stage.copy(stage.host, stage.alice, Selection.PRIMARY, hostBefore);
        stage.machine.savevm(snapshot);

        meanwhile.happens();
        byte[] guestAfter = Stage.marker("guest's, after");
        byte[] hostAfter = Stage.marker("host's, after");
        Stage.copy(stage.alice, stage.host, Selection.CLIPBOARD, guestAfter);
        Stage.copy(stage.host, stage.alice, Selection.PRIMARY, hostAfter);
        long frontEnd = stage.frontEnd.pid();

        stage.machine.loadvm(snapshot);
        long restored = System.nanoTime();
        var inGuest = new FutureTask<>(() -> Stage.untilPastes(
                stage.alice, Selection.PRIMARY, hostAfter, restored, pasted -> Arrays.equals(pasted, hostBefore)));
        Thread.ofPlatform().daemon().start(inGuest);
        var onHost = Stage.untilPastes(
                stage.host, Selection.CLIPBOARD, guestBefore, restored, pasted -> Arrays.equals(pasted, guestAfter));
        new Stage.BothWays(onHost, inGuest.get()).assertSoon("loadvm, " + snapshot + " front end");
        stage.assertUntouched(frontEnd, List.of(stage.daemon, stage.aliceAgent, stage.bobAgent));
    }
}
