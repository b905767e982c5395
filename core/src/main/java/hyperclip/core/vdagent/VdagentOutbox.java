package hyperclip.core.vdagent;

import hyperclip.core.clipboard.Selection;
import hyperclip.core.wire.Spool;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.SequencedSet;
import java.util.function.Function;

/// What waits to be sent, message by message: one that has begun must end before the next, because a port
/// carries one at a time.
///
/// Control goes first and is bounded by [#MAX_WAITING]; grabs and releases are conflated to the newest of each
/// selection, and get their serial only when they leave. Content comes last, and waits in its spool; answers and
/// files take turns, so that neither waits for all of the other.
final class VdagentOutbox {

    /// A side that lets so many messages wait is not reading.
    static final int MAX_WAITING = 1024;

    private static final int PIECE = 64 * 1024;

    private final VdagentWriter writer;
    private final int maxChunk;
    private final Function<Selection, VdagentMessage> words;
    private final Queue<Whole> control = new ArrayDeque<>();
    private final SequencedSet<Selection> unsaid = new LinkedHashSet<>();
    private final Queue<Whole> contents = new ArrayDeque<>();
    private final Queue<Whole> files = new ArrayDeque<>();
    private boolean wasFile;
    private Whole sending;
    private int chunkLeft;
    private boolean isBroken;

    /// A message and its content, on the way out.
    private static final class Whole {
        final VdagentMessage message;
        final Spool content;
        final Runnable onEnd;
        ByteBuffer head;

        Whole(VdagentMessage message, Spool content, Runnable onEnd) {
            this.message = message;
            this.content = content;
            this.onEnd = onEnd;
        }

        long left() {
            return head.remaining() + (content == null ? 0 : content.size());
        }

        void close() {
            if (content != null) {
                content.close();
            }
            onEnd.run();
        }
    }

    /// @param words what there is to say of a selection now, or null
    VdagentOutbox(VdagentWriter writer, int maxChunk, Function<Selection, VdagentMessage> words) {
        this.writer = writer;
        this.maxChunk = maxChunk;
        this.words = words;
    }

    void control(VdagentMessage message) {
        control(message, null);
    }

    /// @param content that follows, or null
    void control(VdagentMessage message, Spool content) {
        control.add(new Whole(message, content, () -> {}));
    }

    void word(Selection selection) {
        unsaid.add(selection);
    }

    /// @param message that is followed by content
    /// @param content closed when it has been sent, or never will be
    /// @param onEnd told then
    void content(VdagentMessage message, Spool content, Runnable onEnd) {
        contents.add(new Whole(message, content, onEnd));
    }

    /// The same for a message of a file.
    void file(VdagentMessage message, Spool content, Runnable onEnd) {
        files.add(new Whole(message, content, onEnd));
    }

    /// Sends nothing more of a file.
    ///
    /// @return whether it had not even been begun
    boolean dropFile(int id) {
        boolean isUnsaid = files.stream().anyMatch(whole -> isStart(whole.message, id));
        List<Whole> dropped = files.stream()
                .filter(whole -> isStart(whole.message, id)
                        || (whole.message instanceof VdagentMessage.FileData(int of, long _) && of == id))
                .toList();
        files.removeAll(dropped);
        dropped.forEach(Whole::close);
        return isUnsaid;
    }

    private static boolean isStart(VdagentMessage message, int id) {
        return message instanceof VdagentMessage.FileStart(int of, long _) && of == id;
    }

    /// Whether there is nothing that can be sent.
    boolean isEmpty() {
        boolean isEmpty =
                sending == null && control.isEmpty() && unsaid.isEmpty() && contents.isEmpty() && files.isEmpty();
        return isEmpty || isBroken;
    }

    /// Whether a message has begun and not ended.
    boolean isUnderWay() {
        return sending != null;
    }

    /// Also where content cannot be read again that was promised: half a message can only end with its connection.
    boolean isOverfull() {
        return isBroken || control.size() > MAX_WAITING;
    }

    /// Says nothing more of all that waits; a message that has begun goes on to its end.
    void forget() {
        control.clear();
        unsaid.clear();
        List<Whole> forgotten = new ArrayList<>(contents);
        forgotten.addAll(files);
        contents.clear();
        files.clear();
        forgotten.forEach(Whole::close);
    }

    /// The connection is over.
    void clear() {
        forget();
        if (sending != null) {
            sending.close();
            sending = null;
        }
        chunkLeft = 0;
        isBroken = false;
    }

    /// As many bytes as there are, up to a piece; null where there are none.
    ByteBuffer next() {
        ByteBuffer bytes = ByteBuffer.allocate(PIECE).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.remaining() > VdagentReader.CHUNK_HEADER && !isBroken && begin()) {
            if (chunkLeft == 0) {
                chunkLeft = (int) Math.min(maxChunk, sending.left());
                bytes.putInt(VdagentReader.CLIENT_PORT).putInt(chunkLeft);
            }
            put(bytes);
            if (!isBroken && sending.left() == 0) {
                sending.close();
                sending = null;
            }
        }
        return bytes.position() == 0 ? null : bytes.flip();
    }

    private void put(ByteBuffer bytes) {
        int length = Math.min(chunkLeft, bytes.remaining());
        int ofHead = Math.min(length, sending.head.remaining());
        bytes.put(sending.head.slice(sending.head.position(), ofHead));
        sending.head.position(sending.head.position() + ofHead);
        if (length > ofHead) {
            ByteBuffer room = bytes.slice(bytes.position(), length - ofHead);
            if (!sending.content.take(room)) {
                isBroken = true;
                return;
            }
            bytes.position(bytes.position() + length - ofHead);
        }
        chunkLeft -= length;
    }

    private boolean begin() {
        if (sending == null) {
            sending = first();
            if (sending != null) {
                sending.head = writer.write(sending.message);
            }
        }
        return sending != null;
    }

    private Whole first() {
        if (!control.isEmpty()) {
            return control.remove();
        }
        while (!unsaid.isEmpty()) {
            VdagentMessage word = words.apply(unsaid.removeFirst());
            if (word != null) {
                return new Whole(word, null, () -> {});
            }
        }
        wasFile = contents.isEmpty() || (!wasFile && !files.isEmpty());
        return (wasFile ? files : contents).poll();
    }
}
