package hyperclip.app.host;

import hyperclip.app.link.State;
import hyperclip.app.link.Troubles;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.View;
import hyperclip.core.session.SessionMessage;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/// One virtual machine: the way to it, and the sessions that are known of it.
abstract class Machine {

    /// A session that is known.
    ///
    /// @param view its name in the hub, and for people
    /// @param user empty where it is not known
    /// @param display empty where it is not known
    /// @param since when it came, on the loop's clock
    record Session(String view, String user, String display, long since) {}

    private final Loop loop;
    private final Hub hub;
    private final String name;
    private final Path path;
    private final Troubles troubles;
    private final State state;
    private final Map<String, Session> sessions = new TreeMap<>();

    /// @param path of its socket; of a machine without one what stands in its place in `status`
    Machine(Loop loop, Hub hub, String name, Path path) {
        this.loop = loop;
        this.hub = hub;
        this.name = name;
        this.path = path;
        // Each machine has its own, so that none can make another one's unheard.
        this.troubles = new Troubles(loop::millis);
        this.state = new State(troubles, "machine " + name, "");
    }

    /// Connects, and goes on trying to.
    abstract void start();

    /// Leaves no socket behind.
    abstract void close();

    /// What is spoken with it, such as `native`.
    abstract String protocol();

    /// What it cannot be offered of the copy that stands; empty where it can be offered everything.
    String notCarried() {
        return "";
    }

    /// Takes a file: the content that is offered next in this hub, where a view of its own is opened.
    ///
    /// @param outcome told once: why the machine does not have it, as a sentence, or nothing where it has it
    void take(Hub files, String view, SessionMessage.Send file, Consumer<Optional<String>> outcome) {
        outcome.accept(Optional.of("files are sent to machines with SPICE's agent only (--vm NAME=spice:PATH)"));
    }

    /// How many pastes of its sessions are under way.
    int pastes() {
        return 0;
    }

    final String name() {
        return name;
    }

    final Path path() {
        return path;
    }

    final State state() {
        return state;
    }

    final Troubles troubles() {
        return troubles;
    }

    final Collection<Session> sessions() {
        return List.copyOf(sessions.values());
    }

    final Loop loop() {
        return loop;
    }

    final Hub hub() {
        return hub;
    }

    /// The view of a session of this machine.
    final String viewOf(String session) {
        return name + "/" + session;
    }

    /// A session has come whose view the caller opens.
    final void came(String session, String user, String display) {
        String view = viewOf(session);
        sessions.put(session, new Session(view, user, display, loop.millis()));
        troubles.tell("session " + view + (user.isEmpty() ? "" : " of " + user) + " has come");
    }

    /// A session has gone whose view the caller closes.
    final void went(String session) {
        sessions.remove(session);
    }

    /// A session has come.
    public final View open(String session, String user, String display, Function<View, Peer> peer) {
        came(session, user, display);
        return hub.open(viewOf(session), peer);
    }

    /// A session has gone.
    public final void close(String session, View view) {
        went(session);
        hub.close(view, Reason.LINK_LOST);
    }
}
