package hyperclip.bench;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What the hub alone costs, with nothing on either side of it.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HubBenchmark {

    /// Two of the many ids that copies have.
    private final OfferId[] ids = {OfferId.random(new Random(1)), OfferId.random(new Random(2))};

    private final ByteBuffer piece = ByteBuffer.allocate(Signal.MAX_CHUNK);
    private View owner;
    private View requestor;
    private Signal.Offer offer;
    private long told;
    private int copies;

    /// Joins two views that follow each other.
    @Setup
    public void join() {
        Hub hub = new Hub(() -> 0, (follower, followed) -> true);
        Peer listens = signal -> told++;
        owner = hub.open("owner", view -> listens);
        requestor = hub.open("requestor", view -> listens);
        offer();
    }

    /// A copy is told to the other view.
    @Benchmark
    public long offer() {
        OfferId id = ids[copies++ & 1];
        offer = new Signal.Offer(Selection.CLIPBOARD, id, List.of(MimeType.TEXT), 0, Standing.FRESH);
        owner.hear(offer);
        return told;
    }

    /// A paste of one chunk: request, chunk and end pass through.
    @Benchmark
    public long paste() {
        long transfer = requestor.newTransfer();
        requestor.hear(new Signal.Request(transfer, Selection.CLIPBOARD, offer.id(), MimeType.TEXT, Signal.MAX_CHUNK));
        owner.hear(new Signal.Chunk(transfer, piece));
        owner.hear(new Signal.End(transfer));
        return told;
    }
}
