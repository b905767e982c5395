package hyperclip.e2e.path;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/// Waits with an end, for what no event tells of.
final class Await {

    /// Longer than anything takes on a busy machine; who waits so long has found a fault.
    static final Duration GENEROUS = Duration.ofSeconds(20);

    private static final long PAUSE_MILLIS = 10;

    private Await() {}

    static void until(String what, Callable<Boolean> holds) {
        until(GENEROUS, what, holds);
    }

    /// Returns how long it took.
    static Duration until(Duration most, String what, Callable<Boolean> holds) {
        long begin = System.nanoTime();
        while (!holds(holds)) {
            if (System.nanoTime() - begin > most.toNanos()) {
                throw new AssertionError("not within " + most.toMillis() + " ms: " + what);
            }
            pause(PAUSE_MILLIS);
        }
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /// Lets a real time pass, where a test holds that nothing happens meanwhile.
    static void pass(Duration time) {
        pause(time.toMillis());
    }

    static void ended(Process process, Duration most, String what) {
        try {
            if (!process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("did not end within " + most.toMillis() + " ms: " + what);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean holds(Callable<Boolean> holds) {
        try {
            return holds.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
