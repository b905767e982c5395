package hyperclip.e2e.path;

import java.io.IOException;
import java.util.List;

/// The other programs of these tests.
final class Programs {

    /// An ordinary user cannot start programs as another.
    static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private Programs() {}

    /// What, before a command, makes it another user's; nothing for who cannot do that.
    static List<String> as(String user) {
        return ROOT ? List.of("setpriv", "--reuid", user, "--regid", user, "--clear-groups") : List.of();
    }

    static AssertionError missing(String program, IOException e) {
        return new AssertionError(
                program + " could not be started. These tests need xvfb, xclip, xsel, autocutsel, parcellite and"
                        + " util-linux; ./setup installs them.",
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
