package hyperclip.core.qga;

import hyperclip.core.wire.Connection;
import hyperclip.core.wire.ProtocolException;
import hyperclip.core.wire.Spool;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// A real qemu-ga beside us (`qemu-ga -m unix-listen`), which carries out what we do not know.
///
/// It gets one command at a time, because its replies have nothing that says whose they are. Behind one that is
/// silent where it succeeds a sync is sent: whatever comes before the sync's reply is a failure.
///
/// ```
/// greeting ──its sync's reply──▶ learning ──guest-info, guest-fsfreeze-status──▶ idle ◀──reply──▶ busy
/// ```
public final class OtherQga implements Connection {

    /// The longest reply that is passed on, in bytes. A real one reads at most 48 MiB of a file at once
    /// (qga/commands.c, QGA_READ_COUNT_MAX), which are 64 MiB of base64.
    static final long MAX_REPLY = 80L * 1024 * 1024;

    /// The longest reply that is read by us, in bytes: to our own questions, or one that we add to.
    static final int MAX_OWN_REPLY = 256 * 1024;

    /// How long a command may take, in milliseconds: trimming a large file system, or one that sleeps until the
    /// machine is resumed.
    static final long ANSWER_WITHIN = 3_600_000;

    /// How long its greeting may take, in milliseconds: it serves one client at a time, and another may be there.
    static final long GREET_WITHIN = 5_000;

    private static final String INFO = "guest-info";
    private static final String FROZEN = "guest-fsfreeze-status";

    private final Owner owner;
    private final Supplier<Spool> spools;
    private final LongSupplier millis;
    private final long sync;
    private final JsonSplitter splitter = new JsonSplitter(new Replies());
    private final Queue<Spool> sending = new ArrayDeque<>();
    private final Set<String> silent = new HashSet<>();
    private Optional<Asked> current = Optional.empty();
    private Optional<Spool> reply = Optional.empty();
    private boolean isTooLong;
    private boolean isGreeted;
    private boolean isReady;
    private long since;

    /// Whoever holds the connection.
    public interface Owner {

        /// It takes commands from now on.
        void ready(OtherQga other);

        /// It takes another one.
        void idle();

        /// Whether the file systems are frozen, as far as this side knows.
        void frozen(boolean now);

        /// Something waits to be sent to it.
        void hasToSend();
    }

    /// Where a reply goes.
    interface Asker {

        /// The whole reply, which is the asker's to close; none where the command has succeeded in silence.
        void replied(Optional<Spool> reply);

        void failed(QgaException failure);
    }

    /// One command.
    ///
    /// @param line what asks for it; it is closed when it has been sent
    record Asked(String name, Spool line, Asker asker) {}

    /// @param random for the number of its first sync
    public OtherQga(Owner owner, Supplier<Spool> spools, long random, LongSupplier millis) {
        this.owner = owner;
        this.spools = spools;
        this.sync = random >>> 1;
        this.millis = millis;
    }

    /// The commands of this that change, or tell, whether file systems are frozen.
    static boolean freezes(String name) {
        return name.equals("guest-fsfreeze-freeze") || name.equals("guest-fsfreeze-freeze-list");
    }

    boolean isIdle() {
        return isReady && current.isEmpty();
    }

    /// Carries out one command; others than us only while it is [idle][#isIdle()].
    void ask(Asked asked) {
        current = Optional.of(asked);
        since = millis.getAsLong();
        if (freezes(asked.name)) {
            // From now on: it is frozen before that is told.
            owner.frozen(true);
        }
        sending.add(asked.line);
        if (silent.contains(asked.name)) {
            sending.add(line(sync("guest-sync")));
        }
        owner.hasToSend();
    }

    private QgaCommand sync(String name) {
        return new QgaCommand(name, Map.of("id", sync), Optional.empty());
    }

    private Spool line(QgaCommand command) {
        Spool line = spools.get();
        command.writeTo(line);
        return line;
    }

    @Override
    public void start() {
        since = millis.getAsLong();
        Spool greeting = spools.get();
        greeting.add(ByteBuffer.wrap(new byte[] {JsonSplitter.SENTINEL}));
        sending.add(greeting);
        sending.add(line(sync("guest-sync-delimited")));
        owner.hasToSend();
    }

    @Override
    public void received(ByteBuffer bytes) {
        splitter.read(bytes);
    }

    private final class Replies implements JsonSplitter.Sink {

        @Override
        public void part(ByteBuffer bytes) {
            if (isTooLong) {
                return;
            }
            Spool spool = reply.orElseGet(spools);
            reply = Optional.of(spool);
            if (spool.size() + bytes.remaining() > MAX_REPLY || !spool.add(bytes)) {
                isTooLong = true;
                spool.close();
                reply = Optional.empty();
            }
        }

        @Override
        public void whole() {
            Optional<Spool> whole = reply;
            reply = Optional.empty();
            boolean lost = isTooLong;
            isTooLong = false;
            if (isGreeted) {
                settle(whole, lost);
            } else {
                isGreeted = whole.map(OtherQga.this::isSyncsReply).orElse(false);
                whole.ifPresent(Spool::close);
                if (isGreeted) {
                    learn();
                }
            }
        }

        @Override
        public void broken(String why) {
            reply.ifPresent(Spool::close);
            reply = Optional.empty();
            isTooLong = false;
        }
    }

