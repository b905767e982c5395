package hyperclip.display.x11;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/// One selection of the display: who holds it, what the hub knows of that, and what the hub wants shown.
///
/// ```
///              new owner                     examined
///   NOBODY ───────────────▶ FOREIGN ──────────────────────▶ told as an Offer, at its pace
///     ▲  ▲                    │  │ it is the same copy again
///     │  └────── gone ────────┘  └──────────▶ KEPT (by a clipboard manager: nothing is told)
///     │ Release
///   OURS ◀── the hub's Offer: names and server time asked for, taken, confirmed by the server
/// ```
///
/// A copy can outlive its application: where somebody keeps it, it goes from FOREIGN to OURS and stays told.
///
/// The server's word is final: an application that takes the selection while we are about to is the one that copied
/// last.
final class Board {

    /// Requests that wait for the examination of the newest owner.
    private static final int MAX_QUEUED = 64;

    /// How often a selection is tried to be taken that the server says is held by nobody.
    private static final int MAX_ATTEMPTS = 3;

    /// How much longer than others a new owner may think that is probably a manager, before what we have
    /// inherited is released: it would be lost, though the manager goes on holding it.
    static final long MANAGER_SLACK_MILLIS = 2_000;

    sealed interface Holder permits Nobody, Foreign, Kept, Ours {}

    record Nobody() implements Holder {}

    record Foreign(int window) implements Holder {}

    /// Somebody else holds the content of this offer: a clipboard manager, or another Hyperclip.
    record Kept(OfferId offer) implements Holder {}

    record Ours(Ownership ownership) implements Holder {}

    /// An owner of which everything is known that is to be known.
    private record Found(OfferId id, int window, int time, Targets targets, long since) {}

    /// The way to holding the hub's offer; `ownership` is there from the moment the server has been asked.
    private static final class Taking {
        final Signal.Offer offer;
        final int attempt;
        Ownership ownership;
        boolean cancelled;

        Taking(Signal.Offer offer, int attempt) {
            this.offer = offer;
            this.attempt = attempt;
        }
    }

    private static final System.Logger LOG = System.getLogger("hyperclip.x11");

    private final XServer server;
    private final View view;
    private final Selection selection;
    private final int atom;
    private final Readers readers;
    private final Pastes pastes;
    private final Map<Long, Reading> readings;
    private final Supplier<OfferId> newId;
    private final Function<OfferId, Optional<Signal.Offer>> afterExit;
    private final Pace pace;
    private final ArrayDeque<Signal.Request> queued = new ArrayDeque<>();
    private Holder holder = new Nobody();
    private boolean ownerKnown;
    private Optional<Taking> taking = Optional.empty();
    private Optional<Examination> examination = Optional.empty();
    private Optional<Found> newest = Optional.empty();
    private Optional<OfferId> told = Optional.empty();
    /// Whether what is told was left to us by an application that has ended.
    private boolean inherited;
    private long slack;
    private boolean heldBack;
    /// How often the server was asked to give us the selection and has not said yet whose it is.
    private int takingsAsked;
    /// Set where the newest owner was looked over meanwhile: told once it is known that it still is the owner.
    private Optional<Runnable> undecided = Optional.empty();

    /// @param afterExit what is kept of an offer that was told, where its application has ended
    Board(
            XServer server,
            View view,
            Selection selection,
            Readers readers,
            Pastes pastes,
            Map<Long, Reading> readings,
            Supplier<OfferId> newId,
            Function<OfferId, Optional<Signal.Offer>> afterExit) {
        this.server = server;
        this.view = view;
        this.selection = selection;
        this.atom = server.atom(selection.name());
        this.readers = readers;
        this.pastes = pastes;
        this.readings = readings;
        this.newId = newId;
        this.afterExit = afterExit;
        this.pace = switch (selection) {
            case CLIPBOARD -> Pace.ofClipboard();
            case PRIMARY -> Pace.ofPrimary();
        };
    }

    int atom() {
        return atom;
    }

    Holder holder() {
        return holder;
    }

    // ---- what the server says ----

    /// Looks for who holds the selection at the start.
    void begin() {
        Requests.getSelectionOwner(server.x(), atom);
        server.x().expect(reply -> {
            int owner = reply.getInt(8);
            if (owner == Requests.NONE || ownerKnown || server.windows().isOwn(owner)) {
                return;
            }
            server.clock().now(time -> {
                if (!ownerKnown && taking.isEmpty()) {
                    holder = new Foreign(owner);
                    examine(owner, time, Examination.Age.ASKED_FOR);
                }
            });
        });
    }

