package hyperclip.display.x11;

import java.nio.ByteBuffer;

/// The text of the target STRING is ISO 8859-1 (ICCCM 2.6.2); everywhere else here text is UTF-8.
final class Latin1 {

    private static final int MAX_ASCII = 0x7f;
    private static final byte UNKNOWN = '?';

    private int codePoint;
    private int missing;

    /// Its UTF-8, at most twice as long.
    static ByteBuffer toUtf8(ByteBuffer latin1) {
        ByteBuffer utf8 = ByteBuffer.allocate(2 * latin1.remaining());
        while (latin1.hasRemaining()) {
            int c = latin1.get() & 0xff;
            if (c <= MAX_ASCII) {
                utf8.put((byte) c);
            } else {
                utf8.put((byte) (0xc0 | (c >> 6))).put((byte) (0x80 | (c & 0x3f)));
            }
        }
        return utf8.flip();
    }

    /// The Latin-1 of one piece of UTF-8, with `?` for what it lacks; a sequence that the piece breaks off is gone
    /// on with in the next.
    ByteBuffer fromUtf8(ByteBuffer utf8) {
        ByteBuffer latin1 = ByteBuffer.allocate(utf8.remaining() + 1);
        while (utf8.hasRemaining()) {
            int b = utf8.get() & 0xff;
            if (missing > 0 && (b & 0xc0) == 0x80) {
                codePoint = (codePoint << 6) | (b & 0x3f);
                if (--missing == 0) {
                    latin1.put(codePoint <= 0xff ? (byte) codePoint : UNKNOWN);
                }
                continue;
            }
            if (missing > 0) {
                missing = 0;
                latin1.put(UNKNOWN);
            }
            if (b <= MAX_ASCII) {
                latin1.put((byte) b);
            } else {
                begin(b, latin1);
            }
        }
        return latin1.flip();
    }

    private void begin(int b, ByteBuffer latin1) {
        if (b >= 0xc2 && b <= 0xdf) {
            codePoint = b & 0x1f;
            missing = 1;
        } else if (b >= 0xe0 && b <= 0xef) {
            codePoint = b & 0x0f;
            missing = 2;
        } else if (b >= 0xf0 && b <= 0xf4) {
            codePoint = b & 0x07;
            missing = 3;
        } else {
            latin1.put(UNKNOWN);
        }
    }
}
