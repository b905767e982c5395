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

    private byte[] take(int most) {
        byte[] bytes = bytesOf(ring.content(most));
        ring.taken(bytes.length);
        return bytes;
    }

    private static byte[] bytesOf(ByteBuffer lent) {
        byte[] bytes = new byte[lent.remaining()];
        lent.get(bytes);
        return bytes;
    }

    @Test
    void takesWhatFits() {
        ByteBuffer nine = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
        ring.offer(nine);
        assertThat(nine.remaining()).isEqualTo(2);
        assertThat(ring.room()).isZero();
        assertThat(take(3)).containsExactly(1, 2, 3);
        ring.offer(nine);
        assertThat(take(100)).containsExactly(4, 5, 6, 7);
        assertThat(take(100)).containsExactly(8, 9);
        assertThat(ring.room()).isEqualTo(CAPACITY);
    }

    @Test
    void forgetsAllButWhatIsLent() {
        ring.offer(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        ByteBuffer lent = ring.content(2);
        ring.clear();
        ring.offer(ByteBuffer.wrap(new byte[] {4, 5, 6, 7, 8, 9}));
        assertThat(bytesOf(lent)).containsExactly(1, 2);
        ring.taken(2);
        assertThat(take(10)).containsExactly(4, 5, 6, 7, 8);
        assertThat(ring.room()).isEqualTo(CAPACITY);
        ring.offer(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        ring.clear();
        assertThat(take(10)).isEmpty();
    }

    @Test
    void tellsOnceWhenThereIsAsMuchAsIsWanted() throws InterruptedException {
        assertThat(ring.enough(3)).isFalse();
        ring.awaitRoom();
        assertThat(ring.added(2)).isFalse();
        assertThat(ring.added(1)).isTrue();
        assertThat(ring.added(1)).isFalse();
        assertThat(ring.enough(4)).isTrue();
        assertThat(ring.enough(5)).isFalse();
        assertThat(ring.added(3)).isTrue();
        ring.taken(7);
        assertThat(ring.enough(1000)).as("more than it holds").isFalse();
        assertThat(ring.added(7)).isTrue();
    }

    @Test
    void oneThreadWaitsForTheOther() throws Exception {
        byte[] sent = new byte[10_000];
        new Random(1).nextBytes(sent);
        Thread writer = Thread.ofPlatform().start(() -> {
            try {
                ByteBuffer from = ByteBuffer.wrap(sent);
                while (from.hasRemaining()) {
                    ByteBuffer room = ring.awaitRoom();
                    int fits = Math.min(room.remaining(), from.remaining());
                    room.put(from.slice(from.position(), fits));
                    from.position(from.position() + fits);
                    ring.added(fits);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        ByteBuffer received = ByteBuffer.allocate(sent.length);
        while (received.hasRemaining()) {
            ByteBuffer content = ring.awaitContent(CAPACITY);
            int count = content.remaining();
            received.put(content);
            ring.taken(count);
        }
        writer.join();
        assertThat(received.array()).isEqualTo(sent);
    }
}
