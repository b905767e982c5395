package hyperclip.bench.versus;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Selection;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/// The one thread that copies, pastes and holds the watch. All places of it are on its loop, but those of [Loopback].
final class Driver implements AutoCloseable {

    /// How long anything may take that has an end.
    static final long PATIENCE = 120_000;

    /// Between two copies, so that neither side is in the middle of something. Ours passes on no more than 20 copies in
    /// 2 s, which is faster than people copy.
    static final long PAUSE = 120;

    private final Loop loop;
    private int copies;

    Driver() throws IOException {
        loop = new Loop();
    }

    Loop loop() {
        return loop;
    }

    void await(String what, BooleanSupplier condition) throws Complaint, IOException {
        if (!loop.runUntil(condition, loop.millis() + PATIENCE)) {
            throw new Complaint(ExitCode.TIMED_OUT, "waited " + PATIENCE / 1000 + " s in vain for " + what);
        }
    }

    void pause(long millis) throws IOException {
        loop.runUntil(() -> false, loop.millis() + millis);
    }

    /// Does this as the loop does everything: what it leads to is sent when it returns.
    ///
    /// @return when it began
    private long inTurn(Runnable work) throws IOException {
        long[] start = new long[1];
        loop.post(() -> {
            start[0] = System.nanoTime();
            work.run();
        });
        loop.runUntil(() -> start[0] != 0, Long.MAX_VALUE);
        return start[0];
    }

    /// An arrival that wakes this thread, wherever it happens.
    Arrival arrival(Text text) {
        return new Arrival(text, () -> loop.post(() -> {}));
    }

    void awaitWhole(String what, Arrival arrival) throws Complaint, IOException {
        await(what, arrival::isOver);
        if (arrival.failure().isPresent()) {
            throw new Complaint(
                    ExitCode.FAILED, what + " failed: " + arrival.failure().get());
        }
    }

    /// Nanoseconds from a copy to the content where it is pasted at once; every copy is another text.
    ///
    /// @param size in bytes; small enough to arrive in one piece
    /// @param before what is waited before the copy, in milliseconds
    long latency(String what, Place from, Place to, Selection selection, int size, long before)
            throws Complaint, IOException {
        Text text = new Text(size, ++copies * size);
        Arrival arrival = arrival(text);
        to.onOffer(selection, () -> to.paste(selection, arrival));
        pause(before);
        long start = inTurn(() -> from.copy(selection, text));
        awaitWhole("a copy of " + size + " bytes: " + what, arrival);
        return arrival.lastByte() - start;
    }

    /// Copies this text, and waits until it can be pasted.
    void offer(String what, Place from, Place to, Selection selection, Text text) throws Complaint, IOException {
        AtomicBoolean offered = new AtomicBoolean();
        to.onOffer(selection, () -> {
            offered.set(true);
            loop.post(() -> {});
        });
        pause(PAUSE);
        inTurn(() -> from.copy(selection, text));
        await("an offer: " + what, offered::get);
    }

    /// Nanoseconds from a request to the last byte.
    long transfer(String what, Place from, Place to, long size) throws Complaint, IOException {
        Text text = new Text(size, ++copies);
        offer(what, from, to, Selection.CLIPBOARD, text);
        pause(PAUSE);
        Arrival arrival = arrival(text);
        long start = inTurn(() -> to.paste(Selection.CLIPBOARD, arrival));
        awaitWhole("a paste of " + size + " bytes: " + what, arrival);
        return arrival.lastByte() - start;
    }

    @Override
    public void close() throws IOException {
        loop.close();
    }
}
