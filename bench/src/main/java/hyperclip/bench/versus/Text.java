package hyperclip.bench.versus;

import java.nio.ByteBuffer;
import java.util.Random;

/// A text of any size that is made while it is handed out, and is nowhere stored as a whole. It repeats itself after
/// [#PERIOD] bytes, a prime, so that no lost or doubled piece of any usual size goes unseen.
///
/// @param size in bytes
/// @param start where in the period it begins: texts with different starts differ, short ones too
public record Text(long size, int start) {

    /// The most bytes that are handed out or looked at in one piece.
    public static final int MAX_PIECE = 256 * 1024;

    static final int PERIOD = 1_048_573;

    private static final ByteBuffer LETTERS = letters();

    private static ByteBuffer letters() {
        byte[] period = new byte[PERIOD];
        Random random = new Random(1);
        for (int i = 0; i < PERIOD; i++) {
            period[i] = (byte) (i % 80 == 79 ? '\n' : 'A' + random.nextInt(26));
        }
        return ByteBuffer.allocateDirect(PERIOD + MAX_PIECE)
                .put(period)
                .put(period, 0, MAX_PIECE)
                .flip()
                .asReadOnlyBuffer();
    }

    /// So many bytes from there on, [#MAX_PIECE] at the most.
    public ByteBuffer piece(long at, int length) {
        return LETTERS.slice((int) ((start + at) % PERIOD), length);
    }
}
