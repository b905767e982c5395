package hyperclip.display.x11;

import java.util.ArrayDeque;

/// When the next new owner may be told: at once, or later if too many have been told lately.
///
/// Selecting text with the mouse makes a new owner of PRIMARY at every move; two programs that copy from each other
/// make one of CLIPBOARD as fast as they can. The last one is always told.
final class Pace {

    /// At most ten a second, the last always: nobody pastes faster.
    static final long SPACING_MILLIS = 100;

    /// More than so many in [#BURST_MILLIS] are no person's copies.
    static final int MAX_BURST = 20;

    static final long BURST_MILLIS = 2_000;

    /// What is told of a storm.
    enum Verdict {
        NOW,
        LATER,
        /// The first that is held back in this storm: time for a line in the log.
        STORM_BEGINS
    }

    private final long spacing;
    private final ArrayDeque<Long> told = new ArrayDeque<>();
    private boolean storm;
    private long next = Long.MIN_VALUE;

    private Pace(long spacing) {
        this.spacing = spacing;
    }

    static Pace ofPrimary() {
        return new Pace(SPACING_MILLIS);
    }

    static Pace ofClipboard() {
        return new Pace(0);
    }

    /// A new owner is known, at this time.
    Verdict ask(long now) {
        if (storm) {
            if (now < next) {
                next = now + BURST_MILLIS;
                return Verdict.LATER;
            }
            storm = false;
            told.clear();
        }
        while (!told.isEmpty() && told.peek() <= now - BURST_MILLIS) {
            told.poll();
        }
        if (spacing > 0) {
            if (!told.isEmpty() && now < told.peekLast() + spacing) {
                next = told.peekLast() + spacing;
                return Verdict.LATER;
            }
        } else if (told.size() >= MAX_BURST) {
            storm = true;
            next = now + BURST_MILLIS;
            return Verdict.STORM_BEGINS;
        }
        told.add(now);
        return Verdict.NOW;
    }

    /// When what was held back may be told; asked for only after LATER.
    long next() {
        return next;
    }
}
