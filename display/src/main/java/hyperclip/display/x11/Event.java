package hyperclip.display.x11;

import java.nio.ByteBuffer;

/// The events that matter to selections (X11 protocol, section 11 and appendix B; XFIXES protocol, section 5).
/// Times are the server's milliseconds, 32 bits that wrap.
sealed interface Event {

    /// A property of a window has a new value, or was deleted.
    record PropertyChanged(int window, int atom, int time, boolean deleted) implements Event {}

    record WindowDestroyed(int window) implements Event {}

    /// A client wants the content of a selection that `owner`, a window of ours, holds.
    record SelectionRequested(int time, int owner, int requestor, int selection, int target, int property)
            implements Event {}

    /// The owner has answered our ConvertSelection; property 0 is a refusal.
    record SelectionConverted(int requestor, int selection, int target, int property) implements Event {}

    /// A selection has another owner, 0 for none. The second time is when the selection was taken by the client's
    /// own word.
    record OwnerChanged(int owner, int selection, int time, int selectionTime, Cause cause) implements Event {}

    /// Why a selection has another owner (XFIXES protocol, section 5, the subtypes of SelectionNotify). With
    /// the last two the owner is None already.
    enum Cause {
        /// A client has said so: it has copied, or, with None, cleared what was there.
        SET,
        /// The window of the owner is no more.
        WINDOW_DESTROYED,
        /// The client of the owner is no more.
        CLIENT_CLOSED;

        private static Cause of(int subtype) {
            return switch (subtype) {
                case 1 -> WINDOW_DESTROYED;
                case 2 -> CLIENT_CLOSED;
                default -> SET;
            };
        }
    }

    /// Anything else, SelectionClear among it: OwnerChanged says the same and more.
    record Other(int type) implements Event {}

    int LENGTH = 32;

    int PROPERTY_NOTIFY = 28;
    int DESTROY_NOTIFY = 17;
    int SELECTION_REQUEST = 30;
    int SELECTION_NOTIFY = 31;

    /// Set in the code of an event that a client made with SendEvent.
    int SENT = 0x80;

    int KEYMAP_NOTIFY = 11;

    /// Reads the 32 bytes at the position of the buffer.
    ///
    /// Of events sent by clients only SelectionNotify is believed; it can come in no other way. Nobody has a good
    /// reason to forge the others.
    static Event read(ByteBuffer b, int xfixesFirstEvent) {
        int at = b.position();
        int code = b.get(at) & 0xff;
        int type = code & ~SENT;
        boolean sent = code != type;
        if (type == SELECTION_NOTIFY) {
            return new SelectionConverted(b.getInt(at + 8), b.getInt(at + 12), b.getInt(at + 16), b.getInt(at + 20));
        }
        if (sent) {
            return new Other(code);
        }
        if (type == xfixesFirstEvent) {
            return new OwnerChanged(
                    b.getInt(at + 8), b.getInt(at + 12), b.getInt(at + 16), b.getInt(at + 20), Cause.of(b.get(at + 1)));
        }
        return switch (type) {
            case PROPERTY_NOTIFY ->
                new PropertyChanged(b.getInt(at + 4), b.getInt(at + 8), b.getInt(at + 12), b.get(at + 16) == 1);
            case DESTROY_NOTIFY -> new WindowDestroyed(b.getInt(at + 8));
            case SELECTION_REQUEST ->
                new SelectionRequested(
                        b.getInt(at + 4),
                        b.getInt(at + 8),
                        b.getInt(at + 12),
                        b.getInt(at + 16),
                        b.getInt(at + 20),
                        b.getInt(at + 24));
            default -> new Other(type);
        };
    }
}
