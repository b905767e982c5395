package hyperclip.core.qga;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.wire.Connection;
import hyperclip.core.wire.ProtocolException;
import hyperclip.core.wire.Spool;
import hyperclip.core.wire.Version;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// One channel of this protocol, on which somebody asks for commands: the port, or a local client.
///
/// Replies keep the order of the commands: the first of those that wait is being carried out, the others
/// follow. A sync drops all of them, and with them what this channel writes and reads, and the events it has
/// asked for: whoever syncs begins anew.
///
/// ```
/// waiting ──all before it answered──▶ being carried out ──▶ answered
///    └───────────── sync ─────────────────┴──▶ dropped
/// ```
public final class QgaConnection implements Connection, Clipboards.Watcher {

    /// The longest command, in bytes; QEMU's own is 64 MiB (MAX_TOKEN_SIZE in json-streamer.c).
    static final int MAX_COMMAND = 4 * 1024 * 1024;

    /// So much room every channel has for a command, in bytes; what it needs beyond that all of them share.
    private static final int SHORT = 4096;

    /// How many commands may wait. What is read at once holds less of any that there are: whoever sends more
    /// sends nonsense, and is cut off.
    static final int MAX_WAITING = 16 * 1024;

    /// How many bytes they may have together: on a port nothing can be left unread.
    static final long MAX_WAITING_BYTES = 64L * 1024 * 1024;

    /// With so many commands waiting no more should be read, nor is it seen meanwhile that their asker has left.
    static final int BUSY = 1024;

    /// Nor with so many bytes of them behind the one that is being carried out.
    static final long BUSY_BYTES = 1024 * 1024;

    /// How many bytes of replies may wait: the longest reply of a real qemu-ga and as much again.
    static final long MAX_UNREAD = 2 * OtherQga.MAX_REPLY;

    /// With so many bytes of replies unread no further command is carried out.
    static final long UNREAD = 1024 * 1024;

    /// The most that one piece may have, in bytes. In base64 it is far below the 10 MiB that libvirt takes
    /// (src/qemu/qemu_agent.c, QEMU_AGENT_MAX_RESPONSE).
    static final int MAX_PIECE_READ = 1024 * 1024;

    /// What guest-file-read gives where nothing else is said (qga/commands-posix.c, GUEST_FILE_READ_COUNT_DEFAULT).
    static final int USUAL_PIECE = 4096;

    /// How long guest-clipboard-wait may wait, in milliseconds.
    static final long MAX_TIMEOUT = 3_600_000;

    static final long USUAL_TIMEOUT = 30_000;

    /// How many copies one channel may be writing.
    static final int MAX_DRAFTS = 4;

    /// How many events may wait for a reader; the oldest give way.
    static final int MAX_EVENTS = 512;

    /// After a clearing a selection is held for so long, in milliseconds: whoever held it is told that it is lost.
    static final long HELD_EMPTY = 500;

    /// What is answered here whatever is the matter.
    private static final List<String> ALWAYS =
            List.of("guest-sync-delimited", "guest-sync", "guest-ping", "guest-info");

    private final Clipboards clipboards;
    private final Optional<QgaQueue> other;
    private final boolean passesAll;
    private final Owner owner;
    private final LongSupplier millis;
    private final JsonSplitter splitter = new JsonSplitter(new Commands());
    private byte[] command = new byte[SHORT];
    private int length;
    private final Deque<Entry> waiting = new ArrayDeque<>();
    private final Supplier<Spool> spools;
    private Spool unread;
    private final Map<Long, Draft> drafts = new HashMap<>();
    private final Map<Object, Map<String, Object>> events = new LinkedHashMap<>();
    private final Set<Clearing> clearings = new LinkedHashSet<>();
    private Optional<QgaReading> reading = Optional.empty();
    private long handles;
    private long waitingBytes;
    private boolean isFlooded;
    private boolean isSubscribed;
    private boolean isRunning;

    /// Whoever holds the connection.
    public interface Owner {

        /// Something waits to be sent.
        void hasToSend();
    }

    /// A copy that is being written.
    private record Draft(Optional<String> session, Selection selection, Map<MimeType, Store> contents) {}

