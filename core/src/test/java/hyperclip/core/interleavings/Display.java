package hyperclip.core.interleavings;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/// A desktop with its applications: they own selections whatever becomes of the process that shares them.
final class Display implements Peer {

    static final List<MimeType> TYPES =
            List.of(MimeType.TEXT, new MimeType("text/html"), new MimeType("image/png"), new MimeType("a/b; c=d"));

    private final Run run;
    private final String name;
    private final Dice dice;
    private final LongSupplier clock;
    private final Predicate<Run.Copy> mayShow;

    /// Whether whoever is at the other end may lie about what is offered and sent.
    private final Predicate<Selection> mistrusted;

    private final Map<Selection, Owned> owned = new EnumMap<>(Selection.class);
    private final Map<Selection, Signal.Offer> shown = new EnumMap<>(Selection.class);
    private final List<Serving> servings = new ArrayList<>();
    private final List<Pasting> pastings = new ArrayList<>();
    private View view;

    private record Owned(OfferId id, Run.Copy copy, List<MimeType> types, long since) {}

    private static final class Serving {
        final long transfer;
        final Owned owned;
        long credit;
        int sent;
        boolean hung;

        Serving(long transfer, Owned owned, long credit) {
            this.transfer = transfer;
            this.owned = owned;
            this.credit = credit;
        }
    }

    private static final class Pasting {
        final long transfer;
        final Run.Copy copy;
        final boolean mistrusted;
        long credit;
        int received;
        boolean stingy;

        /// A frame that was half there when a machine went back in time is filled with what it says next. The port
        /// begins anew then, and the paste is aborted: it may not end as whole.
        boolean spoilt;

        Pasting(long transfer, Run.Copy copy, boolean mistrusted, long credit) {
            this.transfer = transfer;
            this.copy = copy;
            this.mistrusted = mistrusted;
            this.credit = credit;
        }
    }

    Display(
            Run run,
            String name,
            Dice dice,
            LongSupplier clock,
            Predicate<Run.Copy> mayShow,
            Predicate<Selection> mistrusted) {
        this.run = run;
        this.name = name;
        this.dice = dice;
        this.clock = clock;
        this.mayShow = mayShow;
        this.mistrusted = mistrusted;
    }

    /// A process begins to share this display: what it finds there is offered as a copy from before.
    void attach(Hub hub, String viewName) {
        view = hub.open(viewName, opened -> this);
        for (Selection selection : Selection.values()) {
            Owned found = owned.get(selection);
            if (found != null) {
                long age = dice.oneIn(10)
                        ? Signal.Offer.UNKNOWN_AGE
                        : Math.min(clock.getAsLong() - found.since, Signal.Offer.UNKNOWN_AGE);
                Owned renewed = own(selection, found.copy, found.types, clock.getAsLong() - age);
                view.hear(new Signal.Offer(selection, renewed.id, renewed.types, age, Standing.RENEWED));
            }
        }
    }

    /// That process is gone: what it showed for others is gone with it.
    void detach() {
        view = null;
        shown.clear();
        servings.clear();
        pastings.clear();
    }

    private Owned own(Selection selection, Run.Copy copy, List<MimeType> types, long since) {
        OfferId id = OfferId.random(dice);
        run.made(id, copy);
        Owned made = new Owned(id, copy, types, since);
        owned.put(selection, made);
        shown.remove(selection);
        return made;
    }

    void copy(Selection selection) {
        int length = dice.oneIn(25) ? dice.below(700_000) : dice.portion(2000);
        Run.Copy copy = new Run.Copy(name, dice.nextLong(), length);
        List<MimeType> types = TYPES.subList(0, 1 + dice.below(TYPES.size()));
        Owned made = own(selection, copy, types, clock.getAsLong());
        run.trace(name + " copies " + made.id + " " + selection.word());
        if (view != null) {
            view.hear(new Signal.Offer(selection, made.id, types, 0, Standing.FRESH));
        }
    }

