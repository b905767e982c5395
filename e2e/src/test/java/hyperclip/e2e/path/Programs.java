package hyperclip.e2e.path;

import java.io.IOException;
import java.util.List;

/// The other programs of these tests.
final class Programs {

    /// Whether programs can be started as another user. Tests that cannot do without are tagged `root`.
    static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private Programs() {}

    /// What, before a command, makes it another user's.
    static List<String> as(String user) {
        if (!ROOT) {
            throw new AssertionError("only root can start programs as another user: run this test as root, or leave"
                    + " out those that need it, as `./test --no-root` does");
        }
        return List.of("setpriv", "--reuid", user, "--regid", user, "--clear-groups");
    }

    static AssertionError missing(String program, IOException e) {
        return new AssertionError(
                program + " could not be started. These tests need xvfb, xclip, xsel, autocutsel, parcellite,"
                        + " spice-vdagent, qemu-guest-agent and util-linux; ./setup installs them.",
                e);
    }

    static void signal(long pid, String signal) {
        run(List.of("kill", "-" + signal, Long.toString(pid)));
    }

    static void run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Await.ended(process, Await.GENEROUS, String.join(" ", command));
        } catch (IOException e) {
            throw missing(command.getFirst(), e);
        }
    }
}
