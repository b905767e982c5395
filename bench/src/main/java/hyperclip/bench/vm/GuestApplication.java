package hyperclip.bench.vm;

import hyperclip.demo.GuestDesk;
import hyperclip.demo.Machine;
import hyperclip.demo.Outcome;
import hyperclip.demo.User;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/// An application on a desktop of the guest that copies and pastes: xclip, which reads and writes files there, so that
/// the content does not go over the remote control while anything is measured.
final class GuestApplication {

    static final Duration PASTE = Duration.ofMinutes(3);
    private static final Duration OWNED = Duration.ofSeconds(30);

    private static final String SOURCE = "/tmp/bench-source";
    private static final String PASTED = "/tmp/bench-pasted";

    private final Machine machine;
    private final User user;
    private byte[] inGuest = new byte[0];

    GuestApplication(Machine machine, User user) {
        this.machine = machine;
        this.user = user;
    }

    GuestDesk desk() {
        return new GuestDesk(machine, user);
    }

    /// Brings the content into a file of the guest, once for all that is done with it.
    String source(Content content) throws IOException {
        if (!Arrays.equals(inGuest, content.bytes())) {
            machine.writeFile(path(SOURCE), content.bytes());
            inGuest = content.bytes();
        }
        return path(SOURCE);
    }

    private String path(String file) {
        return file + "-" + user.userName();
    }

    void copy(Content content) throws IOException {
        String file = source(content);
        Outcome outcome = shell("xclip -i -selection clipboard -t " + content.target() + " < " + file);
        if (outcome.exit() != 0) {
            throw new IOException("xclip could not copy in the guest: " + outcome.errorText());
        }
    }

    /// What was copied here is let go.
    void forget() throws IOException {
        shell("killall -q xclip");
    }

    /// Pastes into a file, and compares it with what it should be.
    ///
    /// @return how long the pasting program ran, by the guest's clock
    Duration paste(Content wanted) throws IOException {
        String source = source(wanted);
        Outcome outcome = shell("exec xclip -o -selection clipboard -t " + wanted.target() + " > " + path(PASTED));
        check(outcome, source, path(PASTED));
        return outcome.took();
    }

    private void check(Outcome outcome, String source, String pasted) throws IOException {
        Outcome comparison = shell("cmp " + source + " " + pasted + " && rm " + pasted);
        if (outcome.exit() != 0 || comparison.exit() != 0) {
            throw new IOException("what was pasted in the guest is not what was copied: " + outcome.errorText()
                    + comparison.text() + comparison.errorText());
        }
    }

    /// Waits until somebody offers this target here, or nobody does.
    void awaitTargets(Content content, boolean offered) throws IOException {
        long until = System.nanoTime() + OWNED.toNanos();
        while (System.nanoTime() < until) {
            Outcome outcome = shell("exec xclip -o -selection clipboard -t TARGETS");
            if (outcome.text().lines().toList().contains(content.target()) == offered) {
                return;
            }
        }
        throw new IOException("what was copied on the host was not " + (offered ? "offered" : "released")
                + " in the guest within " + OWNED.toSeconds() + " s");
    }

    /// `hyperclip copy`, which stays behind as the owner.
    void copyByCommand(Content content) throws IOException {
        Outcome outcome = shell("exec hyperclip copy < " + source(content));
        if (outcome.exit() != 0) {
            throw new IOException("`hyperclip copy` failed in the guest: " + outcome.errorText());
        }
    }

    /// `hyperclip paste`.
    ///
    /// @return from the first byte to the end of the command, by the guest's clock, to a hundredth of a second
    Duration pasteByCommand(Content wanted) throws IOException {
        String source = source(wanted);
        // `read -t` waits without starting a process, which is dear on an emulated processor.
        Outcome outcome = shell("""
                rm -f %1$s /tmp/bench-never; mkfifo /tmp/bench-never; exec 3<>/tmp/bench-never
                hyperclip paste > %1$s & pasting=$!
                until [ -s %1$s ] || ! kill -0 $pasting 2>/dev/null; do read -t 0.01 nothing <&3; done
                read began rest < /proc/uptime
                wait $pasting; code=$?
                read ended rest < /proc/uptime
                echo $began $ended
                exit $code
                """.formatted(path(PASTED)));
        check(outcome, source, path(PASTED));
        List<Double> seconds = Arrays.stream(outcome.text().strip().split(" "))
                .map(Double::valueOf)
                .toList();
        return Duration.ofMillis(Math.round((seconds.getLast() - seconds.getFirst()) * 1000));
    }

    private Outcome shell(String script) throws IOException {
        return machine.run(user, List.of("sh", "-c", script), new byte[0], PASTE);
    }
}