    /// A random thing that people and applications do.
    void act() {
        Selection selection = dice.oneIn(4) ? Selection.PRIMARY : Selection.CLIPBOARD;
        switch (dice.below(16)) {
            case 0, 1, 2 -> copy(selection);
            case 3 -> quit(selection);
            case 4 -> clear(selection);
            case 5, 6, 7, 8 -> paste(selection);
            case 9 -> cancel();
            default -> move();
        }
    }

    private void quit(Selection selection) {
        Owned gone = owned.remove(selection);
        if (gone != null && view != null) {
            run.trace(name + " quits " + gone.id);
            view.hear(new Signal.Release(selection));
            if (dice.nextBoolean()) {
                for (Serving serving : List.copyOf(servings)) {
                    if (serving.owned.id.equals(gone.id) && servings.remove(serving)) {
                        view.hear(new Signal.Abort(serving.transfer, Reason.OWNER_GONE));
                    }
                }
            }
        }
    }

    private void clear(Selection selection) {
        if (shown.remove(selection) != null) {
            run.trace(name + " clears " + selection.word());
            view.hear(new Signal.Release(selection));
        }
    }

    private void paste(Selection selection) {
        Signal.Offer offer = shown.get(selection);
        if (offer == null) {
            return;
        }
        int credit = 1 + (dice.oneIn(4) ? dice.below(Signal.MAX_CREDIT) : dice.below(3000));
        MimeType type = dice.oneIn(20) ? Display.TYPES.getLast() : dice.of(offer.types());
        OfferId id = dice.oneIn(20) ? OfferId.random(dice) : offer.id();
        Pasting pasting = new Pasting(view.newTransfer(), run.copy(offer.id()), mistrusted.test(selection), credit);
        pasting.stingy = dice.oneIn(20);
        pastings.add(pasting);
        run.trace(name + " pastes " + id + " as " + pasting.transfer);
        view.hear(new Signal.Request(pasting.transfer, selection, id, type, credit));
    }

    private void cancel() {
        if (!pastings.isEmpty()) {
            Pasting pasting = dice.of(pastings);
            pastings.remove(pasting);
            run.trace(name + " cancels " + pasting.transfer);
            view.hear(new Signal.Abort(pasting.transfer, Reason.CANCELLED));
        }
    }

    /// Applications go on with what is under way.
    ///
    /// @return whether anything moved
    boolean move() {
        boolean served = serve();
        return grant() || served;
    }

