package hyperclip.image;

/// How a conversion ended. Whoever started the process gets the code and no word: the words of a decoder may quote what
/// it read.
///
/// 1 is the JVM's own, and 3 too, where it is told to exit when it has no memory left (`-XX:+ExitOnOutOfMemoryError`).
/// It must be, because the readers make something else of that error.
enum Outcome {
    DONE(0),
    WRONG_USAGE(2),
    /// Not an image of the type that it is said to be, or a damaged one.
    NOT_AN_IMAGE(4),
    TOO_MANY_PIXELS(5),
    TOO_LONG(6),
    /// The output was closed, or took more than it may.
    NOT_WRITTEN(7);

    private final int code;

    Outcome(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
