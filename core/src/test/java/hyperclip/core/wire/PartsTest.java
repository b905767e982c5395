package hyperclip.core.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartsTest {

    private final Parts parts = new Parts();

    @Test
    void whatComesInPartsOfAnySizeGoesInItsOrder() {
        Random random = new Random(7);
        ByteArrayOutputStream in = new ByteArrayOutputStream();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < 3000; i++) {
            byte[] part = new byte[1 + random.nextInt(i % 10 == 0 ? 20_000 : 50)];
            random.nextBytes(part);
            in.writeBytes(part);
            parts.add(ByteBuffer.wrap(part));
            if (random.nextInt(3) == 0) {
                take(out, 1 + random.nextInt(30_000));
            }
            assertThat(parts.size()).isEqualTo(in.size() - out.size());
        }
        while (!parts.isEmpty()) {
            take(out, Integer.MAX_VALUE);
        }
        assertThat(parts.take(1)).isNull();
        assertThat(out.toByteArray()).isEqualTo(in.toByteArray());
    }

    private void take(ByteArrayOutputStream out, int most) {
        ByteBuffer part = parts.take(most);
        if (part != null) {
            assertThat(part.remaining()).isBetween(1, most);
            byte[] bytes = new byte[part.remaining()];
            part.get(bytes);
            out.writeBytes(bytes);
        }
    }

    /// A buffer of its own for each byte would take a hundred times what waits.
    @Test
    void smallPartsShareBuffers() {
        for (int i = 0; i < 500_000; i++) {
            parts.add(ByteBuffer.allocate(1));
        }
        int buffers = 0;
        for (; !parts.isEmpty(); buffers++) {
            parts.take(Integer.MAX_VALUE);
        }
        assertThat(buffers).isLessThan(100);
    }

    /// A part may be a window to something larger that goes on being used.
    @Test
    void nothingIsWrittenBehindAPart() {
        byte[] whole = "as it was".getBytes(UTF_8);
        parts.add(ByteBuffer.wrap(whole, 0, 2));
        parts.add(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThat(whole).asString(UTF_8).isEqualTo("as it was");
    }
}
