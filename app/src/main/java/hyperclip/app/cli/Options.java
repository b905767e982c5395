package hyperclip.app.cli;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The options of the commands that stay running. They start on every login and in slow guests, where the library that
/// reads the other commands' options would cost as much as all the rest of the start.
final class Options {

    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})([KM]?)");
    private static final Map<String, Integer> UNITS = Map.of("", 0, "K", 10, "M", 20);

    private final Map<String, List<String>> values;

    private Options(Map<String, List<String>> values) {
        this.values = values;
    }

    /// Reads `--name value` and `--name=value`.
    ///
    /// @param names of the options, without dashes
    /// @throws Complaint for anything else
    static Options read(String command, List<String> arguments, Set<String> names) throws Complaint {
        Map<String, List<String>> values = new HashMap<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (!name.startsWith("--") || !names.contains(name.substring(2))) {
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

    /// The last value of an option that is a size in bytes, such as `500`, `64K` or `4M`.
    ///
    /// @param most the largest that may be asked for
    Optional<Integer> size(String command, String name, int most) throws Complaint {
        Optional<String> value = last(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        Matcher parts = SIZE.matcher(value.get());
        long bytes = parts.matches() ? Long.parseLong(parts.group(1)) << UNITS.get(parts.group(2)) : 0;
        if (bytes < 1 || bytes > most) {
            throw wrong(
                    command,
                    "--" + name + " wants a size from 1 to " + most + " bytes, such as 64K or 4M, not " + value.get());
        }
        return Optional.of((int) bytes);
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
