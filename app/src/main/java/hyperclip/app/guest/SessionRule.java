package hyperclip.app.guest;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which sessions follow the host's copies, and whose copies reach the host: `--sessions`.
///
/// @param names of users or sessions, where the kind wants some
public record SessionRule(Kind kind, Set<String> names) {

    /// What decides.
    public enum Kind {
        /// Every session in the foreground of its seat, and every one without a seat.
        ACTIVE,
        ALL,
        /// Every session of these users.
        USER,
        /// The sessions that have these names.
        NAMED
    }

    public SessionRule {
        names = Set.copyOf(names);
    }

    /// `active`, `all`, `user NAME…` or `named NAME…`, with blanks, commas or equals signs between the words.
    ///
    /// @return empty where it is none of these
    public static Optional<SessionRule> of(String text) {
        List<String> words = List.of(text.strip().split("[ ,=]+"));
        Set<String> names = Set.copyOf(words.subList(1, words.size()));
        return switch (words.getFirst()) {
            case "active" -> rule(Kind.ACTIVE, names, names.isEmpty());
            case "all" -> rule(Kind.ALL, names, names.isEmpty());
            case "user" -> rule(Kind.USER, names, !names.isEmpty());
            case "named" -> rule(Kind.NAMED, names, !names.isEmpty());
            default -> Optional.empty();
        };
    }

    private static Optional<SessionRule> rule(Kind kind, Set<String> names, boolean isRight) {
        return isRight ? Optional.of(new SessionRule(kind, names)) : Optional.empty();
    }

    /// @param name of the session
    /// @param isActive in logind's meaning, and where there is no logind
    boolean admits(String user, String name, boolean isActive) {
        return switch (kind) {
            case ACTIVE -> isActive;
            case ALL -> true;
            case USER -> names.contains(user);
            case NAMED -> names.contains(name);
        };
    }
}
