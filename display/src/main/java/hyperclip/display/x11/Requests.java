package hyperclip.display.x11;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The requests that are needed, as the X11 protocol encodes them (appendix B; XFIXES protocol, section 13).
final class Requests {

    static final int CURRENT_TIME = 0;
    static final int NONE = 0;
    static final int ANY_PROPERTY_TYPE = 0;

    static final int PROPERTY_CHANGE_MASK = 1 << 22;
    static final int STRUCTURE_NOTIFY_MASK = 1 << 17;

    private static final int CREATE_WINDOW = 1;
    private static final int CHANGE_WINDOW_ATTRIBUTES = 2;
    private static final int DESTROY_WINDOW = 4;
    private static final int INTERN_ATOM = 16;
    private static final int GET_ATOM_NAME = 17;
    private static final int CHANGE_PROPERTY = 18;
    private static final int DELETE_PROPERTY = 19;
    private static final int GET_PROPERTY = 20;
    private static final int SET_SELECTION_OWNER = 22;
    private static final int GET_SELECTION_OWNER = 23;
    private static final int CONVERT_SELECTION = 24;
    private static final int SEND_EVENT = 25;
    private static final int GET_INPUT_FOCUS = 43;
    private static final int QUERY_EXTENSION = 98;

    private static final int INPUT_ONLY = 2;
    private static final int OVERRIDE_REDIRECT = 1 << 9;
    private static final int EVENT_MASK = 1 << 11;
    private static final int REPLACE = 0;
    private static final int APPEND = 2;
    private static final int ALL_SELECTION_EVENTS = 7;

    private Requests() {}

    /// Announces how a property's bytes are to be swapped; content is always 8.
    enum Format {
        BYTES(8),
        WORDS(32);

        private final int bits;

        Format(int bits) {
            this.bits = bits;
        }
    }

    static void createWindow(X11Connection x, int window, int eventMask) {
        x.begin(CREATE_WINDOW, 0, 10)
                .putInt(window)
                .putInt(x.root())
                .putShort((short) -10)
                .putShort((short) -10)
                .putShort((short) 1)
                .putShort((short) 1)
                .putShort((short) 0)
                .putShort((short) INPUT_ONLY)
                .putInt(0)
                .putInt(OVERRIDE_REDIRECT | EVENT_MASK)
                .putInt(1)
                .putInt(eventMask);
    }

    static void selectEvents(X11Connection x, int window, int eventMask) {
        x.begin(CHANGE_WINDOW_ATTRIBUTES, 0, 4)
                .putInt(window)
                .putInt(EVENT_MASK)
                .putInt(eventMask);
    }

    static void destroyWindow(X11Connection x, int window) {
        x.begin(DESTROY_WINDOW, 0, 2).putInt(window);
    }

    /// Whether an atom that nobody has named yet is made.
    enum Naming {
        MAKE,
        ONLY_IF_EXISTS
    }

    static void internAtom(X11Connection x, String name, Naming naming) {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer out = x.begin(
                        INTERN_ATOM, naming == Naming.ONLY_IF_EXISTS ? 1 : 0, 2 + Setup.padded(bytes.length) / 4)
                .putShort((short) bytes.length)
                .putShort((short) 0);
        pad(out.put(bytes), bytes.length);
    }

    static void getAtomName(X11Connection x, int atom) {
        x.begin(GET_ATOM_NAME, 0, 2).putInt(atom);
    }

    static void changeProperty(
            X11Connection x, int window, int property, int type, Format format, List<ByteBuffer> data) {
        int length = data.stream().mapToInt(ByteBuffer::remaining).sum();
        ByteBuffer out = x.begin(CHANGE_PROPERTY, REPLACE, 6 + Setup.padded(length) / 4)
                .putInt(window)
                .putInt(property)
                .putInt(type);
        out.put((byte) format.bits).put((byte) 0).putShort((short) 0).putInt(length / (format.bits / 8));
        data.forEach(out::put);
        pad(out, length);
    }

    /// Changes nothing, but makes the server tell the time (ICCCM 2.1 "Acquiring Selection Ownership").
    static void appendNothing(X11Connection x, int window, int property, int type) {
        x.begin(CHANGE_PROPERTY, APPEND, 6)
                .putInt(window)
                .putInt(property)
                .putInt(type)
                .putInt(Format.BYTES.bits)
                .putInt(0);
    }

    static void deleteProperty(X11Connection x, int window, int property) {
        x.begin(DELETE_PROPERTY, 0, 3).putInt(window).putInt(property);
    }

    /// What becomes of a property that has been read to its end.
    enum AfterRead {
        KEEP,
        DELETE
    }

    static void getProperty(
            X11Connection x, int window, int property, int offsetWords, int lengthWords, AfterRead after) {
        x.begin(GET_PROPERTY, after == AfterRead.DELETE ? 1 : 0, 6)
                .putInt(window)
                .putInt(property)
                .putInt(ANY_PROPERTY_TYPE)
                .putInt(offsetWords)
                .putInt(lengthWords);
    }

    static void setSelectionOwner(X11Connection x, int window, int selection, int time) {
        x.begin(SET_SELECTION_OWNER, 0, 4).putInt(window).putInt(selection).putInt(time);
    }

    static void getSelectionOwner(X11Connection x, int selection) {
        x.begin(GET_SELECTION_OWNER, 0, 2).putInt(selection);
    }

    static void convertSelection(X11Connection x, int window, int selection, int target, int property, int time) {
        x.begin(CONVERT_SELECTION, 0, 6)
                .putInt(window)
                .putInt(selection)
                .putInt(target)
                .putInt(property)
                .putInt(time);
    }

    /// Tells a requestor that its answer is in `property`, or with None that there is none (ICCCM 2.2).
    static void sendSelectionNotify(X11Connection x, int requestor, int selection, int target, int property, int time) {
        x.begin(SEND_EVENT, 0, 11)
                .putInt(requestor)
                .putInt(0)
                .put((byte) Event.SELECTION_NOTIFY)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(time)
                .putInt(requestor)
                .putInt(selection)
                .putInt(target)
                .putInt(property)
                .putLong(0);
    }

    /// Asks for nothing but an answer.
    static void getInputFocus(X11Connection x) {
        x.begin(GET_INPUT_FOCUS, 0, 1);
        x.expect(reply -> {});
    }

    static void queryExtension(X11Connection x, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer out = x.begin(QUERY_EXTENSION, 0, 2 + Setup.padded(bytes.length) / 4)
                .putShort((short) bytes.length)
                .putShort((short) 0);
        pad(out.put(bytes), bytes.length);
    }

    /// BIG-REQUESTS protocol, BigReqEnable.
    static void enableBigRequests(X11Connection x, int opcode) {
        x.begin(opcode, 0, 1);
    }

    /// XFIXES, QueryVersion: has to come before anything else of it. Selections are in it since version 1.
    static void queryXfixesVersion(X11Connection x, int opcode) {
        x.begin(opcode, 0, 3).putInt(5).putInt(0);
    }

    /// XFIXES, SelectSelectionInput: new owner, owner's window destroyed, owner's client closed.
    static void watchSelection(X11Connection x, int opcode, int window, int selection) {
        x.begin(opcode, 2, 4).putInt(window).putInt(selection).putInt(ALL_SELECTION_EVENTS);
    }

    private static void pad(ByteBuffer out, int length) {
        for (int i = length; i < Setup.padded(length); i++) {
            out.put((byte) 0);
        }
    }
}
