package hyperclip.app.link;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;

/// What is to be told of a peer in the log, and the last things that went wrong with it for `hyperclip status`.
///
/// A peer that comes and goes or makes trouble without end fills neither: after [#BURST] lines there is one every
/// [#EVERY] milliseconds, and it tells how many were left out.
public final class Troubles {

    static final int KEPT = 20;
    static final int BURST = 50;
    static final long EVERY = 5_000;

    private static final System.Logger LOG = System.getLogger("hyperclip");

    private final LongSupplier millis;
    private final Deque<Trouble> last = new ArrayDeque<>();

    /// What may be told, in milliseconds: a line costs [#EVERY] of them.
    private long allowance = BURST * EVERY;

    private long reckoned;
    private long untold;

    /// One of them.
    ///
    /// @param since when, on the loop's clock
    public record Trouble(long since, String sentence) {}

    public Troubles(LongSupplier millis) {
        this.millis = millis;
        this.reckoned = millis.getAsLong();
    }

    /// Something went wrong.
    public void note(String sentence) {
        last.addLast(new Trouble(millis.getAsLong(), sentence));
        if (last.size() > KEPT) {
            last.removeFirst();
        }
        log(System.Logger.Level.WARNING, sentence);
    }

    /// Something happened that is in order.
    public void tell(String sentence) {
        log(System.Logger.Level.INFO, sentence);
    }

    private void log(System.Logger.Level level, String sentence) {
        long now = millis.getAsLong();
        allowance = Math.min(BURST * EVERY, allowance + now - reckoned);
        reckoned = now;
        if (allowance < EVERY) {
            untold++;
            return;
        }
        allowance -= EVERY;
        if (untold > 0) {
            LOG.log(System.Logger.Level.WARNING, "{0} more lines like this were left out before it:", untold);
            untold = 0;
        }
        LOG.log(level, "{0}", sentence);
    }

    /// The last that went wrong, the oldest first.
    public List<Trouble> last() {
        return List.copyOf(last);
    }
}
