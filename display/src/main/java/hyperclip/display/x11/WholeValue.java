package hyperclip.display.x11;

import hyperclip.core.clipboard.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.Consumer;

/// Collects a small answer, such as a list of targets; one that is larger than it may be counts as none.
final class WholeValue implements Conversion.Sink {

    private static final int FIRST_CAPACITY = 1024;

    private final int limit;
    private final Consumer<Optional<ByteBuffer>> then;
    private ByteBuffer bytes;
    private boolean tooLarge;

    WholeValue(int limit, Consumer<Optional<ByteBuffer>> then) {
        this.limit = limit;
        this.then = then;
        this.bytes = buffer(Math.min(limit, FIRST_CAPACITY));
    }

    private static ByteBuffer buffer(int capacity) {
        return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public int room() {
        // More than fits, so that an INCR piece is let go and too large an answer ends of itself.
        return limit + 8;
    }

    @Override
    public void piece(ByteBuffer piece, int type) {
        if (tooLarge || piece.remaining() > limit - bytes.position()) {
            tooLarge = true;
            return;
        }
        if (piece.remaining() > bytes.remaining()) {
            bytes = buffer(limit).put(bytes.flip());
        }
        bytes.put(piece);
    }

    @Override
    public void end() {
        then.accept(tooLarge ? Optional.empty() : Optional.of(bytes.flip()));
    }

    @Override
    public void failed(Reason reason) {
        then.accept(Optional.empty());
    }
}