    void ownerChanged(Event.OwnerChanged event) {
        ownerKnown = true;
        int owner = event.owner();
        if (owner != Requests.NONE && server.windows().isOwn(owner)) {
            return; // confirmed by the reply to GetSelectionOwner
        }
        stopExamination();
        // Of an owner that cleared it nothing is kept, nor of the copy before one that was not told yet.
        boolean exited =
                event.cause() != Event.Cause.SET && newest.map(Found::id).equals(told);
        forgetNewest();
        List.copyOf(server.conversions().values()).forEach(conversion -> conversion.ownerChanged(atom));
        if (holder instanceof Ours(Ownership ownership)) {
            ownership.window().retire();
        }
        if (owner == Requests.NONE) {
            holder = new Nobody();
            (exited ? told.flatMap(afterExit) : Optional.<Signal.Offer>empty())
                    .ifPresentOrElse(this::inherit, this::nothingThere);
            return;
        }
        holder = new Foreign(owner);
        if (inherited) {
            // A clipboard manager that takes over what its application left knows better.
            taking = taking.filter(t -> t.ownership != null);
        }
        // With the time of the copy, so that the owner knows which one is meant (ICCCM 2.4).
        examine(owner, event.selectionTime(), Examination.Age.JUST_NOW);
    }

    private void inherit(Signal.Offer offer) {
        refuseQueued();
        inherited = true;
        take(new Taking(offer, 1));
    }

    private void examine(int owner, int time, Examination.Age age) {
        long now = server.now();
        int client = server.windows().clientOf(owner);
        Readers.Suspects suspects = readers.suspects(selection, client, now);
        readers.displaced(selection, now);
        slack = inherited && suspects.isReader() ? MANAGER_SLACK_MILLIS : 0;
        if (suspects.none() && age == Examination.Age.JUST_NOW) {
            // Somebody has copied after the hub spoke: what it wanted shown is out of date.
            taking.filter(t -> t.ownership == null).ifPresent(t -> taking = Optional.empty());
        }
        examination = Optional.of(Examination.start(server, atom, owner, time, age, suspects::wantText, findings -> {
            examination = Optional.empty();
            switch (findings) {
                case Examination.Nothing _ -> nothingThere();
                case Examination.Content content -> {
                    Optional<OfferId> same = suspects.held(content);
                    if (content.hyperclip().isPresent()) {
                        // Another Hyperclip's copy, or a manager's that keeps every type of it: it has come
                        // from some other machine, and passes on to none unless the user says so.
                        holder = new Kept(content.hyperclip().get());
                        nothingThere();
                    } else if (same.isPresent()) {
                        holder = new Kept(same.get());
                        readers.isManager(client);
                        nothingThere();
                    } else {
                        found(owner, time, age, content, now);
                    }
                }
            }
        }));
    }

    private void found(int owner, int time, Examination.Age age, Examination.Content content, long since) {
        OfferId id = newId.get();
        newest = Optional.of(new Found(id, owner, time, content.targets(), since));
        Runnable announce = () -> {
            // What the hub wants shown is on its way to being asked for at the most, and is out of date.
            taking = Optional.empty();
            switch (age) {
                case JUST_NOW -> askPace();
                case ASKED_FOR -> {
                    long copied = content.timestamp()
                            .map(t -> ServerClock.since(t, time))
                            .orElse(Signal.Offer.UNKNOWN_AGE);
                    tell(copied, Standing.RENEWED);
                }
            }
            List<Signal.Request> waiting = List.copyOf(queued);
            queued.clear();
            waiting.forEach(request -> serve(request, newest.get(), Reason.STALE));
        };
        if (takingsAsked > 0) {
            undecided = Optional.of(announce);
        } else {
            announce.run();
        }
    }

    private void forgetNewest() {
        newest = Optional.empty();
        undecided = Optional.empty();
        heldBack = false;
    }

    private void askPace() {
        long now = server.now();
        switch (pace.ask(now)) {
            case NOW -> tell(now - newest.get().since(), Standing.FRESH);
            case LATER -> heldBack = true;
            case STORM_BEGINS -> {
                heldBack = true;
                LOG.log(
                        System.Logger.Level.WARNING,
                        "more than {0} copies in {1} s on {2}, the last by window 0x{3}: none is passed on until it is"
                                + " quiet; two clipboard programs may be copying from each other",
                        Pace.MAX_BURST,
                        Pace.BURST_MILLIS / 1000,
                        selection.word(),
                        Integer.toHexString(newest.get().window()));
            }
        }
    }

