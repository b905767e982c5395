package hyperclip.core.clipboard;

import java.util.Optional;

/// A MIME type with its parameters exactly as the application wrote them, because the application compares them as
/// text.
///
/// Printable ASCII, type and subtype parted by a slash, at most [#MAX_LENGTH] characters. Names without a slash are X11
/// targets, not types, and are refused.
public record MimeType(String name) {

    /// Long enough for the embed types of LibreOffice; a longer name is an attack on somebody's memory.
    public static final int MAX_LENGTH = 255;

    /// UTF-8 text, the one type under which every peer offers text.
    public static final MimeType TEXT = new MimeType("text/plain;charset=utf-8");

    public MimeType {
        if (!isType(name)) {
            throw new IllegalArgumentException(
                    "not a MIME type of printable ASCII and at most " + MAX_LENGTH + " characters");
        }
    }

    /// The type of this name, or nothing where the name is not one.
    public static Optional<MimeType> of(String name) {
        return isType(name) ? Optional.of(new MimeType(name)) : Optional.empty();
    }

    private static boolean isType(String name) {
        int slash = name.indexOf('/');
        if (slash <= 0 || slash == name.length() - 1 || name.length() > MAX_LENGTH || name.charAt(0) == ' ') {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) < ' ' || name.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MimeType that && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
