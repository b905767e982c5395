package hyperclip.app.guest;

import hyperclip.posix.Login;
import hyperclip.posix.Logind;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What logind's word means for the sessions that agents speak for.
///
/// An agent's user is the kernel's word; which of that user's logins it is in is its own. It can gain nothing by a lie
/// that the user could not do anyway, and it is never taken for another user's.
final class Logins {

    private static final Set<String> GRAPHICAL = Set.of("x11", "wayland", "mir");

    private final SessionRule rule;
    private Optional<List<Login>> known = Optional.empty();
    private Logind.Silence silence = new Logind.Silence("it has not answered yet", true);

    /// Whether a session is joined to the host, and how people say why.
    record Standing(boolean isServed, String state, Optional<Login> login) {}

    Logins(SessionRule rule) {
        this.rule = rule;
    }

    /// What was known stays known while logind is silent: it is restarted now and then.
    void hear(Logind.News news) {
        switch (news) {
            case Logind.Logins(List<Login> all) -> known = Optional.of(all);
            case Logind.Silence now -> silence = now;
        }
    }

    /// For `hyperclip status`.
    String state() {
        if (known.isPresent()) {
            return known.get().size() + " sessions known";
        }
        return silence.why() + (silence.isExpected() ? "" : "; each agent's word stands");
    }

    /// @param name what the session is called here
    /// @param display what its agent says that its display is
    /// @param claim the id of a login that its agent says it is in, or empty
    Standing standing(String user, String name, String display, String claim) {
        if (known.isEmpty()) {
            return silence.isExpected() && rule.kind() != SessionRule.Kind.ALL
                    ? new Standing(false, "waits for logind: " + silence.why(), Optional.empty())
                    : admitted(user, name, Optional.empty());
        }
        List<Login> own =
                known.get().stream().filter(login -> login.user().equals(user)).toList();
        Optional<Login> login = login(own, display, claim);
        Optional<String> bar = login.flatMap(Logins::bar);
        return bar.map(why -> new Standing(false, why, login)).orElseGet(() -> admitted(user, name, login));
    }

    private Standing admitted(String user, String name, Optional<Login> login) {
        boolean active = login.map(Login::active).orElse(true);
        if (rule.admits(user, name, active)) {
            return new Standing(true, "served", login);
        }
        return new Standing(false, active ? "left out by --sessions" : "in the background", login);
    }

    /// The display is what a paste goes to, wherever its agent was started from. An agent that tells nothing of use is
    /// taken to be in the least open of its user's graphical logins.
    private static Optional<Login> login(List<Login> own, String display, String claim) {
        return own.stream()
                .filter(login -> login.display().equals(display))
                .findFirst()
                .or(() -> own.stream().filter(login -> login.id().equals(claim)).findFirst())
                .or(() -> own.stream()
                        .filter(login -> GRAPHICAL.contains(login.type()))
                        .min(Comparator.comparing((Login login) -> bar(login).isEmpty())
                                .thenComparing(Login::active)));
    }

    /// Why a login gets nothing, whatever the rule says.
    private static Optional<String> bar(Login login) {
        if (!login.kind().startsWith("user")) {
            return Optional.of(login.kind());
        }
        if (login.state().equals("closing")) {
            return Optional.of("closing");
        }
        return login.locked() ? Optional.of("locked") : Optional.empty();
    }
}
