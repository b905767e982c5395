package hyperclip.core.clipboard;

import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// Passes signals between the views of one process.
///
/// For each view and selection the hub knows one last word: what that place holds now, and which view copied
/// it. What a view shows is always what its holder still holds: when the holder lets go, or is itself shown
/// something else, the view gets the new offer if it follows its holder, and a release without a reason if it
/// does not.
///
/// A fresh offer replaces what its followers show. A renewed one (told again after a cut or a late start)
/// replaces only what is older; where it finds a younger one that it may see itself, it yields and is told that
/// one. An offer that comes back to the hub from where it is shown, under the same id, is an echo and changes
/// nothing.
///
/// Confined to one thread. A signal told while another is being passed on waits its turn, so that peers may
/// answer at once.
public final class Hub {

    private final LongSupplier millis;
    private final Following following;
    private final Limits limits;
    private final Consumer<Refusal> refusals;
    private final Map<String, Place> places = new LinkedHashMap<>();
    private final Transfers<Place> transfers = new Transfers<>();
    private final FirstHeard firstHeard = new FirstHeard();
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean passing;

    /// @param millis a clock that never goes back, in milliseconds
    public Hub(LongSupplier millis, Following following) {
        this(millis, following, Limits.USUAL, refusal -> {});
    }

    /// @param limits what every transfer may take here
    /// @param refusals told of each that was ended over them
    public Hub(LongSupplier millis, Following following, Limits limits, Consumer<Refusal> refusals) {
        this.millis = millis;
        this.following = following;
        this.limits = limits;
        this.refusals = refusals;
    }

    /// What one view holds of one selection.
    ///
    /// @param holder the name of the view that copied it: the view's own name where it did so itself
    /// @param offer with the age it has now
    public record Holding(String holder, Signal.Offer offer) {}

    /// Opens a view and tells its peer what it follows, as renewed offers.
    ///
    /// @throws IllegalStateException where a view of this name is open
    public View open(String name, Function<View, ? extends Peer> peer) {
        if (places.containsKey(name)) {
            throw new IllegalStateException("a view of the name " + name + " is open already");
        }
        Place place = new Place(name);
        place.peer = peer.apply(place);
        places.put(name, place);
        inTurn(() -> {
            for (Selection selection : Selection.values()) {
                youngestFor(place, selection).ifPresent(held -> show(place, held, Standing.RENEWED));
            }
        });
        return place;
    }

    /// Ends a view: what it holds is released everywhere, and its transfers are aborted.
    public void close(View view, Reason reason) {
        close((Place) view, reason, reason);
    }

    /// Ends the view of an application, or of a session with all of them, that is gone.
    public void closeGone(View view) {
        close((Place) view, Reason.OWNER_GONE, Reason.REQUESTER_GONE);
    }

    private void close(Place place, Reason asOwner, Reason asRequester) {
        inTurn(() -> {
            if (places.remove(place.name, place)) {
                for (Transfer<Place> transfer : transfers.of(place)) {
                    transfers.remove(transfer);
                    Reason reason = transfer.owner().equals(place) ? asOwner : asRequester;
                    tell(transfer.otherThan(place), new Signal.Abort(transfer.id(), reason));
                }
                place.held.clear();
                settle();
            }
        });
    }

    /// What this view follows, or who follows it, is no longer as it was: what it showed and is not to see any more,
    /// and what others showed of it, is released, with the pastes of it; what it may see now is told as renewed.
    public void reconsider(View view) {
        reconsider((Place) view);
    }

    /// The same for the view of this name, where there is one.
    public void reconsider(String view) {
        Optional.ofNullable(places.get(view)).ifPresent(this::reconsider);
    }

    private void reconsider(Place changed) {
        inTurn(() -> {
            if (places.get(changed.name) != changed) {
                return;
            }
            for (Transfer<Place> transfer : transfers.all()) {
                boolean concerned = transfer.asked() == changed || transfer.owner() == changed;
                if (concerned && transfer.asked() != transfer.owner() && !follows(transfer.asked(), transfer.owner())) {
                    abort(transfer, new Signal.Abort(transfer.id(), Reason.STALE));
                }
            }
            for (Place place : List.copyOf(places.values())) {
                for (Selection selection : Selection.values()) {
                    reconsider(changed, place, selection);
                }
            }
            // Of a view that is shown another copy than its own, that one is held no longer.
            settle();
        });
    }

    private void reconsider(Place changed, Place place, Selection selection) {
        Held held = place.held.get(selection);
        boolean concerned = held != null && (place == changed || held.holder == changed) && held.holder != place;
        if (concerned && !follows(place, held.holder)) {
            place.held.remove(selection);
            tell(place, new Signal.Release(selection));
            tellIfUnseen(held);
        }
        Optional<Held> youngest = youngestFor(place, selection);
        if (youngest.isPresent() && (place == changed || youngest.get().holder == changed)) {
            Held current = place.held.get(selection);
            if (current != youngest.get() && (current == null || current.since < youngest.get().since)) {
                show(place, youngest.get(), Standing.RENEWED);
            }
        }
    }

