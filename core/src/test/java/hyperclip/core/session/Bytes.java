package hyperclip.core.session;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// Frames as bytes, for tests that play the other side.
final class Bytes {

    static final byte[] FILLER = new byte[Frame.MAX_LENGTH];

    private Bytes() {}

    static byte[] of(ByteBuffer... buffers) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuffer buffer : buffers) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static byte[] control(int channel, int stamp, SessionMessage message) {
        return of(Outbox.Ready.control(channel, message).framed(stamp));
    }

    static byte[] control(int channel, int stamp, String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        return join(of(Frame.header(Frame.Kind.CONTROL, channel, stamp, text.length)), text);
    }

    static byte[] data(int channel, int stamp, long transfer, byte[] content) {
        return join(
                of(Frame.header(Frame.Kind.DATA, channel, stamp, Frame.TRANSFER_NUMBER + content.length)),
                of(ByteBuffer.allocate(Frame.TRANSFER_NUMBER).putLong(transfer).flip()),
                content);
    }

    /// A header as no writer makes it.
    static byte[] header(int kind, int second, int channel, int stamp, int length) {
        return ByteBuffer.allocate(Frame.HEADER)
                .put((byte) kind)
                .put((byte) second)
                .putShort((short) channel)
                .putInt(stamp)
                .putInt(length)
                .array();
    }

    /// The same with one to three faults: a bit turned, a piece cut out, a piece put in, the end cut off.
    static byte[] damaged(byte[] bytes, RandomGenerator random) {
        byte[] damaged = bytes;
        for (int faults = 1 + random.nextInt(3); faults > 0 && damaged.length > 1; faults--) {
            int at = random.nextInt(damaged.length);
            int upTo = Math.min(damaged.length, at + 1 + random.nextInt(8));
            damaged = switch (random.nextInt(4)) {
                case 0 -> {
                    byte[] turned = damaged.clone();
                    turned[at] ^= (byte) (1 << random.nextInt(8));
                    yield turned;
                }
                case 1 -> join(Arrays.copyOf(damaged, at), Arrays.copyOfRange(damaged, upTo, damaged.length));
                case 2 -> {
                    byte[] more = new byte[1 + random.nextInt(8)];
                    random.nextBytes(more);
                    yield join(Arrays.copyOf(damaged, at), more, Arrays.copyOfRange(damaged, at, damaged.length));
                }
                default -> Arrays.copyOf(damaged, at);
            };
        }
        return damaged;
    }
}
