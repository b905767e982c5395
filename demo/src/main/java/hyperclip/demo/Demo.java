package hyperclip.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// The command `hyperclip demo`: Hyperclip between this machine and a guest that is built for it.
public final class Demo {

    private static final String HELP = """
            Usage: hyperclip demo [--display DISPLAY] [--keep]

            Shows Hyperclip at work on this machine, with a real QEMU guest: builds a small Debian guest
            (once; some minutes, 64 MB of downloads), boots it with two users logged in, and copies and pastes
            with xclip and xsel between this machine and both users' desktops. Needs no root.

              --display DISPLAY  use this X display, and its clipboard, as the host's desktop; without it
                                 the demo starts an X server of its own (Xvfb), which has no screen
              --keep             leave it running, and tell how to try it by hand

            Ends with 0 if every paste arrived byte for byte, else with 1. Ctrl-C ends all that it started.
            What it builds is kept in $HYPERCLIP_CACHE, else $XDG_CACHE_HOME/hyperclip, else ~/.cache/hyperclip.

            Examples:
              hyperclip demo
              hyperclip demo --keep
              hyperclip demo --display "$DISPLAY" --keep
            """;

    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    /// An agent's start and its way to the front end.
    private static final Duration SESSIONS = Duration.ofSeconds(60);

    private final Options options;
    private final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    private final long started = System.nanoTime();

    /// @param display the person's, if it is to be used
    private record Options(Optional<String> display, boolean keep) {

        static Options read(List<String> arguments) {
            Optional<String> display = Optional.empty();
            boolean keep = false;
            for (int i = 0; i < arguments.size(); i++) {
                String argument = arguments.get(i);
                if (argument.equals("--keep")) {
                    keep = true;
                } else if (argument.startsWith("--display=")) {
                    display = Optional.of(argument.substring("--display=".length()));
                } else if (argument.equals("--display") && i + 1 < arguments.size()) {
                    display = Optional.of(arguments.get(++i));
                } else if (argument.equals("--display")) {
                    throw new IllegalArgumentException("--display wants a display, such as :0");
                } else {
                    throw new IllegalArgumentException("there is no option " + argument);
                }
            }
            if (display.filter(String::isBlank).isPresent()) {
                throw new IllegalArgumentException("--display wants a display, such as :0, not nothing");
            }
            return new Options(display, keep);
        }
    }

    private Demo(Options options) {
        this.options = options;
    }

    public static void main(String[] arguments) {
        List<String> words = Arrays.asList(arguments);
        if (words.contains("--help") || words.contains("-h")) {
            System.out.print(HELP);
            System.exit(DONE);
        }
        Options options;
        try {
            options = Options.read(words);
        } catch (IllegalArgumentException e) {
            System.err.println("hyperclip demo: " + e.getMessage() + "; `hyperclip demo --help` tells what there is");
            System.exit(WRONG_USAGE);
            return;
        }
        System.exit(new Demo(options).endAs());
    }

    private int endAs() {
        try {
            return run() ? DONE : FAILED;
        } catch (IOException e) {
            if (AtExit.isUnderWay()) {
                // Ctrl-C took away what this was waiting for.
                return FAILED;
            }
            System.err.println("hyperclip demo: " + e.getMessage());
            return FAILED;
        }
    }

    private boolean run() throws IOException {
        // Before the guest is built, which takes a while.
        for (String program : List.of("qemu-system-x86_64", "qemu-img", "xclip", "xsel", "setsid")) {
            Tool.find(program);
        }
        if (options.display.isEmpty()) {
            Tool.find("Xvfb");
        }
        GuestImage image = GuestImage.ofThisProgram(this::say);
        try (Machine machine = new Machine(image);
                HostDesk host = openDesk();
                FrontEnd frontEnd = new FrontEnd(host, machine.clipboardSocket())) {
            machine.boot(this::say);
            say("starting `hyperclip guest`, an agent on each desktop, and `hyperclip host`");
            frontEnd.start();
            machine.startHyperclip();
            frontEnd.awaitSession(User.ALICE, 0, SESSIONS);
            frontEnd.awaitSession(User.BOB, 0, SESSIONS);
            say("both sessions are connected to this machine");
            Pastes pastes = new Pastes(host, frontEnd, out);
            boolean right = pastes.all(new GuestDesk(machine, User.ALICE), new GuestDesk(machine, User.BOB));
            say(pastes.summary());
            if (options.keep) {
                keep(host, frontEnd, machine);
            }
            return right;
        }
    }

    private HostDesk openDesk() throws IOException {
        if (options.display.isEmpty()) {
            return HostDesk.own();
        }
        say("this will use the clipboard and the primary selection of " + options.display.get()
                + ": what you have copied there is replaced");
        return HostDesk.of(options.display.get());
    }

    private void say(String what) {
        System.err.printf("%6.1f s  %s%n", (System.nanoTime() - started) / 1e9, what);
    }

    // By hand

    private void keep(HostDesk host, FrontEnd frontEnd, Machine machine) throws IOException {
        String command = System.getProperty("hyperclip.home") + "/hyperclip";
        StringBuilder here = new StringBuilder();
        host.environment()
                .forEach((name, value) ->
                        here.append(" ").append(name).append("=").append(value));
        out.print("""

                It goes on running until Ctrl-C. To try it, in another terminal:

                  export%s HYPERCLIP_SOCKET=%s
                  echo hello | xclip -selection clipboard               # copy on the host's desktop, …
                  xclip -o -selection clipboard                         # … or paste there
                  %s sessions --connect $HYPERCLIP_SOCKET
                  date | %s copy --to demo/bob --connect $HYPERCLIP_SOCKET
                  %s paste --from demo/alice --connect $HYPERCLIP_SOCKET

                To work on the guest's desktops, write the user's name and a command line here:

                  alice xclip -o -selection clipboard
                  bob date | xclip -selection clipboard
                  root hyperclip status

                """.formatted(here, frontEnd.socket(), command, command, command));
        out.flush();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (!line.isBlank()) {
                    inGuest(machine, line.strip());
                }
            }
        }
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void inGuest(Machine machine, String line) {
        String[] words = line.split("\\s+", 2);
        Optional<User> user = Arrays.stream(User.values())
                .filter(one -> one.userName().equals(words[0]))
                .findFirst();
        if (user.isEmpty() || words.length < 2) {
            System.err.println("write alice, bob or root and a command line");
            return;
        }
        try {
            Outcome outcome = machine.run(user.get(), "sh", "-c", words[1]);
            out.write(outcome.output(), 0, outcome.output().length);
            out.flush();
            System.err.print(outcome.errorText());
            if (outcome.exit() != 0) {
                System.err.println("(exit code " + outcome.exit() + ")");
            }
        } catch (IOException e) {
            System.err.println(e.getMessage());
        }
    }
}
