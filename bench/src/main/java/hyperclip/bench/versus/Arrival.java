package hyperclip.bench.versus;

import java.nio.ByteBuffer;
import java.util.Optional;

/// One paste as it arrives: compared byte for byte with what was copied, and timed.
///
/// Confined to the thread that it arrives on, but for [#isOver()] and what may be asked for after that.
public final class Arrival {

    private final Text expected;
    private final Runnable whenOver;
    private long got;
    private long lastByte;
    private String failure;
    private volatile boolean over;

    /// @param whenOver called on the thread that it arrives on
    Arrival(Text expected, Runnable whenOver) {
        this.expected = expected;
        this.whenOver = whenOver;
    }

    /// A piece has come; its bytes are looked at and not taken.
    public void piece(ByteBuffer bytes) {
        int length = bytes.remaining();
        if (length > expected.size() - got) {
            failed("more arrived than was copied");
            return;
        }
        for (int at = 0; at < length; at += Text.MAX_PIECE) {
            int part = Math.min(Text.MAX_PIECE, length - at);
            if (bytes.slice(bytes.position() + at, part).mismatch(expected.piece(got + at, part)) >= 0) {
                failed("what arrived is not what was copied");
                return;
            }
        }
        got += length;
        if (got == expected.size()) {
            lastByte = System.nanoTime();
        }
    }

    /// There is no more to come.
    public void end() {
        if (got == expected.size()) {
            finish(null);
        } else {
            failed("only " + got + " of " + expected.size() + " bytes arrived");
        }
    }

    /// The paste was refused or broken off.
    public void failed(String why) {
        finish(why);
    }

    private void finish(String why) {
        if (!over) {
            failure = why;
            over = true;
            whenOver.run();
        }
    }

    boolean isOver() {
        return over;
    }

    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /// When the last byte came, by [System#nanoTime()].
    long lastByte() {
        return lastByte;
    }
}