    /// Asks for what another view holds: `paste --from`. The answer comes to the asking view's peer.
    public void request(View asker, String from, Signal.Request request) {
        inTurn(() -> request((Place) asker, places.get(from), request));
    }

    public List<String> views() {
        return List.copyOf(places.keySet());
    }

    public Optional<Holding> holding(String view, Selection selection) {
        return Optional.ofNullable(places.get(view))
                .map(place -> place.held.get(selection))
                .map(held -> new Holding(held.holder.name, held.aged(millis.getAsLong(), Standing.RENEWED)));
    }

    /// How many transfers are under way.
    public int transfers() {
        return transfers.size();
    }

    /// When [#tick()] is wanted next, on this hub's clock; `Long.MAX_VALUE` where nothing waits.
    public long deadline() {
        return transfers.firstDue(limits);
    }

    /// Ends the transfers that have stood still for too long.
    public void tick() {
        inTurn(() -> {
            for (Transfer<Place> transfer : transfers.due(limits, millis.getAsLong())) {
                refuse(transfer, new Signal.Abort(transfer.id(), Reason.TIMED_OUT));
            }
        });
    }

    private void hear(Place place, Signal signal) {
        if (places.get(place.name) != place) {
            return;
        }
        switch (signal) {
            case Signal.Offer offer -> offered(place, offer);
            case Signal.Release release -> released(place, release.selection());
            case Signal.Request request -> request(place, place, request);
            case Signal.Chunk chunk -> chunk(place, chunk);
            case Signal.Credit credit -> credit(place, credit);
            case Signal.End end -> end(place, end);
            case Signal.Abort abort -> aborted(place, abort);
        }
    }

    private void offered(Place place, Signal.Offer offer) {
        Selection selection = offer.selection();
        if (isEcho(place, offer)) {
            return;
        }
        long told = millis.getAsLong() - offer.age();
        long since = offer.standing() == Standing.FRESH ? told : firstHeard.sinceAtLatest(place.name, offer.id(), told);
        Held held = new Held(place, offer, since);
        Held before = place.held.put(selection, held);
        Optional<Held> younger = offer.standing() == Standing.FRESH ? Optional.empty() : youngerThan(held);
        if (younger.isPresent()) {
            // A place whose clock went back would answer a renewed one: by its clock its own copy is the younger.
            show(place, younger.get(), since < told ? Standing.FRESH : Standing.RENEWED);
        } else {
            for (Place follower : List.copyOf(places.values())) {
                if (follower != place && follows(follower, place) && gives(follower.held.get(selection), held)) {
                    show(follower, held, offer.standing());
                }
            }
        }
        firstHeard.note(place.name, offer.id(), since);
        settle();
        if (before != null && before.holder != place) {
            tellIfUnseen(before);
        }
    }

    /// Whether what a follower holds gives way to another offer. Of two of one age the newcomer stands: were it told
    /// the other one, its own side would answer alike.
    private static boolean gives(Held current, Held next) {
        return current == null
                || current.holder == next.holder
                || next.offer.standing() == Standing.FRESH
                || next.since >= current.since;
    }

    /// The youngest of what this offer would have to displace, where its own place may see it instead.
    private Optional<Held> youngerThan(Held held) {
        Selection selection = held.offer.selection();
        Held youngest = null;
        for (Place follower : places.values()) {
            Held current = follower.held.get(selection);
            if (follower != held.holder
                    && follows(follower, held.holder)
                    && !gives(current, held)
                    && follows(held.holder, current.holder)
                    && (youngest == null || current.since > youngest.since)) {
                youngest = current;
            }
        }
        return Optional.ofNullable(youngest);
    }

    /// Whether a place offers what it is itself shown. What other places hold is no sign: two sessions of a
    /// guest are both told the copy of the host under one id, and a liar may offer under any id it has seen.
    private static boolean isEcho(Place place, Signal.Offer offer) {
        Held held = place.held.get(offer.selection());
        return held != null && held.holder != place && held.offer.id().equals(offer.id());
    }

    private void released(Place place, Selection selection) {
        Held held = place.held.remove(selection);
        if (held != null) {
            tellIfUnseen(held);
            settle();
        }
    }

    private void show(Place place, Held held, Standing standing) {
        Held before = place.held.put(held.offer.selection(), held);
        tell(place, held.aged(millis.getAsLong(), standing));
        if (before != null && before.holder != held.holder) {
            tellIfUnseen(before);
        }
    }

    /// Tells the owner of a copy that another one has taken its place in the last view that showed it.
    private void tellIfUnseen(Held held) {
        Selection selection = held.offer.selection();
        boolean owned = held.holder.held.get(selection) == held;
        if (owned
                && places.values().stream()
                        .noneMatch(place -> place != held.holder && place.held.get(selection) == held)) {
            tell(held.holder, new Signal.Release(selection));
        }
    }

