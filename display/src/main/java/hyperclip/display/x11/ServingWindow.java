package hyperclip.display.x11;

import java.util.HashSet;
import java.util.Set;

/// The window by which a selection is held, and the pastes that were asked of it.
///
/// ```
///  HOLDING ──retire──▶ RETIRED ──last paste over──▶ destroyed
///     └──────doom──────▶ DOOMED ──last paste over, or DOOM_MILLIS──▶ destroyed
/// ```
///
/// A paste by INCR that cannot be finished has no end mark: an empty piece would mean that all is there. What tells
/// the requestor is the death of the owner's window (ICCCM 2.7.2 leaves it nothing else), and so the window is
/// destroyed. Other pastes of it that are under way are let finish first, for a while: their requestors may watch
/// it too, but what is written into their properties arrives all the same when the window is gone.
final class ServingWindow implements Windows.Listener {

    /// How long a failed paste waits to be told while others go on.
    static final long DOOM_MILLIS = 10_000;

    private enum State {
        HOLDING,
        RETIRED,
        DOOMED,
        DESTROYED
    }

    private final XServer server;
    private final int window;
    private final Set<Serving> servings = new HashSet<>();
    private State state = State.HOLDING;
    private long deadline = Long.MAX_VALUE;

    ServingWindow(XServer server) {
        this.server = server;
        this.window = server.windows().create(0, this);
    }

    int window() {
        return window;
    }

    void add(Serving serving) {
        servings.add(serving);
    }

    void remove(Serving serving) {
        servings.remove(serving);
        destroyIfIdle();
    }

    /// The selection is held by it no longer.
    void retire() {
        if (state == State.HOLDING) {
            state = State.RETIRED;
            destroyIfIdle();
        }
    }

    /// A paste of it has failed half-way. The selection must be held by another window by now, or by none of ours.
    void doom() {
        if (state == State.HOLDING || state == State.RETIRED) {
            state = State.DOOMED;
            deadline = server.now() + DOOM_MILLIS;
            destroyIfIdle();
        }
    }

    private void destroyIfIdle() {
        if (state != State.HOLDING && servings.isEmpty()) {
            destroy();
        }
    }

    private void destroy() {
        if (state != State.DESTROYED) {
            state = State.DESTROYED;
            deadline = Long.MAX_VALUE;
            server.windows().destroy(window);
        }
    }

    boolean isGone() {
        return state == State.DESTROYED;
    }

    long deadline() {
        return deadline;
    }

    void tick(long now) {
        if (now >= deadline) {
            destroy();
        }
    }

    @Override
    public void propertyChanged(Event.PropertyChanged event) {
        // It has no properties.
    }

    @Override
    public void destroyed() {
        destroy();
    }
}