    private void tell(long age, Standing standing) {
        Found found = newest.get();
        heldBack = false;
        inherited = false;
        told = Optional.of(found.id());
        List<MimeType> types = List.copyOf(found.targets().types().keySet());
        view.hear(
                new Signal.Offer(selection, found.id(), types, Math.clamp(age, 0, Signal.Offer.UNKNOWN_AGE), standing));
    }

    private void nothingThere() {
        refuseQueued();
        release();
    }

    private void release() {
        boolean goesOn = inherited && holder instanceof Kept(OfferId offer) && told.equals(Optional.of(offer));
        if (told.isPresent() && !goesOn) {
            if (inherited) {
                inherited = false;
                letGo(); // of what is only on its way to being held
            }
            told = Optional.empty();
            view.hear(new Signal.Release(selection));
        }
    }

    private void refuseQueued() {
        List<Signal.Request> waiting = List.copyOf(queued);
        queued.clear();
        waiting.forEach(request -> view.hear(new Signal.Abort(request.transfer(), Reason.STALE)));
    }

    private void stopExamination() {
        examination.ifPresent(Examination::close);
        examination = Optional.empty();
    }

    // ---- what the hub says ----

    void show(Signal.Offer offer) {
        boolean held = holder instanceof Ours(Ownership ours) && isSame(ours.offer(), offer);
        boolean onTheWay = taking.isPresent() && isSame(taking.get().offer, offer);
        if (onTheWay || (held && taking.isEmpty())) {
            return;
        }
        inherited = false;
        told = Optional.empty();
        heldBack = false;
        refuseQueued();
        take(new Taking(offer, 1));
    }

    /// A copy whose application has ended may be told again with fewer types.
    private static boolean isSame(Signal.Offer one, Signal.Offer other) {
        return one.id().equals(other.id()) && one.types().equals(other.types());
    }

    private void take(Taking next) {
        taking.ifPresent(before -> before.cancelled = before.ownership != null);
        taking = Optional.of(next);
        List<Targets.Served> served = Targets.served(next.offer.types());
        server.atoms()
                .intern(
                        served.stream().map(Targets.Served::target).toList(),
                        atoms -> server.clock().now(time -> {
                            if (taking.isPresent() && taking.get() == next) {
                                take(next, served, atoms, time);
                            }
                        }));
    }

    private void take(Taking next, List<Targets.Served> served, int[] atoms, int time) {
        ServingWindow window = pastes.newWindow();
        next.ownership = new Ownership(server, next.offer, served, atoms, time, window);
        readers.taken(selection, next.offer.id(), server.now());
        Requests.setSelectionOwner(server.x(), window.window(), atom, time);
        Requests.getSelectionOwner(server.x(), atom);
        takingsAsked++;
        server.x().expect(reply -> {
            takingsAsked--;
            confirm(next, reply.getInt(8));
            if (takingsAsked == 0) {
                Optional<Runnable> announce = undecided;
                undecided = Optional.empty();
                announce.ifPresent(Runnable::run);
            }
        });
    }

    private void confirm(Taking next, int owner) {
        boolean current = taking.isPresent() && taking.get() == next;
        if (current) {
            taking = Optional.empty();
        }
        if (owner != next.ownership.window().window()) {
            next.ownership.window().retire();
            if (current && !next.cancelled && owner == Requests.NONE) {
                takeAgain(next);
            }
            return;
        }
        if (holder instanceof Ours(Ownership before)) {
            before.window().retire();
        }
        stopExamination();
        forgetNewest();
        refuseQueued();
        if (next.cancelled && taking.isEmpty()) {
            // The hub has said Release since.
            giveUp(next.ownership);
            next.ownership.window().retire();
            holder = new Nobody();
        } else {
            holder = new Ours(next.ownership);
        }
    }