    /// A selection that is held empty until this moment.
    private record Clearing(Clipboards.Seat seat, Selection selection, OfferId empty, long until) {
        void end() {
            seat.release(selection, empty);
        }
    }

    /// One command that waits or is being carried out.
    private final class Entry implements QgaAnswer, OtherQga.Asker {
        final Optional<QgaCommand> command;
        final Optional<Object> id;
        /// What is wrong with it where it cannot be carried out.
        final Optional<QgaException> failure;
        /// How long it was, in bytes.
        final int length;
        /// How much of the memory that all channels share it takes, in bytes.
        final int borrowed;
        /// Of one that is passed on, what is sent; with its place it goes to the queue.
        private Optional<Spool> line = Optional.empty();

        private boolean isStarted;
        /// Where it waits for something to change.
        private long since;
        private long until = Long.MAX_VALUE;
        private boolean waitsForNews;

        Entry(QgaCommand.Read read, int length) {
            this.length = length;
            this.borrowed = length > SHORT ? length : 0;
            this.command = read.command();
            this.id = read.id();
            this.failure = read.failure();
        }

        Entry(String name, Optional<Object> id, Spool line) {
            this.length = (int) line.size();
            this.borrowed = 0;
            this.command = Optional.of(new QgaCommand(name, Map.of(), id));
            this.id = id;
            this.failure = Optional.empty();
            this.line = Optional.of(line);
        }

        Entry(String failure) {
            this.length = 0;
            this.borrowed = 0;
            this.command = Optional.empty();
            this.id = Optional.empty();
            this.failure = Optional.of(new QgaException(failure));
        }

        private boolean isCurrent() {
            return waiting.peek() == this;
        }

        @Override
        public void give(Object value) {
            answer(Optional.empty(), "return", value);
        }

        @Override
        public void fail(QgaException failure) {
            answer(Optional.empty(), "error", failure.json());
        }

        private void answer(Optional<Byte> before, String member, Object value) {
            if (!isCurrent()) {
                return;
            }
            Map<String, Object> reply = new LinkedHashMap<>();
            reply.put(member, value);
            id.ifPresent(known -> reply.put(QgaCommand.ID, known));
            before.ifPresent(one -> put(ByteBuffer.wrap(new byte[] {one})));
            put(ByteBuffer.wrap(Json.line(reply)));
            over();
        }

        /// It takes no room any more.
        private void leave() {
            clipboards.memory().giveBack(borrowed);
            waitingBytes -= length;
            line.ifPresent(Spool::close);
        }

        private void over() {
            waiting.remove().leave();
            owner.hasToSend();
            run();
        }

        @Override
        public void replied(Optional<Spool> reply) {
            boolean isMine = isCurrent();
            if (isMine && reply.isPresent()) {
                if (isInfo()) {
                    giveInfo(reply.get());
                    return;
                }
                ByteBuffer piece = ByteBuffer.allocate(MAX_PIECE);
                while (reply.get().size() > 0 && reply.get().take(piece)) {
                    put(piece.flip());
                    piece.clear();
                }
                put(ByteBuffer.wrap(new byte[] {'\n'}));
            }
            reply.ifPresent(Spool::close);
            if (isMine) {
                over();
            }
        }

        @Override
        public void failed(QgaException failure) {
            if (isInfo()) {
                // We are there.
                give(info(Version.NUMBER, List.of()));
            } else {
                fail(failure);
            }
        }

        private boolean isInfo() {
            return command.isPresent() && command.get().name().equals("guest-info");
        }

