package hyperclip.posix;

/// A session as logind has it (org.freedesktop.login1(5), Session Objects). All but [#active] and [#locked] are words
/// of logind's, empty where it has none.
///
/// @param id such as `2` or `c1`; what $XDG_SESSION_ID says
/// @param user its name
/// @param seat such as `seat0`; empty for a session of the network
/// @param type `x11`, `wayland`, `tty`, …
/// @param kind logind's Class: `user`, `greeter`, `lock-screen`, …
/// @param display of X11, such as `:0`, where whoever made the session has told it
/// @param state `active`, `online` (in the background) or `closing` (logged out, with something left of it)
/// @param active whether it is in the foreground of its seat, or has none
/// @param locked whether it says of itself that its screen is locked
public record Login(
        String id,
        String user,
        String seat,
        String type,
        String kind,
        String display,
        String state,
        boolean active,
        boolean locked) {}
