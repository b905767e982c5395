package hyperclip.app.guest;

import hyperclip.core.session.SessionConnection;
import java.util.ArrayList;
import java.util.List;

/// What one user takes of the daemon, all of its connections together, so that there is enough for the others.
final class Quota {

    /// A user who takes more would take them from the others.
    static final int MAX_CONNECTIONS = 64;

    /// How many messages a user may say in a second, on average: offers, requests and questions. A mouse that selects
    /// makes ten offers.
    static final int RATE = 500;

    /// And at once.
    static final int BURST = 2_000;

    /// The longest that a connection is made to wait, in milliseconds.
    static final long MAX_PAUSE = 10_000;

    /// How often it is said that somebody is being slowed down, in milliseconds.
    private static final long TELLING = 60_000;

    private final List<SessionConnection> connections = new ArrayList<>();
    private double allowance = BURST;
    private long reckoned;
    private long told;

    Quota(long now) {
        reckoned = now;
        told = now - TELLING;
    }

    boolean isFull() {
        return connections.size() >= MAX_CONNECTIONS;
    }

    /// Whether it says no more than a new one would.
    boolean isAtRest(long now) {
        return connections.isEmpty() && spend(0, now) == 0 && allowance >= BURST;
    }

    int size() {
        return connections.size();
    }

    void add(SessionConnection connection) {
        connections.add(connection);
    }

    void remove(SessionConnection connection) {
        connections.remove(connection);
    }

    int pastes() {
        return connections.stream().mapToInt(SessionConnection::pastes).sum();
    }

    /// So many messages have come.
    ///
    /// @return for how many milliseconds no more is to be read from where they came
    long spend(long messages, long now) {
        allowance = Math.min(BURST, allowance + (now - reckoned) * RATE / 1000.0) - messages;
        reckoned = now;
        return allowance >= 0 ? 0 : Math.min(MAX_PAUSE, (long) Math.ceil(-allowance * 1000 / RATE));
    }

    /// Whether it is time to say that this user is being slowed down.
    boolean isToBeTold(long now) {
        if (now - told < TELLING) {
            return false;
        }
        told = now;
        return true;
    }
}
