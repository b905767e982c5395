package hyperclip.bench.vm;

import hyperclip.demo.AtExit;
import hyperclip.demo.FrontEnd;
import hyperclip.demo.Guest;
import hyperclip.demo.GuestImage;
import hyperclip.demo.HostDesk;
import hyperclip.demo.Machine;
import hyperclip.demo.User;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The command `bench/vm`.
public final class VmBench {

    private static final String HELP = """
            Usage: bench/vm [--quick] [--only sizes|chain|port]

            Measures Hyperclip over the whole chain in a QEMU guest that it builds and boots, without root:

              sizes  1 KiB to 100 MiB, text and PNG, both ways, compared byte for byte
              chain  50 MB from application to application, beside spice-vdagent in the same guest
              port   100 MB from `hyperclip copy` to `hyperclip paste`, beside dd over a port of the same device

            Takes about a quarter of an hour; --quick moves less, fewer times, and its figures say little.
            The two that are compared take turns; each figure is the median of its runs. Compare what stands in
            one line, and no figures of two machines. Ends with 0 if everything could be measured and all that was
            pasted is what was copied, whatever the figures are. Ctrl-C ends all that it started.
            """;

    private static final int WRONG_USAGE = 2;

    /// What the demo's guest has, and the agents to compare with. libdrm2 is left out of the demo's, where nothing
    /// calls it.
    private static final List<String> PACKAGES = List.of("spice-vdagent", "libdrm2");

    /// spice-vdagent holds a whole copy several times.
    private static final int MEGABYTES = 2048;

    private static final String SPICE_PORT = "com.redhat.spice.0";
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private enum Part {
        SIZES,
        CHAIN,
        PORT;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// How much, and how often.
    private record Extent(List<Integer> sizes, int chain, int port, int runs) {
        static final Extent WHOLE = new Extent(
                List.of(1 << 10, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 100 << 20), 50_000_000, 100 << 20, 5);
        static final Extent QUICK =
                new Extent(List.of(1 << 10, (1 << 20) - 1, 1 << 20, (1 << 20) + 1), 10_000_000, 20 << 20, 2);
    }

    private final Extent extent;
    private final Set<Part> parts;
    private final long started = System.nanoTime();
    private final List<String> verdicts = new ArrayList<>();

    private VmBench(Extent extent, Set<Part> parts) {
        this.extent = extent;
        this.parts = parts;
    }

    public static void main(String[] arguments) {
        Extent extent = Extent.WHOLE;
        Set<Part> parts = EnumSet.allOf(Part.class);
        List<String> words = Arrays.asList(arguments);
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            String next = i + 1 < words.size() ? words.get(i + 1) : "";
            if (word.equals("--help") || word.equals("-h")) {
                System.out.print(HELP);
                return;
            } else if (word.equals("--quick")) {
                extent = Extent.QUICK;
            } else if (word.equals("--only")
                    && Arrays.stream(Part.values()).anyMatch(part -> part.word().equals(next))) {
                parts = EnumSet.of(Part.valueOf(next.toUpperCase(Locale.ROOT)));
                i++;
            } else {
                System.err.println("bench/vm: does not understand '" + word + "'; see bench/vm --help");
                System.exit(WRONG_USAGE);
            }
        }
        System.exit(new VmBench(extent, parts).measured() ? 0 : 1);
    }

    private boolean measured() {
        try {
            measure();
            return true;
        } catch (IOException e) {
            if (!AtExit.isUnderWay()) {
                System.err.println("bench/vm: " + e.getMessage());
            }
            return false;
        }
    }

    private void measure() throws IOException {
        GuestImage image = GuestImage.ofThisProgram(Guest.PLAIN, PACKAGES, this::say);
        try (Machine machine = new Machine(image, MEGABYTES)) {
            Path spicePort = machine.addPort(SPICE_PORT);
            Path rawPort = machine.addPort(Port.NAME);
            try (HostDesk host = HostDesk.own();
                    FrontEnd frontEnd = new FrontEnd(host, machine.clipboardSocket())) {
                machine.boot(this::say);
                frontEnd.start();
                machine.startDaemon();
                machine.startAgent(User.ALICE);
                frontEnd.awaitSession(User.ALICE, 0, PATIENCE);
                GuestApplication alice = new GuestApplication(machine, User.ALICE);
                HyperclipChain ours = new HyperclipChain(alice, host);
                if (parts.contains(Part.SIZES)) {
                    sizes(ours);
                }
                if (parts.contains(Part.CHAIN)) {
                    try (VdagentHost vdagent = new VdagentHost(spicePort)) {
                        startSpice(machine, vdagent);
                        chains(ours, new SpiceChain(new GuestApplication(machine, User.BOB), vdagent));
                    }
                }
                if (parts.contains(Part.PORT)) {
                    try (Port port = new Port(machine, host, frontEnd, alice, rawPort)) {
                        port(port);
                    }
                }
            }
        }
        System.out.println();
        verdicts.forEach(System.out::println);
    }

