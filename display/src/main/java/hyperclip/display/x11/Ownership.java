package hyperclip.display.x11;

import hyperclip.core.clipboard.Signal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// An offer of the hub's for which we hold, or held, a selection: since when, by which window, and under which
/// targets.
final class Ownership {

    /// How often one offer is taken again by a fresh window after a paste that failed half-way. Each time the other
    /// clients see a new owner, and a clipboard manager that reads it at once and fails again must not go on for
    /// ever.
    static final int MAX_RENEWALS = 8;

    private final Signal.Offer offer;
    private final Map<Integer, Targets.Served> byTarget = new HashMap<>();
    private final ByteBuffer targets;
    private final int time;
    private final long takenAt;
    private final Set<Integer> windows = new HashSet<>();
    private ServingWindow window;
    private int latestTime;
    private int renewals;

    /// An offer that is being taken.
    ///
    /// @param atoms of `served` in their order, 0 where the server has none
    Ownership(
            XServer server,
            Signal.Offer offer,
            List<Targets.Served> served,
            int[] atoms,
            int time,
            ServingWindow window) {
        this.offer = offer;
        this.time = time;
        this.latestTime = time;
        this.takenAt = server.now();
        this.window = window;
        windows.add(window.window());
        targets = ByteBuffer.allocate(4 * (atoms.length + 4)).order(ByteOrder.LITTLE_ENDIAN);
        targets.putInt(server.atom("TARGETS"))
                .putInt(server.atom("TIMESTAMP"))
                .putInt(server.atom("MULTIPLE"))
                .putInt(server.atom(Atoms.HYPERCLIP_OFFER));
        for (int i = 0; i < atoms.length; i++) {
            if (atoms[i] != 0 && byTarget.putIfAbsent(atoms[i], served.get(i)) == null) {
                targets.putInt(atoms[i]);
            }
        }
        targets.flip();
    }

    Signal.Offer offer() {
        return offer;
    }

    ServingWindow window() {
        return window;
    }

    /// Whether a request to this window is one for this offer; requests to an earlier window may still be on their
    /// way.
    boolean isHeldBy(int ownerWindow) {
        return windows.contains(ownerWindow);
    }

    /// When the selection was taken, in the server's time.
    int time() {
        return time;
    }

    /// Whether a time of the server's can still be told to be before or after the taking: later, 32 bits no
    /// longer tell.
    ///
    /// @param now milliseconds of our own clock
    boolean isComparable(long now) {
        return now - takenAt < Integer.MAX_VALUE;
    }

    /// When it was taken last, for giving it up (ICCCM 2.1: with the time of the taking, so that nobody else loses
    /// it).
    int latestTime() {
        return latestTime;
    }

    Optional<Targets.Served> served(int target) {
        return Optional.ofNullable(byTarget.get(target));
    }

    /// The answer to TARGETS.
    ByteBuffer targets() {
        return targets.duplicate();
    }

    boolean mayRenew() {
        return renewals < MAX_RENEWALS;
    }

    /// The same offer is held by another window now.
    void renewed(ServingWindow fresh, int newTime) {
        renewals++;
        window = fresh;
        windows.add(fresh.window());
        latestTime = newTime;
    }
}
