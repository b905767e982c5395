package hyperclip.app.host;

import hyperclip.app.images.ConvertedImages;
import hyperclip.app.images.ImageProgram;
import hyperclip.app.link.FileSpool;
import hyperclip.app.link.NotCarried;
import hyperclip.app.link.Reach;
import hyperclip.app.link.Troubles;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.View;
import hyperclip.core.session.SessionMessage;
import hyperclip.core.vdagent.VdagentConnection;
import hyperclip.core.vdagent.VdagentRole;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// A machine with the agent of SPICE in it, of Linux or of Windows: it has one session, `NAME/guest`, which is
/// whichever
/// one the agent serves.
///
/// ```
/// no socket ──dial──▶ connected, silent ──the agent answers──▶ greeted
///     ▲                       └── after SILENT it is said that nobody does
///     └── QEMU gone, bad input
/// ```
final class SpiceMachine implements Machine, VdagentConnection.Owner, Reach.Owner<VdagentConnection> {

    /// After so long without an answer on a connected socket somebody should know, in milliseconds.
    private static final long SILENT = 10_000;

    private final Loop loop;
    private final RandomGenerator random;
    private final Hub hub;
    private final Optional<ImageProgram> images;
    private final Troubles troubles;
    private final String name;
    private final Path path;
    private final Reach reach;
    private final NotCarried notCarried = new NotCarried();
    private Optional<VdagentConnection> current = Optional.empty();
    private Optional<Session> session = Optional.empty();
    private String state = "";
    private int connections;

    /// @param images converts what the agent has no type for; empty for never
    SpiceMachine(
            Loop loop,
            RandomGenerator random,
            Hub hub,
            String name,
            Reach.How how,
            Path path,
            Optional<ImageProgram> images) {
        this.loop = loop;
        this.random = random;
        this.hub = hub;
        this.images = images;
        this.troubles = new Troubles(loop::millis);
        this.name = name;
        this.path = path;
        this.reach = Reach.of(how, loop, path, "machine " + name, troubles, this::newConnection, this);
    }

    @Override
    public void start() {
        reach.start();
    }

    @Override
    public void close() {
        reach.close();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String protocol() {
        return "vdagent";
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public String state() {
        return state;
    }

    @Override
    public String notCarried() {
        return notCarried.sentence();
    }

    @Override
    public List<Troubles.Trouble> troubles() {
        return troubles.last();
    }

    @Override
    public Collection<Session> sessions() {
        return session.stream().toList();
    }

    @Override
    public void take(Hub files, String view, SessionMessage.Send file, Consumer<Optional<String>> outcome) {
        if (current.isPresent()) {
            current.get().send(files, view, file.name(), file.size(), outcome);
        } else {
            outcome.accept(Optional.of("the machine is not connected: " + state));
        }
    }

    private VdagentConnection newConnection() {
        return new VdagentConnection(VdagentRole.HOST, this, FileSpool::new, random, loop::millis);
    }

    @Override
    public void up(VdagentConnection connection) {
        current = Optional.of(connection);
        setState("connected, waiting for the agent");
        int mine = ++connections;
        loop.after(SILENT, () -> {
            if (mine == connections && state.startsWith("connected, waiting")) {
                setState("connected, but nobody answers: does spice-vdagentd run in the machine, with spice-vdagent in"
                        + " its desktop, and does no other program hold this socket? It serves one client at a time");
            }
        });
    }

    @Override
    public void down(String why) {
        current = Optional.empty();
        connections++;
        setState(why);
    }

    private void setState(String next) {
        if (!next.equals(state)) {
            state = next;
            troubles.tell("machine " + name + ": " + next);
        }
    }

    @Override
    public void greeted(boolean hasClipboard) {
        setState(hasClipboard ? "connected to the agent" : "connected to an agent that shares no clipboard");
    }

    @Override
    public void left() {
        setState("connected, waiting for the agent: it speaks as a client does");
    }

    @Override
    public View open(Function<View, Peer> peer) {
        String view = name + "/guest";
        session = Optional.of(new Session(view, "", "", loop.millis()));
        return hub.open(
                view,
                opened ->
                        images.map(program -> converted(program, opened, peer)).orElseGet(() -> peer.apply(opened)));
    }

    /// The agent's applications may take an image as PNG alone, whatever it was copied as.
    private Peer converted(ImageProgram program, View opened, Function<View, Peer> peer) {
        Peer[] agent = new Peer[1];
        ConvertedImages converted = new ConvertedImages(loop, program, opened, (Signal signal) -> agent[0].say(signal));
        agent[0] = peer.apply(converted);
        return converted;
    }

    @Override
    public void close(View view) {
        session = Optional.empty();
        notCarried.clear();
        hub.close(view, Reason.LINK_LOST);
    }

    @Override
    public void hasToSend() {
        reach.hasToSend();
    }

    @Override
    public void notCarried(Selection selection, List<MimeType> types) {
        notCarried.note(selection, types);
    }

    @Override
    public void tooLarge(MimeType type, String why) {
        troubles.note("machine " + name + ": a paste of " + type + " in the guest was refused: " + why);
    }

    @Override
    public void portLost(String why) {
        throw new IllegalStateException("a socket is closed, not lost");
    }
}
