package hyperclip.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Set;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/// One image out of one type into another. Nothing is written before all of it has been read: what cannot be read gives
/// no output at all. A JPEG that is cut short can be, as far as it goes.
///
/// The reader is the one for the type that the image is said to have, and no other looks at it.
///
/// @param maxPixels of width times height, looked at in the header before room is asked for
record Conversion(String from, String to, long maxPixels) {

    static final Set<String> TYPES = Set.of("image/png", "image/jpeg", "image/bmp", "image/tiff");

    /// Room for every pixel in 64 bits, and the headers.
    private static final int MOST_BYTES_A_PIXEL = 8;

    private static final long MOST_HEADERS = 1 << 20;

    /// ImageIO's own default shows on text.
    private static final float JPEG_QUALITY = 0.92f;

    private static final int WHITE = 0xff;

    Conversion {
        if (!TYPES.contains(from) || !TYPES.contains(to)) {
            throw new IllegalArgumentException("not two of " + TYPES);
        }
    }

    Outcome convert(InputStream in, OutputStream out) {
        try {
            BufferedImage image = read(in);
            return image == null ? Outcome.TOO_MANY_PIXELS : write(image, out);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // On damaged input the readers throw exceptions of any kind.
            return Outcome.NOT_AN_IMAGE;
        }
    }

    /// Null where it has too many pixels.
    private BufferedImage read(InputStream in) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByMIMEType(from).next();
        try (ImageInputStream stream = new MemoryCacheImageInputStream(in)) {
            reader.setInput(stream, true, true);
            long width = reader.getWidth(0);
            long height = reader.getHeight(0);
            if (width > maxPixels / height) {
                return null;
            }
            BufferedImage image = reader.read(0);
            // Whoever writes what may follow the image must not be left waiting.
            in.transferTo(OutputStream.nullOutputStream());
            return image;
        } finally {
            reader.dispose();
        }
    }

    private Outcome write(BufferedImage image, OutputStream out) {
        ImageWriter writer = ImageIO.getImageWritersByMIMEType(to).next();
        OutputStream bounded = new BoundedOutput(out, maxPixels * MOST_BYTES_A_PIXEL + MOST_HEADERS);
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(bounded)) {
            writer.setOutput(stream);
            writer.write(null, new IIOImage(fit(image, writer), null, null), parameters(writer));
        } catch (IOException e) {
            return Outcome.NOT_WRITTEN;
        } finally {
            writer.dispose();
        }
        return Outcome.DONE;
    }

    private ImageWriteParam parameters(ImageWriter writer) {
        ImageWriteParam parameters = writer.getDefaultWriteParam();
        switch (to) {
            case "image/jpeg" -> {
                parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                parameters.setCompressionQuality(JPEG_QUALITY);
            }
            case "image/tiff" -> {
                parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                parameters.setCompressionType("LZW");
            }
            default -> {
                // PNG and BMP as they are by themselves.
            }
        }
        return parameters;
    }

    /// The image as its type can hold it: without alpha, on white, in 24 bits.
    private BufferedImage fit(BufferedImage image, ImageWriter writer) {
        boolean holdsAlpha = to.equals("image/png") || to.equals("image/tiff");
        boolean fits = holdsAlpha || !image.getColorModel().hasAlpha();
        if (fits && writer.getOriginatingProvider().canEncodeImage(image)) {
            return image;
        }
        BufferedImage opaque = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_3BYTE_BGR);
        int[] row = new int[image.getWidth()];
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, row.length, 1, row, 0, row.length);
            Arrays.setAll(row, x -> onWhite(row[x]));
            opaque.setRGB(0, y, row.length, 1, row, 0, row.length);
        }
        return opaque;
    }

    private static int onWhite(int argb) {
        int alpha = argb >>> 24;
        return mix(argb >> 16, alpha) << 16 | mix(argb >> 8, alpha) << 8 | mix(argb, alpha);
    }

    private static int mix(int colour, int alpha) {
        return ((colour & 0xff) * alpha + WHITE * (0xff - alpha) + 0x7f) / 0xff;
    }
}
