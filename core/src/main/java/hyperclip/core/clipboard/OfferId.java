package hyperclip.core.clipboard;

import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The name of one copy, given where it enters the system and carried unchanged from hop to hop, so that a copy that
/// comes back by another way is known by its origin and never by its content.
///
/// It is random, 32 lower-case hexadecimal digits, and tells nothing about the machine or the person it came from.
public record OfferId(String hex) {

    private static final int BYTES = 16;

    public OfferId {
        if (!isId(hex)) {
            throw new IllegalArgumentException("an offer id is " + 2 * BYTES + " lower-case hexadecimal digits");
        }
    }

    public static Optional<OfferId> of(String hex) {
        return isId(hex) ? Optional.of(new OfferId(hex)) : Optional.empty();
    }

    public static OfferId random(RandomGenerator random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new OfferId(HexFormat.of().formatHex(bytes));
    }

    private static boolean isId(String hex) {
        if (hex.length() != 2 * BYTES) {
            return false;
        }
        for (int i = 0; i < hex.length(); i++) {
            char c = hex.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    // Written out, here and in other records that are keys: the record's own link themselves at their first run, which
    // takes an emulated guest 100 ms in the middle of its first paste.

    @Override
    public boolean equals(Object other) {
        return other instanceof OfferId that && hex.equals(that.hex);
    }

    @Override
    public int hashCode() {
        return hex.hashCode();
    }

    @Override
    public String toString() {
        return hex.substring(0, 8);
    }
}
