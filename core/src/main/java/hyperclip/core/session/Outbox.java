package hyperclip.core.session;

import hyperclip.core.clipboard.Selection;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.SequencedSet;

/// What waits to be sent on one connection, taken frame by frame as the link has room.
///
/// Control goes first and has a share of its own, [#MAX_WAITING] messages; offers and releases are conflated to
/// the newest of each channel and selection. Content comes after, one frame of each transfer in turn, so that a
/// small paste is not held up by a large one; how much of it can wait is bounded by the credit of its transfer.
final class Outbox {

    /// A peer that lets so many messages wait is not reading.
    static final int MAX_WAITING = 2048;

    private final Queue<Control> control = new ArrayDeque<>();
    private final SequencedSet<Word> words = new LinkedHashSet<>();
    private final SequencedSet<Paste> pastes = new LinkedHashSet<>();

    /// A frame that is ready to be sent, but for its stamp.
    record Ready(Frame.Kind kind, int channel, ByteBuffer first, ByteBuffer second) {

        private static final ByteBuffer NONE = ByteBuffer.allocate(0);

        static Ready control(int channel, SessionMessage message) {
            return new Ready(Frame.Kind.CONTROL, channel, SessionWriter.write(message), NONE);
        }

        ByteBuffer[] framed(int stamp) {
            return new ByteBuffer[] {
                Frame.header(kind, channel, stamp, first.remaining() + second.remaining()), first, second
            };
        }
    }

    private record Control(int channel, SessionMessage message) {}

    private record Word(SessionPeer peer, Selection selection) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Word that && peer.equals(that.peer) && selection == that.selection;
        }

        @Override
        public int hashCode() {
            return 31 * peer.hashCode() + selection.hashCode();
        }
    }

    void control(int channel, SessionMessage message) {
        control.add(new Control(channel, message));
    }

    void word(SessionPeer peer, Selection selection) {
        words.add(new Word(peer, selection));
    }

    void data(Paste paste) {
        pastes.add(paste);
    }

    void drop(Paste paste) {
        pastes.remove(paste);
    }

    /// Drops all that waits for a channel, but what says that it is closed.
    void drop(SessionPeer peer) {
        control.removeIf(waiting -> waiting.channel == peer.channel());
        words.removeIf(word -> word.peer == peer);
        pastes.removeIf(paste -> paste.peer() == peer);
    }

    void clear() {
        control.clear();
        words.clear();
        pastes.clear();
    }

    /// How many messages that are not content wait.
    int waiting() {
        return control.size();
    }

    boolean isOverfull() {
        return control.size() > MAX_WAITING;
    }

    boolean isEmpty() {
        return control.isEmpty() && words.isEmpty() && pastes.isEmpty();
    }

    /// The next frame, or null.
    Ready next() {
        if (!control.isEmpty()) {
            Control first = control.remove();
            return Ready.control(first.channel, first.message);
        }
        while (!words.isEmpty()) {
            Word word = words.removeFirst();
            SessionMessage message = word.peer.takeWord(word.selection);
            if (message != null) {
                return Ready.control(word.peer.channel(), message);
            }
        }
        while (!pastes.isEmpty()) {
            Paste paste = pastes.removeFirst();
            Ready frame = paste.next();
            if (paste.hasNext()) {
                pastes.addLast(paste);
            }
            if (frame != null) {
                return frame;
            }
        }
        return null;
    }
}
