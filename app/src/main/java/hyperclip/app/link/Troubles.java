package hyperclip.app.link;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;

/// The last things that went wrong, for the log and for `hyperclip status`.
///
/// A peer that makes trouble without end fills neither: of more than [#MAX_A_SECOND] in a second only the number is
/// told.
public final class Troubles {

    static final int KEPT = 20;
    static final int MAX_A_SECOND = 10;

    private static final System.Logger LOG = System.getLogger("hyperclip");

    private final LongSupplier millis;
    private final Deque<Trouble> last = new ArrayDeque<>();
    private long second;
    private int thisSecond;
    private long untold;

    /// One of them.
    ///
    /// @param since when, on the loop's clock
    public record Trouble(long since, String sentence) {}

    public Troubles(LongSupplier millis) {
        this.millis = millis;
    }

    public void note(String sentence) {
        long now = millis.getAsLong();
        if (now / 1000 != second) {
            second = now / 1000;
            thisSecond = 0;
        }
        if (++thisSecond > MAX_A_SECOND) {
            untold++;
            return;
        }
        if (untold > 0) {
            LOG.log(System.Logger.Level.WARNING, "{0} more lines like these were left out", untold);
            untold = 0;
        }
        LOG.log(System.Logger.Level.WARNING, "{0}", sentence);
        last.addLast(new Trouble(now, sentence));
        if (last.size() > KEPT) {
            last.removeFirst();
        }
    }

    public List<Trouble> last() {
        return List.copyOf(last);
    }
}
