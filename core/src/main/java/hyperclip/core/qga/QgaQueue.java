package hyperclip.core.qga;

import hyperclip.core.wire.Spool;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// The commands that wait for a real qemu-ga, in the order in which they were asked for by whomever. A command whose
/// asker is gone keeps its place until its reply has been thrown away.
///
/// Where it is gone they wait for a moment: it may be started again. While one is being greeted they wait, too.
public final class QgaQueue implements OtherQga.Owner {

    /// How long it may be gone, in milliseconds.
    static final long GRACE = 2_000;

    /// How many commands may wait, of all channels together.
    static final int MAX_WAITING = 4096;

    private final Consumer<Boolean> frozen;
    private final Runnable hasToSend;
    private final Runnable onReady;
    private final LongSupplier millis;
    private final String absence;
    private final Queue<OtherQga.Asked> waiting = new ArrayDeque<>();
    private Optional<OtherQga> other = Optional.empty();
    private boolean isComing;
    private long goneSince;

    /// @param frozen told whether the file systems are frozen
    /// @param hasToSend run when something waits to be sent to it
    /// @param onReady run when there is one that takes commands
    /// @param absence a sentence about where it was looked for and what to check
    public QgaQueue(
            Consumer<Boolean> frozen, Runnable hasToSend, Runnable onReady, LongSupplier millis, String absence) {
        this.frozen = frozen;
        this.onReady = onReady;
        this.hasToSend = hasToSend;
        this.millis = millis;
        this.absence = absence;
        this.goneSince = millis.getAsLong();
    }

    /// @param line what asks for it, which is the queue's from now on
    void ask(String name, Spool line, OtherQga.Asker asker) {
        if (isAway()) {
            line.close();
            asker.failed(QgaException.notFound(name, absence));
        } else if (waiting.size() >= MAX_WAITING) {
            line.close();
            asker.failed(new QgaException(MAX_WAITING + " commands wait for qemu-ga already"));
        } else {
            waiting.add(new OtherQga.Asked(name, line, asker));
            idle();
        }
    }

    /// Whether there is none, and none is waited for.
    boolean isAway() {
        return other.isEmpty() && !isComing && millis.getAsLong() >= goneSince + GRACE;
    }

    /// It is connected, and is being greeted.
    public void coming() {
        isComing = true;
    }

    @Override
    public void ready(OtherQga ready) {
        isComing = false;
        other = Optional.of(ready);
        onReady.run();
        idle();
    }

    @Override
    public void idle() {
        if (other.isPresent() && other.get().isIdle() && !waiting.isEmpty()) {
            OtherQga.Asked next = waiting.remove();
            other.get().ask(next);
        }
    }

    /// It is gone.
    public void gone() {
        isComing = false;
        if (other.isPresent()) {
            other = Optional.empty();
            goneSince = millis.getAsLong();
        }
        // Whether they are still frozen is told by the next one.
    }

    @Override
    public void frozen(boolean now) {
        frozen.accept(now);
    }

    @Override
    public void hasToSend() {
        hasToSend.run();
    }

    /// When [#tick()] is wanted next; `Long.MAX_VALUE` where nothing waits.
    public long deadline() {
        return other.isPresent() || isComing || waiting.isEmpty() ? Long.MAX_VALUE : goneSince + GRACE;
    }

    /// Time has passed.
    public void tick() {
        if (millis.getAsLong() >= deadline()) {
            List<OtherQga.Asked> all = List.copyOf(waiting);
            waiting.clear();
            all.forEach(one -> one.line().close());
            all.forEach(one -> one.asker().failed(QgaException.notFound(one.name(), absence)));
        }
    }
}
