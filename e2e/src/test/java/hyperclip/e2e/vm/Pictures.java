package hyperclip.e2e.vm;

import hyperclip.demo.Desk;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/// Images to copy, as PNG, and pastes of them by xclip.
final class Pictures {

    private Pictures() {}

    static void copyAndPaste(Desk from, Desk to, byte[] png) throws IOException {
        from.run(List.of("xclip", "-i", "-selection", "clipboard", "-t", "image/png"), png, Stage.PATIENCE);
        List<String> paste = List.of("xclip", "-o", "-selection", "clipboard", "-t", "image/png");
        long begun = System.nanoTime();
        byte[] last = new byte[0];
        while (System.nanoTime() - begun < Stage.PATIENCE.toNanos()) {
            last = to.run(paste, new byte[0], Stage.PATIENCE).output();
            if (Arrays.equals(last, png)) {
                return;
            }
            Stage.pause();
        }
        throw new AssertionError("the image of %d bytes was not pasted on %s, but at last %d bytes"
                .formatted(png.length, to.name(), last.length));
    }

    /// Noise, so that it is not small: some two hundred kilobytes.
    ///
    /// @param seed what makes it another one
    static byte[] png(int seed) throws IOException {
        BufferedImage image = new BufferedImage(320, 200, BufferedImage.TYPE_3BYTE_BGR);
        Random noise = new Random(seed);
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                image.setRGB(x, y, noise.nextInt());
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }
}
