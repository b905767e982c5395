package hyperclip.core.qga;

import java.nio.ByteBuffer;

/// Parts a stream of bytes into JSON values, without looking into them.
///
/// Values follow each other with or without something between them (QEMU, qobject/json-streamer.c). The byte
/// 0xFF, which no UTF-8 has, begins anew wherever it stands. What cannot be the beginning of an object or a
/// list, and what a broken value leaves behind, is passed over to the end of its line or to 0xFF, and told
/// once.
///
/// ```
/// between ──{ or [──▶ in a value ◀──"──▶ in a string
///    ▲ ▲                  │  └─the last bracket─▶ between, whole
///    │ └──newline, 0xFF── passing over ◀── too deep, a control character in a string, something else
///    └──────── 0xFF ──────┘
/// ```
final class JsonSplitter {

    /// How deep brackets may stand in brackets: as QEMU's own (MAX_NESTING in json-streamer.c).
    static final int MAX_DEPTH = 1024;

    /// What begins anew.
    static final byte SENTINEL = (byte) 0xFF;

    /// Told what is found.
    interface Sink {

        /// A piece of the value that is being read; of use only until this returns.
        void part(ByteBuffer bytes);

        /// The value is whole.
        void whole();

        /// What was told of the value so far is nothing, and why.
        void broken(String why);
    }

    private enum State {
        BETWEEN,
        VALUE,
        PASSING_OVER
    }

    private final Sink sink;
    private State state = State.BETWEEN;
    private int depth;
    /// The quotation mark of the string that is being read; 0 outside of strings.
    private byte quote;

    private boolean escaped;

    JsonSplitter(Sink sink) {
        this.sink = sink;
    }

    /// Takes all of the bytes.
    void read(ByteBuffer bytes) {
        int begin = bytes.position();
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            switch (state) {
                case BETWEEN -> {
                    begin = bytes.position() - 1;
                    between(next);
                }
                case PASSING_OVER -> {
                    if (next == '\n' || next == SENTINEL) {
                        state = State.BETWEEN;
                    }
                }
                case VALUE -> {
                    if (inValue(next)) {
                        tell(bytes, begin, bytes.position());
                        // Not where its last piece has made it one that nobody wants.
                        boolean isWanted = state == State.VALUE;
                        state = State.BETWEEN;
                        if (isWanted) {
                            sink.whole();
                        }
                    }
                }
            }
        }
        if (state == State.VALUE) {
            tell(bytes, begin, bytes.position());
        }
    }

    private void tell(ByteBuffer bytes, int begin, int end) {
        if (end > begin) {
            sink.part(bytes.slice(begin, end - begin));
        }
    }

    /// Passes over the rest of the value that is being read: nobody wants it.
    void passOver() {
        if (state == State.VALUE) {
            state = State.PASSING_OVER;
        }
    }

    /// Begins anew, without a word about what has come of a value.
    void begin() {
        state = State.BETWEEN;
    }

    private void between(byte next) {
        switch (next) {
            case '{', '[' -> {
                state = State.VALUE;
                depth = 1;
                quote = 0;
                escaped = false;
            }
            case ' ', '\t', '\r', '\n', SENTINEL -> {
                // Between two values anything of these may stand.
            }
            default -> fail("JSON parse error, expecting an object");
        }
    }

    /// @return whether the value is whole with this byte
    private boolean inValue(byte next) {
        if (next == SENTINEL) {
            fail("JSON parse error, the value before 0xFF has no end");
            state = State.BETWEEN;
            return false;
        }
        if (quote != 0) {
            inString(next);
            return false;
        }
        switch (next) {
            case '"', '\'' -> quote = next;
            case '{', '[' -> {
                depth++;
                if (depth > MAX_DEPTH) {
                    fail("JSON nesting depth limit exceeded");
                }
            }
            case '}', ']' -> {
                depth--;
                return depth == 0;
            }
            default -> {
                // Whether it is JSON tells whoever reads the value.
            }
        }
        return false;
    }

    private void inString(byte next) {
        if (next >= 0 && next < ' ') {
            fail("JSON parse error, a control character in a string");
            if (next == '\n') {
                state = State.BETWEEN;
            }
        } else if (escaped) {
            escaped = false;
        } else if (next == '\\') {
            escaped = true;
        } else if (next == quote) {
            quote = 0;
        }
    }

    private void fail(String why) {
        state = State.PASSING_OVER;
        sink.broken(why);
    }
}