    /// Looks at a short reply, and puts it back.
    private Optional<Map<String, Object>> look(Spool spool) {
        if (spool.size() > MAX_OWN_REPLY) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) spool.size());
        if (!spool.take(bytes)) {
            return Optional.empty();
        }
        spool.add(bytes.duplicate().flip());
        try {
            return Json.read(bytes.array(), bytes.position()) instanceof Map<?, ?> members
                    ? Optional.of(QgaCommand.members(members))
                    : Optional.empty();
        } catch (QgaException e) {
            return Optional.empty();
        }
    }

    private boolean isSyncsReply(Spool spool) {
        return look(spool).map(members -> members.get("return")).equals(Optional.of(sync));
    }

    private void settle(Optional<Spool> whole, boolean lost) {
        if (current.isEmpty()) {
            // An answer to nothing.
            whole.ifPresent(Spool::close);
            return;
        }
        Asked asked = current.get();
        if (silent.contains(asked.name)) {
            settleSilent(asked, whole);
            return;
        }
        current = Optional.empty();
        if (lost) {
            asked.asker.failed(new QgaException("the reply of qemu-ga is longer than " + MAX_REPLY
                    + " bytes, or there is no room for it to wait in"));
        } else {
            note(asked.name, whole);
            if (freezes(asked.name) && !hasFrozen(whole)) {
                // They may have been frozen before. It is asked before whoever is told next can ask for something.
                sendOwn(FROZEN, status -> {});
            }
            asked.asker.replied(whole);
        }
        owner.idle();
    }

    /// Of a command that is silent where it succeeds: tells a failure, and is over with the reply of the sync behind
    /// it.
    private void settleSilent(Asked asked, Optional<Spool> whole) {
        if (whole.isPresent() && isSyncsReply(whole.get())) {
            whole.get().close();
            current = Optional.empty();
            asked.asker.replied(Optional.empty());
            owner.idle();
        } else {
            asked.asker.replied(whole);
            // What follows is the reply of the sync.
            current = Optional.of(new Asked(asked.name, asked.line, new Nobody()));
        }
    }

    /// Learns from the replies of commands that others have asked for whether file systems are frozen.
    private void note(String name, Optional<Spool> whole) {
        Optional<Object> returned = whole.flatMap(this::look).map(members -> members.get("return"));
        if (name.equals(FROZEN)) {
            returned.ifPresent(status -> owner.frozen(status.equals("frozen")));
        } else if (name.equals("guest-fsfreeze-thaw")) {
            if (returned.isPresent()) {
                owner.frozen(false);
            }
        }
    }

    private boolean hasFrozen(Optional<Spool> whole) {
        return whole.flatMap(this::look).map(members -> members.get("return")).orElse(0L) instanceof Long count
                && count > 0;
    }

    private void learn() {
        current = Optional.empty();
        sendOwn(INFO, whole -> {
            whole.flatMap(this::look).ifPresent(this::learnSilent);
            sendOwn(FROZEN, status -> {
                isReady = true;
                owner.ready(this);
            });
        });
    }

    private void sendOwn(String name, Consumer<Optional<Spool>> then) {
        ask(new Asked(name, line(new QgaCommand(name, Map.of(), Optional.empty())), new Asker() {
            @Override
            public void replied(Optional<Spool> whole) {
                then.accept(whole);
                whole.ifPresent(Spool::close);
            }

            @Override
            public void failed(QgaException failure) {
                then.accept(Optional.empty());
            }
        }));
    }

    private void learnSilent(Map<String, Object> info) {
        for (Map<String, Object> command : commands(info)) {
            if (Boolean.FALSE.equals(command.get("success-response")) && command.get("name") instanceof String name) {
                silent.add(name);
            }
        }
    }

    /// The commands in a reply to guest-info.
    static List<Map<String, Object>> commands(Map<String, Object> info) {
        if (info.get("return") instanceof Map<?, ?> returned
                && returned.get("supported_commands") instanceof List<?> items) {
            return items.stream()
                    .filter(Map.class::isInstance)
                    .map(item -> QgaCommand.members((Map<?, ?>) item))
                    .toList();
        }
        return List.of();
    }

    private static final class Nobody implements Asker {
        @Override
        public void replied(Optional<Spool> reply) {
            reply.ifPresent(Spool::close);
        }

        @Override
        public void failed(QgaException failure) {
            // There is nobody to tell.
        }
    }

    @Override
    public boolean isGreeted() {
        return isReady;
    }

    @Override
    public boolean hasToSend() {
        return !sending.isEmpty();
    }

    @Override
    public ByteBuffer[] next() {
        Spool first = sending.peek();
        if (first == null) {
            return null;
        }
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(first.size(), MAX_PIECE));
        if (!first.take(piece) || first.size() == 0) {
            sending.remove().close();
        }
        return new ByteBuffer[] {piece.flip()};
    }

    @Override
    public boolean isOverfull() {
        return false;
    }

    @Override
    public long deadline() {
        if (!isReady) {
            return since + GREET_WITHIN;
        }
        return current.isPresent() ? since + ANSWER_WITHIN : Long.MAX_VALUE;
    }

    @Override
    public void tick() throws ProtocolException {
        if (millis.getAsLong() >= deadline()) {
            throw new ProtocolException(
                    isReady
                            ? "it has not answered for " + ANSWER_WITHIN / 60_000 + " minutes"
                            : "it does not answer: it serves one client at a time, and another may be connected",
                    0);
        }
    }

    @Override
    public void refuse(String why) {
        // There is no word for it.
    }

    @Override
    public void closeAll() {
        reply.ifPresent(Spool::close);
        reply = Optional.empty();
        sending.forEach(Spool::close);
        sending.clear();
        isReady = false;
        Optional<Asked> asked = current;
        current = Optional.empty();
        asked.ifPresent(one -> one.asker.failed(new QgaException(
                "qemu-ga has gone while it carried out " + one.name + ", which may have been done or not")));
    }

    @Override
    public void portLost(String why) {
        throw new IllegalStateException("a socket is closed, not lost");
    }
}
