package hyperclip.app.images;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/// A BMP made by hand, of 24 bits a pixel: this module has no java.desktop that could make one.
final class Bitmap {

    private static final int HEADERS = 54;

    private Bitmap() {}

    /// A picture that hardly compresses. The width is a multiple of 4, so that rows need no padding.
    static byte[] noise(int width, int height) {
        byte[] pixels = new byte[width * height * 3];
        new Random(width).nextBytes(pixels);
        return ByteBuffer.allocate(HEADERS + pixels.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 'B')
                .put((byte) 'M')
                .putInt(HEADERS + pixels.length)
                .putInt(0)
                .putInt(HEADERS)
                .putInt(40)
                .putInt(width)
                .putInt(height)
                .putShort((short) 1)
                .putShort((short) 24)
                .putInt(0)
                .putInt(pixels.length)
                .putLong(0)
                .putLong(0)
                .put(pixels)
                .array();
    }

    /// The pixels of such a one, whatever its headers.
    static ByteBuffer pixels(byte[] bitmap) {
        int offset = ByteBuffer.wrap(bitmap).order(ByteOrder.LITTLE_ENDIAN).getInt(10);
        return ByteBuffer.wrap(bitmap, offset, bitmap.length - offset).slice();
    }
}
