package hyperclip.core.keep;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/// Stands between a hub and a display, and keeps the last copy of the display's CLIPBOARD for when its application
/// ends. The hub and the display each take it for the other.
///
/// ```
///          Offer of the display      300 ms                                    its application ends
///  nothing ───────────────▶ settling ──────▶ reading, type by type ──▶ read ──────────▶ kept
///     ▲                        │                       │                │                 │
///     └── another Offer, of either side, or Release of the display: all is erased ────────┘
/// ```
///
/// What is kept is offered on, with its age and under its id but with no other types, and is pasted from memory. What
/// an application clears, it has a reason to clear: the display then says Release and asks for nothing.
///
/// xclip and xsel serve one large paste at a time and none after one that was broken off. So it reads one type at a
/// time, never while somebody pastes; who pastes meanwhile waits until the type is read, for [#PATIENCE_MILLIS] at
/// most; and a type for which there is no room is read on and thrown away, up to [#MAX_DISCARDED].
///
/// Confined to the hub's thread.
public final class KeepAfterExit implements Peer, View {

    /// The most that may be kept, in bytes: the processes run with a heap of 64 MiB.
    public static final int MAX_BYTES = 16 * 1024 * 1024;

    /// How long a copy must stand before it is read, in milliseconds: who copies again and again is not read each time.
    static final long SETTLE_MILLIS = 300;

    /// How long a paste waits for a type that is being read, in milliseconds.
    static final long PATIENCE_MILLIS = 2_000;

    /// How much of one type is read without being kept, in bytes, before its reading is broken off.
    static final int MAX_DISCARDED = 64 * 1024 * 1024;

    /// The credit of a reading, in bytes.
    static final int WINDOW = 256 * 1024;

    /// What is read, the most wanted first. Of a copy that has none of these, its first type is.
    static final List<MimeType> PREFERRED = List.of(
            MimeType.TEXT,
            new MimeType("text/html"),
            new MimeType("application/rtf"),
            new MimeType("text/rtf"),
            new MimeType("image/png"),
            new MimeType("image/svg+xml"));

    private final Peer display;
    private final int limit;
    private final LongSupplier millis;
    private final Map<Long, Serving> servings = new HashMap<>();
    private final Set<Long> pastes = new HashSet<>();
    private final List<Signal> waiting = new ArrayList<>();
    private View hub;
    private Optional<Copy> copy = Optional.empty();
    private Optional<Reading> reading = Optional.empty();

    /// The display's own last copy.
    private static final class Copy {
        final Signal.Offer offer;
        final long toldAt;
        final Queue<MimeType> unread;
        final Map<MimeType, Content> contents = new LinkedHashMap<>();
        boolean kept;

        Copy(Signal.Offer offer, long toldAt) {
            this.offer = offer;
            this.toldAt = toldAt;
            List<MimeType> wanted =
                    PREFERRED.stream().filter(offer.types()::contains).toList();
            unread = new ArrayDeque<>(wanted.isEmpty() ? offer.types().subList(0, 1) : wanted);
        }

        boolean isOf(OfferId id) {
            return offer.id().equals(id);
        }

        int size() {
            return contents.values().stream().mapToInt(Content::size).sum();
        }
    }

    /// One type on its way from the application.
    private static final class Reading {
        final long transfer;
        final OfferId offer;
        final MimeType type;
        final int room;
        final long until;
        final Content content = new Content();
        boolean wanted = true;
        int discarded;

        Reading(long transfer, OfferId offer, MimeType type, int room, long until) {
            this.transfer = transfer;
            this.offer = offer;
            this.type = type;
            this.room = room;
            this.until = until;
        }

        void discard() {
            wanted = false;
            content.erase();
        }
    }

    /// One paste of what is kept.
    private static final class Serving {
        final Content content;
        final Consumer<Signal> requester;
        int position;
        int credit;
        boolean busy;

        Serving(Content content, Consumer<Signal> requester) {
            this.content = content;
            this.requester = requester;
        }
    }

    /// @param limit how much may be kept, all types together, in bytes: 1 to [#MAX_BYTES]
    /// @param millis a clock that never goes back, in milliseconds
    public KeepAfterExit(Peer display, int limit, LongSupplier millis) {
        if (limit < 1 || limit > MAX_BYTES) {
            throw new IllegalArgumentException("1 to " + MAX_BYTES + " bytes can be kept");
        }
        this.display = display;
        this.limit = limit;
        this.millis = millis;
    }

    /// To be called once, before anything is said.
    public void attach(View view) {
        hub = view;
    }

