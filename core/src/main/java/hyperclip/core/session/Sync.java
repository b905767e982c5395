package hyperclip.core.session;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// The agreement on a port, where nobody is told that the other side was replaced or went back in time
/// (docs/session-protocol.md, Ports).
///
/// A sync is [#LENGTH] bytes: the mark, the sender's nonce and the nonce that it last heard (zeros where it heard
/// none).
/// A side is in step when its own nonce has come back; both nonces together give the epoch from which both sides
/// count their frames, so that a frame from before, or after one that is missing, is known for what it is.
///
/// ```
/// seeking ──own nonce comes back──▶ in step ──another sync, or lost()──▶ seeking, with a fresh nonce
/// ```
final class Sync {

    static final int NONCE = 16;

    /// Begins with a byte that begins no frame and is no filler.
    static final byte[] MARK = {'H', 'y', 'p', 'C', 's', 'y', 'n', '\n'};

    static final int LENGTH = MARK.length + 2 * NONCE;

    private final RandomGenerator random;
    private final ByteBuffer partial = ByteBuffer.allocate(LENGTH);
    private byte[] mine = new byte[NONCE];
    private byte[] theirs = new byte[NONCE];
    private byte[] answered = new byte[NONCE];
    private boolean inStep;

    /// What a sync that was heard means for the link.
    enum Heard {
        /// Nothing new.
        NOTHING,
        /// Send [#say()]: the other side seeks, and whatever was agreed before is void.
        ANSWER,
        /// In step from here on. Send [#say()] first: the other side cannot know it yet.
        IN_STEP_ANSWER,
        /// In step from here on.
        IN_STEP
    }

    /// @param random the kernel's own: a machine that was restored or cloned must not repeat a nonce
    Sync(RandomGenerator random) {
        this.random = random;
        random.nextBytes(mine);
    }

    boolean inStep() {
        return inStep;
    }

    /// What was agreed is void: seeks with a fresh nonce.
    void lost() {
        inStep = false;
        random.nextBytes(mine);
        theirs = new byte[NONCE];
        answered = new byte[NONCE];
        partial.clear();
    }

    /// The sync to send now.
    ByteBuffer say() {
        answered = theirs;
        return ByteBuffer.allocate(LENGTH).put(MARK).put(mine).put(theirs).flip();
    }

    /// Takes bytes up to the end of the next sync, and whatever stands before it.
    ///
    /// @return whether a whole sync was found: then [#heard()] tells what it means
    boolean seek(ByteBuffer input) {
        while (input.hasRemaining()) {
            if (!midway() && input.get(input.position()) == FrameReader.FILLER) {
                input.position(input.position() + FrameReader.fillers(input));
                continue;
            }
            byte next = input.get();
            int at = partial.position();
            if (at < MARK.length && next != MARK[at]) {
                // No byte of the mark but the first is its first, so a mark can only begin here.
                partial.clear();
                if (next == MARK[0]) {
                    partial.put(next);
                }
                continue;
            }
            partial.put(next);
            if (!partial.hasRemaining()) {
                return true;
            }
        }
        return false;
    }

    /// Whether a sync has been begun but is not whole.
    boolean midway() {
        return partial.position() > 0;
    }

    /// Takes the sync that [#seek] has found.
    Heard heard() {
        byte[] sender = new byte[NONCE];
        byte[] echo = new byte[NONCE];
        partial.flip().position(MARK.length).get(sender).get(echo);
        partial.clear();
        if (Arrays.equals(sender, mine)) {
            // A port that echoes, such as a console: nobody but this side has said this.
            return Heard.NOTHING;
        }
        boolean known = Arrays.equals(sender, theirs);
        if (!Arrays.equals(echo, mine) || (inStep && !known)) {
            if (inStep) {
                lost();
            }
            theirs = sender;
            return Heard.ANSWER;
        }
        if (inStep) {
            return Heard.NOTHING;
        }
        theirs = sender;
        inStep = true;
        return Arrays.equals(answered, theirs) ? Heard.IN_STEP : Heard.IN_STEP_ANSWER;
    }

    /// The stamp of the first frame of each side: never 0, which is the stamp of a socket.
    int epoch() {
        ByteBuffer a = ByteBuffer.wrap(mine);
        ByteBuffer b = ByteBuffer.wrap(theirs);
        int epoch = a.getInt() ^ b.getInt();
        return epoch == 0 ? 1 : epoch;
    }

    @Override
    public String toString() {
        return inStep ? "epoch " + HexFormat.of().toHexDigits(epoch()) : "seeking";
    }
}
