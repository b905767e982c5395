package hyperclip.core.session;

import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What it costs to put 1 MiB of content into data frames and to take it out, in a buffer like a link's. It stands in
/// this package because frames do.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FramesBenchmark {

    private static final int CONTENT = 1024 * 1024;

    /// How much content is in one frame, in bytes.
    @Param({"1024", "131072"})
    public int piece;

    private final FrameReader reader = new FrameReader(Medium.SOCKET);
    private final ByteBuffer number =
            ByteBuffer.allocate(Frame.TRANSFER_NUMBER).putLong(7).flip();
    private final ByteBuffer content = ByteBuffer.allocate(Frame.MAX_DATA);
    private ByteBuffer wire;

    /// Fills the wire.
    @Setup
    public void fill() {
        wire = ByteBuffer.allocateDirect(CONTENT / piece * (Frame.HEADER + Frame.TRANSFER_NUMBER + piece));
        writes();
    }

    /// To bytes.
    @Benchmark
    public ByteBuffer writes() {
        wire.clear();
        while (wire.hasRemaining()) {
            Outbox.Ready frame = new Outbox.Ready(
                    Frame.Kind.DATA, 1, number.duplicate(), content.duplicate().limit(piece));
            for (ByteBuffer part : frame.framed(0)) {
                wire.put(part);
            }
        }
        return wire.flip();
    }

    /// From bytes.
    @Benchmark
    public int reads() throws ProtocolException {
        ByteBuffer input = wire.duplicate();
        int bytes = 0;
        while (input.hasRemaining()) {
            bytes += reader.read(input).payload().remaining();
        }
        return bytes;
    }
}
