package hyperclip.core.session;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.wire.ProtocolException;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What the JSON of one control frame costs. It stands in this package because readers and writers do.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class JsonBenchmark {

    /// Which message.
    public enum Kind {
        OFFER,
        REQUEST,
        CREDIT
    }

    /// Which message.
    @Param
    public Kind kind;

    private SessionMessage message;
    private ByteBuffer json;

    /// Makes the message, and what it is on the wire.
    @Setup
    public void write() {
        OfferId id = OfferId.random(new Random(1));
        message = switch (kind) {
            case OFFER ->
                SessionMessage.offer(
                        Selection.CLIPBOARD,
                        7,
                        id,
                        List.of(MimeType.TEXT, new MimeType("text/html"), new MimeType("image/png")),
                        1200,
                        Standing.FRESH);
            case REQUEST -> new SessionMessage.Request(7, Selection.CLIPBOARD, id, MimeType.TEXT, Paste.WINDOW);
            case CREDIT -> new SessionMessage.Credit(7, Paste.WINDOW / 4);
        };
        json = writes();
    }

    /// To bytes.
    @Benchmark
    public ByteBuffer writes() {
        return SessionWriter.write(message);
    }

    /// From bytes.
    @Benchmark
    public Object reads() throws ProtocolException {
        return SessionReader.read(json.duplicate(), 0);
    }
}
