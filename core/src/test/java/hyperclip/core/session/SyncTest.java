package hyperclip.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.session.Sync.Heard;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SyncTest {

    private final Random random = new Random(1);
    private final Sync host = new Sync(random);
    private final Sync guest = new Sync(random);

    @Test
    void theSideThatBeginsIsInStepAfterOneAnswerAndTheOtherAfterThree() {
        assertThat(hears(guest, host.say())).isEqualTo(Heard.ANSWER);
        assertThat(hears(host, guest.say())).isEqualTo(Heard.IN_STEP_ANSWER);
        assertThat(hears(guest, host.say())).isEqualTo(Heard.IN_STEP);

        inStep();
    }

    @Test
    void bothMayBeginAtOnce() {
        ByteBuffer fromHost = host.say();
        ByteBuffer fromGuest = guest.say();
        assertThat(hears(guest, fromHost)).isEqualTo(Heard.ANSWER);
        assertThat(hears(host, fromGuest)).isEqualTo(Heard.ANSWER);
        fromHost = host.say();
        fromGuest = guest.say();

        assertThat(hears(guest, fromHost)).isEqualTo(Heard.IN_STEP);
        assertThat(hears(host, fromGuest)).isEqualTo(Heard.IN_STEP);
        inStep();
    }

    @Test
    void aReplacedSideIsMetWithAFreshNonce() {
        settle(host, guest);
        int before = host.epoch();
        Sync replacement = new Sync(random);

        assertThat(hears(host, replacement.say())).isEqualTo(Heard.ANSWER);
        assertThat(host.inStep()).isFalse();
        settle(host, replacement);

        assertThat(host.epoch()).isEqualTo(replacement.epoch()).isNotEqualTo(before);
    }

    @Test
    void theSameSyncOnceMoreMeansNothing() {
        ByteBuffer first = host.say();
        hears(guest, first);
        hears(host, guest.say());
        ByteBuffer last = host.say();
        hears(guest, last.duplicate());

        assertThat(hears(guest, last.duplicate())).isEqualTo(Heard.NOTHING);
        inStep();
    }

    @Test
    void aStaleSyncDoesNotBringIntoStep() {
        ByteBuffer stale = ByteBuffer.wrap(Golden.bytes("sync-3"));

        assertThat(hears(host, stale)).isEqualTo(Heard.ANSWER);
        assertThat(host.inStep()).isFalse();
        settle(host, guest);
        inStep();
    }

    @Test
    void aStaleSyncInStepMakesBothAgreeAnew() {
        settle(host, guest);
        int before = host.epoch();

        assertThat(hears(host, Golden.buffer("sync-3"))).isEqualTo(Heard.ANSWER);
        hears(guest, host.say());
        settle(host, guest);

        inStep();
        assertThat(host.epoch()).isNotEqualTo(before);
    }

    /// Two others have answered the same sync, one after the other.
    @Test
    void aLateAnswerOfAnotherSenderInStepEndsWhatWasAgreed() {
        Sync late = new Sync(random);
        hears(late, host.say());
        ByteBuffer answer = late.say();
        settle(host, guest);

        assertThat(hears(host, answer)).isEqualTo(Heard.ANSWER);
        assertThat(host.inStep()).isFalse();
        settle(host, late);
    }

    @Test
    void anEchoDoesNotBringIntoStep() {
        ByteBuffer mine = host.say();

        assertThat(hears(host, mine)).isEqualTo(Heard.NOTHING);
        assertThat(hears(host, host.say())).isEqualTo(Heard.NOTHING);
        assertThat(host.inStep()).isFalse();
        settle(host, guest);
        inStep();
    }

    @Test
    void aSyncIsFoundBehindGarbageAndHowManyPiecesItComesIn() {
        byte[] sync = Bytes.of(host.say());
        for (String before :
                new String[] {"", "x", "H", "HH", "Hyp", "HypCsyn", "HypHypC", "HypCsyn\r", "{\"say\":\"hello\"}"}) {
            byte[] stream = Bytes.join(before.getBytes(StandardCharsets.US_ASCII), sync);
            for (int cut = 0; cut <= stream.length; cut++) {
                Sync seeker = new Sync(random);
                boolean early = seeker.seek(ByteBuffer.wrap(stream, 0, cut));
                boolean found = early || seeker.seek(ByteBuffer.wrap(stream, cut, stream.length - cut));

                assertThat(found).as("after '%s', cut at %d", before, cut).isTrue();
                assertThat(early).isEqualTo(cut == stream.length);
                assertThat(seeker.heard()).isEqualTo(Heard.ANSWER);
            }
        }
    }

    @Test
    void aMillionBytesOfNoiseHoldNoSync() {
        byte[] noise = new byte[1_000_000];
        random.nextBytes(noise);

        assertThat(host.seek(ByteBuffer.wrap(noise))).isFalse();
    }

    @Test
    void whatStandsBehindTheSyncIsLeft() {
        ByteBuffer input = ByteBuffer.wrap(Bytes.join(Bytes.of(host.say()), new byte[] {1, 2, 3}));

        assertThat(guest.seek(input)).isTrue();
        assertThat(input.remaining()).isEqualTo(3);
    }

    @Test
    void theEpochIsNeverThatOfASocket() {
        RandomGenerator same = new RandomGenerator() {
            private byte last;

            @Override
            public long nextLong() {
                throw new UnsupportedOperationException("only a nonce is wanted");
            }

            @Override
            public void nextBytes(byte[] bytes) {
                // Two nonces that differ, but not in the part that makes the epoch.
                bytes[bytes.length - 1] = ++last;
            }
        };
        Sync one = new Sync(same);
        Sync other = new Sync(same);

        settle(one, other);

        assertThat(one.epoch()).isEqualTo(other.epoch()).isEqualTo(1);
    }

    @Test
    void whateverIsLostAndWhoeverIsReplacedTheTwoComeIntoStep() {
        for (int seed = 0; seed < 2_000; seed++) {
            Random chance = new Random(seed);
            Sync[] side = {new Sync(chance), new Sync(chance)};
            Queue<ByteBuffer> toOne = new ArrayDeque<>();
            Queue<ByteBuffer> toOther = new ArrayDeque<>();
            toOther.add(side[0].say());
            for (int step = 0; step < 30; step++) {
                int who = chance.nextInt(2);
                Queue<ByteBuffer> in = who == 0 ? toOne : toOther;
                Queue<ByteBuffer> out = who == 0 ? toOther : toOne;
                switch (chance.nextInt(5)) {
                    case 0 -> {
                        side[who] = new Sync(chance);
                        if (chance.nextBoolean()) {
                            in.clear();
                        }
                        out.add(side[who].say());
                    }
                    default -> deliver(side[who], in, out);
                }
            }
            for (int step = 0; step < 200 && !(toOne.isEmpty() && toOther.isEmpty()); step++) {
                deliver(side[0], toOne, toOther);
                deliver(side[1], toOther, toOne);
            }
            assertThat(toOne).as("seed %d", seed).isEmpty();
            assertThat(toOther).as("seed %d", seed).isEmpty();
            assertThat(side[0].inStep() && side[1].inStep()).as("seed %d", seed).isTrue();
            assertThat(side[0].epoch()).as("seed %d", seed).isEqualTo(side[1].epoch());
        }
    }

    private static void deliver(Sync side, Queue<ByteBuffer> in, Queue<ByteBuffer> out) {
        ByteBuffer sync = in.poll();
        if (sync != null) {
            Heard heard = hears(side, sync);
            if (heard == Heard.ANSWER || heard == Heard.IN_STEP_ANSWER) {
                out.add(side.say());
            }
        }
    }

    private static Heard hears(Sync side, ByteBuffer sync) {
        assertThat(side.seek(sync.duplicate())).isTrue();
        return side.heard();
    }

    private static void settle(Sync one, Sync other) {
        Queue<ByteBuffer> toOne = new ArrayDeque<>();
        Queue<ByteBuffer> toOther = new ArrayDeque<>();
        toOther.add(one.say());
        while (!(toOne.isEmpty() && toOther.isEmpty())) {
            deliver(other, toOther, toOne);
            deliver(one, toOne, toOther);
        }
        assertThat(one.inStep() && other.inStep()).isTrue();
    }

    private void inStep() {
        assertThat(host.inStep() && guest.inStep()).isTrue();
        assertThat(host.epoch()).isEqualTo(guest.epoch());
    }
}
