package hyperclip.app.cli;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Chooses the command, and turns complaints into a sentence on standard error and an exit code.
public final class CommandLineMain {

    private CommandLineMain() {}

    public static ExitCode run(String[] arguments, Map<String, String> environment) {
        try {
            List<String> rest = Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length);
            Optional<ExitCode> served =
                    arguments.length == 0 ? Optional.empty() : Services.run(arguments[0], rest, environment);
            // The library behind the other commands is loaded only when it is needed.
            return served.isPresent() ? served.get() : Commands.run(arguments, environment);
        } catch (Complaint e) {
            System.err.println("hyperclip: " + e.getMessage());
            return e.code();
        } catch (IOException e) {
            System.err.println("hyperclip: " + e.getMessage());
            return ExitCode.FAILED;
        }
    }
}
