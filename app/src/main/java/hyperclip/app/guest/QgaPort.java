package hyperclip.app.guest;

import hyperclip.app.link.State;
import hyperclip.app.link.Troubles;
import hyperclip.app.loop.Loop;
import hyperclip.core.qga.QgaConnection;
import java.io.IOException;
import java.nio.file.Path;

/// The port of QEMU's guest agent, or a unix socket in its place.
///
/// ```
/// shut ──opens──▶ open
///  ▲ every RETRY    │
///  └─socket closed──┘
/// ```
final class QgaPort {

    /// How long until a port that is missing or held by another process is tried again, in milliseconds.
    private static final long RETRY = 1_000;

    private final Loop loop;
    private final Troubles troubles;
    private final Path path;
    private final Connections connections;
    private Runnable sender = () -> {};
    private final State state;

    /// Makes a connection for each time it is opened.
    interface Connections {
        QgaConnection next(boolean passesAll, QgaConnection.Owner owner);
    }

    QgaPort(Loop loop, Troubles troubles, Path path, Connections connections) {
        this.loop = loop;
        this.troubles = troubles;
        this.path = path;
        this.state = new State(troubles, "port " + path, "not opened yet");
        this.connections = connections;
    }

    Path path() {
        return path;
    }

    String state() {
        return state.sentence();
    }

    void open() {
        try {
            // The host may do with its guest what it likes: there are all commands.
            QgaConnection opened = connections.next(true, () -> sender.run());
            Ports.Way way = Ports.open(loop, path, opened, troubles, this::shut);
            sender = way.hasToSend();
            state.set("open; whether a host is there shows when it asks for something");
            way.start().run();
        } catch (IOException e) {
            shut(Ports.complaint(path, e));
        }
    }

    private void shut(String why) {
        state.set(why);
        loop.after(RETRY, this::open);
    }
}
