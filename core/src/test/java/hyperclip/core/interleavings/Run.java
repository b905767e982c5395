package hyperclip.core.interleavings;

import hyperclip.core.clipboard.OfferId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What one run keeps beside its machines: all copies ever made, the messages counted, and what happened.
final class Run {

    private static final int MOST_TRACE = 4000;

    private final Map<OfferId, Copy> copies = new HashMap<>();
    private final List<OfferId> offers = new ArrayList<>();
    private final StringBuilder trace;
    private int lines;

    /// While a machine lives through its past again, nothing is counted or told.
    boolean replaying;

    /// How many copies there were when the machine whose turn it is first lived through this: one that lives through
    /// its past again cannot name copies that were made since.
    int known;

    /// A guest or agent of this run lies.
    boolean liars;

    /// Something was done to a port that neither side deserved.
    boolean portFaults;

    long messages;

    /// One copy that an application made.
    ///
    /// @param display where
    /// @param content what the bytes are made from
    record Copy(String display, long content, int length) {

        byte at(int position) {
            long mixed = (content + position) * 0x9E3779B97F4A7C15L;
            return (byte) (mixed >>> 56);
        }
    }

    Run(boolean traced) {
        trace = traced ? new StringBuilder() : null;
    }

    void made(OfferId id, Copy copy) {
        if (copies.put(id, copy) == null) {
            offers.add(id);
        }
    }

    int offers() {
        return offers.size();
    }

    /// The id of any of the first so many copies of this run, or null where there is none.
    OfferId anyOffer(Dice dice) {
        return known == 0 ? null : dice.of(offers.subList(0, known));
    }

    /// A port has begun anew, by its own decision.
    void lost(String whose, String why) {
        trace(whose + " has lost its port: " + why);
        check(
                replaying || portFaults || liars || why.startsWith("no sign of life"),
                whose + " loses a sound port: " + why);
        portFaults = true;
    }

    Copy copy(OfferId id) {
        return copies.get(id);
    }

    boolean isTraced() {
        return trace != null && !replaying && lines < MOST_TRACE;
    }

    void trace(String what) {
        if (isTraced()) {
            lines++;
            trace.append("  ").append(what).append('\n');
        }
    }

    String trace() {
        return trace == null ? "" : trace.toString();
    }

    static void check(boolean holds, String fault) {
        if (!holds) {
            throw new AssertionError(fault);
        }
    }
}
