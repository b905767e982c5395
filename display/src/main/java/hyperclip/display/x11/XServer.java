package hyperclip.display.x11;

import hyperclip.core.clipboard.Limits;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// The X server as everything in this room uses it.
record XServer(
        X11Connection x,
        Windows windows,
        Atoms atoms,
        ServerClock clock,
        LongSupplier millis,
        Limits limits,
        Map<Integer, Conversion> conversions) {

    static XServer over(X11Connection x, Atoms atoms, LongSupplier millis, Limits limits) {
        Windows windows = new Windows(x);
        ServerClock clock = new ServerClock(x, windows, atoms.of("HYPERCLIP_TIME"));
        return new XServer(x, windows, atoms, clock, millis, limits, new LinkedHashMap<>());
    }

    int atom(String name) {
        return atoms.of(name);
    }

    long now() {
        return millis.getAsLong();
    }
}
