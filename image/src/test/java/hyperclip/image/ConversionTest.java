package hyperclip.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Every common image type becomes every other one, and what is no image becomes an [Outcome] and nothing else.
class ConversionTest {

    private static final long MOST = 1 << 26;

    /// What JPEG may change.
    private static final int LOSS = 6;

    static final Set<String> TYPES = Conversion.TYPES;

    private static final BufferedImage OPAQUE = Images.gradient(61, 47, BufferedImage.TYPE_3BYTE_BGR);

    private record Result(Outcome outcome, ByteArrayOutputStream out) {
        byte[] bytes() {
            return out.toByteArray();
        }
    }

    private static Result convert(byte[] image, String from, String to, long most) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        return new Result(new Conversion(from, to, most).convert(new ByteArrayInputStream(image), out), out);
    }

    private static byte[] converted(byte[] image, String from, String to) {
        Result result = convert(image, from, to, MOST);
        assertThat(result.outcome()).isEqualTo(Outcome.DONE);
        return result.bytes();
    }

    static Stream<Arguments> pairs() {
        return TYPES.stream().flatMap(from -> TYPES.stream().map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void thereAndBack(String from, String to) {
        byte[] there = converted(Images.encode(OPAQUE, from), from, to);
        assertThat(Arrays.copyOf(there, magic(to).length)).isEqualTo(magic(to));
        byte[] back = converted(there, to, from);
        assertThat(Arrays.copyOf(back, magic(from).length)).isEqualTo(magic(from));
        int loss = from.equals("image/jpeg") || to.equals("image/jpeg") ? 2 * LOSS : 0;
        assertThat(Images.difference(Images.decode(there), OPAQUE)).isLessThanOrEqualTo(loss);
        assertThat(Images.difference(Images.decode(back), OPAQUE)).isLessThanOrEqualTo(loss);
    }

    private static byte[] magic(String type) {
        return switch (type) {
            case "image/png" -> new byte[] {(byte) 0x89, 'P', 'N', 'G'};
            case "image/jpeg" -> new byte[] {(byte) 0xff, (byte) 0xd8};
            case "image/bmp" -> new byte[] {'B', 'M'};
            default -> new byte[] {'M', 'M', 0, 42};
        };
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void alphaIsKeptOrPaintedOnWhite(String from, String to) {
        if (from.equals("image/jpeg") || from.equals("image/bmp")) {
            return;
        }
        BufferedImage seeThrough = Images.gradient(64, 64, BufferedImage.TYPE_4BYTE_ABGR);
        BufferedImage image = Images.decode(converted(Images.encode(seeThrough, from), from, to));
        boolean keeps = to.equals("image/png") || to.equals("image/tiff");
        assertThat(image.getColorModel().hasAlpha()).isEqualTo(keeps);
        if (keeps) {
            assertThat(Images.difference(image, seeThrough)).isZero();
        } else {
            // Its left edge is all but transparent, its right one opaque.
            assertThat(image.getRGB(0, 32) & 0xff).isGreaterThan(240);
            assertThat(image.getRGB(63, 32) & 0xff).isBetween(80, 100);
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void fewColoursAndGreysAndSixteenBits(String to) {
        for (int type : new int[] {
            BufferedImage.TYPE_BYTE_BINARY,
            BufferedImage.TYPE_BYTE_INDEXED,
            BufferedImage.TYPE_BYTE_GRAY,
            BufferedImage.TYPE_USHORT_GRAY
        }) {
            BufferedImage before = Images.gradient(32, 32, type);
            BufferedImage after = Images.decode(converted(Images.encode(before, "image/png"), "image/png", to));
            // The JDK's grey is linear, and each type keeps its own idea of it: that it is there is what counts.
            assertThat(after.getWidth()).isEqualTo(32);
            assertThat(after.getRGB(31, 31) & 0xffffff).isNotZero();
        }
    }

    @Test
    void aHeaderThatClaimsTooMuchIsReadNoFurther() {
        byte[] png = Images.encode(OPAQUE, "image/png");
        for (int[] size : new int[][] {{100_000, 100_000}, {Integer.MAX_VALUE, Integer.MAX_VALUE}, {8193, 8192}}) {
            Result result = convert(Images.claiming(png, size[0], size[1]), "image/png", "image/bmp", MOST);
            assertThat(result.outcome()).isEqualTo(Outcome.TOO_MANY_PIXELS);
            assertThat(result.bytes()).isEmpty();
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void thePixelLimitIsExact(String from) {
        byte[] image = Images.encode(OPAQUE, from);
        assertThat(convert(image, from, "image/png", 61 * 47).outcome()).isEqualTo(Outcome.DONE);
        assertThat(convert(image, from, "image/png", 61 * 47 - 1).outcome()).isEqualTo(Outcome.TOO_MANY_PIXELS);
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void onlyTheReaderOfItsTypeLooksAtIt(String claimed, String real) {
        Outcome outcome =
                convert(Images.encode(OPAQUE, real), claimed, "image/png", MOST).outcome();
        assertThat(outcome).isEqualTo(claimed.equals(real) ? Outcome.DONE : Outcome.NOT_AN_IMAGE);
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void cutAtEveryByte(String from) {
        byte[] whole = Images.encode(Images.gradient(9, 7, BufferedImage.TYPE_3BYTE_BGR), from);
        Set<Outcome> outcomes = new HashSet<>();
        for (int length = 0; length < whole.length; length++) {
            Result result = convert(Arrays.copyOf(whole, length), from, "image/bmp", MOST);
            if (result.outcome() != Outcome.DONE) {
                assertThat(result.bytes()).isEmpty();
            }
            outcomes.add(result.outcome());
        }
        assertThat(outcomes).contains(Outcome.NOT_AN_IMAGE).isSubsetOf(Outcome.NOT_AN_IMAGE, Outcome.DONE);
        assertThat(convert(Arrays.copyOf(whole, whole.length / 4), from, "image/bmp", MOST)
                        .outcome())
                .isEqualTo(Outcome.NOT_AN_IMAGE);
    }

    /// Whatever a damaged image says, the answer is an outcome; an exception would fail this test.
    @ParameterizedTest
    @FieldSource("TYPES")
    void damagedAtRandom(String from) {
        byte[] whole = Images.encode(OPAQUE, from);
        Random random = new Random(from.hashCode());
        Set<Outcome> outcomes = EnumSet.noneOf(Outcome.class);
        for (int round = 0; round < 1000; round++) {
            byte[] damaged = whole.clone();
            // Where the headers are, more often than not.
            int within = random.nextBoolean() ? Math.min(80, damaged.length) : damaged.length;
            for (int hits = random.nextInt(4); hits >= 0; hits--) {
                damaged[random.nextInt(within)] = (byte) random.nextInt(256);
            }
            Result result = convert(damaged, from, "image/png", 1 << 20);
            outcomes.add(result.outcome());
            assertThat(result.outcome() == Outcome.DONE).isEqualTo(result.bytes().length > 0);
        }
        assertThat(outcomes).contains(Outcome.NOT_AN_IMAGE, Outcome.DONE).doesNotContain(Outcome.NOT_WRITTEN);
    }

    @Test
    void whatFollowsTheImageIsReadToo() {
        byte[] png = Images.encode(OPAQUE, "image/png");
        ByteArrayInputStream in = new ByteArrayInputStream(Arrays.copyOf(png, png.length + 1_000_000));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(new Conversion("image/png", "image/bmp", MOST).convert(in, out))
                .isEqualTo(Outcome.DONE);
        assertThat(in.available()).isZero();
    }

    @Test
    void noOtherTypes() {
        assertThatThrownBy(() -> new Conversion("image/png", "image/svg+xml", MOST))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Conversion("image/gif", "image/png", MOST))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
