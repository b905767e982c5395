package hyperclip.display.x11;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32;

/// What a text is known by again without being kept: its length and checksum, without the white space at its ends,
/// which
/// clipboard managers cut off.
///
/// No secret: whoever could make two texts with one print would only keep a copy of his own on his own display.
record TextPrint(long checksum, long length) {

    /// Longer texts are not compared: to read so much from an owner, unasked, would take it from whoever pastes.
    static final int MAX_TEXT = 1024 * 1024;

    /// The print of a text that is whole already.
    static Optional<TextPrint> of(ByteBuffer text) {
        Taking taking = new Taking();
        taking.add(text);
        return taking.print();
    }

    /// The print of a text that passes by in pieces. No loop over its bytes: where nothing is compiled yet, on an
    /// emulated processor, that would take a second.
    static final class Taking {
        private final CRC32 sum = new CRC32();
        private long summed;
        private long seen;
        private Optional<TextPrint> print = Optional.empty();

        /// Looks at a piece and leaves its position where it is.
        void add(ByteBuffer piece) {
            seen += piece.remaining();
            if (seen > MAX_TEXT) {
                return;
            }
            ByteBuffer rest = piece.duplicate();
            if (summed == 0) {
                while (rest.hasRemaining() && isSpace(rest.get(rest.position()))) {
                    rest.get();
                }
            }
            int end = rest.limit();
            while (end > rest.position() && isSpace(rest.get(end - 1))) {
                end--;
            }
            if (end > rest.position()) {
                sum(rest.slice(rest.position(), end - rest.position()));
                print = Optional.of(new TextPrint(sum.getValue(), summed));
            }
            // White space within the text, if more follows.
            sum(rest.slice(end, rest.limit() - end));
        }

        private void sum(ByteBuffer bytes) {
            summed += bytes.remaining();
            sum.update(bytes);
        }

        private static boolean isSpace(byte one) {
            return one >= 0 && one <= ' ';
        }

        /// Nothing where the text was too long, or nothing but white space.
        Optional<TextPrint> print() {
            return seen > MAX_TEXT ? Optional.empty() : print;
        }
    }
}
