package hyperclip.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StaleSyncTest {

    private final SplittableRandom random = new SplittableRandom(1);
    private final Sync guest = new Sync(random);
    private final Sync host = new Sync(random);

    /// The guest loses its port, and meets a sync from before while its own is not yet sent.
    @Test
    void aNewSenderThatKnowsTheNonceIsStillANewSender() {
        hears(host, guest.say());
        ByteBuffer stale = host.say();
        assertThat(hears(guest, stale.duplicate())).isEqualTo(Sync.Heard.IN_STEP_ANSWER);
        assertThat(hears(host, guest.say())).isEqualTo(Sync.Heard.IN_STEP);

        guest.lost();
        assertThat(hears(guest, stale)).isEqualTo(Sync.Heard.ANSWER);

        assertThat(hears(host, guest.say())).isEqualTo(Sync.Heard.ANSWER);
        assertThat(host.inStep()).isFalse();
    }

    private static Sync.Heard hears(Sync sync, ByteBuffer bytes) {
        assertThat(sync.seek(bytes)).isTrue();
        return sync.heard();
    }
}
