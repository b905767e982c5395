package hyperclip.app.loop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// One thread with one selector: it owns everything that changes in a process. Others post.
///
/// It sleeps until a channel is ready, something is posted, or the earliest deadline of its [Timed] is due;
/// with none of these it does not wake at all.
public final class Loop implements AutoCloseable {

    /// Room for several of the longest frames.
    private static final int SCRATCH = 256 * 1024;

    /// Goes before what should never have been thrown.
    public static final String FAULT = "a fault in Hyperclip, please report it";

    private static final System.Logger LOG = System.getLogger("hyperclip");

    private final Selector selector;
    private final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> later = new ArrayDeque<>();
    private final List<Timed> timed = new ArrayList<>();
    private ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH);
    private ByteBuffer spare;
    private boolean stopped;

    /// What wants to be called when its channel is ready.
    public interface Handler {

        /// The channel is ready for some of what it is registered for. What escapes from here ends this handler
        /// alone.
        void ready() throws IOException;

        /// Something unexpected escaped from [#ready]; the handler must close itself.
        void failed(Exception e);
    }

    /// What wants to be called at a time of its own.
    public interface Timed {

        /// When [#tick] is wanted, by [Loop#millis()]; `Long.MAX_VALUE` for never.
        long deadline();

        void tick();
    }

    public Loop() throws IOException {
        selector = Selector.open();
    }

    /// The loop's clock: milliseconds that never go back.
    public long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /// A buffer for whoever is being called by the loop, and only until it returns.
    public ByteBuffer scratch() {
        return scratch.clear();
    }

    /// Whoever was lent [#scratch()] last keeps it until he [gives it back][#giveBack], with what is in it.
    ///
    /// The launcher allows for as many as there may be connections.
    public void leaveScratch() {
        scratch = spare == null ? ByteBuffer.allocateDirect(SCRATCH) : spare;
        spare = null;
    }

    public void giveBack(ByteBuffer left) {
        spare = left;
    }

    public SelectionKey register(SelectableChannel channel, int interest, Handler handler) throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, interest, handler);
    }

    public void add(Timed one) {
        timed.add(one);
    }

    public void remove(Timed one) {
        timed.remove(one);
    }

    /// Runs this on the loop's thread; may be called from any.
    public void post(Runnable work) {
        posted.add(work);
        selector.wakeup();
    }

    /// Runs this when what is being handled now is done; only from the loop's own thread.
    public void later(Runnable work) {
        later.add(work);
    }

    /// Runs this after so many milliseconds; only from the loop's own thread.
    public void after(long delay, Runnable work) {
        long due = millis() + delay;
        add(new Timed() {
            @Override
            public long deadline() {
                return due;
            }

            @Override
            public void tick() {
                remove(this);
                work.run();
            }
        });
    }

    /// Ends [#run()] once; may be called from any thread.
    public void stop() {
        post(() -> stopped = true);
    }

    /// Runs until [#stop()].
    public void run() throws IOException {
        while (!stopped) {
            turn(Long.MAX_VALUE);
        }
    }

    /// Runs until this holds, or this moment of [#millis()] has come.
    ///
    /// @return whether it holds
    public boolean runUntil(BooleanSupplier done, long moment) throws IOException {
        while (!stopped && !done.getAsBoolean() && millis() < moment) {
            turn(moment);
        }
        return done.getAsBoolean();
    }

    private void turn(long moment) throws IOException {
        selector.select(Loop::dispatch, timeout(moment));
        tickWhatIsDue();
        drain(posted, posted.size());
        drain(later, Integer.MAX_VALUE);
    }

    private void tickWhatIsDue() {
        long now = millis();
        if (earliest() > now) {
            return;
        }
        for (Timed one : List.copyOf(timed)) {
            // One that ticked before it may have ended this one.
            if (one.deadline() <= now && timed.contains(one)) {
                one.tick();
            }
        }
    }

    private long earliest() {
        long earliest = Long.MAX_VALUE;
        for (Timed one : timed) {
            earliest = Math.min(earliest, one.deadline());
        }
        return earliest;
    }

    /// Runs at most so many: what posts itself anew must leave the others their turn.
    private static void drain(Queue<Runnable> queue, int most) {
        for (int done = 0; done < most; done++) {
            Runnable next = queue.poll();
            if (next == null) {
                return;
            }
            try {
                next.run();
            } catch (RuntimeException e) {
                // Whoever it belongs to is worse off, but nobody else.
                LOG.log(System.Logger.Level.ERROR, FAULT, e);
            }
        }
    }

    /// Milliseconds to wait, in the meaning of [Selector#select(long)]: 0 is for ever.
    private long timeout(long moment) {
        if (!posted.isEmpty() || !later.isEmpty()) {
            return 1;
        }
        long earliest = Math.min(earliest(), moment);
        return earliest == Long.MAX_VALUE ? 0 : Math.max(1, earliest - millis());
    }

    private static void dispatch(SelectionKey key) {
        Handler handler = (Handler) key.attachment();
        try {
            handler.ready();
        } catch (IOException e) {
            handler.failed(e);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, FAULT, e);
            handler.failed(e);
        }
    }

    @Override
    public void close() throws IOException {
        selector.close();
    }
}
