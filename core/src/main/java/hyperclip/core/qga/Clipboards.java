package hyperclip.core.qga;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import hyperclip.core.wire.Budget;
import hyperclip.core.wire.Spool;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// The clipboards of all sessions that are joined to the host, as the channels of this protocol see them.
///
/// In the hub each session has one more view here, which is the host as that session sees it over these channels,
/// however many there are. What changes gets a number, the next greater one each time, so that whoever asks again
/// learns what is new.
public final class Clipboards {

    /// What may wait to be pasted of one offer, in bytes: beyond it nothing is taken until some has gone.
    static final long MAX_WAITING = 4 * 1024 * 1024;

    /// What all channels together may have of long commands, as they come and wait, in bytes.
    static final long MAX_COMMANDS = 2L * QgaConnection.MAX_COMMAND;

    static final String BY_HOST = "host";
    static final String BY_SESSION = "session";

    /// How many pastes are told of at once; the others are when some of these have been answered.
    static final int MAX_REQUESTS = 64;

    private final Hub hub;
    private final Supplier<Store> stores;
    private final Supplier<Spool> spools;
    private final RandomGenerator random;
    private final LongSupplier millis;
    private final Map<String, Seat> seats = new LinkedHashMap<>();
    private final Set<Watcher> watchers = new LinkedHashSet<>();
    private final String instance;
    private long serial;
    private final Budget memory = new Budget(MAX_COMMANDS);
    private boolean frozen;
    private int readers;

    /// Whoever is told of what changes.
    interface Watcher {
        void changed(Map<String, Object> change);

        /// A session has come or gone.
        void sessionsChanged();

        void requested(Map<String, Object> request);
    }

    /// @param stores gives room for content that is written
    /// @param spools gives room for content that is pasted while it comes
    /// @param millis a clock that never goes back, in milliseconds
    public Clipboards(
            Hub hub, Supplier<Store> stores, Supplier<Spool> spools, RandomGenerator random, LongSupplier millis) {
        this.millis = millis;
        this.hub = hub;
        this.stores = stores;
        this.spools = spools;
        this.random = random;
        this.instance = OfferId.random(random).hex();
    }

    /// A session is joined to the host.
    ///
    /// @param view its own in the hub
    public void join(String session, String user, String display, String view) {
        Seat seat = new Seat(session, user, display, view);
        seats.put(session, seat);
        seat.own = hub.open("qga:" + session, _ -> seat);
        tellSessions();
    }

    /// A session is no longer joined to the host.
    public void leave(String session) {
        Seat seat = seats.remove(session);
        if (seat != null) {
            hub.close(seat.own, Reason.LINK_LOST);
            seat.end();
            tellSessions();
        }
    }

    private void tellSessions() {
        serial++;
        List.copyOf(watchers).forEach(Watcher::sessionsChanged);
    }

    /// Whether the file systems are frozen, or are about to be: writing a file would wait until they are not.
    public boolean isFrozen() {
        return frozen;
    }

    /// The file systems are frozen, or no longer.
    public void setFrozen(boolean now) {
        frozen = now;
    }

    void watch(Watcher watcher) {
        watchers.add(watcher);
    }

    void unwatch(Watcher watcher) {
        watchers.remove(watcher);
    }

    /// The memory that all channels share for long commands.
    Budget memory() {
        return memory;
    }

    Store newStore() {
        return stores.get();
    }

    /// A view for a channel that reads; it follows nothing.
    View openReader(Peer peer) {
        // No session's name has a slash.
        return hub.open("qga-reader:/" + ++readers, _ -> peer);
    }

    void closeReader(View view) {
        hub.closeGone(view);
    }

    void request(View reader, Seat seat, Signal.Request request) {
        hub.request(reader, seat.view, request);
    }

    /// The one that is meant.
    ///
    /// @param name where it is said
    Seat seat(Optional<String> name) throws QgaException {
        List<Seat> meant = seats(name);
        if (meant.size() > 1) {
            throw new QgaException("Parameter 'session' is missing, and there are " + meant.size() + " sessions: "
                    + String.join(", ", seats.keySet()));
        }
        return meant.getFirst();
    }

    /// All that are meant: every one, where no name is said.
    List<Seat> seats(Optional<String> name) throws QgaException {
        if (name.isEmpty()) {
            if (seats.isEmpty()) {
                throw new QgaException("no session is connected; in each a `hyperclip agent` has to run");
            }
            return List.copyOf(seats.values());
        }
        Seat seat = seats.get(name.get());
        if (seat == null) {
            throw new QgaException("there is no session '" + name.get()
                    + "' here, or it is not joined to the host; guest-clipboard-sessions lists those that are");
        }
        return List.of(seat);
    }

    List<Object> sessions() {
        return seats.values().stream().<Object>map(Seat::describe).toList();
    }

    /// What a session holds or shows now.
    Optional<Hub.Holding> holding(Seat seat, Selection selection) {
        return hub.holding(seat.view, selection);
    }

