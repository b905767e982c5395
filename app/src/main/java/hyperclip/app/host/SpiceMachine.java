package hyperclip.app.host;

import hyperclip.app.images.ConvertedImages;
import hyperclip.app.images.ImageProgram;
import hyperclip.app.link.FileSpool;
import hyperclip.app.link.NotCarried;
import hyperclip.app.link.Reach;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.View;
import hyperclip.core.session.SessionMessage;
import hyperclip.core.vdagent.VdagentConnection;
import hyperclip.core.vdagent.VdagentRole;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// A machine with the agent of SPICE in it, of Linux or of Windows: it has one session, `NAME/guest`, which is
/// whichever one the agent serves.
final class SpiceMachine extends ReachedMachine<VdagentConnection> implements VdagentConnection.Owner {

    private static final String SESSION = "guest";

    private final RandomGenerator random;
    private final Optional<ImageProgram> images;
    private final NotCarried notCarried = new NotCarried();

    /// @param images converts what the agent has no type for; empty for never
    SpiceMachine(
            Loop loop,
            RandomGenerator random,
            Hub hub,
            String name,
            Reach.How how,
            Path path,
            Optional<ImageProgram> images) {
        super(loop, hub, name, how, path);
        this.random = random;
        this.images = images;
    }

    @Override
    String protocol() {
        return "vdagent";
    }

    @Override
    VdagentConnection newConnection() {
        return new VdagentConnection(VdagentRole.HOST, this, FileSpool::new, random, loop()::millis);
    }

    @Override
    String awaited() {
        return "the agent";
    }

    @Override
    String toCheck() {
        return "does spice-vdagentd run in the machine, with spice-vdagent in its desktop, and does no other program"
                + " hold this socket";
    }

    @Override
    String notCarried() {
        return notCarried.sentence();
    }

    @Override
    void take(Hub files, String view, SessionMessage.Send file, Consumer<Optional<String>> outcome) {
        if (current().isPresent()) {
            current().get().send(files, view, file.name(), file.size(), outcome);
        } else {
            outcome.accept(Optional.of("the machine is not connected: " + state().sentence()));
        }
    }

    @Override
    public void greeted(boolean hasClipboard) {
        state().set(hasClipboard ? "connected to the agent" : "connected to an agent that shares no clipboard");
    }

    @Override
    public void left() {
        state().set(waiting() + ": it speaks as a client does");
    }

    @Override
    public View open(Function<View, Peer> peer) {
        return open(
                SESSION,
                "",
                "",
                opened ->
                        images.map(program -> converted(program, opened, peer)).orElseGet(() -> peer.apply(opened)));
    }

    /// The agent's applications may take an image as PNG alone, whatever it was copied as.
    private Peer converted(ImageProgram program, View opened, Function<View, Peer> peer) {
        Peer[] agent = new Peer[1];
        ConvertedImages converted =
                new ConvertedImages(loop(), program, opened, (Signal signal) -> agent[0].say(signal));
        agent[0] = peer.apply(converted);
        return converted;
    }

    @Override
    public void close(View view) {
        notCarried.clear();
        close(SESSION, view);
    }

    @Override
    public void notCarried(Selection selection, List<MimeType> types) {
        notCarried.note(selection, types);
    }

    @Override
    public void tooLarge(MimeType type, String why) {
        troubles().note("machine " + name() + ": a paste of " + type + " in the guest was refused: " + why);
    }

    @Override
    public void portLost(String why) {
        throw new IllegalStateException("a socket is closed, not lost");
    }
}