    private void takeAgain(Taking refused) {
        if (refused.attempt < MAX_ATTEMPTS) {
            take(new Taking(refused.offer, refused.attempt + 1));
        } else {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the X server does not let us hold the {0} selection, though nobody else does",
                    selection.word());
        }
    }

    void letGo() {
        if (taking.isPresent()) {
            Taking given = taking.get();
            taking = Optional.empty();
            if (given.ownership != null) {
                given.cancelled = true;
                giveUp(given.ownership);
            }
        }
        if (holder instanceof Ours(Ownership ownership)) {
            giveUp(ownership);
            holder = new Nobody();
            ownership.window().retire();
        }
    }

    /// With the time of our taking, the server ignores it if somebody else has taken the selection since.
    private void giveUp(Ownership ownership) {
        Requests.setSelectionOwner(server.x(), Requests.NONE, atom, ownership.latestTime());
        readers.lost(selection, server.now());
    }

    void request(Signal.Request request) {
        if (told.isEmpty() || !told.get().equals(request.offer())) {
            refuse(request, Reason.STALE);
        } else if (newest.isPresent() && newest.get().id().equals(request.offer())) {
            serve(request, newest.get(), Reason.TYPE_NOT_OFFERED);
        } else if (selection == Selection.CLIPBOARD) {
            refuse(request, Reason.STALE);
        } else if (newest.isPresent()) {
            // The selection moves while it is pasted: the newest is what the person sees selected.
            serve(request, newest.get(), Reason.STALE);
        } else if (examination.isPresent() && queued.size() < MAX_QUEUED) {
            queued.add(request);
        } else {
            refuse(request, Reason.STALE);
        }
    }

    /// The hub no longer wants an answer to a request that waits.
    boolean forget(long transfer) {
        return queued.removeIf(request -> request.transfer() == transfer);
    }

    private void serve(Signal.Request request, Found found, Reason withoutType) {
        Optional<Integer> target = found.targets().target(request.type());
        if (target.isEmpty()) {
            refuse(request, withoutType);
        } else if (readings.size() >= Reading.MAX_AT_ONCE) {
            refuse(request, Reason.TOO_MANY);
        } else {
            Reading.start(server, view, request, atom, found.window(), target.get(), found.time(), readings);
        }
    }

    private void refuse(Signal.Request request, Reason reason) {
        view.hear(new Signal.Abort(request.transfer(), reason));
    }

    // ---- what applications ask of our offer ----

    void requested(Event.SelectionRequested event) {
        Optional<Ownership> ownership = heldBy(event.owner());
        boolean early = event.time() != Requests.CURRENT_TIME
                && ownership.isPresent()
                && ownership.get().isComparable(server.now())
                && ServerClock.isBefore(event.time(), ownership.get().time());
        if (ownership.isEmpty() || early || server.windows().isOwn(event.requestor())) {
            pastes.refuse(event);
            return;
        }
        pastes.answer(this, selection, ownership.get(), event);
    }

    private Optional<Ownership> heldBy(int window) {
        if (holder instanceof Ours(Ownership ours) && ours.isHeldBy(window)) {
            return Optional.of(ours);
        }
        return taking.map(t -> t.ownership).filter(o -> o.isHeldBy(window));
    }

    /// A paste of this window's has failed half-way: its requestor is told by the window's end, and the selection
    /// goes on with another.
    void failedHalfway(ServingWindow window) {
        if (!(holder instanceof Ours(Ownership ours)) || ours.window() != window) {
            window.doom();
        } else if (!ours.mayRenew()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "pastes of one offer on {0} failed {1} times half-way: it is offered no longer",
                    selection.word(),
                    Ownership.MAX_RENEWALS + 1);
            giveUp(ours);
            holder = new Nobody();
            window.doom();
        } else {
            server.clock().now(time -> renew(window, time));
        }
    }

    private void renew(ServingWindow window, int time) {
        // Not over the taking of a newer offer, of which the server has not told yet.
        if (takingsAsked == 0 && holder instanceof Ours(Ownership ours) && ours.window() == window) {
            ServingWindow fresh = pastes.newWindow();
            Requests.setSelectionOwner(server.x(), fresh.window(), atom, time);
            ours.renewed(fresh, time);
        }
        window.doom();
    }

    // ---- time ----

    long deadline() {
        long deadline = heldBack ? pace.next() : Long.MAX_VALUE;
        if (examination.isPresent() && told.isPresent()) {
            deadline = Math.min(deadline, examination.get().slowAt() + slack);
        }
        return deadline;
    }

    void tick(long now) {
        if (examination.isPresent() && now >= examination.get().slowAt() + slack) {
            release();
        }
        if (heldBack && now >= pace.next()) {
            askPace();
        }
    }
}
