package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An application that wants another image type than the one that was copied gets it; nobody decodes anything but a
/// process that lives as long as the paste.
class ImagesTest {

    private static final String PNG = "image/png";
    private static final List<String> ADDED = List.of("image/tiff", "image/bmp", "image/jpeg");

    /// What JPEG may change in a picture of slow gradients.
    private static final int LOSS = 12;

    private static Screen here;
    private static Screen there;
    private static Way way;

    @BeforeAll
    static void open() {
        here = new Screen();
        there = new Screen();
        way = Way.between(here, there);
    }

    @AfterAll
    static void close() {
        way.awaitNoTransfers();
        way.assertNoFaults();
        way.close();
        there.close();
        here.close();
    }

    @AfterEach
    void noProcessIsLeft() {
        for (Hyperclip one : way.all()) {
            assertThat(one.isAlive()).isTrue();
            Await.until("no child is left", () -> children(one).isEmpty());
        }
    }

    private static List<ProcessHandle> children(Hyperclip process) {
        return ProcessHandle.of(process.pid()).orElseThrow().children().toList();
    }

    private static BufferedImage picture(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, (255 * x / width) << 16 | (255 * y / height) << 8 | 99);
            }
        }
        return image;
    }

    private static byte[] encode(BufferedImage image, String type) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, type.substring("image/".length()), bytes))
                .isTrue();
        return bytes.toByteArray();
    }

    private static void assertLike(BufferedImage expected, byte[] bytes, String type) throws IOException {
        String magic = switch (type) {
            case PNG -> "89504e47";
            case "image/jpeg" -> "ffd8ff";
            case "image/bmp" -> "424d";
            default -> "4d4d002a";
        };
        assertThat(HexFormat.of().formatHex(bytes, 0, Math.min(8, bytes.length)))
                .startsWith(magic);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(bytes));
        assertThat(image.getWidth()).isEqualTo(expected.getWidth());
        assertThat(image.getHeight()).isEqualTo(expected.getHeight());
        int loss = type.equals("image/jpeg") ? LOSS : 0;
        Random random = new Random(5);
        for (int i = 0; i < 1000; i++) {
            int x = random.nextInt(image.getWidth());
            int y = random.nextInt(image.getHeight());
            for (int shift = 0; shift < 24; shift += 8) {
                assertThat(image.getRGB(x, y) >> shift & 0xff)
                        .isBetween(
                                (expected.getRGB(x, y) >> shift & 0xff) - loss,
                                (expected.getRGB(x, y) >> shift & 0xff) + loss);
            }
        }
    }

    private static void awaitTargets(Screen screen, String... types) {
        Await.until(
                "the image is offered on " + screen.display(),
                () -> screen.targets("clipboard").stream()
                        .filter(target -> target.startsWith("image/"))
                        .toList()
                        .equals(List.of(types)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bothWays(boolean fromTheGuest) throws IOException {
        Screen from = fromTheGuest ? there : here;
        Screen to = fromTheGuest ? here : there;
        BufferedImage picture = picture(800, 600);
        byte[] png = encode(picture, PNG);
        from.copy("clipboard", PNG, png);
        to.awaitPaste("clipboard", PNG, png);
        awaitTargets(to, PNG, "image/tiff", "image/bmp", "image/jpeg");
        assertThat(to.paste("clipboard", PNG)).isEqualTo(png);
        for (String type : ADDED) {
            assertLike(picture, to.paste("clipboard", type), type);
        }
        byte[] bmp = encode(picture, "image/bmp");
        from.copy("clipboard", "image/bmp", bmp);
        awaitTargets(to, "image/bmp", PNG, "image/tiff", "image/jpeg");
        assertLike(picture, to.paste("clipboard", PNG), PNG);
        assertThat(to.paste("clipboard", "image/bmp")).isEqualTo(bmp);
    }

    /// What an application offers itself comes first, and text beside an image goes on as it was.
    @Test
    void besideOtherTypes() throws IOException {
        byte[] png = encode(picture(40, 30), PNG);
        Map<String, byte[]> types = Map.of("text/html", new byte[] {'<', 'p', '>'}, PNG, png);
        try (RawOwner owner = new RawOwner(there, "CLIPBOARD", types)) {
            here.awaitPaste("clipboard", "text/html", types.get("text/html"));
            assertThat(here.targets("clipboard")).endsWith(ADDED.toArray(String[]::new));
            assertLike(picture(40, 30), here.paste("clipboard", "image/bmp"), "image/bmp");
            assertThat(owner.served()).contains(PNG).doesNotContain("image/bmp");
        }
    }

    /// As BMP it is larger than all the memory that the front end's heap may take (-Xmx64m in the launcher).
    @Test
    void aBigOne() throws IOException {
        BufferedImage picture = picture(6000, 4000);
        byte[] png = encode(picture, PNG);
        there.copy("clipboard", PNG, png);
        awaitTargets(here, PNG, "image/tiff", "image/bmp", "image/jpeg");
        byte[] bmp = here.paste("clipboard", "image/bmp");
        assertThat(bmp.length).isGreaterThan(72_000_000);
        assertLike(picture, bmp, "image/bmp");
    }

    @Test
    void severalAtOnce() throws IOException {
        BufferedImage picture = picture(300, 200);
        there.copy("primary", "small");
        here.awaitPaste("primary", "small");
        try (RawOwner _ = new RawOwner(there, "CLIPBOARD", Map.of(PNG, encode(picture, PNG)))) {
            awaitTargets(here, PNG, "image/tiff", "image/bmp", "image/jpeg");
            List<Screen.Paste> pastes = List.of(
                    here.beginPaste("clipboard", "image/bmp"),
                    here.beginPaste("clipboard", "image/bmp"),
                    here.beginPaste("clipboard", "image/bmp"),
                    here.beginPaste("clipboard", "image/bmp"),
                    here.beginPaste("clipboard", "image/bmp"));
            assertThat(here.paste("primary")).isEqualTo("small");
            for (Screen.Paste paste : pastes) {
                assertLike(picture, paste.content(), "image/bmp");
            }
        }
    }

    /// Refused, with a line that says why and nothing of the content; and the next paste is as good as ever.
    @Test
    void aDamagedOne() throws IOException {
        byte[] png = encode(picture(800, 600), PNG);
        byte[] marker = "Boxkämpfer-4711".getBytes(UTF_8);
        for (int at = 100; at + marker.length < png.length; at += 1000) {
            System.arraycopy(marker, 0, png, at, marker.length);
        }
        there.copy("clipboard", PNG, png);
        here.awaitPaste("clipboard", PNG, png);
        awaitTargets(here, PNG, "image/tiff", "image/bmp", "image/jpeg");
        assertThat(here.paste("clipboard", "image/jpeg")).isEmpty();
        assertThat(here.paste("clipboard", PNG)).isEqualTo(png);
        assertThat(way.host.log()).contains("not converted from image/png to image/jpeg, since it is damaged");
        assertThat(way.logs()).doesNotContain("Boxk").doesNotContain("ImageReader");
        assertThat(here.paste("clipboard", "image/jpeg")).isEmpty();
        byte[] whole = encode(picture(80, 60), PNG);
        there.copy("clipboard", PNG, whole);
        here.awaitPaste("clipboard", PNG, whole);
        assertLike(picture(80, 60), here.paste("clipboard", "image/jpeg"), "image/jpeg");
    }

    /// Its header says so; what follows is never looked at.
    @Test
    void oneOfTooManyPixels() throws IOException {
        byte[] png = encode(picture(80, 60), PNG);
        ByteBuffer header = ByteBuffer.wrap(png);
        header.putInt(16, 100_000).putInt(20, 100_000);
        CRC32 crc = new CRC32();
        crc.update(png, 12, 17);
        header.putInt(29, (int) crc.getValue());
        there.copy("clipboard", PNG, png);
        awaitTargets(here, PNG, "image/tiff", "image/bmp", "image/jpeg");
        assertThat(here.paste("clipboard", "image/bmp")).isEmpty();
        assertThat(way.host.log()).contains("since it has more than");
    }

    @Test
    void itsProcessIsKilled() throws IOException {
        byte[] bmp = encode(picture(1000, 1000), "image/bmp");
        // xclip goes on waiting for a requestor that has gone.
        try (RawOwner _ = new RawOwner(there, "CLIPBOARD", Map.of("image/bmp", bmp))) {
            awaitTargets(here, "image/bmp", PNG, "image/tiff", "image/jpeg");
            way.relay.guest.holdAfter(bmp.length / 2);
            Screen.Paste paste = here.beginPaste("clipboard", PNG);
            Await.until("half of it", way.relay::isHeld);
            Await.until("a child", () -> children(way.host).size() == 1);
            children(way.host).forEach(ProcessHandle::destroyForcibly);
            assertThat(paste.content()).isEmpty();
            way.relay.letGo();
            way.awaitNoTransfers();
            assertLike(picture(1000, 1000), here.paste("clipboard", PNG), PNG);
        }
    }

    @Test
    void switchedOff() throws IOException {
        byte[] png = encode(picture(80, 60), PNG);
        try (Screen plain = new Screen();
                Hyperclip agent = Hyperclip.start(
                        way.folder.file("plain.log"),
                        plain.environment(),
                        "agent",
                        "--connect=" + way.guestSocket(),
                        "--convert-images=off")) {
            way.awaitSessions(2);
            here.copy("clipboard", PNG, png);
            plain.awaitPaste("clipboard", PNG, png);
            awaitTargets(there, PNG, "image/tiff", "image/bmp", "image/jpeg");
            awaitTargets(plain, PNG);
            assertThat(plain.paste("clipboard", "image/bmp")).isEmpty();
            assertThat(agent.log()).doesNotContain("image");
        }
        way.awaitSessions(1);
        way.host.kill();
        way.host = Hyperclip.start(
                way.folder.file("host.log"),
                here.environment(),
                "host",
                "--vm=" + Way.MACHINE + "=" + way.relay.host.path(),
                "--listen=" + way.hostSocket(),
                "--convert-images",
                "off");
        way.awaitSessions(1);
        there.copy("clipboard", PNG, png);
        here.awaitPaste("clipboard", PNG, png);
        awaitTargets(here, PNG);
        way.host.kill();
        way.startHost();
        way.awaitSessions(1);
        awaitTargets(here, PNG, "image/tiff", "image/bmp", "image/jpeg");
    }

    @Test
    void anotherWishIsAComplaint() {
        Hyperclip.Result result = Hyperclip.run(Map.of(), new byte[0], "agent", "--convert-images", "maybe");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.errors()).contains("--convert-images is on or off, not maybe");
    }
}
