package hyperclip.app.host;

import hyperclip.app.link.Troubles;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.View;
import hyperclip.core.qga.QgaHost;
import hyperclip.core.session.SessionMessage;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/// A machine that is reached by the commands of qemu-ga's protocol, whatever carries them.
abstract class CommandedMachine implements Machine, QgaHost.Sessions {

    private final Loop loop;
    private final Hub hub;
    private final Troubles troubles;
    private final String name;
    private final Path path;
    private final Map<String, Session> sessions = new TreeMap<>();
    private String state = "";

    /// @param path for `status`
    CommandedMachine(Loop loop, Hub hub, String name, Path path) {
        this.loop = loop;
        this.hub = hub;
        // Each machine has its own, so that none can make another one's unheard.
        this.troubles = new Troubles(loop::millis);
        this.name = name;
        this.path = path;
    }

    final Loop loop() {
        return loop;
    }

    final Troubles ownTroubles() {
        return troubles;
    }

    final void setState(String next) {
        if (!next.equals(state)) {
            state = next;
            troubles.tell("machine " + name + ": " + next);
        }
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final Path path() {
        return path;
    }

    @Override
    public final String state() {
        return state;
    }

    /// It carries any type.
    @Override
    public final String notCarried() {
        return "";
    }

    @Override
    public final List<Troubles.Trouble> troubles() {
        return troubles.last();
    }

    @Override
    public final Collection<Session> sessions() {
        return List.copyOf(sessions.values());
    }

    @Override
    public final void take(Hub files, String view, SessionMessage.Send file, Consumer<Optional<String>> outcome) {
        outcome.accept(Optional.of("files are sent to machines with SPICE's agent only (--vm NAME=spice:PATH)"));
    }

    @Override
    public final View open(String session, String user, String display, Function<View, Peer> peer) {
        String view = name + "/" + session;
        sessions.put(session, new Session(view, user, display, loop.millis()));
        troubles.tell("session " + view + " of " + user + " has come");
        return hub.open(view, peer);
    }

    @Override
    public final void close(String session, View view) {
        sessions.remove(session);
        hub.close(view, Reason.LINK_LOST);
    }
}
