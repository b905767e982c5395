package hyperclip.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;

/// Images to convert, and what they look like.
final class Images {

    private Images() {}

    /// Colours that change slowly, so that JPEG keeps them within a few steps.
    static BufferedImage gradient(int width, int height, int type) {
        BufferedImage image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int alpha = 255 * x / width;
                image.setRGB(x, y, alpha << 24 | (40 + 100 * x / width) << 16 | (200 * y / height) << 8 | 90);
            }
        }
        return image;
    }

    static byte[] encode(BufferedImage image, String type) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, type.substring("image/".length()), bytes)) {
                throw new AssertionError("the JDK writes no " + type + " of such an image");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static BufferedImage decode(byte[] bytes) {
        try {
            return ImageIO.read(new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The greatest difference in any channel of any pixel.
    static int difference(BufferedImage one, BufferedImage other) {
        int greatest = one.getWidth() == other.getWidth() && one.getHeight() == other.getHeight() ? 0 : 256;
        for (int y = 0; greatest < 256 && y < one.getHeight(); y++) {
            for (int x = 0; x < one.getWidth(); x++) {
                for (int shift = 0; shift < 32; shift += 8) {
                    int left = one.getRGB(x, y) >>> shift & 0xff;
                    int right = other.getRGB(x, y) >>> shift & 0xff;
                    greatest = Math.max(greatest, Math.abs(left - right));
                }
            }
        }
        return greatest;
    }

    /// A PNG whose header claims such a size, whatever it had.
    static byte[] claiming(byte[] png, int width, int height) {
        byte[] bytes = png.clone();
        ByteBuffer header = ByteBuffer.wrap(bytes);
        header.putInt(16, width).putInt(20, height);
        CRC32 crc = new CRC32();
        crc.update(bytes, 12, 17);
        header.putInt(29, (int) crc.getValue());
        return bytes;
    }
}
