package hyperclip.demo;

import hyperclip.core.clipboard.Selection;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// A desktop on which programs copy and paste: the host's, or that of one of the guest's users.
public sealed interface Desk permits GuestDesk, HostDesk {

    /// How long a program may take over a paste. xclip itself would wait for ever.
    Duration PASTE = Duration.ofSeconds(60);

    /// How long an offer may take from one side to the other.
    Duration ARRIVAL = Duration.ofSeconds(20);

    /// Between two looks at who owns a selection.
    Duration PAUSE = Duration.ofMillis(10);

    /// The target under which Hyperclip tells the name of the offer that it shows.
    String OFFER = "application/x-hyperclip-offer";

    Pattern OFFER_NAME = Pattern.compile("[0-9a-f]{8,64}");

    /// `host`, or machine and session as Hyperclip names them: `demo/alice`.
    String name();

    /// Runs a program to its end.
    Outcome run(List<String> command, byte[] input, Duration patience) throws IOException;

    /// Copies: a program owns the selection from now on, or very soon.
    void copy(Program program, Selection selection, byte[] text) throws IOException;

    /// Pastes as any application would.
    default Outcome paste(Program program, Selection selection) throws IOException {
        return run(program.pasting(selection), new byte[0], PASTE);
    }

    /// The name of what Hyperclip offers here; empty where an application of this desktop owns the selection, or
    /// nobody.
    default Optional<String> offer(Selection selection) throws IOException {
        // xclip as an owner answers whatever it is asked for, hence the look at the form.
        Outcome outcome =
                run(List.of("xclip", "-o", "-selection", selection.word(), "-t", OFFER), new byte[0], ARRIVAL);
        return Optional.of(outcome.text())
                .filter(name -> outcome.exit() == 0 && OFFER_NAME.matcher(name).matches());
    }

    /// Waits until Hyperclip offers something else than before, and gives its name.
    default String awaitOffer(Selection selection, Optional<String> before) throws IOException {
        long until = System.nanoTime() + ARRIVAL.toNanos();
        while (System.nanoTime() < until) {
            Optional<String> now = offer(selection);
            if (now.isPresent() && !now.equals(before)) {
                return now.get();
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for an offer");
            }
        }
        throw new Complaint("What was copied was not offered on " + name() + " within " + ARRIVAL.toSeconds()
                + " s (the " + selection.word() + " selection there is "
                + before.map(name -> "still offer " + name).orElse("none of Hyperclip's") + ").");
    }
}
