package hyperclip.app.host;

import hyperclip.app.link.Reach;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.wire.Connection;
import java.nio.file.Path;
import java.util.Optional;

/// A machine with a socket for its port.
///
/// ```
/// no socket ──dial──▶ connected, silent ──somebody answers──▶ what the protocol says
///     ▲                       ▲  └── after SILENT it is said that nobody does
///     └── QEMU gone           └── whoever answered has gone
/// ```
///
/// @param <C> the protocol that is spoken over it
abstract class ReachedMachine<C extends Connection> extends Machine implements Reach.Owner<C> {

    /// After so long without an answer on a connected socket somebody should know, in milliseconds.
    private static final long SILENT = 10_000;

    private static final String WAITING = "connected, waiting for ";

    private final Reach reach;
    private Optional<C> current = Optional.empty();
    private int connections;

    ReachedMachine(Loop loop, Hub hub, String name, Reach.How how, Path path) {
        super(loop, hub, name, path);
        reach = Reach.of(how, loop, path, "machine " + name, troubles(), this::newConnection, this);
    }

    abstract C newConnection();

    /// Who is to answer, such as `the guest`.
    abstract String awaited();

    /// What to check where nobody does, as a question without its mark.
    abstract String toCheck();

    @Override
    final void start() {
        reach.start();
    }

    @Override
    final void close() {
        reach.close();
    }

    /// The connection, where there is one.
    final Optional<C> current() {
        return current;
    }

    public final void hasToSend() {
        reach.hasToSend();
    }

    /// What the state is while nobody answers, or nobody does any more.
    final String waiting() {
        return WAITING + awaited();
    }

    @Override
    public final void up(C connection) {
        current = Optional.of(connection);
        state().set(waiting());
        int mine = ++connections;
        loop().after(SILENT, () -> {
            if (mine == connections && state().sentence().startsWith(WAITING)) {
                state().set("connected, but nobody answers: " + toCheck() + "? It serves one client at a time");
            }
        });
    }

    @Override
    public void down(String why) {
        current = Optional.empty();
        connections++;
        state().set(why);
    }
}
