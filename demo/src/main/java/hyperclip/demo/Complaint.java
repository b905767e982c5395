package hyperclip.demo;

import java.io.IOException;

/// Something that a person has to hear: what failed, what was looked at, what to check.
public final class Complaint extends IOException {

    private static final long serialVersionUID = 1;

    Complaint(String message) {
        super(message);
    }

    Complaint(String message, Throwable cause) {
        super(message + "\n" + (cause.getMessage() == null ? cause.toString() : cause.getMessage()), cause);
    }
}
