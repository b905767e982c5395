package hyperclip.display.x11;

import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Selection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Who has read which offer of ours, and so who is a clipboard manager.
///
/// A manager (Klipper, clipman, parcellite …) reads a new offer unasked and owns it again, soon after or when we
/// let it go. What it then offers is still the same copy; to tell it as a new one would send it round the machines
/// for ever. Nothing in X11 says of an owner where it has its content from, so that it is told by its client and by
/// time:
///
/// - it began to read within [#EARLY_MILLIS] of our taking the selection, before a person could have pasted, and
/// - it takes the selection within [#SOON_MILLIS] of that, or of our letting go.
///
/// Who has done so once is known as a manager, and any taking soon after any reading of its counts. The limits of
/// A reader whose window is gone is forgotten, because the server gives the ids of a client that has left to the
/// next one: without that, the `xclip` that copies would be taken for the `xclip` that has just pasted. The limits of
/// the rule: an application in which somebody pastes within a second of the copy, and copies something else within
/// two seconds, is taken for a manager, and that copy stays on this display; a manager that waits longer is taken
/// for an application, and its copy is told as a new one.
final class Readers {

    static final long EARLY_MILLIS = 1_000;
    static final long SOON_MILLIS = 2_000;

    /// Clients whose readings of one offer, and clients whose trade, is remembered.
    static final int MAX_CLIENTS = 64;

    private record Read(long first, long last) {}

    /// Waits for the end of a reader's window.
    private record Reader(Readers readers, int window, int client) implements Windows.Listener {
        @Override
        public void propertyChanged(Event.PropertyChanged event) {}

        @Override
        public void destroyed() {
            readers.left(this);
        }
    }

    /// The last offer that we held on one selection.
    private static final class Held {
        final OfferId offer;
        final long takenAt;
        long releasedAt = Long.MIN_VALUE / 2;
        final Map<Integer, Read> reads = new HashMap<>();

        Held(OfferId offer, long takenAt) {
            this.offer = offer;
            this.takenAt = takenAt;
        }
    }

    private final Windows windows;
    private final Set<Reader> watched = new HashSet<>();
    private final Map<Selection, Held> held = new EnumMap<>(Selection.class);
    private final Set<Integer> managers = new LinkedHashSet<>();
    private CutBuffer cutBuffer = new CutBuffer(Optional.empty(), Long.MIN_VALUE / 2);
    private long lastForeign = Long.MIN_VALUE / 2;

    /// CUT_BUFFER0 of the root window, and the offer it was filled from.
    private record CutBuffer(Optional<OfferId> offer, long at) {}

    Readers(Windows windows) {
        this.windows = windows;
    }

    void taken(Selection selection, OfferId offer, long now) {
        held.put(selection, new Held(offer, now));
        forgetWhoReadNothing();
    }

    void released(Selection selection, long now) {
        Held last = held.get(selection);
        if (last != null) {
            last.releasedAt = now;
        }
    }

    /// A client asks for content, not merely for what there is.
    void read(Selection selection, int window, long now) {
        int client = windows.clientOf(window);
        Held last = held.get(selection);
        if (last == null || (last.reads.size() >= MAX_CLIENTS && !last.reads.containsKey(client))) {
            return;
        }
        last.reads.merge(client, new Read(now, now), (old, latest) -> new Read(old.first(), now));
        watch(new Reader(this, window, client));
    }

    /// One window of a client is enough to know whether it is there; the oldest that is watched.
    private void watch(Reader reader) {
        if (watched.stream().noneMatch(other -> other.client() == reader.client())) {
            watched.add(reader);
            windows.watch(reader.window(), Requests.STRUCTURE_NOTIFY_MASK, reader);
        }
    }

    private void left(Reader reader) {
        watched.remove(reader);
        managers.remove(reader.client());
        held.values().forEach(last -> last.reads.remove(reader.client()));
    }

    /// Stops watching those who are remembered for nothing any more.
    private void forgetWhoReadNothing() {
        for (Reader reader : List.copyOf(watched)) {
            boolean remembered = managers.contains(reader.client())
                    || held.values().stream().anyMatch(last -> last.reads.containsKey(reader.client()));
            if (!remembered) {
                watched.remove(reader);
                windows.unwatch(reader.window(), reader);
            }
        }
    }

    /// The offer that a client goes on holding for us when it takes the selection now, if that is what it does.
    Optional<OfferId> heldBy(Selection selection, int client, long now) {
        for (Map.Entry<Selection, Held> entry : held.entrySet()) {
            boolean isHeld = entry.getKey() == selection
                    ? isHeldOn(entry.getValue(), client, now)
                    : isCarriedOver(entry.getValue(), client, now);
            if (isHeld) {
                return Optional.of(entry.getValue().offer);
            }
        }
        return Optional.empty();
    }

    private boolean isHeldOn(Held last, int client, long now) {
        Read read = last.reads.get(client);
        if (read == null) {
            return false;
        }
        boolean known = managers.contains(client);
        boolean soon =
                now - (known ? read.last() : read.first()) <= SOON_MILLIS || now - last.releasedAt <= SOON_MILLIS;
        return soon && (known || isEarly(read, last));
    }

    /// parcellite with `synchronize` set takes the other selection with what it has read on this one. An
    /// application in which somebody pastes and then marks a word looks the same, so that the time is short.
    private static boolean isCarriedOver(Held last, int client, long now) {
        Read read = last.reads.get(client);
        return read != null && isEarly(read, last) && now - read.first() <= EARLY_MILLIS;
    }

    private static boolean isEarly(Read read, Held last) {
        return read.first() - last.takenAt <= EARLY_MILLIS;
    }

    void isManager(int client) {
        if (managers.size() < MAX_CLIENTS) {
            managers.add(client);
        }
    }

    /// An application of this display has copied.
    void copied(long now) {
        lastForeign = now;
    }

    /// CUT_BUFFER0 has changed: autocutsel writes into it what it reads from one selection, and another autocutsel
    /// takes the other selection with it. The server does not say who wrote, so that it must come soon after
    /// somebody first read an offer of ours, and after no copy of an application's.
    void cutBufferChanged(long now) {
        Optional<OfferId> source = Optional.empty();
        for (Held last : held.values()) {
            for (Read read : last.reads.values()) {
                if (now - read.first() <= SOON_MILLIS && lastForeign < last.takenAt) {
                    source = Optional.of(last.offer);
                }
            }
        }
        cutBuffer = new CutBuffer(source, now);
    }

    /// The offer that autocutsel holds when it takes a selection now, if it is one of ours.
    Optional<OfferId> inCutBuffer(long now) {
        return now - cutBuffer.at() <= SOON_MILLIS ? cutBuffer.offer() : Optional.empty();
    }
}
