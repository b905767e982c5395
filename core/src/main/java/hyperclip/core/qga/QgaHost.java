package hyperclip.core.qga;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import hyperclip.core.wire.Parts;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// The host's side of this protocol: joins the sessions of a machine to a hub, with commands alone, because what
/// carries
/// them may drop events (libvirt does).
///
/// One command is asked for at a time. Where nothing else is to be asked for, it is asked what has changed:
/// either by guest-clipboard-wait, which another command ends, or, where the way is shared with others that
/// must not wait, by guest-clipboard-changes now and then, rarer the longer nothing changes.
///
/// ```
/// unknown ──guest-clipboard-changes answered──▶ joined ──another instance, end──▶ unknown
/// ```
public final class QgaHost {

    /// How often it is asked what has changed, where that is not waited for: at first, and at the rarest, in
    /// milliseconds.
    static final long POLL_AT_FIRST = 250;

    static final long POLL_AT_LAST = 2_000;

    /// How long one guest-clipboard-wait waits, in milliseconds.
    static final long WAIT = 5_000;

    /// How long its reply may take beyond that, in milliseconds.
    static final long LATE_BY = 2_000;

    /// How long the reply of any other command may take, in milliseconds: an application may take ten seconds
    /// to hand out what it copied.
    static final long ANSWER_WITHIN = 12_000;

    /// Where the application in the guest has so many bytes to take it gets no more for a moment.
    static final long WAITING = 1024 * 1024;

    /// How long that moment is, in milliseconds.
    static final long MOMENT = 50;

    /// What a paste in the guest may have on its way here, in bytes.
    private static final int WINDOW = 512 * 1024;

    static final int MAX_SESSIONS = 128;