    private boolean serve() {
        List<Serving> ready = servings.stream()
                .filter(one -> !one.hung && (one.credit > 0 || one.sent == one.owned.copy.length()))
                .toList();
        if (ready.isEmpty()) {
            return false;
        }
        Serving serving = dice.of(ready);
        Run.Copy copy = serving.owned.copy;
        if (dice.oneIn(40)) {
            serving.hung = true;
        } else if (dice.oneIn(40)) {
            servings.remove(serving);
            view.hear(new Signal.Abort(serving.transfer, Reason.OWNER_REFUSED));
        } else if (serving.sent == copy.length()) {
            servings.remove(serving);
            view.hear(new Signal.End(serving.transfer));
        } else {
            long most = Math.min(Math.min(serving.credit, Signal.MAX_CHUNK), copy.length() - serving.sent);
            byte[] bytes = new byte[Math.max(1, dice.portion((int) most))];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = copy.at(serving.sent + i);
            }
            serving.sent += bytes.length;
            serving.credit -= bytes.length;
            view.hear(new Signal.Chunk(serving.transfer, ByteBuffer.wrap(bytes)));
        }
        return true;
    }

    private boolean grant() {
        List<Pasting> poor = pastings.stream()
                .filter(one -> !one.stingy && one.credit < 100_000)
                .toList();
        if (poor.isEmpty()) {
            return false;
        }
        Pasting pasting = dice.of(poor);
        int credit = 1 + (dice.oneIn(3) ? dice.below(1_000_000) : dice.below(5000));
        pasting.credit += credit;
        view.hear(new Signal.Credit(pasting.transfer, credit));
        return true;
    }

    @Override
    public void say(Signal signal) {
        if (run.isTraced()) {
            run.trace(name + " is told " + signal);
        }
        switch (signal) {
            case Signal.Offer offer -> {
                Run.Copy copy = run.copy(offer.id());
                Run.check(
                        copy != null && (mayShow.test(copy) || mistrusted.test(offer.selection())),
                        name + " is shown what is not for it");
                owned.remove(offer.selection());
                shown.put(offer.selection(), offer);
            }
            case Signal.Release release -> shown.remove(release.selection());
            case Signal.Request request -> {
                Owned asked = owned.get(request.selection());
                Run.check(
                        asked != null && asked.id.equals(request.offer()), name + " is asked for what it does not own");
                servings.add(new Serving(request.transfer(), asked, request.credit()));
            }
            case Signal.Credit credit ->
                servings.stream()
                        .filter(one -> one.transfer == credit.transfer())
                        .forEach(one -> one.credit += credit.bytes());
            case Signal.Chunk chunk -> received(chunk);
            case Signal.End end -> {
                Pasting pasting = pasting(end.transfer());
                pastings.remove(pasting);
                Run.check(
                        pasting.mistrusted || (pasting.received == pasting.copy.length() && !pasting.spoilt),
                        name + " is told that a paste is whole when it is not");
            }
            case Signal.Abort abort -> {
                pastings.removeIf(one -> one.transfer == abort.transfer());
                servings.removeIf(one -> one.transfer == abort.transfer());
            }
        }
    }

    private void received(Signal.Chunk chunk) {
        Pasting pasting = pasting(chunk.transfer());
        pasting.credit -= chunk.bytes().remaining();
        Run.check(pasting.credit >= 0, name + " is sent more than it granted");
        while (chunk.bytes().hasRemaining()) {
            byte got = chunk.bytes().get();
            pasting.spoilt |= pasting.received >= pasting.copy.length() || got != pasting.copy.at(pasting.received);
            Run.check(
                    pasting.mistrusted || !pasting.spoilt || run.portFaults,
                    name + " is sent content of something else");
            pasting.received++;
        }
    }

    private Pasting pasting(long transfer) {
        return pastings.stream()
                .filter(one -> one.transfer == transfer)
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is told about a paste that is over"));
    }

    /// Since when an application here owns the selection; `Long.MIN_VALUE` where none does.
    long ownsSince(Selection selection) {
        Owned mine = owned.get(selection);
        return mine == null ? Long.MIN_VALUE : mine.since;
    }

    /// What is offered on this display, by whoever; null where nothing is.
    OfferId offered(Selection selection) {
        if (owned.containsKey(selection)) {
            return owned.get(selection).id;
        }
        return shown.containsKey(selection) ? shown.get(selection).id() : null;
    }

    /// What this display is, and what the hub takes it for.
    void checkAgainst(Hub hub, String viewName) {
        for (Selection selection : Selection.values()) {
            Hub.Holding holding = hub.holding(viewName, selection).orElse(null);
            OfferId offered = offered(selection);
            String where = name + " " + selection.word() + ": the hub has " + holding + ", the display " + offered;
            Run.check(
                    (offered == null) == (holding == null)
                            && (holding == null || holding.offer().id().equals(offered)),
                    where);
            Run.check(
                    holding == null
                            || owned.containsKey(selection) == holding.holder().equals(viewName),
                    where + ", but not both as its own");
        }
    }

    void checkIdle() {
        Run.check(pastings.isEmpty(), name + " waits for a paste for ever");
        Run.check(servings.isEmpty(), name + " serves what nobody waits for");
    }

    @Override
    public String toString() {
        return name;
    }
}
