package hyperclip.app.host;

import hyperclip.app.link.Reach;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.qga.QgaHost;
import hyperclip.core.qga.QgaHostConnection;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/// A machine with our daemon at the port of QEMU's guest agent, and a socket of its own for that port.
final class QgaMachine extends ReachedMachine<QgaHostConnection> implements QgaHostConnection.Owner, QgaHost.Sessions {

    /// How many bytes of content one command carries.
    private static final int PIECE = 256 * 1024;

    private final RandomGenerator random;

    QgaMachine(Loop loop, RandomGenerator random, Hub hub, String name, Reach.How how, Path path) {
        super(loop, hub, name, how, path);
        this.random = random;
    }

    @Override
    String protocol() {
        return "qga";
    }

    @Override
    QgaHostConnection newConnection() {
        return new QgaHostConnection(this, loop()::millis);
    }

    @Override
    String awaited() {
        return "the guest";
    }

    @Override
    String toCheck() {
        return "is `hyperclip guest --port qga:…` running in the machine, and is no other program holding this socket"
                + " (libvirt)";
    }

    @Override
    public void joined() {
        state().set("connected to the guest");
    }

    @Override
    public void left(String why) {
        state().set(waiting() + ": " + why);
    }

    @Override
    public long random() {
        return random.nextLong();
    }

    @Override
    public QgaHost begin(QgaHost.Carrier carrier) {
        return new QgaHost(carrier, this, true, PIECE, loop()::millis);
    }
}