    /// The display's application behind this offer has ended.
    ///
    /// @return what is kept of the offer, and has been told to the hub: for the display to hold
    public Optional<Signal.Offer> afterExit(OfferId id) {
        Optional<Copy> left = copy.filter(c -> c.isOf(id) && !c.contents.isEmpty());
        if (left.isEmpty()) {
            return Optional.empty();
        }
        Copy one = left.get();
        one.kept = true;
        one.unread.clear();
        reading.ifPresent(Reading::discard);
        List<MimeType> types =
                one.offer.types().stream().filter(one.contents::containsKey).toList();
        long age = one.offer.age() + millis.getAsLong() - one.toldAt;
        Signal.Offer offer = new Signal.Offer(
                Selection.CLIPBOARD, id, types, Math.min(age, Signal.Offer.UNKNOWN_AGE), Standing.RENEWED);
        hub.hear(offer);
        // The hub may have shown another one in answer.
        return copy.filter(c -> c == one).map(c -> offer);
    }

    // ---- what the display says ----

    @Override
    public void hear(Signal signal) {
        switch (signal) {
            case Signal.Offer offer -> {
                if (offer.selection() == Selection.CLIPBOARD) {
                    drop();
                    copy = Optional.of(new Copy(offer, millis.getAsLong()));
                }
                hub.hear(offer);
            }
            case Signal.Release release -> {
                if (release.selection() == Selection.CLIPBOARD) {
                    drop();
                }
                hub.hear(release);
            }
            case Signal.Request request -> {
                if (isKept(request.offer())) {
                    serve(request, display::say);
                } else {
                    hub.hear(request);
                }
            }
            case Signal.Credit credit -> {
                if (!granted(credit)) {
                    hub.hear(credit);
                }
            }
            case Signal.Chunk chunk -> {
                if (isRead(chunk.transfer())) {
                    read(chunk);
                } else {
                    hub.hear(chunk);
                }
            }
            case Signal.End end -> {
                if (isRead(end.transfer())) {
                    readWhole();
                } else {
                    pastes.remove(end.transfer());
                    hub.hear(end);
                }
            }
            case Signal.Abort abort -> {
                if (isRead(abort.transfer())) {
                    reading.get().discard();
                    readWhole();
                } else if (servings.remove(abort.transfer()) == null) {
                    pastes.remove(abort.transfer());
                    hub.hear(abort);
                }
            }
        }
    }

    @Override
    public long newTransfer() {
        return hub.newTransfer();
    }

    // ---- what the hub says ----

    @Override
    public void say(Signal signal) {
        switch (signal) {
            case Signal.Offer offer -> {
                if (offer.selection() == Selection.CLIPBOARD) {
                    drop();
                }
                display.say(offer);
            }
            case Signal.Release release -> {
                // That nobody else shows what is kept is no reason to take it from this display's own applications.
                if (release.selection() != Selection.CLIPBOARD
                        || copy.filter(c -> c.kept).isEmpty()) {
                    display.say(release);
                }
            }
            case Signal.Request request -> {
                if (isKept(request.offer())) {
                    serve(request, hub::hear);
                } else if (isBusyWith(request.offer())) {
                    waiting.add(request);
                } else {
                    if (request.selection() == Selection.CLIPBOARD) {
                        pastes.add(request.transfer());
                    }
                    display.say(request);
                }
            }
            case Signal.Credit credit -> {
                if (waits(credit.transfer())) {
                    waiting.add(credit);
                } else if (!granted(credit)) {
                    display.say(credit);
                }
            }
            case Signal.Abort abort -> {
                if (servings.remove(abort.transfer()) == null && !forget(abort.transfer())) {
                    pastes.remove(abort.transfer());
                    display.say(abort);
                }
            }
            case Signal.Chunk _, Signal.End _ -> display.say(signal);
        }
    }

    private boolean isBusyWith(OfferId offer) {
        return reading.filter(r -> r.offer.equals(offer) && millis.getAsLong() < r.until)
                .isPresent();
    }

    private boolean waits(long transfer) {
        return waiting.stream().anyMatch(s -> s instanceof Signal.Request request && request.transfer() == transfer);
    }

    private boolean forget(long transfer) {
        return waiting.removeIf(s -> switch (s) {
            case Signal.Request request -> request.transfer() == transfer;
            case Signal.Credit credit -> credit.transfer() == transfer;
            case Signal.Offer _, Signal.Release _, Signal.Chunk _, Signal.End _, Signal.Abort _ -> false;
        });
    }

