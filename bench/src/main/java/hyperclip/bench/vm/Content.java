package hyperclip.bench.vm;

import hyperclip.demo.SampleText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/// Something to copy, of an exact size.
///
/// @param target the X11 target under which it is offered and asked for
@SuppressWarnings("ArrayRecordComponent") // never compared
record Content(String target, byte[] bytes) {

    static final String TEXT = "UTF8_STRING";
    static final String PNG = "image/png";

    /// A chunk of a PNG: length, type, content, checksum (PNG specification, 5.3).
    private static final int CHUNK = 12;

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

    /// One pixel, 8 bits, greyscale (PNG specification, 11.2.2).
    private static final byte[] HEADER = {0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0};

    static Content text(String name, int size) {
        return new Content(TEXT, SampleText.ofSize(name, size));
    }

    /// A picture of one pixel, and noise in a chunk that every reader passes over.
    ///
    /// @param size at least 100 bytes
    static Content png(int size) {
        byte[] pixel = onePixel();
        byte[] noise =
                new byte[size - SIGNATURE.length - (CHUNK + HEADER.length) - (CHUNK + pixel.length) - CHUNK - CHUNK];
        new Random(size).nextBytes(noise);
        ByteBuffer png = ByteBuffer.allocate(size).put(SIGNATURE);
        put(png, "IHDR", HEADER);
        put(png, "noSe", noise);
        put(png, "IDAT", pixel);
        put(png, "IEND", new byte[0]);
        return new Content(PNG, png.array());
    }

    private static byte[] onePixel() {
        try (Deflater deflater = new Deflater()) {
            deflater.setInput(new byte[] {0, 0x7F});
            deflater.finish();
            byte[] deflated = new byte[64];
            int length = deflater.deflate(deflated);
            return ByteBuffer.allocate(length).put(deflated, 0, length).array();
        }
    }

    private static void put(ByteBuffer png, String type, byte[] content) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 checksum = new CRC32();
        checksum.update(name);
        checksum.update(content);
        png.putInt(content.length).put(name).put(content).putInt((int) checksum.getValue());
    }
}