    /// How many pastes of a machine are supplied at once; each takes a window of memory.
    static final int MAX_SUPPLIES = 32;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._:@-]{1,64}");

    private final Carrier carrier;
    private final Sessions hub;
    private final boolean waits;
    private final int piece;
    private final LongSupplier millis;
    private final Deque<Call> calls = new ArrayDeque<>();
    private final Deque<Call> asked = new ArrayDeque<>();
    private final Map<String, Session> sessions = new LinkedHashMap<>();
    /// What a session gives to a paste in the guest, by the number that the guest has for it.
    private final Map<Long, Supplying> supplies = new HashMap<>();

    private String instance = "";
    private long serial;
    private long pause = POLL_AT_FIRST;
    private long nextLook;
    private long lookedAt;
    private long lastId;
    private long askedAt;
    private boolean isOver;

    /// What carries commands to the machine.
    public interface Carrier {

        /// Asks for a command; its reply is told to [#received] or [#refused].
        ///
        /// @param line with its end
        void ask(byte[] line);

        /// The machine has answered.
        void joined();

        /// It is of no more use, and why: to be begun anew.
        void lost(String why);
    }

    /// Where the sessions of the machine are joined to a hub.
    public interface Sessions {

        /// A session has come.
        View open(String session, String user, String display, Function<View, Peer> peer);

        /// A session has gone.
        void close(String session, View view);
    }

    /// @param arguments made when its turn comes; none where there is nothing to be asked for any more
    private record Call(
            long id,
            ClipboardCommand command,
            Supplier<Optional<Map<String, Object>>> arguments,
            Consumer<Map<String, Object>> returned,
            Consumer<String> failed) {}

    /// @param waits whether what has changed may be waited for
    /// @param piece how many bytes of content one command carries at the most
    public QgaHost(Carrier carrier, Sessions hub, boolean waits, int piece, LongSupplier millis) {
        this.carrier = carrier;
        this.hub = hub;
        this.waits = waits;
        this.piece = piece;
        this.millis = millis;
    }

    /// Begins.
    public void start() {
        look();
    }

    /// Asks what has changed.
    private void look() {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("since", serial);
        boolean isWait = waits && !instance.isEmpty();
        if (isWait) {
            arguments.put("timeout", WAIT);
        }
        nextLook = Long.MAX_VALUE;
        lookedAt = millis.getAsLong();
        send(new Call(
                ++lastId,
                isWait ? ClipboardCommand.WAIT : ClipboardCommand.CHANGES,
                () -> Optional.of(arguments),
                this::learn,
                why -> lose("it has no commands about clipboards, or refuses them: " + why)));
    }

    private boolean isWaiting() {
        return !asked.isEmpty() && asked.getLast().command == ClipboardCommand.WAIT;
    }

    private void call(
            ClipboardCommand command,
            Supplier<Optional<Map<String, Object>>> arguments,
            Consumer<Map<String, Object>> returned,
            Consumer<String> failed) {
        calls.add(new Call(++lastId, command, arguments, returned, failed));
        goOn();
    }

    /// @return whether there was something to be asked for
    private boolean send(Call call) {
        Optional<Map<String, Object>> arguments = call.arguments.get();
        arguments.ifPresent(all -> {
            asked.add(call);
            askedAt = millis.getAsLong();
            carrier.ask(new QgaCommand(call.command.word(), all, Optional.of(call.id)).line());
        });
        return arguments.isPresent();
    }

    private void goOn() {
        if (isOver) {
            return;
        }
        if (asked.isEmpty() && !calls.isEmpty() && millis.getAsLong() >= lookedAt + POLL_AT_FIRST) {
            // However much there is to ask for: what is new is told by nothing else.
            look();
        }
        boolean isSent = false;
        while (!isSent && !calls.isEmpty() && (asked.isEmpty() || (asked.size() == 1 && isWaiting()))) {
            isSent = send(calls.remove());
        }
        if (asked.isEmpty() && waits) {
            look();
        }
    }

    /// A reply has come.
    ///
    /// @param bytes one JSON value
    public void received(byte[] bytes) {
        if (isOver) {
            return;
        }
        try {
            if (!(Json.read(bytes, bytes.length) instanceof Map<?, ?> members)) {
                throw new QgaException("a reply that is no object");
            }
            reply(QgaCommand.members(members));
        } catch (QgaException e) {
            lose(e.getMessage());
        }
    }

    private void reply(Map<String, Object> members) {
        if (members.get("event") instanceof String) {
            return;
        }
        Call call = asked.peek();
        if (call == null || !Long.valueOf(call.id).equals(members.get(QgaCommand.ID))) {
            // Of something that was given up: of what was asked before this side began anew.
            return;
        }
        asked.remove();
        askedAt = millis.getAsLong();
        if (members.get("return") instanceof Map<?, ?> returned) {
            call.returned.accept(QgaCommand.members(returned));
        } else {
            call.failed.accept(
                    members.get("error") instanceof Map<?, ?> error && error.get("desc") instanceof String why
                            ? cut(why)
                            : "a reply of another kind");
        }
        if (asked.isEmpty() && nextLook == Long.MAX_VALUE && !isOver) {
            nextLook = millis.getAsLong() + pause;
        }
        goOn();
    }

    /// What cannot be asked for, and why.
    ///
    /// @param why a sentence
    public void refused(String why) {
        Call call = asked.poll();
        if (call != null && !isOver) {
            call.failed.accept(cut(why));
            if (asked.isEmpty() && nextLook == Long.MAX_VALUE) {
                nextLook = millis.getAsLong() + pause;
            }
            goOn();
        }
    }

    /// A stranger's words, for a log.
    private static String cut(String text) {
        String printable = text.replaceAll("[\\p{Cc}\\p{Cf}]", "?");
        return printable.substring(0, Math.min(200, printable.length()));
    }

    private void lose(String why) {
        if (!isOver) {
            end();
            carrier.lost(why);
        }
    }

    /// Nothing more comes: all sessions go.
    public void end() {
        isOver = true;
        List.copyOf(sessions.values()).forEach(Session::close);
        sessions.clear();
        supplies.clear();
    }

    // ---- what has changed ----

    private void learn(Map<String, Object> news) {
        try {
            String now = text(news, "instance");
            if (!now.equals(instance)) {
                List.copyOf(sessions.values()).forEach(Session::close);
                sessions.clear();
                supplies.clear();
                boolean isPart = serial != 0;
                instance = now;
                serial = 0;
                carrier.joined();
                if (isPart) {
                    // It was asked what is newer than something that another one has said.
                    return;
                }
            }
            long before = serial;
            serial = number(news, "serial");
            pause = serial != before ? POLL_AT_FIRST : Math.min(POLL_AT_LAST, 2 * pause);
            meet(objects(news, "sessions", MAX_SESSIONS));
            for (Map<String, Object> change : objects(news, "changes", 2 * MAX_SESSIONS)) {
                Session session = sessions.get(text(change, "session"));
                if (session != null) {
                    session.learn(change);
                }
            }
            for (Map<String, Object> request : objects(news, "requests", Clipboards.MAX_REQUESTS)) {
                Session session = sessions.get(text(request, "session"));
                if (session != null && !supplies.containsKey(number(request, "request"))) {
                    session.supply(request);
                }
            }
        } catch (QgaException e) {
            lose(e.getMessage());
        }
    }

    private void meet(List<Map<String, Object>> told) throws QgaException {
        Set<String> there = new LinkedHashSet<>();
        for (Map<String, Object> one : told) {
            String name = text(one, "name");
            if (!NAME.matcher(name).matches() || !there.add(name)) {
                throw new QgaException("a session without a proper name, or told twice");
            }
            if (!sessions.containsKey(name)) {
                sessions.put(name, new Session(name, text(one, "user"), text(one, "display")));
            }
        }
        for (Session session : List.copyOf(sessions.values())) {
            if (!there.contains(session.name)) {
                sessions.remove(session.name);
                session.close();
            }
        }
    }

    private static String text(Map<String, Object> members, String name) throws QgaException {
        if (members.get(name) instanceof String text && text.length() <= MimeType.MAX_LENGTH) {
            return text;
        }
        throw new QgaException("a reply whose '" + name + "' is no short text");
    }

    private static long number(Map<String, Object> members, String name) throws QgaException {
        if (members.get(name) instanceof Long number && number >= 0) {
            return number;
        }
        throw new QgaException("a reply whose '" + name + "' is no whole number");
    }

    private static List<Map<String, Object>> objects(Map<String, Object> members, String name, int most)
            throws QgaException {
        if (members.get(name) instanceof List<?> items && items.size() <= most) {
            List<Map<String, Object>> objects = new ArrayList<>();
            for (Object item : items) {
                if (!(item instanceof Map<?, ?> object)) {
                    throw new QgaException("a reply whose '" + name + "' has something else than objects");
                }
                objects.add(QgaCommand.members(object));
            }
            return objects;
        }
        throw new QgaException("a reply whose '" + name + "' is no list of at most " + most);
    }

    private static Selection selection(Map<String, Object> members) throws QgaException {
        for (Selection selection : Selection.values()) {
            if (selection.word().equals(members.get("selection"))) {
                return selection;
            }
        }
        throw new QgaException("a reply with a selection that there is not");
    }

    // ---- time ----

    /// When [#tick()] is wanted next; `Long.MAX_VALUE` where nothing waits.
    public long deadline() {
        if (isOver) {
            return Long.MAX_VALUE;
        }
        long deadline = asked.isEmpty() ? nextLook : answerDue();
        for (Supplying supplying : supplies.values()) {
            deadline = Math.min(deadline, supplying.again);
        }
        return deadline;
    }

    private long answerDue() {
        return askedAt + (isWaiting() ? WAIT + LATE_BY : ANSWER_WITHIN);
    }

    /// Time has passed.
    public void tick() {
        if (isOver) {
            return;
        }
        long now = millis.getAsLong();
        if (!asked.isEmpty() && now >= answerDue()) {
            lose("it does not answer any more");
            return;
        }
        if (asked.isEmpty() && now >= nextLook) {
            look();
        }
        for (Supplying supplying : List.copyOf(supplies.values())) {
            if (supplying.again <= now) {
                supplying.again = Long.MAX_VALUE;
                supplying.goOn(true);
            }
        }
    }

    /// One session of the machine.
    private final class Session implements Peer {
        private final String name;
        private final View view;
        /// What the host offers here, by the guest's name for it.
        private final Map<Selection, Signal.Offer> offered = new EnumMap<>(Selection.class);

        private final Map<Selection, String> known = new EnumMap<>(Selection.class);
        private final Map<Selection, OfferId> own = new EnumMap<>(Selection.class);
        private final Map<Selection, Signal> unsaid = new EnumMap<>(Selection.class);
        private final Map<Long, Reading> readings = new HashMap<>();
        private final Map<Long, Supplying> pastes = new HashMap<>();

        Session(String name, String user, String display) {
            this.name = name;
            this.view = hub.open(name, cut(user), cut(display), opened -> this);
        }

        private void close() {
            hub.close(name, view);
            readings.clear();
            pastes.clear();
            supplies.values().removeIf(supplying -> supplying.session == this);
        }

        private Map<String, Object> at(Selection selection) {
            Map<String, Object> arguments = new LinkedHashMap<>();
            arguments.put("session", name);
            arguments.put("selection", selection.word());
            return arguments;
        }

        private void learn(Map<String, Object> change) throws QgaException {
            Selection selection = selection(change);
            boolean isItsOwn = Clipboards.BY_SESSION.equals(change.get("by"));
            List<MimeType> types = types(change);
            if (!isItsOwn) {
                // Ours, or what somebody wrote into it: not for the host.
                if (own.remove(selection) != null) {
                    view.hear(new Signal.Release(selection));
                }
                return;
            }
            known.remove(selection);
            offered.remove(selection);
            if (types.isEmpty()) {
                if (own.remove(selection) != null) {
                    view.hear(new Signal.Release(selection));
                }
                return;
            }
            OfferId id = OfferId.of(text(change, "offer"))
                    .orElseThrow(() -> new QgaException("a reply with an offer without a proper id"));
            long age = Math.min(number(change, "age"), Signal.Offer.UNKNOWN_AGE);
            own.put(selection, id);
            // It is heard of late, so that its age counts and not that it comes last.
            view.hear(new Signal.Offer(selection, id, types, age, Standing.RENEWED));
        }

        private List<MimeType> types(Map<String, Object> change) throws QgaException {
            if (!(change.get("types") instanceof List<?> items)) {
                throw new QgaException("a reply whose 'types' is no list");
            }
            return items.stream()
                    .filter(String.class::isInstance)
                    .flatMap(item -> MimeType.of((String) item).stream())
                    .distinct()
                    .limit(Signal.MAX_TYPES)
                    .toList();
        }

        @Override
        public void say(Signal signal) {
            switch (signal) {
                case Signal.Offer offer -> say(offer.selection(), offer);
                case Signal.Release release -> say(release.selection(), release);
                case Signal.Request request -> {
                    Reading reading = new Reading(request);
                    readings.put(request.transfer(), reading);
                    reading.goOn();
                }
                case Signal.Credit(long transfer, int bytes) -> {
                    Reading reading = readings.get(transfer);
                    if (reading != null) {
                        reading.credit += bytes;
                        reading.goOn();
                    }
                }
                case Signal.Chunk chunk -> {
                    Supplying supplying = pastes.get(chunk.transfer());
                    if (supplying != null) {
                        supplying.add(chunk.bytes());
                    }
                }
                case Signal.End(long transfer) -> {
                    Supplying supplying = pastes.get(transfer);
                    if (supplying != null) {
                        supplying.isWhole = true;
                        supplying.goOn(false);
                    }
                }
                case Signal.Abort abort -> {
                    readings.remove(abort.transfer());
                    Supplying supplying = pastes.get(abort.transfer());
                    if (supplying != null) {
                        supplying.refuse(abort.sentence());
                    }
                }
            }
        }

        /// Of what is offered and released before it could be said, only the last is.
        private void say(Selection selection, Signal signal) {
            own.remove(selection);
            if (unsaid.put(selection, signal) != null) {
                return;
            }
            if (signal instanceof Signal.Offer) {
                callOffer(selection);
            } else {
                callClear(selection);
            }
        }

        private void callOffer(Selection selection) {
            Signal.Offer[] said = new Signal.Offer[1];
            call(
                    ClipboardCommand.OFFER,
                    () -> {
                        if (!(unsaid.remove(selection) instanceof Signal.Offer offer)) {
                            return Optional.empty();
                        }
                        said[0] = offer;
                        Map<String, Object> arguments = at(selection);
                        arguments.put(
                                "types",
                                offer.types().stream()
                                        .<Object>map(MimeType::name)
                                        .toList());
                        if (offer.standing() == Standing.RENEWED) {
                            arguments.put("age", offer.age());
                        }
                        return Optional.of(arguments);
                    },
                    returned -> {
                        if (returned.get("offer") instanceof String id) {
                            known.put(selection, id);
                            offered.put(selection, said[0]);
                        }
                    },
                    why -> forget(selection));
        }

        private void forget(Selection selection) {
            known.remove(selection);
            offered.remove(selection);
        }

        /// Lets go what was offered here, unless the guest has let it go itself.
        private void callClear(Selection selection) {
            call(
                    ClipboardCommand.CLEAR,
                    () -> {
                        boolean isOffered = known.containsKey(selection);
                        forget(selection);
                        boolean isReleased = unsaid.remove(selection) instanceof Signal.Release;
                        return isReleased && isOffered ? Optional.of(at(selection)) : Optional.empty();
                    },
                    returned -> {},
                    why -> {});
        }

        private void supply(Map<String, Object> request) throws QgaException {
            Selection selection = selection(request);
            MimeType type = MimeType.of(text(request, "type"))
                    .orElseThrow(() -> new QgaException("a reply with a request for no type"));
            long number = number(request, "request");
            Supplying supplying = new Supplying(this, number);
            if (supplies.size() >= MAX_SUPPLIES) {
                supplying.refuse(Reason.TOO_MANY.sentence());
                return;
            }
            supplies.put(number, supplying);
            Signal.Offer offer = offered.get(selection);
            if (offer == null || !text(request, "offer").equals(known.get(selection))) {
                supplying.refuse(Reason.STALE.sentence());
                return;
            }
            supplying.transfer = view.newTransfer();
            pastes.put(supplying.transfer, supplying);
            view.hear(new Signal.Request(supplying.transfer, selection, offer.id(), type, WINDOW));
        }

        /// What the host pastes of this session's.
        private final class Reading {
            private final Signal.Request request;
            private long offset;
            private long credit;
            private boolean isAsking;

            Reading(Signal.Request request) {
                this.request = request;
                this.credit = request.credit();
            }

            private boolean isWanted() {
                return readings.get(request.transfer()) == this;
            }

            void goOn() {
                if (isAsking || credit == 0 || !isWanted()) {
                    return;
                }
                isAsking = true;
                long count = Math.min(credit, piece);
                call(
                        ClipboardCommand.READ,
                        () -> {
                            Map<String, Object> arguments = at(request.selection());
                            arguments.put("type", request.type().name());
                            arguments.put("offer", request.offer().hex());
                            arguments.put("offset", offset);
                            arguments.put("count", count);
                            return isWanted() ? Optional.of(arguments) : Optional.empty();
                        },
                        returned -> {
                            isAsking = false;
                            take(returned, count);
                        },
                        why -> end(new Signal.Abort(request.transfer(), reason(why))));
            }

            private void take(Map<String, Object> returned, long count) {
                byte[] bytes = returned.get("buf-b64") instanceof String text ? decode(text) : null;
                boolean isWhole = Boolean.TRUE.equals(returned.get("eof"));
                if (bytes == null || bytes.length > count || (bytes.length == 0 && !isWhole)) {
                    end(new Signal.Abort(request.transfer(), Reason.VIOLATION));
                    return;
                }
                offset += bytes.length;
                credit -= bytes.length;
                for (int at = 0; at < bytes.length && isWanted(); at += Signal.MAX_CHUNK) {
                    int length = Math.min(Signal.MAX_CHUNK, bytes.length - at);
                    view.hear(new Signal.Chunk(
                            request.transfer(),
                            ByteBuffer.wrap(bytes, at, length).slice()));
                }
                if (isWhole) {
                    end(new Signal.End(request.transfer()));
                } else {
                    goOn();
                }
            }

            private void end(Signal last) {
                if (isWanted()) {
                    readings.remove(request.transfer());
                    view.hear(last);
                }
            }
        }
    }

    private static byte[] decode(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// The reason behind a sentence of the other Hyperclip.
    private static Reason reason(String why) {
        for (Reason reason : Reason.values()) {
            // libvirt has words of its own before it.
            if (why.contains(reason.sentence())) {
                return reason;
            }
        }
        return Reason.OWNER_REFUSED;
    }

    /// A paste in the guest of what the host offers there.
    private final class Supplying {
        private final Session session;
        private final long number;
        private final Parts content = new Parts();
        private long transfer;
        private boolean isWhole;
        private boolean isAsking;
        private long waiting;
        /// When it is looked whether the application has taken something.
        private long again = Long.MAX_VALUE;

        Supplying(Session session, long number) {
            this.session = session;
            this.number = number;
        }

        void add(ByteBuffer bytes) {
            content.add(bytes);
            goOn(false);
        }

        /// @param looks whether to ask how much waits, too
        void goOn(boolean looks) {
            if (isAsking || (again != Long.MAX_VALUE && !looks) || !isWanted()) {
                return;
            }
            if (waiting > WAITING && !looks) {
                again = millis.getAsLong() + MOMENT;
                return;
            }
            byte[] next = waiting > WAITING ? new byte[0] : next();
            boolean isLast = isWhole && content.isEmpty() && waiting <= WAITING;
            if (next.length == 0 && !isLast && !looks) {
                return;
            }
            isAsking = true;
            call(
                    ClipboardCommand.SUPPLY,
                    () -> {
                        Map<String, Object> arguments = new LinkedHashMap<>();
                        arguments.put("request", number);
                        arguments.put("buf-b64", next);
                        arguments.put("eof", isLast);
                        return Optional.of(arguments);
                    },
                    returned -> {
                        isAsking = false;
                        waiting = returned.get("waiting") instanceof Long bytes ? bytes : 0;
                        if (isLast) {
                            forget();
                        } else {
                            grant(next.length);
                            goOn(false);
                        }
                    },
                    why -> {
                        boolean wasWanted = isWanted();
                        forget();
                        if (wasWanted) {
                            session.view.hear(new Signal.Abort(transfer, Reason.REQUESTER_GONE));
                        }
                    });
        }

        private void grant(int bytes) {
            if (bytes > 0 && isWanted()) {
                session.view.hear(new Signal.Credit(transfer, bytes));
            }
        }

        private byte[] next() {
            ByteBuffer next = ByteBuffer.allocate((int) Math.min(content.size(), piece));
            content.take(next);
            return next.array();
        }

        private boolean isWanted() {
            return supplies.get(number) == this;
        }

        private void forget() {
            supplies.remove(number, this);
            session.pastes.remove(transfer, this);
            content.clear();
        }

        void refuse(String why) {
            forget();
            Map<String, Object> arguments = new LinkedHashMap<>();
            arguments.put("request", number);
            arguments.put("refusal", why);
            call(ClipboardCommand.SUPPLY, () -> Optional.of(arguments), returned -> {}, refusal -> {});
        }
    }
}
