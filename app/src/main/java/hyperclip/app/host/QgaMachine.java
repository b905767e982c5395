package hyperclip.app.host;

import hyperclip.app.link.Reach;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.qga.QgaHost;
import hyperclip.core.qga.QgaHostConnection;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/// A machine with our daemon at the port of QEMU's guest agent, and a socket of its own for that port.
///
/// ```
/// no socket ──dial──▶ connected, silent ──the daemon answers──▶ joined
///     ▲                       ▲  └── after SILENT it is said that nobody does
///     └── QEMU gone           └── daemon gone or begun anew
/// ```
final class QgaMachine extends CommandedMachine implements QgaHostConnection.Owner, Reach.Owner<QgaHostConnection> {

    /// After so long without an answer on a connected socket somebody should know, in milliseconds.
    private static final long SILENT = 10_000;

    /// How many bytes of content one command carries.
    private static final int PIECE = 256 * 1024;

    private final RandomGenerator random;
    private final Reach reach;
    private int connections;

    QgaMachine(Loop loop, RandomGenerator random, Hub hub, String name, Reach.How how, Path path) {
        super(loop, hub, name, path);
        this.random = random;
        this.reach = Reach.of(
                how,
                loop,
                path,
                "machine " + name,
                ownTroubles(),
                () -> new QgaHostConnection(this, loop::millis),
                this);
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
    public String protocol() {
        return "qga";
    }

    @Override
    public void up(QgaHostConnection connection) {
        setState("connected, waiting for the guest");
        int mine = ++connections;
        loop().after(SILENT, () -> {
            if (mine == connections && state().equals("connected, waiting for the guest")) {
                setState("connected, but nobody answers: is `hyperclip guest --port qga:…` running in the machine, and"
                        + " is no other program holding this socket (libvirt)? It serves one client at a time");
            }
        });
    }

    @Override
    public void down(String why) {
        setState(why);
    }

    @Override
    public void joined() {
        setState("connected to the guest");
    }

    @Override
    public void left(String why) {
        setState("connected, waiting for the guest: " + why);
    }

    @Override
    public long random() {
        return random.nextLong();
    }

    @Override
    public QgaHost begin(QgaHost.Carrier carrier) {
        return new QgaHost(carrier, this, true, PIECE, loop()::millis);
    }

    @Override
    public void hasToSend() {
        reach.hasToSend();
    }
}
