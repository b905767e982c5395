package hyperclip.demo;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Texts to copy, no two alike.
public final class SampleText {

    /// Ten mebibytes.
    public static final int LARGE = 10 * 1024 * 1024;

    /// From every plane of Unicode that has characters: letters, accents, CJK and an emoji; Gothic; rare CJK (2 and 3);
    /// a tag and a variation selector (14); both private planes (15 and 16), to the last code point that is a
    /// character.
    private static final int[] PLANES = {
        'A', 0xE9, 0x436, 0x5D0, 0x8A9E, 0xFFFD, 0x1F4CB, 0x10348, 0x20BB7, 0x2F81A, 0x30EDE, 0xE0061, 0xE0100, 0xF0000,
        0xFFFFD, 0x100000, 0x10FFFD
    };

    private SampleText() {}

    /// A few lines in UTF-8 with characters of every plane.
    public static byte[] everyPlane(String name) {
        String planes = new String(PLANES, 0, PLANES.length);
        return (name + ": " + planes + "\n\ttabs, two  spaces, \"quotes\" \\ and e\u0301\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /// As many bytes of UTF-8, in lines.
    public static byte[] ofSize(String name, int size) {
        byte[] text = new byte[size];
        Arrays.fill(text, (byte) '.');
        int at = 0;
        for (int line = 1; ; line++) {
            byte[] next = (name + " " + line + " Gr\u00fc\u00dfe \u65e5\u672c\u8a9e " + Character.toString(0x1F4CB)
                            + "\n")
                    .getBytes(StandardCharsets.UTF_8);
            if (at + next.length > size) {
                return text;
            }
            System.arraycopy(next, 0, text, at, next.length);
            at += next.length;
        }
    }
}
