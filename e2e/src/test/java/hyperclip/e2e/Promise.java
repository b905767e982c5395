package hyperclip.e2e;

import java.time.Duration;

/// How soon a paste works again after something was ended and started.
///
/// The promise is 2 seconds on a machine that has time for it. `./test` has to pass on machines that are busy with
/// other things, so it bounds the wait at more and prints what was measured; `-Dhyperclip.promise.seconds=2` holds
/// it to the letter (see CONTRIBUTING.md).
public final class Promise {

    public static final Duration SOON = Duration.ofSeconds(Integer.getInteger("hyperclip.promise.seconds", 20));

    private Promise() {}
}
