package hyperclip.display.x11;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Our own small windows, and who among us watches which window, ours or another client's.
///
/// The server keeps one event mask per client and window, so that two that watch one window must be put together
/// here.
final class Windows {

    /// Somebody who wants to know what happens to a window.
    interface Listener {
        void propertyChanged(Event.PropertyChanged event);

        void destroyed();
    }

    private record Watch(int mask, Listener listener) {}

    private final X11Connection x;
    private final Map<Integer, List<Watch>> watches = new HashMap<>();
    private final Set<Integer> own = new HashSet<>();
    private int lastId;

    Windows(X11Connection x) {
        this.x = x;
    }

    /// A window of ours, never shown. Ids go round, so that one is not used again while late events may name it.
    int create(int mask, Listener listener) {
        int idMask = x.setup().idMask();
        do {
            lastId = (lastId + 1) & (idMask >>> Integer.numberOfTrailingZeros(idMask));
        } while (lastId == 0 || own.contains(id(lastId)));
        int window = id(lastId);
        own.add(window);
        watches.put(window, new ArrayList<>(List.of(new Watch(mask, listener))));
        Requests.createWindow(x, window, mask);
        return window;
    }

    private int id(int number) {
        return x.setup().idBase()
                | (number << Integer.numberOfTrailingZeros(x.setup().idMask()));
    }

    /// Its properties go with it.
    void destroy(int window) {
        if (own.remove(window)) {
            watches.remove(window);
            Requests.destroyWindow(x, window);
        }
    }

    /// The client that made a window: all its ids share their upper bits (X11 protocol, section 8).
    int clientOf(int window) {
        return window & ~x.setup().idMask();
    }

    boolean isOwn(int window) {
        return clientOf(window) == x.setup().idBase();
    }

    void watch(int window, int mask, Listener listener) {
        List<Watch> list = watches.computeIfAbsent(window, w -> new ArrayList<>());
        int before = mask(list);
        list.add(new Watch(mask, listener));
        if (mask(list) != before) {
            Requests.selectEvents(x, window, mask(list));
            x.expectNothing(refusal -> destroyed(window));
        }
    }

    void unwatch(int window, Listener listener) {
        List<Watch> list = watches.get(window);
        if (list == null) {
            return;
        }
        int before = mask(list);
        list.removeIf(w -> w.listener().equals(listener));
        int after = mask(list);
        if (after != before) {
            Requests.selectEvents(x, window, after);
        }
        if (list.isEmpty()) {
            watches.remove(window);
        }
    }

    private static int mask(List<Watch> list) {
        int mask = 0;
        for (Watch watch : list) {
            mask |= watch.mask();
        }
        return mask;
    }

    void propertyChanged(Event.PropertyChanged event) {
        for (Watch watch : List.copyOf(watches.getOrDefault(event.window(), List.of()))) {
            if ((watch.mask() & Requests.PROPERTY_CHANGE_MASK) != 0) {
                watch.listener().propertyChanged(event);
            }
        }
    }

    void destroyed(int window) {
        List<Watch> list = watches.remove(window);
        own.remove(window);
        if (list != null) {
            list.forEach(watch -> watch.listener().destroyed());
        }
    }

    /// How many windows are watched: for the tests, which hold that nothing is left behind.
    int size() {
        return watches.size();
    }
}
