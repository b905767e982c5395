package hyperclip.core.clipboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a transfer may take: time to the first byte, time between bytes, and bytes.
class LimitsTest {

    private static final MimeType TYPE = new MimeType("image/png");
    private static final OfferId ID = OfferId.random(new Random(1));

    private long now = 1_000;
    private final List<Refusal> refusals = new ArrayList<>();
    private final List<Signal> toldOwner = new ArrayList<>();
    private final List<Signal> toldAsker = new ArrayList<>();
    private Hub hub;
    private View owner;
    private View asker;

    @BeforeEach
    void aPasteIsUnderWay() {
        hub = new Hub(
                () -> now, (follower, followed) -> true, new Limits(300, 70, OptionalLong.of(1_000)), refusals::add);
        owner = hub.open("owner", view -> toldOwner::add);
        asker = hub.open("asker", view -> toldAsker::add);
        owner.hear(new Signal.Offer(Selection.CLIPBOARD, ID, List.of(TYPE), 0, Standing.FRESH));
        asker.hear(new Signal.Request(7, Selection.CLIPBOARD, ID, TYPE, 1_000_000));
    }

    private void sends(int bytes) {
        owner.hear(new Signal.Chunk(7, ByteBuffer.allocate(bytes)));
    }

    private void isRefused(Signal.Abort abort, long passed) {
        assertThat(toldOwner).endsWith(abort);
        assertThat(toldAsker).endsWith(abort);
        assertThat(refusals).containsExactly(new Refusal("asker", "owner", TYPE, passed, abort));
        assertThat(hub.transfers()).isZero();
        assertThat(hub.deadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void theFirstByteMayTakeItsTime() {
        assertThat(hub.deadline()).isEqualTo(now + 300);
        now += 299;
        hub.tick();
        assertThat(hub.transfers()).isOne();
        now += 1;
        hub.tick();
        isRefused(new Signal.Abort(7, Reason.TIMED_OUT), 0);
    }

    @Test
    void eachByteAfterItHasATimeOfItsOwn() {
        now += 200;
        sends(1);
        assertThat(hub.deadline()).isEqualTo(now + 70);
        now += 69;
        asker.hear(new Signal.Credit(7, 1));
        now += 69;
        hub.tick();
        assertThat(hub.transfers()).isOne();
        now += 1;
        hub.tick();
        isRefused(new Signal.Abort(7, Reason.TIMED_OUT), 1);
    }

    @Test
    void contentOfTheLimitPasses() {
        sends(600);
        sends(400);
        owner.hear(new Signal.End(7));
        assertThat(toldAsker).endsWith(new Signal.End(7));
        assertThat(refusals).isEmpty();
    }

    @Test
    void oneByteMoreIsRefusedAndTheLimitNamed() {
        sends(600);
        sends(401);
        isRefused(new Signal.Abort(7, Reason.TOO_LARGE, OptionalLong.of(1_000)), 1_001);
        assertThat(refusals.getFirst().sentence())
                .contains("asker", "owner", "image/png", "1001 bytes", "at most 1000 bytes");
        // What is still under way is nobody's.
        sends(100);
        assertThat(toldAsker).endsWith(new Signal.Abort(7, Reason.TOO_LARGE, OptionalLong.of(1_000)));
    }

    @Test
    void noLimitIsNothingOrNegativeOrBeyondWhatCanBeTold() {
        for (long wrong : new long[] {0, -1, Limits.MAX_MILLIS + 1}) {
            assertThatThrownBy(() -> new Limits(wrong, 1, OptionalLong.empty()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new Limits(1, wrong, OptionalLong.empty()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        for (long wrong : new long[] {0, -1, Signal.MAX_LIMIT + 1}) {
            assertThatThrownBy(() -> new Limits(1, 1, OptionalLong.of(wrong)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
