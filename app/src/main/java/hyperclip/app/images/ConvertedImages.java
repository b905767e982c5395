package hyperclip.app.images;

import hyperclip.app.link.Troubles;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.View;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/// Stands between a hub and a display: where an image is offered to the display, the common types that it lacks are
/// offered too, after its own. What is pasted under one of those is requested in a type that there is, and
/// converted by an [ImageChild] on its way; everything else passes untouched.
///
/// ```
///  hub ── Offer png ─────────▶ │                  │ ── Offer png, tiff, bmp, jpeg ──▶ display
///  hub ◀─ Request png ──────── │ ConvertedImages  │ ◀───────────────── Request bmp ── display
///  hub ── Chunk, End ────────▶ │ ──▶ child ──▶    │ ── Chunk, then End or Abort ────▶ display
/// ```
///
/// A transfer keeps its number on both sides. Its credit is the display's on the one side and ours on the other: so a
/// slow reader slows the owner through the child, and nothing whole is held here.
public final class ConvertedImages implements Peer, View {

    /// Conversions at a time; each may take the heap and the processor of [ImageProgram].
    static final int MAX_AT_ONCE = 2;

    /// Requests that wait for one of those to end; one more is refused.
    static final int MAX_WAITING = 16;

    /// What may be on its way to a child.
    static final int WINDOW = 256 * 1024;

    /// The best to convert from first: the others lose something, or move more.
    private static final List<MimeType> TYPES = List.of(
            new MimeType("image/png"),
            new MimeType("image/tiff"),
            new MimeType("image/bmp"),
            new MimeType("image/jpeg"));

    private final Loop loop;
    private final ImageProgram program;
    private final View hub;
    private final Peer display;
    private final Troubles troubles;
    private final Map<Selection, Signal.Offer> shown = new EnumMap<>(Selection.class);
    private final Map<Long, Conversion> conversions = new HashMap<>();
    private final Queue<Conversion> waiting = new ArrayDeque<>();
    private Optional<Boolean> usable = Optional.empty();
    private int running;

    /// @param hub the view that was opened for the display
    /// @param display told what the hub tells, and more types; it speaks to this in the hub's place
    public ConvertedImages(Loop loop, ImageProgram program, View hub, Peer display) {
        this.loop = loop;
        this.program = program;
        this.hub = hub;
        this.display = display;
        this.troubles = new Troubles(loop::millis);
    }

    // ---- what the hub says ----

    @Override
    public void say(Signal signal) {
        switch (signal) {
            case Signal.Offer offer -> {
                shown.put(offer.selection(), offer);
                display.say(withMoreTypes(offer));
            }
            case Signal.Release(Selection selection) -> {
                shown.remove(selection);
                display.say(signal);
            }
            case Signal.Chunk(long transfer, ByteBuffer bytes)
            when conversions.containsKey(transfer) ->
                conversions.get(transfer).child.feed(bytes);
            case Signal.End(long transfer)
            when conversions.containsKey(transfer) -> conversions.get(transfer).inputIsWhole();
            case Signal.Abort(long transfer, var _, var _)
            when conversions.containsKey(transfer) -> {
                conversions.get(transfer).drop();
                display.say(signal);
            }
            case Signal.Request _, Signal.Credit _, Signal.Chunk _, Signal.End _, Signal.Abort _ -> display.say(signal);
        }
    }

    private Signal.Offer withMoreTypes(Signal.Offer offer) {
        if (source(offer).isEmpty() || !isUsable()) {
            return offer;
        }
        List<MimeType> types = new ArrayList<>(offer.types());
        for (MimeType type : TYPES) {
            if (types.size() < Signal.MAX_TYPES && !types.contains(type)) {
                types.add(type);
            }
        }
        return new Signal.Offer(offer.selection(), offer.id(), types, offer.age(), offer.standing());
    }

    /// What to convert from.
    private static Optional<MimeType> source(Signal.Offer offer) {
        return TYPES.stream().filter(offer.types()::contains).findFirst();
    }

