package hyperclip.display.x11;

import java.nio.ByteBuffer;
import java.util.Optional;

/// What a text is known by again without being kept: a hash and the number of its characters' bytes.
///
/// White space does not count, because clipboard managers cut it off at the ends. No secret: whoever could make two
/// texts with one print would only keep a copy of his own on his own display.
record TextPrint(long hash, int length) {

    /// Longer texts are not compared: to read so much from an owner, unasked, would take it from whoever pastes.
    static final int MAX_TEXT = 1024 * 1024;

    /// Of 64-bit FNV-1a: hashes that must not be guessed are not needed here, and theirs would be classes to load.
    private static final long BASIS = 0xcbf29ce484222325L;

    private static final long PRIME = 0x100000001b3L;

    /// The print of a text that is whole already.
    static Optional<TextPrint> of(ByteBuffer text) {
        Taking taking = new Taking();
        taking.add(text);
        return taking.print();
    }

    /// The print of a text that passes by in pieces.
    static final class Taking {
        private long hash = BASIS;
        private int length;
        private long seen;

        /// Looks at a piece and leaves its position where it is.
        void add(ByteBuffer piece) {
            seen += piece.remaining();
            if (seen > MAX_TEXT) {
                return;
            }
            for (int at = piece.position(); at < piece.limit(); at++) {
                int next = piece.get(at) & 0xff;
                if (next > ' ') {
                    hash = (hash ^ next) * PRIME;
                    length++;
                }
            }
        }

        /// Nothing where the text was too long, or nothing but white space.
        Optional<TextPrint> print() {
            return length == 0 || seen > MAX_TEXT ? Optional.empty() : Optional.of(new TextPrint(hash, length));
        }
    }
}
