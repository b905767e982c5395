package hyperclip.display.x11;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where an X server listens, as `DISPLAY` names it: `:0`, `unix:0`, `host:0.0`, `[::1]:0` or the full path of a
/// socket (X(7), DISPLAY NAMES; the path is what XQuartz and some containers use).
record DisplayName(String text, List<Address> addresses, int number, int screen) {

    /// One place to try.
    sealed interface Address permits Unix, Tcp {}

    record Unix(Path path) implements Address {
        @Override
        public String toString() {
            return path.toString();
        }
    }

    record Tcp(String host, int port) implements Address {
        @Override
        public String toString() {
            return host + " port " + port;
        }
    }

    private static final int FIRST_PORT = 6000;
    private static final int MAX_NUMBER = 65535 - FIRST_PORT;
    private static final Pattern NUMBERED = Pattern.compile("(?s)(.*):(\\d{1,5})(?:\\.(\\d{1,3}))?");

    DisplayName {
        addresses = List.copyOf(addresses);
    }

    static Optional<DisplayName> of(String text) {
        Matcher matcher = NUMBERED.matcher(text);
        if (!matcher.matches()) {
            return text.startsWith("/")
                    ? Optional.of(new DisplayName(text, List.of(new Unix(Path.of(text))), 0, 0))
                    : Optional.empty();
        }
        int number = Integer.parseInt(matcher.group(2));
        int screen = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
        if (number > MAX_NUMBER) {
            return Optional.empty();
        }
        return Optional.of(new DisplayName(text, addresses(text, matcher.group(1), number), number, screen));
    }

    private static List<Address> addresses(String text, String host, int number) {
        Address socket = new Unix(Path.of("/tmp/.X11-unix/X" + number));
        if (host.startsWith("/")) {
            // The colon belongs to the file's name, as in /private/tmp/…/org.xquartz:0.
            return List.of(new Unix(Path.of(text)), new Unix(Path.of(host + ":" + number)));
        }
        return switch (host) {
            case "" -> List.of(socket, new Tcp("127.0.0.1", FIRST_PORT + number));
            case "unix" -> List.of(socket);
            default -> List.of(new Tcp(withoutBrackets(host), FIRST_PORT + number));
        };
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    @Override
    public String toString() {
        return text;
    }
}
