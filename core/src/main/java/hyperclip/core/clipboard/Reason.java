package hyperclip.core.clipboard;

import java.util.Locale;
import java.util.Optional;

/// Why a transfer ended before its end. The sentence is for the person who pasted.
public enum Reason {
    NOTHING_OFFERED("nothing is offered there"),
    TYPE_NOT_OFFERED("the copy has no such type"),
    STALE("another copy has taken its place"),
    OWNER_REFUSED("the application that copied does not hand it out"),
    OWNER_GONE("the application that copied is gone"),
    REQUESTER_GONE("the application that pasted is gone"),
    CANCELLED("the paste was cancelled"),
    TIMED_OUT("nothing has moved for too long"),
    TOO_LARGE("it is larger than may pass"),
    LINK_LOST("the connection on the way was lost"),
    TOO_MANY("too many pastes are under way"),
    VIOLATION("the other side broke the rules of the protocol");

    private final String sentence;
    private final String word = name().toLowerCase(Locale.ROOT).replace('_', '-');

    Reason(String sentence) {
        this.sentence = sentence;
    }

    public String sentence() {
        return sentence;
    }

    /// The name as the session protocol writes it, such as `timed-out`.
    public String word() {
        return word;
    }

    public static Optional<Reason> ofWord(String word) {
        for (Reason reason : values()) {
            if (reason.word().equals(word)) {
                return Optional.of(reason);
            }
        }
        return Optional.empty();
    }
}
