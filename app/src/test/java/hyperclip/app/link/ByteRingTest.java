package hyperclip.app.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Bytes come out in the order in which they went in, however they are cut.
@Timeout(20)
class ByteRingTest {

    private static final int CAPACITY = 7;

    private final ByteRing ring = new ByteRing(CAPACITY);

    private byte[] poll(int most) {
        ByteBuffer into = ByteBuffer.allocate(most);
        ring.poll(into);
        byte[] bytes = new byte[into.position()];
        into.flip().get(bytes);
        return bytes;
    }

    @Test
    void takesWhatFits() {
        ByteBuffer nine = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
        assertThat(ring.offer(nine)).isTrue();
        assertThat(nine.remaining()).isEqualTo(2);
        assertThat(ring.room()).isZero();
        assertThat(poll(3)).containsExactly(1, 2, 3);
        assertThat(ring.offer(nine)).isFalse();
        assertThat(poll(100)).containsExactly(4, 5, 6, 7, 8, 9);
        assertThat(ring.room()).isEqualTo(CAPACITY);
    }

    @Test
    void forgets() {
        ring.offer(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        ring.clear();
        assertThat(poll(10)).isEmpty();
        assertThat(ring.room()).isEqualTo(CAPACITY);
    }

    @Test
    void oneThreadWaitsForTheOther() throws Exception {
        byte[] sent = new byte[10_000];
        new Random(1).nextBytes(sent);
        Thread writer = Thread.ofPlatform().start(() -> {
            try {
                ring.putAll(ByteBuffer.wrap(sent));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        ByteBuffer received = ByteBuffer.allocate(sent.length);
        while (received.hasRemaining()) {
            ring.takeSome(received);
        }
        writer.join();
        assertThat(received.array()).isEqualTo(sent);
    }
}