    /// Bob's session has spice-vdagent, alice's has Hyperclip: so both are there all the time, and neither sees what
    /// the other does.
    private void startSpice(Machine machine, VdagentHost host) throws IOException {
        String socket = "/run/spice.sock";
        machine.start(
                User.ROOT,
                "spice-vdagentd",
                "spice-vdagentd",
                "-x",
                "-X",
                "-f",
                "-u",
                "/dev/null",
                "-s",
                "/dev/virtio-ports/" + SPICE_PORT,
                "-S",
                socket);
        machine.awaitFile(socket, PATIENCE);
        machine.start(
                User.BOB,
                "spice-vdagent",
                "env",
                "DBUS_SESSION_BUS_ADDRESS=disabled:",
                "spice-vdagent",
                "-x",
                "-s",
                "/dev/virtio-ports/" + SPICE_PORT,
                "-S",
                socket);
        try {
            host.await(VdagentHost.Said.Capabilities.class, PATIENCE);
        } catch (IOException e) {
            throw new IOException(
                    e.getMessage() + " Its daemon said: " + log(machine, "spice-vdagentd") + " The agent said: "
                            + log(machine, "spice-vdagent"),
                    e);
        }
        say("spice-vdagent is up");
    }

    private static String log(Machine machine, String name) throws IOException {
        return new String(machine.readLog(name), StandardCharsets.UTF_8);
    }

    private void sizes(HyperclipChain ours) throws IOException {
        for (int size : extent.sizes) {
            // Two texts: the one that was pasted on the host, copied there, is the guest's own copy again.
            sizes(ours, Content.text("to the host", size), Content.text("to the guest", size));
            sizes(ours, Content.png(size), Content.png(size));
        }
        verdicts.add("sizes: text and PNG of %s bytes arrived both ways, byte for byte".formatted(extent.sizes));
    }

    private void sizes(HyperclipChain ours, Content there, Content back) throws IOException {
        Duration toHost = ours.toHost(there);
        Duration toGuest = ours.toGuest(back);
        say("%s, %d bytes: arrived byte for byte, on the host in %d ms, in the guest in %d ms"
                .formatted(there.target(), there.bytes().length, toHost.toMillis(), toGuest.toMillis()));
    }

    private interface Run {
        Duration of(Content content) throws IOException;
    }

    private void chains(HyperclipChain ours, SpiceChain stock) throws IOException {
        Content text = Content.text("chain", extent.chain);
        compare("guest to host, application to application", text, ours::toHost, stock.name(), stock::toHost, 2);
        compare("host to guest, application to application", text, ours::toGuest, stock.name(), stock::toGuest, 2);
    }

    private void port(Port port) throws IOException {
        Content text = Content.text("port", extent.port);
        compare("guest to host, port", text, port::toHost, "dd", all -> port.ddToHost(all.bytes().length), 0.5);
        compare("host to guest, port", text, port::toGuest, "dd", all -> port.ddToGuest(all.bytes().length), 0.5);
    }

    private void compare(String what, Content content, Run ours, String otherName, Run other, double target)
            throws IOException {
        List<Double> own = new ArrayList<>();
        List<Double> others = new ArrayList<>();
        for (int run = 1; run <= extent.runs; run++) {
            own.add(speed(content, ours));
            others.add(speed(content, other));
            say("%s, run %d: hyperclip %.1f MB/s, %s %.1f MB/s"
                    .formatted(what, run, own.getLast(), otherName, others.getLast()));
        }
        double ratio = median(own) / median(others);
        verdicts.add("%-42s %d MB: hyperclip %6.1f MB/s, %s %6.1f MB/s, ratio %5.2f, wanted %.2f: %s"
                .formatted(
                        what,
                        content.bytes().length / 1_000_000,
                        median(own),
                        otherName,
                        median(others),
                        ratio,
                        target,
                        ratio >= target ? "reached" : "MISSED"));
    }

    private static double speed(Content content, Run run) throws IOException {
        return content.bytes().length / 1e6 / (run.of(content).toNanos() / 1e9);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private void say(String what) {
        System.err.printf("%6.1f s  %s%n", (System.nanoTime() - started) / 1e9, what);
    }
}
