package hyperclip.demo;

import java.util.ArrayList;
import java.util.List;

/// What has to be ended when this program is, by Ctrl-C too: other programs, and temporary files.
///
/// What is started last is ended first. Programs that would hear Ctrl-C themselves are started by `setsid`, so that
/// they end in this order and nobody complains that they are gone.
public final class AtExit {

    private static final List<Runnable> ENDINGS = new ArrayList<>();
    private static boolean hooked;
    private static volatile boolean underWay;

    private AtExit() {}

    /// Whether the program is being ended from outside: then what fails has failed for that reason.
    public static boolean isUnderWay() {
        return underWay;
    }

    /// Does this at the end of the program unless it is [taken back][#forget].
    static void run(Runnable ending) {
        synchronized (ENDINGS) {
            ENDINGS.add(ending);
            if (!hooked) {
                hooked = true;
                Runtime.getRuntime().addShutdownHook(new Thread(AtExit::endAll, "end what was started"));
            }
        }
    }

    static void forget(Runnable ending) {
        synchronized (ENDINGS) {
            ENDINGS.remove(ending);
        }
    }

    private static void endAll() {
        underWay = true;
        List<Runnable> endings;
        synchronized (ENDINGS) {
            endings = List.copyOf(ENDINGS).reversed();
        }
        endings.forEach(Runnable::run);
    }
}
