package hyperclip.display.x11;

import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Selection;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;

/// Who has read what of which offer of ours, and so what a clipboard manager goes on holding.
///
/// A manager (Klipper, clipman, parcellite, autocutsel …) reads a new offer unasked and owns it again, on the same
/// selection or the other one, soon after or when we let it go; some read in one process and own in another. What it
/// then offers is still the same copy: told as a new one it would go round the machines for ever, and from one session
/// to the next. Nothing in X11 says of an owner where it has its content from.
///
/// - **Text is known by its print.** An owner that has exactly the text that it was handed here holds that offer, if
/// the
///   offer stands, or stood or was read until [#RECENT_MILLIS] ago. Two kinds of owners read by others hold it so long
///   as well: one that has nothing but text, where nobody else has copied on this selection since, and an autocutsel,
/// on
///   either selection. An owner with another text holds another copy. Time alone does not tell: managers read twice a
///   second, and on a busy machine what they do comes seconds later.
/// - **Anything else is told by its client and by time**: it began to read within [#EARLY_MILLIS] of our taking the
///   selection, before a person could have pasted, and takes the selection within [#SOON_MILLIS] of the end of that, or
///   of our losing it. Who has done so once is known as a manager, and any taking soon after any reading counts.
///
/// The limits: a person who chooses from a manager's history what was current a moment ago changes nothing on the
/// other side; and an image that is pasted within a second of the copy and copied again, as another one, within two
/// seconds from the same application stays on this display.
///
/// A reader whose window is gone is forgotten, because the server gives the ids of a client that has left to the next
/// one: without that, the `xclip` that copies would be taken for the `xclip` that has just pasted.
final class Readers {

    static final long RECENT_MILLIS = 5_000;
    static final long EARLY_MILLIS = 1_000;
    static final long SOON_MILLIS = 2_000;

    /// Clients whose readings of one offer, and clients whose trade, is remembered.
    static final int MAX_CLIENTS = 64;

    /// Offers of one selection that are remembered, the last ones: managers lag behind.
    static final int MAX_OFFERS = 5;

    /// Texts of one offer that are remembered, the last ones: of PRIMARY the newest content is handed out while it
    /// moves.
    static final int MAX_TEXTS = 16;

    /// Where something has not happened yet, in either direction of a comparison.
    private static final long NEVER = Long.MIN_VALUE / 2;

    /// When a client began to read an offer first, and when it was last seen reading it.
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

    /// An offer that we hold, or held, on one selection.
    private static final class Held {
        final OfferId offer;
        final long takenAt;
        final Map<Integer, Read> reads = new HashMap<>();
        final SequencedSet<TextPrint> texts = new LinkedHashSet<>();
        boolean stands = true;
        boolean displaced;
        long stoodUntil = NEVER;
        long lastRead = NEVER;

        Held(OfferId offer, long takenAt) {
            this.offer = offer;
            this.takenAt = takenAt;
        }

        void endsAt(long now) {
            if (stands) {
                stands = false;
                stoodUntil = now;
            }
        }
    }

    private final Windows windows;
    private final Set<Reader> watched = new HashSet<>();
    private final Map<Selection, Deque<Held>> held = new EnumMap<>(Selection.class);
    private final Set<Integer> managers = new HashSet<>();

    Readers(Windows windows) {
        this.windows = windows;
        for (Selection selection : Selection.values()) {
            held.put(selection, new ArrayDeque<>());
        }
    }

    /// The selection is taken for this offer.
    void taken(Selection selection, OfferId offer, long now) {
        Deque<Held> offers = held.get(selection);
        lost(selection, now);
        offers.addLast(new Held(offer, now));
        if (offers.size() > MAX_OFFERS) {
            offers.removeFirst();
        }
        forgetWhoReadNothing();
    }

    /// The selection is let go.
    void lost(Selection selection, long now) {
        held.get(selection).forEach(one -> one.endsAt(now));
    }

    /// Somebody has copied on the selection.
    void displaced(Selection selection, long now) {
        lost(selection, now);
        held.get(selection).forEach(one -> one.displaced = true);
    }

    /// A client asks for content, not merely for what there is.
    void read(Selection selection, int window, long now) {
        int client = windows.clientOf(window);
        Held last = held.get(selection).peekLast();
        if (last == null || (last.reads.size() >= MAX_CLIENTS && !last.reads.containsKey(client))) {
            return;
        }
        last.reads.merge(client, new Read(now, now), (old, latest) -> new Read(old.first(), now));
        watch(new Reader(this, window, client));
    }