    /// Releases what is shown but no longer held. Nothing older takes its place: it would be pasted by surprise.
    private void settle() {
        for (Place place : List.copyOf(places.values())) {
            for (Selection selection : Selection.values()) {
                Held held = place.held.get(selection);
                if (held != null && held.holder.held.get(selection) != held) {
                    place.held.remove(selection);
                    tell(place, new Signal.Release(selection));
                }
            }
        }
    }

    /// What a view that holds nothing should be shown: the youngest copy of those that it follows.
    private Optional<Held> youngestFor(Place place, Selection selection) {
        Held youngest = null;
        for (Place other : places.values()) {
            Held held = other.held.get(selection);
            if (other != place
                    && held != null
                    && held.holder == other
                    && follows(place, other)
                    && (youngest == null || held.since > youngest.since)) {
                youngest = held;
            }
        }
        return Optional.ofNullable(youngest);
    }

    private void request(Place asker, Place place, Signal.Request request) {
        Held held = place == null ? null : place.held.get(request.selection());
        if (held == null || held.holder == asker) {
            // Nobody needs us for what he offers himself; it would be held here, and cost him nothing.
            tell(asker, new Signal.Abort(request.transfer(), Reason.NOTHING_OFFERED));
        } else if (!held.offer.id().equals(request.offer())) {
            tell(asker, new Signal.Abort(request.transfer(), Reason.STALE));
        } else if (!held.offer.types().contains(request.type())) {
            tell(asker, new Signal.Abort(request.transfer(), Reason.TYPE_NOT_OFFERED));
        } else if (!transfers.begin(request, asker, place, held.holder, millis.getAsLong())) {
            tell(asker, new Signal.Abort(request.transfer(), Reason.TOO_MANY));
        } else {
            tell(held.holder, request);
        }
    }

    private void chunk(Place place, Signal.Chunk chunk) {
        Transfer<Place> transfer = transfers.ownedBy(place, chunk.transfer());
        if (transfer == null) {
            return;
        }
        if (!transfer.spend(chunk.bytes().remaining(), millis.getAsLong())) {
            abort(transfer, new Signal.Abort(transfer.id(), Reason.VIOLATION));
        } else if (limits.exceeds(transfer.passed())) {
            refuse(transfer, new Signal.Abort(transfer.id(), Reason.TOO_LARGE, limits.maxSize()));
        } else {
            tell(transfer.requester(), chunk);
        }
    }

    private void credit(Place place, Signal.Credit credit) {
        Transfer<Place> transfer = transfers.requestedBy(place, credit.transfer());
        if (transfer == null) {
            return;
        }
        if (transfer.grant(credit.bytes(), millis.getAsLong())) {
            tell(transfer.owner(), credit);
        } else {
            abort(transfer, new Signal.Abort(transfer.id(), Reason.VIOLATION));
        }
    }

    private void end(Place place, Signal.End end) {
        Transfer<Place> transfer = transfers.ownedBy(place, end.transfer());
        if (transfer != null) {
            transfers.remove(transfer);
            tell(transfer.requester(), end);
        }
    }

    private void aborted(Place place, Signal.Abort abort) {
        Transfer<Place> transfer = transfers.of(place, abort.transfer());
        if (transfer != null) {
            transfers.remove(transfer);
            tell(transfer.otherThan(place), abort);
        }
    }

    private void refuse(Transfer<Place> transfer, Signal.Abort abort) {
        abort(transfer, abort);
        refusals.accept(new Refusal(
                transfer.requester().name, transfer.owner().name, transfer.type(), transfer.passed(), abort));
    }

    private void abort(Transfer<Place> transfer, Signal.Abort abort) {
        transfers.remove(transfer);
        tell(transfer.owner(), abort);
        tell(transfer.requester(), abort);
    }

    private boolean follows(Place follower, Place followed) {
        return follower != followed && following.follows(follower.name, followed.name);
    }

    private static void tell(Place place, Signal signal) {
        place.peer.say(signal);
    }

    private void inTurn(Runnable work) {
        waiting.add(work);
        if (passing) {
            return;
        }
        passing = true;
        try {
            for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
                next.run();
            }
        } finally {
            passing = false;
        }
    }

    /// One copy as its holder has it. Compared by identity: the same content offered anew is another copy.
    private static final class Held {
        private final Place holder;
        private final Signal.Offer offer;
        private final long since;

        Held(Place holder, Signal.Offer offer, long since) {
            this.holder = holder;
            this.offer = offer;
            this.since = since;
        }

        Signal.Offer aged(long now, Standing standing) {
            return offer.told(now - since, standing);
        }
    }

    /// One view and what it holds.
    private final class Place implements View {
        private final String name;
        private final Map<Selection, Held> held = new EnumMap<>(Selection.class);
        private Peer peer;

        Place(String name) {
            this.name = name;
        }

        @Override
        public void hear(Signal signal) {
            inTurn(() -> Hub.this.hear(this, signal));
        }

        @Override
        public long newTransfer() {
            return transfers.newId();
        }
    }
}
