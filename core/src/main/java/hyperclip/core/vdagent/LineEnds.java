package hyperclip.core.vdagent;

import java.nio.ByteBuffer;

/// Turns the line ends of a text as it passes, piece by piece.
///
/// A guest of Windows says that its lines end in CR LF ([Capability#GUEST_LINEEND_CRLF]), and it is for the client to
/// turn them, both ways.
enum LineEnds {
    AS_THEY_ARE,
    TO_CRLF,
    TO_LF;

    private static final byte CR = '\r';
    private static final byte LF = '\n';

    /// One text on its way.
    static final class Turning {
        private final LineEnds way;
        private boolean afterCr;

        Turning(LineEnds way) {
            this.way = way;
        }

        /// The next piece, turned. A CR at its end waits for what follows.
        ByteBuffer turn(ByteBuffer piece) {
            if (way == AS_THEY_ARE) {
                return piece;
            }
            ByteBuffer turned = ByteBuffer.allocate(2 * piece.remaining() + 1);
            while (piece.hasRemaining()) {
                byte next = piece.get();
                if (way == TO_CRLF) {
                    if (next == LF && !afterCr) {
                        turned.put(CR);
                    }
                    turned.put(next);
                } else {
                    if (afterCr && next != LF) {
                        turned.put(CR);
                    }
                    if (next != CR) {
                        turned.put(next);
                    }
                }
                afterCr = next == CR;
            }
            return turned.flip();
        }

        /// What has waited for more.
        ByteBuffer end() {
            return ByteBuffer.wrap(way == TO_LF && afterCr ? new byte[] {CR} : new byte[0]);
        }
    }
}
