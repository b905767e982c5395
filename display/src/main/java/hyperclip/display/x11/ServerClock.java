package hyperclip.display.x11;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.IntConsumer;

/// The server's time, which selections are taken with (ICCCM 2.1: never CurrentTime).
///
/// Appending nothing to a property of ours makes the server tell the time in a PropertyNotify.
final class ServerClock implements Windows.Listener {

    /// How far ahead a time may be that an application has taken a selection at, in milliseconds: it may have
    /// asked the server for it before we did.
    private static final long FUTURE = 60_000;

    private final X11Connection x;
    private final int property;
    private final int window;
    private final Queue<IntConsumer> waiting = new ArrayDeque<>();

    ServerClock(X11Connection x, Windows windows, int property) {
        this.x = x;
        this.property = property;
        this.window = windows.create(Requests.PROPERTY_CHANGE_MASK, this);
    }

    void now(IntConsumer then) {
        waiting.add(then);
        Requests.appendNothing(x, window, property, Atoms.STRING);
    }

    /// A window of ours that lives as long as the connection.
    int window() {
        return window;
    }

    /// Whether one time is before another: 32 bits that wrap every 49.7 days (X11 protocol, section 3 TIMESTAMP).
    static boolean isBefore(int time, int other) {
        return time - other < 0;
    }

    /// How long ago a time was, in milliseconds: 0 for one that is a little in the future.
    static long since(int time, int now) {
        long passed = Integer.toUnsignedLong(now - time);
        return passed > 0xffff_ffffL - FUTURE ? 0 : passed;
    }

    @Override
    public void propertyChanged(Event.PropertyChanged event) {
        if (event.atom() == property && !waiting.isEmpty()) {
            waiting.poll().accept(event.time());
        }
    }

    @Override
    public void destroyed() {
        waiting.clear();
    }
}
