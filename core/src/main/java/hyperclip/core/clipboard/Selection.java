package hyperclip.core.clipboard;

import java.util.Locale;
import java.util.Optional;

/// The two selections that are carried, by their names in X11 (ICCCM 2.6.1). SECONDARY is not: hardly a program uses
/// it.
public enum Selection {
    CLIPBOARD,
    PRIMARY;

    private final String word = name().toLowerCase(Locale.ROOT);

    /// The name as the session protocol and the command line write it: `clipboard` or `primary`.
    public String word() {
        return word;
    }

    public static Optional<Selection> ofWord(String word) {
        for (Selection selection : values()) {
            if (selection.word().equals(word)) {
                return Optional.of(selection);
            }
        }
        return Optional.empty();
    }
}
