package hyperclip.core.session;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The owner of a connection that writes down what it is told, and opens channels when it is greeted.
final class HeardByOwner implements SessionConnection.Owner {
    int pastesElsewhere;

    final List<String> lines = new ArrayList<>();
    private final Consumer<SessionConnection> whenGreeted;

    HeardByOwner(Consumer<SessionConnection> whenGreeted) {
        this.whenGreeted = whenGreeted;
    }

    @Override
    public void greeted(SessionConnection connection, SessionMessage.Hello theirs) {
        lines.add("greeted by " + theirs.role());
        whenGreeted.accept(connection);
    }

    @Override
    public void said(SessionConnection connection, SessionMessage message, long position) {
        lines.add("said " + message);
    }

    @Override
    public void lost(SessionConnection connection, String why) {
        lines.add("lost: " + why);
    }

    @Override
    public void hasToSend(SessionConnection connection) {}

    @Override
    public int pastesElsewhere(SessionConnection connection) {
        return pastesElsewhere;
    }
}
