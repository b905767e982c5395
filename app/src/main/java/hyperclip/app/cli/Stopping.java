package hyperclip.app.cli;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// What a process still does when it is ended by SIGTERM or Ctrl-C.
final class Stopping {

    private Stopping() {}

    /// What may be asked to end.
    interface Work {
        void run() throws IOException;
    }

    /// Runs the work. On SIGTERM or Ctrl-C asks for its end, on another thread, and the process stays for it so many
    /// milliseconds at the most.
    ///
    /// @param late what is done if it has not ended by then
    static void run(Runnable stop, long within, Runnable late, Work work) throws IOException {
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (ended.getCount() == 0) {
                return;
            }
            stop.run();
            try {
                if (!ended.await(within, TimeUnit.MILLISECONDS)) {
                    late.run();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        try {
            work.run();
        } finally {
            ended.countDown();
        }
    }
}
