package hyperclip.app.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What goes in comes out, in order, whatever of it is in memory and whatever in the file.
class FileSpoolTest {

    private static final int MUCH = 5_000_000;

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @Test
    void whatWasAddedIsTakenInOrderAcrossTheFile() {
        byte[] all = random(MUCH);
        ByteBuffer taken = ByteBuffer.allocate(MUCH);
        Random random = new Random(3);
        try (FileSpool spool = new FileSpool()) {
            int added = 0;
            while (taken.hasRemaining()) {
                int more = Math.min(random.nextInt(300_000), MUCH - added);
                assertThat(spool.add(ByteBuffer.wrap(all, added, more))).isTrue();
                added += more;
                int wanted = Math.min(random.nextInt(200_000), taken.remaining());
                ByteBuffer into = taken.slice(taken.position(), wanted);
                assertThat(spool.take(into)).isTrue();
                taken.position(taken.position() + into.position());
                assertThat(spool.size()).isEqualTo((long) added - taken.position());
            }
        }
        assertThat(Arrays.equals(taken.array(), all)).isTrue();
    }

    @Test
    void oneThatIsReadEmptyBeginsAnew() {
        try (FileSpool spool = new FileSpool()) {
            for (int i = 0; i < 3; i++) {
                byte[] content = random(1_000_000 + i);
                spool.add(ByteBuffer.wrap(content));
                ByteBuffer into = ByteBuffer.allocate(content.length);
                assertThat(spool.take(into)).isTrue();
                assertThat(into.array()).isEqualTo(content);
                assertThat(spool.size()).isZero();
            }
        }
    }

    @Test
    void aClosedOneHoldsNothing() {
        FileSpool spool = new FileSpool();
        spool.add(ByteBuffer.wrap(random(1_000_000)));
        spool.close();
        assertThat(spool.size()).isZero();
    }
}