        private void giveInfo(Spool reply) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(reply.size(), OtherQga.MAX_OWN_REPLY));
            reply.take(bytes);
            reply.close();
            try {
                if (Json.read(bytes.array(), bytes.position()) instanceof Map<?, ?> members
                        && members.get("return") instanceof Map<?, ?> info) {
                    give(info(String.valueOf(info.get("version")), OtherQga.commands(QgaCommand.members(members))));
                    return;
                }
            } catch (QgaException e) {
                // Said below.
            }
            fail(new QgaException("what qemu-ga answers to guest-info is no such list"));
        }
    }

    /// @param other the way to a real qemu-ga, where there may be one
    /// @param passesAll whether commands that are not about clipboards may go that way
    /// @param spools for replies that are not read at once
    public QgaConnection(
            Clipboards clipboards,
            Optional<QgaQueue> other,
            boolean passesAll,
            Supplier<Spool> spools,
            Owner owner,
            LongSupplier millis) {
        this.clipboards = clipboards;
        this.other = other;
        this.passesAll = passesAll;
        this.spools = spools;
        this.unread = spools.get();
        this.owner = owner;
        this.millis = millis;
    }

    @Override
    public void start() {
        clipboards.watch(this);
    }

    @Override
    public void received(ByteBuffer bytes) {
        splitter.read(bytes);
    }

    private final class Commands implements JsonSplitter.Sink {

        @Override
        public void part(ByteBuffer bytes) {
            int more = bytes.remaining();
            if (length + more > MAX_COMMAND) {
                passOver("JSON token size limit exceeded");
                return;
            }
            if (length + more > command.length) {
                int larger = Math.min(MAX_COMMAND, Math.max(length + more, 2 * command.length));
                if (!clipboards.memory().take(larger - command.length)) {
                    passOver("too many long commands come at once; say it again in a moment");
                    return;
                }
                command = Arrays.copyOf(command, larger);
            }
            bytes.get(command, length, more);
            length += more;
        }

        @Override
        public void whole() {
            QgaCommand.Read read = QgaCommand.read(command, length);
            int size = length;
            forget();
            Entry entry = entry(read, size);
            if (entry.command.isPresent() && isSync(entry.command.get())) {
                dropAll();
            }
            add(entry);
        }

        @Override
        public void broken(String why) {
            forget();
            add(new Entry(why));
        }

        private void passOver(String why) {
            forget();
            splitter.passOver();
            add(new Entry(why));
        }
    }

    /// One that is passed on waits as it is sent, which takes no memory where it is long.
    private Entry entry(QgaCommand.Read read, int size) {
        if (read.command().isEmpty() || isAnsweredHere(read.command().get().name())) {
            return new Entry(read, size);
        }
        Spool line = spools.get();
        if (!read.command().get().writeTo(line)) {
            line.close();
            return new Entry("there is no room for so long a command to wait in");
        }
        return new Entry(read.command().get().name(), read.id(), line);
    }

    private static boolean isAnsweredHere(String name) {
        return ALWAYS.contains(name) || ClipboardCommand.of(name).isPresent();
    }

    /// What has come of a command is nothing, or has been read.
    private void forget() {
        length = 0;
        if (command.length > SHORT) {
            clipboards.memory().giveBack(command.length - SHORT);
            command = new byte[SHORT];
        }
    }

    private static boolean isSync(QgaCommand read) {
        return read.name().equals("guest-sync") || read.name().equals("guest-sync-delimited");
    }

    private void dropAll() {
        waiting.forEach(Entry::leave);
        waiting.clear();
        reading.ifPresent(QgaReading::drop);
        drafts.values().forEach(QgaConnection::discard);
        drafts.clear();
        isSubscribed = false;
        events.clear();
    }

    private static void discard(Draft draft) {
        draft.contents.values().forEach(Store::close);
    }

    private void add(Entry entry) {
        if (waiting.size() >= MAX_WAITING
                || waitingBytes + entry.length > MAX_WAITING_BYTES
                || !clipboards.memory().take(entry.borrowed)) {
            entry.line.ifPresent(Spool::close);
            isFlooded = true;
            owner.hasToSend();
            return;
        }
        waiting.add(entry);
        waitingBytes += entry.length;
        Entry first = waiting.element();
        if (first != entry && first.waitsForNews) {
            tellNews(first);
        }
        run();
    }

    /// Adds to what waits to be read. Where there is no room the channel is cut off: nobody could make sense of
    /// a part.
    private void put(ByteBuffer bytes) {
        if (!unread.add(bytes)) {
            isFlooded = true;
            owner.hasToSend();
        }
    }

    /// Carries out what is next, until one has to wait.
    private void run() {
        if (isRunning) {
            return;
        }
        isRunning = true;
        try {
            while (!waiting.isEmpty() && !waiting.element().isStarted && unread.size() < UNREAD) {
                Entry entry = waiting.element();
                entry.isStarted = true;
                try {
                    carryOut(entry);
                } catch (QgaException e) {
                    entry.fail(e);
                }
            }
        } finally {
            isRunning = false;
        }
    }

    private void carryOut(Entry entry) throws QgaException {
        if (entry.failure.isPresent()) {
            throw entry.failure.get();
        }
        QgaCommand asked = entry.command.orElseThrow();
        switch (asked.name()) {
            case "guest-sync" -> entry.give(syncId(asked));
            case "guest-sync-delimited" -> entry.answer(Optional.of(JsonSplitter.SENTINEL), "return", syncId(asked));
            case "guest-ping" -> {
                asked.allow(List.of());
                entry.give(Map.of());
            }
            case "guest-info" -> {
                asked.allow(List.of());
                if (other.isPresent() && !other.get().isAway()) {
                    other.get().ask(asked.name(), line(asked), entry);
                } else {
                    entry.give(info(Version.NUMBER, List.of()));
                }
            }
            default -> {
                Optional<ClipboardCommand> ours = ClipboardCommand.of(asked.name());
                if (ours.isPresent()) {
                    ours.get().check(asked);
                    checkNotFrozen(asked);
                    carryOut(ours.get(), asked, entry);
                } else {
                    pass(asked, entry);
                }
            }
        }
    }

    private static long syncId(QgaCommand asked) throws QgaException {
        asked.allow(List.of("id"));
        return asked.integer("id").orElseThrow(() -> QgaCommand.missing("id"));
    }

    private void pass(QgaCommand asked, Entry entry) throws QgaException {
        if (other.isEmpty()) {
            throw QgaException.notFound(
                    asked.name(),
                    "Hyperclip has none of this name, and passes none on: --qemu-ga SOCKET names a qemu-ga");
        }
        if (!passesAll) {
            throw QgaException.disabled(
                    asked.name(), "this socket carries commands about clipboards only (--listen-qga-all has all)");
        }
        Spool line = entry.line.orElseThrow();
        entry.line = Optional.empty();
        other.get().ask(asked.name(), line, entry);
    }

    private Spool line(QgaCommand asked) {
        Spool line = spools.get();
        asked.writeTo(line);
        return line;
    }

    private void checkNotFrozen(QgaCommand asked) throws QgaException {
        if (clipboards.isFrozen()) {
            throw QgaException.disabled(asked.name(), "the agent is in frozen state");
        }
    }

    private Map<String, Object> info(String version, List<Map<String, Object>> others) {
        List<Object> commands = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>(ALWAYS);
        for (ClipboardCommand one : ClipboardCommand.values()) {
            names.add(one.word());
        }
        for (String name : names) {
            commands.add(command(name, !clipboards.isFrozen() || ALWAYS.contains(name)));
        }
        for (Map<String, Object> one : others) {
            if (!names.contains(String.valueOf(one.get("name")))) {
                Map<String, Object> copy = new LinkedHashMap<>(one);
                if (!passesAll) {
                    copy.put("enabled", false);
                }
                commands.add(copy);
            }
        }
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("version", version);
        info.put("supported_commands", commands);
        return info;
    }

    private static Map<String, Object> command(String name, boolean isEnabled) {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("enabled", isEnabled);
        about.put("name", name);
        about.put("success-response", true);
        return about;
    }

    private void carryOut(ClipboardCommand ours, QgaCommand asked, Entry entry) throws QgaException {
        switch (ours) {
            case SESSIONS -> entry.give(clipboards.sessions());
            case TYPES -> entry.give(types(asked));
            case READ -> read(asked, entry);
            case OPEN -> entry.give(open(asked));
            case WRITE -> entry.give(write(asked));
            case COMMIT -> {
                long handle = asked.integer("handle").orElseThrow();
                Draft draft = draft(handle);
                if (draft.contents.isEmpty()) {
                    throw new QgaException("nothing has been written to handle " + handle);
                }
                List<Clipboards.Seat> where = clipboards.seats(draft.session);
                drafts.remove(handle);
                entry.give(offered(
                        where,
                        draft.selection,
                        Copied.written(clipboards.newId(), draft.contents),
                        OptionalLong.empty()));
            }
            case CANCEL -> {
                long handle = asked.integer("handle").orElseThrow();
                discard(draft(handle));
                drafts.remove(handle);
                entry.give(Map.of());
            }
            case CLEAR -> clear(asked, entry);
            case OFFER -> {
                List<MimeType> types = new ArrayList<>();
                for (String type : asked.texts("types", Signal.MAX_TYPES).orElseThrow()) {
                    types.add(type(Optional.of(type)));
                }
                entry.give(offered(
                        clipboards.seats(asked.text("session")),
                        selection(asked),
                        Copied.offered(
                                clipboards.newId(), types.stream().distinct().toList()),
                        asked.integer("age", 0, Signal.Offer.UNKNOWN_AGE)));
            }
            case SUPPLY ->
                entry.give(Map.of(
                        "waiting",
                        clipboards.supply(
                                asked.integer("request").orElseThrow(),
                                asked.content("buf-b64").orElse(new byte[0]),
                                asked.truth("eof").orElse(false),
                                asked.text("refusal"))));
            case CHANGES -> entry.give(clipboards.changes(since(asked)));
            case WAIT -> awaitNews(asked, entry);
            case SUBSCRIBE -> {
                isSubscribed = asked.truth("enable").orElse(true);
                if (!isSubscribed) {
                    events.clear();
                }
                entry.give(Map.of());
            }
        }
    }

    private static long since(QgaCommand asked) throws QgaException {
        return asked.integer("since", 0, Long.MAX_VALUE).orElse(0);
    }

    private static Selection selection(QgaCommand asked) throws QgaException {
        Optional<String> word = asked.text("selection");
        if (word.isEmpty()) {
            return Selection.CLIPBOARD;
        }
        for (Selection selection : Selection.values()) {
            if (selection.word().equals(word.get())) {
                return selection;
            }
        }
        throw new QgaException("Invalid parameter '" + word.get() + "'");
    }

    private static MimeType type(Optional<String> name) throws QgaException {
        if (name.isEmpty()) {
            return MimeType.TEXT;
        }
        return MimeType.of(name.get())
                .orElseThrow(() -> new QgaException(
                        "Parameter 'type' expects a MIME type of at most " + MimeType.MAX_LENGTH + " characters"));
    }

    private List<Object> types(QgaCommand asked) throws QgaException {
        List<Object> holdings = new ArrayList<>();
        Optional<String> only = asked.text("selection");
        Selection wanted = selection(asked);
        for (Clipboards.Seat seat : clipboards.seats(asked.text("session"))) {
            for (Selection selection : Selection.values()) {
                if (only.isPresent() && selection != wanted) {
                    continue;
                }
                clipboards.holding(seat, selection).ifPresent(held -> {
                    Map<String, Object> row = new LinkedHashMap<>();
                    row.put("session", seat.name);
                    row.put("selection", selection.word());
                    row.put("own", seat.isOwn(held));
                    row.put("age", held.offer().age());
                    row.put("offer", held.offer().id().hex());
                    row.put(
                            "types",
                            held.offer().types().stream()
                                    .<Object>map(MimeType::name)
                                    .toList());
                    holdings.add(row);
                });
            }
        }
        return holdings;
    }

    private void read(QgaCommand asked, Entry entry) throws QgaException {
        Clipboards.Seat seat = clipboards.seat(asked.text("session"));
        Selection selection = selection(asked);
        long offset = asked.integer("offset", 0, Signal.MAX_LIMIT).orElse(0);
        long count = asked.integer("count", 1, Integer.MAX_VALUE).orElse(USUAL_PIECE);
        MimeType type = type(asked.text("type"));
        Hub.Holding held = clipboards
                .holding(seat, selection)
                .orElseThrow(() -> new QgaException("nothing is offered in " + seat.name + "'s " + selection.word()));
        OfferId offer = held.offer().id();
        Optional<String> expected = asked.text("offer");
        if (expected.isPresent() && !expected.get().equals(offer.hex())) {
            throw new QgaException("another copy has taken the place of " + expected.get());
        }
        if (!held.offer().types().contains(type)) {
            throw new QgaException("the copy has no type " + type + "; it has "
                    + String.join(
                            ", ",
                            held.offer().types().stream().map(MimeType::name).toList()));
        }
        if (reading.isEmpty()) {
            reading = Optional.of(new QgaReading(clipboards));
        }
        reading.get()
                .read(
                        new QgaReading.What(seat, selection, offer, type),
                        offset,
                        (int) Math.min(count, MAX_PIECE_READ),
                        entry);
    }

    private long open(QgaCommand asked) throws QgaException {
        if (drafts.size() >= MAX_DRAFTS) {
            throw new QgaException(MAX_DRAFTS + " copies are being written on this channel already");
        }
        drafts.put(++handles, new Draft(asked.text("session"), selection(asked), new LinkedHashMap<>()));
        return handles;
    }

    private Draft draft(long handle) throws QgaException {
        Draft draft = drafts.get(handle);
        if (draft == null) {
            throw new QgaException("handle '" + handle + "' has not been found");
        }
        return draft;
    }

    private Map<String, Object> write(QgaCommand asked) throws QgaException {
        MimeType type = type(asked.text("type"));
        byte[] content = asked.content("buf-b64").orElseThrow();
        if (!asked.arguments().containsKey("handle")) {
            // All of a copy of one type at once.
            Selection selection = selection(asked);
            List<Clipboards.Seat> where = clipboards.seats(asked.text("session"));
            Map<MimeType, Store> contents = new LinkedHashMap<>();
            contents.put(type, filled(clipboards.newStore(), content));
            Map<String, Object> written = new LinkedHashMap<>(
                    offered(where, selection, Copied.written(clipboards.newId(), contents), OptionalLong.empty()));
            written.put("count", content.length);
            return written;
        }
        for (String name : List.of("session", "selection")) {
            if (asked.arguments().containsKey(name)) {
                throw new QgaException(
                        "Parameter '" + name + "' belongs to guest-clipboard-open where there is a handle");
            }
        }
        Draft draft = draft(asked.integer("handle").orElseThrow());
        if (!draft.contents.containsKey(type) && draft.contents.size() >= Signal.MAX_TYPES) {
            throw new QgaException("a copy has at most " + Signal.MAX_TYPES + " types");
        }
        try {
            filled(draft.contents.computeIfAbsent(type, _ -> clipboards.newStore()), content);
        } catch (QgaException e) {
            // A part of a copy is none.
            discard(draft);
            drafts.values().remove(draft);
            throw e;
        }
        return Map.of("count", content.length);
    }

    private static Store filled(Store store, byte[] content) throws QgaException {
        if (!store.add(ByteBuffer.wrap(content))) {
            store.close();
            throw new QgaException("there is no room for so much content");
        }
        return store;
    }

    private Map<String, Object> offered(
            List<Clipboards.Seat> where, Selection selection, Copied copied, OptionalLong age) {
        clipboards.offer(where, selection, copied, age);
        return Map.of("offer", copied.id().hex());
    }

    /// Empties a selection, whoever holds it: takes it with nothing in it, and lets it go.
    private void clear(QgaCommand asked, Entry entry) throws QgaException {
        List<Clipboards.Seat> where = clipboards.seats(asked.text("session"));
        Selection selection = selection(asked);
        Map<MimeType, Store> nothing = new LinkedHashMap<>();
        nothing.put(MimeType.TEXT, clipboards.newStore());
        OfferId empty = clipboards.newId();
        clipboards.offer(where, selection, Copied.written(empty, nothing), OptionalLong.empty());
        where.forEach(seat -> clearings.add(new Clearing(seat, selection, empty, millis.getAsLong() + HELD_EMPTY)));
        entry.give(Map.of());
    }

    private void awaitNews(QgaCommand asked, Entry entry) throws QgaException {
        entry.since = since(asked);
        long timeout = asked.integer("timeout", 0, MAX_TIMEOUT).orElse(USUAL_TIMEOUT);
        entry.until = millis.getAsLong() + timeout;
        entry.waitsForNews = true;
        if (clipboards.hasNews(entry.since) || waiting.size() > 1) {
            tellNews(entry);
        }
    }

    private void tellNews(Entry entry) {
        entry.give(clipboards.changes(entry.since));
    }

    private void newsCame() {
        Entry first = waiting.peek();
        if (first != null && first.waitsForNews) {
            tellNews(first);
        }
    }

    @Override
    public void changed(Map<String, Object> change) {
        newsCame();
        if (isSubscribed) {
            event("CLIPBOARD_CHANGED", List.of(change.get("session"), change.get("selection")), change);
        }
    }

    @Override
    public void sessionsChanged() {
        newsCame();
    }

    @Override
    public void requested(Map<String, Object> request) {
        newsCame();
        if (isSubscribed) {
            event("CLIPBOARD_REQUESTED", request.get("request"), request);
        }
    }

    /// Of those about one thing only the last waits.
    private void event(String name, Object key, Map<String, Object> data) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("event", name);
        event.put("data", data);
        events.remove(key);
        if (events.size() >= MAX_EVENTS) {
            events.remove(events.keySet().iterator().next());
        }
        events.put(key, event);
        owner.hasToSend();
    }

    @Override
    public boolean isBusy() {
        Entry first = waiting.peek();
        return first != null && (waiting.size() >= BUSY || waitingBytes - first.length > BUSY_BYTES);
    }

    @Override
    public boolean speaksFirst() {
        return false;
    }

    @Override
    public boolean isGreeted() {
        return true;
    }

    @Override
    public boolean hasToSend() {
        return unread.size() > 0 || !events.isEmpty();
    }

    @Override
    public ByteBuffer[] next() {
        if (unread.size() == 0) {
            Iterator<Map<String, Object>> first = events.values().iterator();
            if (!first.hasNext()) {
                return null;
            }
            put(ByteBuffer.wrap(Json.line(first.next())));
            first.remove();
        }
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(unread.size(), MAX_PIECE));
        if (!unread.take(piece)) {
            isFlooded = true;
            unread.close();
        }
        run();
        return new ByteBuffer[] {piece.flip()};
    }

    @Override
    public boolean isOverfull() {
        return unread.size() > MAX_UNREAD || isFlooded;
    }

    @Override
    public long deadline() {
        if (isFlooded) {
            return millis.getAsLong();
        }
        long deadline = waiting.isEmpty() ? Long.MAX_VALUE : waiting.element().until;
        for (Clearing clearing : clearings) {
            deadline = Math.min(deadline, clearing.until);
        }
        return deadline;
    }

    @Override
    public void tick() throws ProtocolException {
        if (isFlooded) {
            isFlooded = false;
            throw new ProtocolException(
                    "more than " + MAX_WAITING + " commands wait, or " + Clipboards.MAX_COMMANDS
                            + " bytes of them on all channels, or a reply finds no room",
                    0);
        }
        long now = millis.getAsLong();
        Entry first = waiting.peek();
        if (first != null && first.waitsForNews && first.until <= now) {
            tellNews(first);
        }
        for (Clearing clearing : List.copyOf(clearings)) {
            if (clearing.until <= now) {
                clearings.remove(clearing);
                clearing.end();
            }
        }
    }

    @Override
    public void refuse(String why) {
        // There is no word for it that is not a reply.
    }

    @Override
    public void closeAll() {
        dropAll();
        forget();
        clipboards.unwatch(this);
        reading.ifPresent(QgaReading::close);
        reading = Optional.empty();
        clearings.forEach(Clearing::end);
        clearings.clear();
        unread.close();
    }

    /// Nobody is at the other side of the port, or it reads no more: whoever comes there next has asked for nothing.
    @Override
    public void portLost(String why) {
        dropAll();
        splitter.begin();
        forget();
        unread.close();
        unread = spools.get();
    }
}
