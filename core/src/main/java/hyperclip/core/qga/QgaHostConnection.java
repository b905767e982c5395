package hyperclip.core.qga;

import hyperclip.core.wire.Connection;
import hyperclip.core.wire.Parts;
import hyperclip.core.wire.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// The host's end of the port of QEMU's guest agent, over a socket of its own.
///
/// ```
/// syncing ──the sync's reply──▶ joining ──QgaHost──▶ joined
///    ▲ └─every SYNC_AGAIN─┘
///    └── after SYNC_AGAIN ── QgaHost is lost: the guest has begun anew, refuses, or answers no more
/// ```
public final class QgaHostConnection implements Connection {

    /// The longest reply that is read, in bytes: a piece in base64 and as much again.
    static final int MAX_REPLY = 4 * 1024 * 1024;

    /// So often it is looked whether somebody is there, or there again, in milliseconds.
    static final long SYNC_AGAIN = 5_000;

    private final Owner owner;
    private final LongSupplier millis;
    private final JsonSplitter splitter = new JsonSplitter(new Replies());
    private final Parts sending = new Parts();
    private final ByteArrayOutputStream reply = new ByteArrayOutputStream();
    private Optional<QgaHost> host = Optional.empty();
    private long sync;
    private long syncedAt;
    private boolean isTooLong;

    /// Whoever holds the connection.
    public interface Owner {

        /// The machine has answered, and says what its sessions hold.
        void joined();

        /// It does so no longer, and why.
        void left(String why);

        /// A number that nobody can guess.
        long random();

        /// Begins to translate.
        QgaHost begin(QgaHost.Carrier carrier);

        void hasToSend();
    }

    public QgaHostConnection(Owner owner, LongSupplier millis) {
        this.owner = owner;
        this.millis = millis;
    }

    @Override
    public void start() {
        sync();
    }

    private void sync() {
        syncedAt = millis.getAsLong();
        sync = owner.random() >>> 1;
        sending.clear();
        sending.add(ByteBuffer.wrap(new byte[] {JsonSplitter.SENTINEL}));
        sending.add(
                ByteBuffer.wrap(new QgaCommand("guest-sync-delimited", Map.of("id", sync), Optional.empty()).line()));
        owner.hasToSend();
    }

    private final class Carrier implements QgaHost.Carrier {
        @Override
        public void ask(byte[] line) {
            sending.add(ByteBuffer.wrap(line));
            owner.hasToSend();
        }

        @Override
        public void joined() {
            owner.joined();
        }

        @Override
        public void lost(String why) {
            host = Optional.empty();
            owner.left(why);
            // Not at once: whoever refuses everything would be asked without end.
            sending.clear();
            syncedAt = millis.getAsLong();
        }
    }

    @Override
    public void received(ByteBuffer bytes) {
        splitter.read(bytes);
    }

    private final class Replies implements JsonSplitter.Sink {
        @Override
        public void part(ByteBuffer bytes) {
            if (isTooLong || reply.size() + bytes.remaining() > MAX_REPLY) {
                isTooLong = true;
                return;
            }
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            reply.writeBytes(copy);
        }

        @Override
        public void whole() {
            byte[] whole = isTooLong ? new byte[0] : reply.toByteArray();
            reply.reset();
            boolean wasTooLong = isTooLong;
            isTooLong = false;
            if (host.isPresent()) {
                if (wasTooLong) {
                    host.get().refused("its reply is longer than " + MAX_REPLY + " bytes");
                } else {
                    host.get().received(whole);
                }
            } else if (!wasTooLong && isSyncsReply(whole)) {
                QgaHost begun = owner.begin(new Carrier());
                host = Optional.of(begun);
                begun.start();
            }
        }

        @Override
        public void broken(String why) {
            reply.reset();
            isTooLong = false;
        }
    }

    private boolean isSyncsReply(byte[] whole) {
        try {
            return Json.read(whole, whole.length) instanceof Map<?, ?> members
                    && Long.valueOf(sync).equals(members.get("return"));
        } catch (QgaException e) {
            return false;
        }
    }

    @Override
    public boolean isGreeted() {
        return host.isPresent();
    }

    @Override
    public boolean hasToSend() {
        return !sending.isEmpty();
    }

    @Override
    public ByteBuffer[] next() {
        ByteBuffer piece = sending.take(MAX_PIECE);
        return piece == null ? null : new ByteBuffer[] {piece};
    }

    @Override
    public boolean isOverfull() {
        return false;
    }

    @Override
    public long deadline() {
        return host.map(QgaHost::deadline).orElse(syncedAt + SYNC_AGAIN);
    }

    @Override
    public void tick() throws ProtocolException {
        if (host.isPresent()) {
            host.get().tick();
        } else if (millis.getAsLong() >= syncedAt + SYNC_AGAIN) {
            sync();
        }
    }

    @Override
    public void refuse(String why) {
        // There is no word for it.
    }

    @Override
    public void closeAll() {
        host.ifPresent(QgaHost::end);
        host = Optional.empty();
    }

    @Override
    public void portLost(String why) {
        throw new IllegalStateException("a socket is closed, not lost");
    }
}
