package hyperclip.demo;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Puts an end to waits that have none of their own.
final class Patience {
    private Patience() {}

    /// Does the work on a thread of its own, which is left behind when the time is over: who closes what it waits for
    /// ends it.
    static <T> T within(Duration time, String what, Callable<T> work) throws IOException {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().name(what).start(task);
        try {
            return task.get(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new Complaint("Waited " + time.toSeconds() + " s for " + what + ", in vain.");
        } catch (ExecutionException e) {
            throw new Complaint("Waited for " + what + ", but:", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + what);
        }
    }
}
