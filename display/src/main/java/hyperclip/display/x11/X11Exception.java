package hyperclip.display.x11;

/// The display cannot be used; the message is for the person who started us and says what to check.
public final class X11Exception extends Exception {

    private static final long serialVersionUID = 1L;

    X11Exception(String message) {
        super(message);
    }

    X11Exception(String message, Throwable cause) {
        super(message, cause);
    }
}