    /// Everything that is newer than this number, and all pastes that wait for content.
    ///
    /// @param since a number that was told before; one of another life of this program is as good as 0
    Map<String, Object> changes(long since) {
        long from = since > serial ? 0 : since;
        List<Object> changes = new ArrayList<>();
        List<Object> requests = new ArrayList<>();
        for (Seat seat : seats.values()) {
            seat.marks.forEach((selection, mark) -> {
                if (mark.serial > from) {
                    changes.add(seat.change(selection, mark));
                }
            });
            seat.servings.values().forEach(serving -> serving.request.ifPresent(requests::add));
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("instance", instance);
        all.put("serial", serial);
        all.put("sessions", sessions());
        all.put("changes", changes);
        all.put("requests", requests.stream().limit(MAX_REQUESTS).toList());
        return all;
    }

    /// Whether there is something that [#changes] would tell.
    boolean hasNews(long since) {
        return since != serial;
    }

    /// Offers a copy in these sessions.
    ///
    /// @param age of one that was made some time ago, in milliseconds: what is younger stands before it
    void offer(List<Seat> where, Selection selection, Copied copied, OptionalLong age) {
        copied.use();
        where.forEach(seat -> seat.own(selection, copied, age));
        copied.leave();
    }

    OfferId newId() {
        return OfferId.random(random);
    }

    /// Content of an offer for a paste that waits for it.
    ///
    /// @param request its number in [#changes]
    /// @return how many bytes wait to be pasted now
    long supply(long request, byte[] content, boolean isLast, Optional<String> refusal) throws QgaException {
        for (Seat seat : seats.values()) {
            Serving serving = seat.servings.get(request);
            if (serving != null && serving.spool.isPresent()) {
                return seat.supply(serving, serving.spool.get(), content, isLast, refusal);
            }
        }
        throw new QgaException("no paste waits under the number " + request + ": it has ended, or was cancelled");
    }

    private void tellChange(Seat seat, Selection selection, Mark mark) {
        List.copyOf(watchers).forEach(watcher -> watcher.changed(seat.change(selection, mark)));
    }

    /// What a session copied last, as far as these channels are concerned.
    ///
    /// @param types empty where it holds nothing of its own
    /// @param since when it was copied, by this clock
    private record Mark(long serial, List<MimeType> types, String offer, String by, long since) {}

    /// One paste of what came over a channel.
    private static final class Serving {
        final long transfer;
        final Copied copied;
        final MimeType type;
        /// What is told of it while its content has to be asked for; and where that waits.
        Optional<Map<String, Object>> request = Optional.empty();

        Optional<Spool> spool = Optional.empty();
        long position;
        long credit;
        boolean isWhole;

        Serving(Signal.Request request, Copied copied) {
            this.transfer = request.transfer();
            this.copied = copied;
            this.type = request.type();
            this.credit = request.credit();
            copied.use();
        }

        void end() {
            spool.ifPresent(Spool::close);
            copied.leave();
        }
    }

    /// One session.
    final class Seat implements Peer {
        final String name;
        private final String user;
        private final String display;
        private final String view;
        private View own;
        private final Map<Selection, Mark> marks = new EnumMap<>(Selection.class);
        private final Map<Selection, Copied> held = new EnumMap<>(Selection.class);
        private final Map<Long, Serving> servings = new LinkedHashMap<>();

        Seat(String name, String user, String display, String view) {
            this.name = name;
            this.user = user;
            this.display = display;
            this.view = view;
        }

        /// Whether the session itself has copied it.
        boolean isOwn(Hub.Holding holding) {
            return holding.holder().equals(view);
        }

        private Map<String, Object> describe() {
            Map<String, Object> about = new LinkedHashMap<>();
            about.put("name", name);
            about.put("user", user);
            about.put("display", display);
            return about;
        }

        private Map<String, Object> change(Selection selection, Mark mark) {
            Map<String, Object> change = new LinkedHashMap<>();
            change.put("session", name);
            change.put("selection", selection.word());
            change.put("serial", mark.serial);
            change.put("by", mark.by);
            if (!mark.types.isEmpty()) {
                change.put("offer", mark.offer);
                change.put("age", Math.clamp(millis.getAsLong() - mark.since, 0, Signal.Offer.UNKNOWN_AGE));
            }
            change.put("types", mark.types.stream().<Object>map(MimeType::name).toList());
            return change;
        }

        private void mark(Selection selection, List<MimeType> types, String offer, String by, long age) {
            Mark mark = new Mark(++serial, types, offer, by, millis.getAsLong() - age);
            marks.put(selection, mark);
            tellChange(this, selection, mark);
        }

        private void own(Selection selection, Copied copied, OptionalLong age) {
            letGo(selection);
            copied.use();
            held.put(selection, copied);
            mark(selection, copied.types(), copied.id().hex(), BY_HOST, age.orElse(0));
            own.hear(new Signal.Offer(
                    selection,
                    copied.id(),
                    copied.types(),
                    age.orElse(0),
                    age.isPresent() ? Standing.RENEWED : Standing.FRESH));
        }

        /// Releases what came over a channel, where it holds that still.
        void release(Selection selection, OfferId id) {
            if (held.containsKey(selection) && held.get(selection).id().equals(id)) {
                letGo(selection);
                own.hear(new Signal.Release(selection));
                mark(selection, List.of(), "", BY_HOST, 0);
            }
        }

        private void letGo(Selection selection) {
            Copied before = held.remove(selection);
            if (before != null) {
                before.leave();
            }
        }

        @Override
        public void say(Signal signal) {
            switch (signal) {
                case Signal.Offer offer -> {
                    letGo(offer.selection());
                    mark(offer.selection(), offer.types(), offer.id().hex(), BY_SESSION, offer.age());
                }
                case Signal.Release(Selection selection) -> {
                    letGo(selection);
                    mark(selection, List.of(), "", BY_SESSION, 0);
                }
                case Signal.Request request -> serve(request);
                case Signal.Credit(long transfer, int bytes) -> {
                    Serving serving = servings.get(transfer);
                    if (serving != null) {
                        serving.credit += bytes;
                        send(serving);
                    }
                }
                case Signal.Abort abort -> {
                    Serving serving = servings.remove(abort.transfer());
                    if (serving != null) {
                        serving.end();
                    }
                }
                case Signal.Chunk _, Signal.End _ -> {
                    // What channels read comes to views of their own.
                }
            }
        }

        private void serve(Signal.Request request) {
            Copied copied = held.get(request.selection());
            if (copied == null || !copied.id().equals(request.offer())) {
                own.hear(new Signal.Abort(request.transfer(), Reason.STALE));
                return;
            }
            Serving serving = new Serving(request, copied);
            servings.put(serving.transfer, serving);
            if (copied.isWritten()) {
                send(serving);
            } else {
                Map<String, Object> wanted = new LinkedHashMap<>();
                wanted.put("request", request.transfer());
                wanted.put("session", name);
                wanted.put("selection", request.selection().word());
                wanted.put("offer", copied.id().hex());
                wanted.put("type", request.type().name());
                serial++;
                serving.request = Optional.of(wanted);
                serving.spool = Optional.of(spools.get());
                List.copyOf(watchers).forEach(watcher -> watcher.requested(wanted));
            }
        }

        private long supply(Serving serving, Spool spool, byte[] content, boolean isLast, Optional<String> refusal)
                throws QgaException {
            serving.request = Optional.empty();
            if (refusal.isPresent()) {
                end(serving, new Signal.Abort(serving.transfer, Reason.OWNER_REFUSED));
                return 0;
            }
            if (serving.isWhole) {
                throw new QgaException("the content of this paste was whole already");
            }
            if (spool.size() + content.length > MAX_WAITING) {
                throw new QgaException("the application that pastes has not taken " + spool.size()
                        + " bytes yet; at most " + MAX_WAITING + " may wait: supply these again in a moment");
            }
            if (content.length > 0 && !spool.add(ByteBuffer.wrap(content))) {
                end(serving, new Signal.Abort(serving.transfer, Reason.OWNER_REFUSED));
                throw new QgaException("there is no room for the content to wait in");
            }
            serving.isWhole = isLast;
            send(serving);
            return servings.containsKey(serving.transfer) ? spool.size() : 0;
        }

        private void send(Serving serving) {
            while (serving.credit > 0 && available(serving) > 0) {
                ByteBuffer piece = ByteBuffer.allocate(
                        (int) Math.min(Math.min(serving.credit, available(serving)), Signal.MAX_CHUNK));
                boolean isThere = serving.spool.isPresent()
                        ? serving.spool.get().take(piece)
                        : serving.copied.content(serving.type).read(serving.position, piece);
                if (!isThere) {
                    end(serving, new Signal.Abort(serving.transfer, Reason.OWNER_REFUSED));
                    return;
                }
                piece.flip();
                serving.position += piece.remaining();
                serving.credit -= piece.remaining();
                own.hear(new Signal.Chunk(serving.transfer, piece));
                if (!servings.containsKey(serving.transfer)) {
                    return;
                }
            }
            boolean isWhole = serving.spool.isEmpty() || serving.isWhole;
            if (isWhole && available(serving) == 0) {
                end(serving, new Signal.End(serving.transfer));
            }
        }

        private long available(Serving serving) {
            return serving.spool
                    .map(Spool::size)
                    .orElseGet(() -> serving.copied.content(serving.type).size() - serving.position);
        }

        private void end(Serving serving, Signal last) {
            servings.remove(serving.transfer);
            serving.end();
            own.hear(last);
        }

        private void end() {
            servings.values().forEach(Serving::end);
            servings.clear();
            List.copyOf(held.keySet()).forEach(this::letGo);
        }
    }
}
