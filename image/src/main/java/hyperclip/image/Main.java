package hyperclip.image;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// Reads one image from standard input and writes it to standard output in another type; says nothing else, and ends
/// with the code of an [Outcome].
///
/// The image comes from a machine that nobody trusts, and the decoder runs with the rights of its user. So this process
/// holds nothing of anybody's, and ends by itself when it has worked for too long or whoever started it is gone. How
/// much memory it may have is the JVM's affair (`-Xmx`, and [Outcome]).
///
/// Arguments: the type it has, the type it is to get, the most pixels, the most seconds of processor time (time in
/// which it waits for the other ends of its pipes does not count).
public final class Main {

    private static final long LOOK_EVERY_NANOS = 50_000_000;

    private Main() {}

    public static void main(String[] arguments) {
        Outcome outcome = run(arguments);
        // At once: nothing that was loaded on the way may keep it.
        Runtime.getRuntime().halt(outcome.code());
    }

    private static Outcome run(String[] arguments) {
        if (arguments.length != 4) {
            return Outcome.WRONG_USAGE;
        }
        Conversion conversion;
        Duration most;
        try {
            conversion = new Conversion(arguments[0], arguments[1], Long.parseLong(arguments[2]));
            most = Duration.ofSeconds(Long.parseLong(arguments[3]));
        } catch (IllegalArgumentException e) {
            return Outcome.WRONG_USAGE;
        }
        beTheFirstToGo();
        Optional<ProcessHandle> parent = ProcessHandle.current().parent();
        Thread.ofPlatform().daemon().name("watchdog").start(() -> watch(most, parent));
        return conversion.convert(new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out));
    }

    /// Where the machine runs out of memory, the kernel ends this process and not somebody's editor.
    private static void beTheFirstToGo() {
        try {
            Files.writeString(Path.of("/proc/self/oom_score_adj"), "1000");
        } catch (IOException e) {
            // Then the kernel chooses by itself.
            return;
        }
    }

    private static void watch(Duration most, Optional<ProcessHandle> parent) {
        while (parent.isEmpty() || parent.get().isAlive()) {
            Duration worked = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
            if (worked.compareTo(most) > 0) {
                break;
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
        Runtime.getRuntime().halt(Outcome.TOO_LONG.code());
    }
}
