package hyperclip.display.x11;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What the server says first (X11 protocol, section 8 "Connection Setup").
///
/// @param idBase the bits that all our resource ids share, and
/// @param idMask those in which they may differ: together they tell one client's windows from another's
/// @param maxRequest in bytes, before BIG-REQUESTS
record Setup(int idBase, int idMask, int maxRequest, List<Integer> roots) {

    /// Status, a reason's length or nothing, version, and the length of the rest in words.
    static final int HEADER = 8;

    private static final int FIXED = 32;
    private static final int FORMAT = 8;
    private static final int SCREEN = 40;
    private static final int DEPTH = 8;
    private static final int VISUAL = 24;
    private static final int FAILED = 0;
    private static final int SUCCESS = 1;
    private static final int MAX_REASON = 300;

    Setup {
        roots = List.copyOf(roots);
    }

    /// How long the whole answer is, or -1 while its header is not here yet.
    static int length(ByteBuffer bytes) {
        return bytes.remaining() < HEADER ? -1 : HEADER + 4 * (bytes.getShort(bytes.position() + 6) & 0xffff);
    }

    /// Reads the answer, of which all [#length(ByteBuffer)] bytes are here.
    static Setup read(ByteBuffer bytes) throws IOException, RefusedException {
        int start = bytes.position();
        int end = start + length(bytes);
        int status = bytes.get(start);
        if (status != SUCCESS) {
            // "Authenticate" (2) carries its reason in the whole body, "Failed" (0) says how long it is.
            int available = end - start - HEADER;
            int length = status == FAILED ? Math.min(available, bytes.get(start + 1) & 0xff) : available;
            byte[] reason = new byte[Math.min(length, MAX_REASON)];
            bytes.get(start + HEADER, reason);
            throw new RefusedException(new String(reason, StandardCharsets.ISO_8859_1)
                    .replaceAll("[^ -~]+", " ")
                    .strip());
        }
        int body = start + HEADER;
        need(body, FIXED, end);
        int idBase = bytes.getInt(body + 4);
        int idMask = bytes.getInt(body + 8);
        int vendor = bytes.getShort(body + 16) & 0xffff;
        int maxRequest = 4 * (bytes.getShort(body + 18) & 0xffff);
        int screens = bytes.get(body + 20) & 0xff;
        int formats = bytes.get(body + 21) & 0xff;
        if (idMask == 0 || screens == 0) {
            throw new IOException("the X server's greeting names no screen or no resource ids");
        }
        int at = body + FIXED + padded(vendor) + FORMAT * formats;
        List<Integer> roots = new ArrayList<>();
        for (int screen = 0; screen < screens; screen++) {
            need(at, SCREEN, end);
            roots.add(bytes.getInt(at));
            int depths = bytes.get(at + 39) & 0xff;
            at += SCREEN;
            for (int depth = 0; depth < depths; depth++) {
                need(at, DEPTH, end);
                at += DEPTH + VISUAL * (bytes.getShort(at + 2) & 0xffff);
            }
        }
        return new Setup(idBase, idMask, maxRequest, roots);
    }

    private static void need(int at, int length, int end) throws IOException {
        if (at + length > end) {
            throw new IOException("the X server's greeting breaks off at byte " + at + " of " + end);
        }
    }

    static int padded(int length) {
        return (length + 3) & ~3;
    }

    /// The server will not have us, in its own words.
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String reason) {
            super(reason);
        }
    }
}