    /// A client has been handed the whole content of an offer.
    ///
    /// @param text where it is one
    void handedOut(Selection selection, OfferId offer, int window, Optional<TextPrint> text, long now) {
        for (Held one : held.get(selection)) {
            if (one.offer.equals(offer)) {
                one.lastRead = now;
                one.reads.computeIfPresent(windows.clientOf(window), (client, read) -> new Read(read.first(), now));
                text.ifPresent(print -> {
                    one.texts.addLast(print);
                    if (one.texts.size() > MAX_TEXTS) {
                        one.texts.removeFirst();
                    }
                });
            }
        }
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
        held.values().forEach(offers -> offers.forEach(one -> one.reads.remove(reader.client())));
    }

    /// Stops watching those who are remembered for nothing any more.
    private void forgetWhoReadNothing() {
        for (Reader reader : List.copyOf(watched)) {
            boolean remembered = managers.contains(reader.client())
                    || held.values().stream()
                            .flatMap(Deque::stream)
                            .anyMatch(one -> one.reads.containsKey(reader.client()));
            if (!remembered) {
                watched.remove(reader);
                windows.unwatch(reader.window(), reader);
            }
        }
    }

    /// What a new owner may go on holding for us.
    ///
    /// @param texts that it holds an offer of ours by, if it has one of them
    /// @param plainTexts the same, where it has nothing but that text
    /// @param cutTexts the same, where it is an autocutsel
    /// @param byTime the offer that it holds by the rule of time, for what has no text to compare
    record Suspects(
            Map<TextPrint, OfferId> texts,
            Map<TextPrint, OfferId> plainTexts,
            Map<TextPrint, OfferId> cutTexts,
            Optional<OfferId> byTime) {

        /// Whether it has itself read what it may hold.
        boolean isReader() {
            return !texts.isEmpty() || byTime.isPresent();
        }

        boolean none() {
            return !isReader() && cutTexts.isEmpty();
        }

        /// Whether its text is to be compared.
        boolean wantText(Targets targets) {
            return !texts.isEmpty()
                    || (!plainTexts.isEmpty() && targets.isPlainText())
                    || (!cutTexts.isEmpty() && targets.hasXmus());
        }

        /// The offer of ours that it holds, if it is one.
        Optional<OfferId> held(Examination.Content content) {
            if (content.text().isEmpty()) {
                return byTime;
            }
            TextPrint text = content.text().get();
            OfferId held = texts.get(text);
            if (held == null && content.targets().isPlainText()) {
                held = plainTexts.get(text);
            }
            if (held == null && content.isAutocutsel()) {
                held = cutTexts.get(text);
            }
            return Optional.ofNullable(held);
        }
    }

    /// This client takes the selection now.
    Suspects suspects(Selection selection, int client, long now) {
        Map<TextPrint, OfferId> texts = new HashMap<>();
        Map<TextPrint, OfferId> plainTexts = new HashMap<>();
        Map<TextPrint, OfferId> cutTexts = new HashMap<>();
        held.forEach((itsSelection, offers) -> {
            for (Held one : offers) {
                boolean recent = now - Math.max(one.lastRead, one.stoodUntil) <= RECENT_MILLIS;
                if (one.reads.containsKey(client) && (recent || one.stands)) {
                    one.texts.forEach(text -> texts.put(text, one.offer));
                }
                if (recent) {
                    one.texts.forEach(text -> cutTexts.put(text, one.offer));
                    if (itsSelection == selection && !one.displaced) {
                        one.texts.forEach(text -> plainTexts.put(text, one.offer));
                    }
                }
            }
        });
        Held last = held.get(selection).peekLast();
        boolean byTime = last != null && isHeldByTime(last, client, now);
        return new Suspects(texts, plainTexts, cutTexts, byTime ? Optional.of(last.offer) : Optional.empty());
    }

    private boolean isHeldByTime(Held last, int client, long now) {
        Read read = last.reads.get(client);
        return read != null
                && now - Math.max(read.last(), last.stoodUntil) <= SOON_MILLIS
                && (managers.contains(client) || read.first() - last.takenAt <= EARLY_MILLIS);
    }

    /// A client has gone on holding an offer of ours. Whose end is not watched for is not remembered: its id may be
    /// another's next.
    void isManager(int client) {
        if (managers.size() < MAX_CLIENTS && watched.stream().anyMatch(reader -> reader.client() == client)) {
            managers.add(client);
        }
    }
}
