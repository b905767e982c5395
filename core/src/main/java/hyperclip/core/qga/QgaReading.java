package hyperclip.core.qga;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.View;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What one channel reads, piece by piece. A piece that begins where the one before ended comes from the same
/// transfer; any other has to begin anew, and passes over what is before it.
final class QgaReading implements Peer {

    /// So much is on its way at the most, in bytes.
    private static final long WINDOW = 1024 * 1024;

    private final Clipboards clipboards;
    private final View view;
    private Optional<What> what = Optional.empty();
    private long transfer;
    /// Where the next piece of this transfer begins.
    private long position;

    private boolean isWhole;
    private Optional<QgaAnswer> asked = Optional.empty();
    private final ByteArrayOutputStream piece = new ByteArrayOutputStream();
    private long toPassOver;
    private long wanted;
    private long granted;

    /// The content that is read.
    record What(Clipboards.Seat seat, Selection selection, OfferId offer, MimeType type) {}

    QgaReading(Clipboards clipboards) {
        this.clipboards = clipboards;
        this.view = clipboards.openReader(this);
    }

    /// Reads at most so many bytes from there on.
    ///
    /// @param answer told of it, now or later
    void read(What next, long offset, int count, QgaAnswer answer) {
        boolean goesOn = what.isPresent() && what.get().equals(next) && offset == position;
        asked = Optional.of(answer);
        wanted = count;
        if (goesOn && isWhole) {
            give();
        } else if (goesOn) {
            grant();
        } else {
            begin(next, offset, count);
        }
    }

    private void begin(What next, long offset, int count) {
        abort();
        what = Optional.of(next);
        transfer = view.newTransfer();
        position = offset;
        toPassOver = offset;
        wanted = offset + count;
        granted = Math.min(wanted, WINDOW);
        clipboards.request(
                view, next.seat(), new Signal.Request(transfer, next.selection(), next.offer(), next.type(), (int)
                        granted));
    }

    private void grant() {
        long missing = Math.min(wanted, WINDOW) - granted;
        // In portions: each costs a message on every link.
        if (missing > 0 && (missing >= WINDOW / 4 || granted == 0)) {
            granted += missing;
            view.hear(new Signal.Credit(transfer, (int) missing));
        }
    }

    /// Nobody wants it any more.
    void drop() {
        asked = Optional.empty();
        abort();
    }

    private void abort() {
        if (what.isPresent() && !isWhole) {
            view.hear(new Signal.Abort(transfer, Reason.CANCELLED));
        }
        what = Optional.empty();
        isWhole = false;
        piece.reset();
    }

    void close() {
        clipboards.closeReader(view);
    }

    @Override
    public void say(Signal signal) {
        switch (signal) {
            case Signal.Chunk chunk when isMine(chunk.transfer()) -> take(chunk);
            case Signal.End(long ended)
            when isMine(ended) -> {
                isWhole = true;
                give();
            }
            case Signal.Abort abort
            when isMine(abort.transfer()) -> {
                what = Optional.empty();
                piece.reset();
                Optional<QgaAnswer> waiting = asked;
                asked = Optional.empty();
                waiting.ifPresent(answer -> answer.fail(new QgaException(abort.sentence())));
            }
            default -> {
                // Of a transfer that was given up; a reader follows nothing.
            }
        }
    }

    private boolean isMine(long number) {
        return what.isPresent() && number == transfer;
    }

    private void take(Signal.Chunk chunk) {
        int length = chunk.bytes().remaining();
        granted -= length;
        wanted -= length;
        int skipped = (int) Math.min(length, toPassOver);
        toPassOver -= skipped;
        byte[] bytes = new byte[length - skipped];
        chunk.bytes().position(chunk.bytes().position() + skipped).get(bytes);
        piece.writeBytes(bytes);
        if (wanted == 0) {
            give();
        } else {
            grant();
        }
    }

    private void give() {
        if (asked.isEmpty()) {
            return;
        }
        QgaAnswer answer = asked.get();
        asked = Optional.empty();
        byte[] bytes = piece.toByteArray();
        piece.reset();
        position += bytes.length;
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("count", bytes.length);
        reply.put("buf-b64", bytes);
        reply.put("eof", isWhole);
        what.ifPresent(read -> reply.put("offer", read.offer().hex()));
        answer.give(reply);
    }
}
