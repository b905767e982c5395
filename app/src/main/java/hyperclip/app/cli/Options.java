package hyperclip.app.cli;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The options of the commands that stay running. They start on every login and in slow guests, where the library that
/// reads the other commands' options would cost as much as all the rest of the start.
final class Options {

    private final Map<String, List<String>> values;

    private Options(Map<String, List<String>> values) {
        this.values = values;
    }

    /// Reads `--name value` and `--name=value`.
    ///
    /// @param names of the command's own options, without dashes; those of [LimitOptions] are there as well
    /// @throws Complaint for anything else
    static Options read(String command, List<String> arguments, Set<String> names) throws Complaint {
        Map<String, List<String>> values = new HashMap<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (!name.startsWith("--") || !isKnown(name.substring(2), names)) {
                throw wrong(command, "there is no option " + name);
            }
            String value;
            if (equals >= 0) {
                value = argument.substring(equals + 1);
            } else if (++i < arguments.size()) {
                value = arguments.get(i);
            } else {
                throw wrong(command, name + " wants a value");
            }
            values.computeIfAbsent(name.substring(2), key -> new ArrayList<>()).add(value);
        }
        return new Options(values);
    }

    private static boolean isKnown(String name, Set<String> names) {
        return names.contains(name) || LimitOptions.NAMES.contains(name);
    }

    static Complaint wrong(String command, String what) {
        return new Complaint(ExitCode.WRONG_USAGE, what + "; `hyperclip " + command + " --help` tells what there is");
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    Optional<String> last(String name) {
        return all(name).isEmpty() ? Optional.empty() : Optional.of(all(name).getLast());
    }
}
