package hyperclip.app.cli;

import hyperclip.app.Complaint;
import hyperclip.core.clipboard.Limits;
import hyperclip.core.clipboard.Signal;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The options about what a paste may take: the same for all commands that stay running, each a station on its way.
final class LimitOptions {

    static final String FIRST_BYTE = "first-byte-timeout";
    static final String STALL = "stall-timeout";
    static final String MAX_SIZE = "max-size";

    static final Set<String> NAMES = Set.of(FIRST_BYTE, STALL, MAX_SIZE);

    static final String HELP = """

            What a paste may take here; each station on its way has limits of its own:
              --first-byte-timeout SECONDS  until the first of it comes. Default: 10
              --stall-timeout SECONDS       without any movement after that. Default: 10
              --max-size SIZE               such as 512K, 64M or 2G; a larger one is refused and the
                                            limit named. Default: any size
            """;

    private static final long MOST_SECONDS = TimeUnit.MILLISECONDS.toSeconds(Limits.MAX_MILLIS);
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,4}");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,16})([KMG]?)");

    private LimitOptions() {}

    static Limits read(String command, Options options) throws Complaint {
        return new Limits(
                millis(command, options, FIRST_BYTE, Limits.USUAL.firstByte()),
                millis(command, options, STALL, Limits.USUAL.stall()),
                size(command, options, MAX_SIZE, Signal.MAX_LIMIT));
    }

    private static long millis(String command, Options options, String name, long usual) throws Complaint {
        if (options.last(name).isEmpty()) {
            return usual;
        }
        String value = options.last(name).get();
        long seconds = SECONDS.matcher(value).matches() ? Long.parseLong(value) : 0;
        if (seconds < 1 || seconds > MOST_SECONDS) {
            throw Options.wrong(
                    command, "--" + name + " wants whole seconds from 1 to " + MOST_SECONDS + ", not " + value);
        }
        return TimeUnit.SECONDS.toMillis(seconds);
    }

    /// The bytes that an option allows, from 1 to `most`; nothing where it is not given.
    static OptionalLong size(String command, Options options, String name, long most) throws Complaint {
        if (options.last(name).isEmpty()) {
            return OptionalLong.empty();
        }
        String value = options.last(name).get();
        Matcher parts = SIZE.matcher(value);
        long size = parts.matches() ? times(Long.parseLong(parts.group(1)), parts.group(2)) : 0;
        if (size < 1 || size > most) {
            throw Options.wrong(
                    command,
                    "--" + name + " wants a number of bytes from 1 to " + most + ", such as 512K or 4M, not " + value);
        }
        return OptionalLong.of(size);
    }

    private static long times(long number, String unit) {
        int shift = switch (unit) {
            case "K" -> 10;
            case "M" -> 20;
            case "G" -> 30;
            default -> 0;
        };
        return number > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : number << shift;
    }
}