    /// Looked up when the first image is offered, so that no start waits for it.
    private boolean isUsable() {
        if (usable.isEmpty()) {
            Optional<String> missing = program.missing();
            missing.ifPresent(why -> troubles.note("images are offered as they are and in no other type, since " + why
                    + "; --convert-images off does without and says nothing"));
            usable = Optional.of(missing.isEmpty());
        }
        return usable.get();
    }

    // ---- what the display says ----

    @Override
    public long newTransfer() {
        return hub.newTransfer();
    }

    @Override
    public void hear(Signal signal) {
        switch (signal) {
            case Signal.Request request -> request(request);
            case Signal.Credit(long transfer, int bytes)
            when conversions.containsKey(transfer) ->
                conversions.get(transfer).child.grant(bytes);
            case Signal.Abort(long transfer, Reason reason, var _)
            when conversions.containsKey(transfer) -> conversions.get(transfer).abort(reason);
            case Signal.Offer _, Signal.Release _, Signal.Credit _, Signal.Chunk _, Signal.End _, Signal.Abort _ ->
                hub.hear(signal);
        }
    }

    private void request(Signal.Request request) {
        Signal.Offer offer = shown.get(request.selection());
        boolean added = offer != null
                && offer.id().equals(request.offer())
                && TYPES.contains(request.type())
                && !offer.types().contains(request.type());
        Optional<MimeType> from = added ? source(offer) : Optional.empty();
        if (from.isEmpty()) {
            hub.hear(request);
        } else if (waiting.size() >= MAX_WAITING) {
            display.say(new Signal.Abort(request.transfer(), Reason.TOO_MANY));
        } else {
            Conversion next = new Conversion(request, from.get());
            conversions.put(request.transfer(), next);
            waiting.add(next);
            startWhatMay();
        }
    }

    private void startWhatMay() {
        while (running < MAX_AT_ONCE && !waiting.isEmpty()) {
            running++;
            waiting.remove().start();
        }
    }

    /// One paste under a type that was added: `WAITING → the hub's content goes in → all has gone in → over`.
    private final class Conversion implements ImageChild.Owner {
        private final Signal.Request asked;
        private final MimeType from;
        private final ImageChild child;
        private boolean hubIsDone = true;

        Conversion(Signal.Request asked, MimeType from) {
            this.asked = asked;
            this.from = from;
            this.child = new ImageChild(loop, program.command(from, asked.type()), this);
            child.grant(asked.credit());
        }

        void start() {
            hubIsDone = false;
            child.start();
            hub.hear(new Signal.Request(asked.transfer(), asked.selection(), asked.offer(), from, WINDOW));
        }

        void inputIsWhole() {
            hubIsDone = true;
            child.endInput();
        }

        /// The display wants no more.
        void abort(Reason reason) {
            drop();
            tellHub(reason);
        }

        /// Nothing of what the child still gives is wanted.
        void drop() {
            conversions.remove(asked.transfer());
            waiting.remove(this);
            child.kill();
        }

        private void tellHub(Reason reason) {
            if (!hubIsDone) {
                hub.hear(new Signal.Abort(asked.transfer(), reason));
            }
        }

        private boolean isOver() {
            return conversions.get(asked.transfer()) != this;
        }

        @Override
        public void taken(int bytes) {
            if (!isOver() && !hubIsDone) {
                hub.hear(new Signal.Credit(asked.transfer(), bytes));
            }
        }

        @Override
        public void given(ByteBuffer bytes) {
            if (!isOver()) {
                display.say(new Signal.Chunk(asked.transfer(), bytes));
            }
        }

        @Override
        public void ended(Optional<String> trouble) {
            running--;
            if (!isOver()) {
                drop();
                tellHub(Reason.CANCELLED);
                trouble.ifPresent(why -> troubles.note(
                        "an image was not converted from " + from + " to " + asked.type() + ", since " + why));
                display.say(
                        trouble.isEmpty()
                                ? new Signal.End(asked.transfer())
                                : new Signal.Abort(asked.transfer(), Reason.OWNER_REFUSED));
            }
            startWhatMay();
        }
    }
}