    private void goOn() {
        List<Signal> now = List.copyOf(waiting);
        waiting.clear();
        now.forEach(this::say);
    }

    // ---- reading ----

    private boolean isRead(long transfer) {
        return reading.isPresent() && reading.get().transfer == transfer;
    }

    private void readNext() {
        Copy one = copy.get();
        MimeType type = one.unread.remove();
        long now = millis.getAsLong();
        OfferId id = one.offer.id();
        Reading next = new Reading(hub.newTransfer(), id, type, limit - one.size(), now + PATIENCE_MILLIS);
        reading = Optional.of(next);
        display.say(new Signal.Request(next.transfer, Selection.CLIPBOARD, id, type, WINDOW));
    }

    private void read(Signal.Chunk chunk) {
        Reading now = reading.get();
        int length = chunk.bytes().remaining();
        if (now.content.size() + length > now.room) {
            now.discard();
        }
        if (now.wanted) {
            now.content.add(chunk.bytes());
        } else {
            now.discarded += length;
        }
        if (now.discarded > MAX_DISCARDED) {
            display.say(new Signal.Abort(now.transfer, Reason.CANCELLED));
            readWhole();
        } else {
            display.say(new Signal.Credit(now.transfer, length));
        }
    }

    private void readWhole() {
        Reading done = reading.get();
        reading = Optional.empty();
        if (done.wanted) {
            copy.get().contents.put(done.type, done.content);
        }
        goOn();
    }

    // ---- what is kept ----

    private boolean isKept(OfferId offer) {
        return copy.filter(c -> c.kept && c.isOf(offer)).isPresent();
    }

    private void serve(Signal.Request request, Consumer<Signal> requester) {
        Content content = copy.get().contents.get(request.type());
        if (content == null) {
            requester.accept(new Signal.Abort(request.transfer(), Reason.TYPE_NOT_OFFERED));
        } else {
            servings.put(request.transfer(), new Serving(content, requester));
            granted(new Signal.Credit(request.transfer(), request.credit()));
        }
    }

    /// Whether it was a paste of what is kept that this credit is for.
    private boolean granted(Signal.Credit credit) {
        Serving serving = servings.get(credit.transfer());
        if (serving == null) {
            return false;
        }
        serving.credit += credit.bytes();
        if (!serving.busy) {
            serving.busy = true;
            send(credit.transfer(), serving);
            serving.busy = false;
        }
        return true;
    }

    private void send(long transfer, Serving serving) {
        Content content = serving.content;
        while (servings.get(transfer) == serving && serving.credit > 0 && serving.position < content.size()) {
            Signal.Chunk chunk = new Signal.Chunk(transfer, content.chunk(serving.position, serving.credit));
            serving.position += chunk.bytes().remaining();
            serving.credit -= chunk.bytes().remaining();
            serving.requester.accept(chunk);
        }
        if (serving.position == content.size() && servings.remove(transfer, serving)) {
            serving.requester.accept(new Signal.End(transfer));
        }
    }

    /// Erases what was read; whoever is pasting it is told.
    private void drop() {
        Optional<Copy> old = copy;
        copy = Optional.empty();
        reading.ifPresent(Reading::discard);
        old.ifPresent(one -> one.contents.values().forEach(Content::erase));
        Map<Long, Serving> broken = Map.copyOf(servings);
        servings.clear();
        broken.forEach((transfer, serving) -> serving.requester.accept(new Signal.Abort(transfer, Reason.STALE)));
        goOn();
    }

    /// The types that were read and their sizes, never content.
    @Override
    public String toString() {
        return copy.map(one -> one.contents.entrySet().stream()
                        .map(each -> each.getKey() + " (" + each.getValue().size() + " B)")
                        .collect(Collectors.joining(", ")))
                .orElse("nothing");
    }

    // ---- time ----

    /// When [#tick()] is wanted next, on the clock that was handed in; `Long.MAX_VALUE` for never.
    public long deadline() {
        if (reading.isPresent()) {
            return waiting.isEmpty() ? Long.MAX_VALUE : reading.get().until;
        }
        boolean due = pastes.isEmpty()
                && copy.filter(c -> !c.unread.isEmpty() && c.size() < limit).isPresent();
        return due ? copy.get().toldAt + SETTLE_MILLIS : Long.MAX_VALUE;
    }

    public void tick() {
        if (millis.getAsLong() < deadline()) {
            return;
        }
        if (reading.isPresent()) {
            goOn(); // the patience of who pastes is at its end
        } else {
            readNext();
        }
    }
}
