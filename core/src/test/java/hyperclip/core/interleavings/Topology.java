package hyperclip.core.interleavings;

import hyperclip.core.session.Medium;
import java.util.List;

/// Who is joined to whom.
enum Topology {
    /// An agent and the host, on a socket.
    PAIR_ON_A_SOCKET,
    /// An agent and the host, on a port of which nobody says when it breaks.
    PAIR_ON_A_PORT,
    /// An agent, a daemon and the host.
    ROW,
    TWO_SESSIONS,
    /// Of two sessions each.
    THREE_GUESTS,
    /// One of two sessions lies to its daemon.
    LYING_AGENT,
    /// One of two guests lies to the host.
    LYING_GUEST,
    /// One of two agents on sockets lies to the host.
    LYING_PAIR;

    Medium medium() {
        return this == PAIR_ON_A_SOCKET || this == LYING_PAIR ? Medium.SOCKET : Medium.PORT;
    }

    List<Guest.Plan> guests() {
        return switch (this) {
            case PAIR_ON_A_SOCKET, PAIR_ON_A_PORT -> List.of(agent("g0", Guest.Honesty.HONEST));
            case ROW -> List.of(guest("g0", 1, Guest.Honesty.HONEST));
            case TWO_SESSIONS -> List.of(guest("g0", 2, Guest.Honesty.HONEST));
            case THREE_GUESTS ->
                List.of(
                        guest("g0", 2, Guest.Honesty.HONEST),
                        guest("g1", 2, Guest.Honesty.HONEST),
                        guest("g2", 2, Guest.Honesty.HONEST));
            case LYING_AGENT -> List.of(guest("g0", 2, Guest.Honesty.FIRST_AGENT_LIES));
            case LYING_GUEST -> List.of(guest("g0", 2, Guest.Honesty.LIES), guest("g1", 2, Guest.Honesty.HONEST));
            case LYING_PAIR -> List.of(agent("g0", Guest.Honesty.LIES), agent("g1", Guest.Honesty.HONEST));
        };
    }

    private Guest.Plan agent(String name, Guest.Honesty honesty) {
        return new Guest.Plan(name, 1, false, medium(), honesty);
    }

    private Guest.Plan guest(String name, int sessions, Guest.Honesty honesty) {
        return new Guest.Plan(name, sessions, true, medium(), honesty);
    }
}
