package hyperclip.bench.versus;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.session.SessionMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Measures a guest's side, ours and stock's, in one run: the same driver at the port, the same payloads, X servers of
/// one kind, and always one after the other in turn.
public final class Versus {

    private static final String HELP = """
            Usage: bench/versus [--quick | --all] [--only latency|throughput|memory|load]
                                [--instead CHECKOUT] [--by vdagent]

            Measures Hyperclip's daemon and agent beside stock spice-vdagentd and spice-vdagent: the
            same driver at the port, the same payloads, alternating; and xclip to xclip on one X
            server as the floor, and the driver alone, with nothing but a socket behind it.

              --all              everything (the default): about 10 minutes
              --quick            a few of everything, 256 MiB instead of 1 GiB: about a minute
              --only PART        latency, throughput, memory or load alone
              --instead CHECKOUT another checkout of Hyperclip in the place of stock, to see what a
                                 change gives
              --by vdagent       ours speaks the protocol of SPICE's agent at its port, as stock does

            Ours is what ./hyperclip runs; HYPERCLIP_LIB measures the jars of another folder.
            Needs the Debian packages spice-vdagent, xvfb, xclip and xsel. Ends with 0 whenever the
            measuring itself worked, whatever the figures.

            Examples:
              bench/versus --quick
              bench/versus --only latency
              bench/versus --quick --by vdagent
              git worktree add /tmp/before HEAD^ && bench/versus --only latency --instead /tmp/before
            """;

    private static final int SMALL = 20;
    private static final long MIB = 1 << 20;
    private static final double MEMORY_MIB = 64;
    private static final double LOAD_FACTOR = 3;
    private static final double OF_XCLIP = 0.8;

    private final Driver driver;
    private final boolean quick;
    private final Path other;
    private final Protocol protocol;
    private final Table table;

    private enum Part {
        LATENCY,
        THROUGHPUT,
        MEMORY,
        LOAD
    }

    /// What ours speaks at its port.
    private enum Protocol {
        NATIVE,
        VDAGENT
    }

    private Versus(Driver driver, boolean quick, Path other, Protocol protocol) {
        this.protocol = protocol;
        this.driver = driver;
        this.quick = quick;
        this.other = other;
        this.table = new Table("versus", List.of("what", "ours", otherName(), "xclip", "driver alone"));
    }

    public static void main(String[] arguments) throws IOException {
        List<String> given = List.of(arguments);
        if (given.contains("--help") || given.contains("-h")) {
            System.out.print(HELP);
            return;
        }
        try (Driver driver = new Driver()) {
            boolean quick = false;
            Path other = null;
            Protocol protocol = Protocol.NATIVE;
            List<Part> parts = List.of(Part.values());
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--quick" -> quick = true;
                    case "--all" -> quick = false;
                    case "--only" -> parts = List.of(part(value(arguments, ++i)));
                    case "--instead" -> other = Path.of(value(arguments, ++i)).toAbsolutePath();
                    case "--by" -> {
                        if (!value(arguments, ++i).equals("vdagent")) {
                            throw wrong("--by knows vdagent alone");
                        }
                        protocol = Protocol.VDAGENT;
                    }
                    default -> throw wrong("there is no option " + arguments[i]);
                }
            }
            new Versus(driver, quick, other, protocol).run(parts);
        } catch (Complaint e) {
            System.err.println("versus: " + e.getMessage());
            System.exit(1);
        } catch (IOException e) {
            System.err.println("versus: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            System.exit(1);
        }
        System.exit(0);
    }

    private static String value(String[] arguments, int place) throws Complaint {
        if (place == arguments.length) {
            throw wrong(arguments[place - 1] + " wants a value");
        }
        return arguments[place];
    }

    private static Part part(String word) throws Complaint {
        for (Part part : Part.values()) {
            if (part.name().toLowerCase(Locale.ROOT).equals(word)) {
                return part;
            }
        }
        throw wrong("there is nothing called " + word + " to measure: latency, throughput, memory, load");
    }

    private static Complaint wrong(String what) {
        return new Complaint(ExitCode.WRONG_USAGE, what + "; bench/versus --help tells what there is");
    }

    private String otherName() {
        return other == null ? "stock" : "other";
    }

    private void run(List<Part> parts) throws Complaint, IOException {
        for (String program : List.of("setsid", "Xvfb", "xclip", "xsel")) {
            Processes.find(program);
        }
        if (other == null) {
            Processes.find("spice-vdagentd");
            Processes.find("spice-vdagent");
        } else if (!Files.isExecutable(other.resolve("hyperclip"))) {
            throw wrong("there is no program hyperclip in " + other);
        }
        if (parts.contains(Part.LATENCY) || parts.contains(Part.THROUGHPUT)) {
            try (Rig rig = new Rig()) {
                if (parts.contains(Part.LATENCY)) {
                    latency(rig);
                }
                if (parts.contains(Part.THROUGHPUT)) {
                    throughput(rig);
                }
            }
        }
        if (parts.contains(Part.MEMORY)) {
            memory();
        }
        if (parts.contains(Part.LOAD)) {
            load();
        }
        table.print(System.out);
        System.out.println("Medians; in brackets between what the middle eight of ten are. xclip: the whole `xclip -o`,"
                + " with its process.");
        System.out.println(table.missed() == 0 ? "Every target is reached." : table.missed() + " targets are missed.");
    }

    private Side newOurs() throws Complaint, IOException {
        Path home = Path.of(System.getProperty("hyperclip.home"));
        Map<String, String> environment =
                Map.of("HYPERCLIP_LIB", System.getenv().getOrDefault("HYPERCLIP_LIB", ""));
        return switch (protocol) {
            case NATIVE -> Side.hyperclip(driver, "ours", home, environment);
            case VDAGENT -> Side.vdagent(driver, "ours", home, environment);
        };
    }

    private Side newTheirs() throws Complaint, IOException {
        return other == null ? Side.stock(driver) : Side.hyperclip(driver, "other", other, Map.of("HYPERCLIP_LIB", ""));
    }

    // ---- latency ----

    private void latency(Rig rig) throws Complaint, IOException {
        int copies = quick ? 20 : 200;
        for (Way way : Way.values()) {
            progress("latency of " + SMALL + " bytes, " + way + ", " + copies + " copies each");
            Samples ours = new Samples();
            Samples theirs = new Samples();
            Samples xclip = new Samples();
            List<Samples> alone = List.of(new Samples(), new Samples());
            Text text = new Text(SMALL, 1);
            rig.xclip.copy(driver, text);
            for (int i = -warmUp(); i < copies; i++) {
                boolean counts = i >= 0;
                note(ours, counts, latency(rig.ours, way, Selection.CLIPBOARD, Driver.PAUSE / 2));
                note(theirs, counts, latency(rig.theirs, way, Selection.CLIPBOARD, Driver.PAUSE / 2));
                if (i % 5 == 0) {
                    note(xclip, counts, rig.xclip.paste(text));
                    for (int j = 0; j < alone.size(); j++) {
                        Loopback one = rig.alone.get(j);
                        note(
                                alone.get(j),
                                counts,
                                driver.latency(
                                        "the driver alone",
                                        one.from(way),
                                        one.to(way),
                                        Selection.CLIPBOARD,
                                        SMALL,
                                        Driver.PAUSE / 2));
                    }
                }
            }
            double ratio = ours.median() / theirs.median();
            table.row(
                    List.of(
                            "latency, " + SMALL + " bytes, " + way,
                            ours.times(),
                            theirs.times(),
                            shortTime(xclip),
                            shortTime(alone.get(0)) + ", " + shortTime(alone.get(1))),
                    times(ratio),
                    ratio,
                    new Table.Target.AtMost(1.0));
        }
    }

    private int warmUp() {
        return quick ? 10 : 40;
    }

    private static void note(Samples samples, boolean counts, long nanos) {
        if (counts) {
            samples.add(nanos);
        }
    }

    private long latency(Side side, Way way, Selection selection, long before) throws Complaint, IOException {
        return driver.latency(side.name() + ", " + way, side.from(way), side.to(way), selection, SMALL, before);
    }

    private static String shortTime(Samples samples) {
        return String.format(Locale.ROOT, "%.2f ms", samples.median() / 1e6);
    }

    private static String times(double ratio) {
        return String.format(Locale.ROOT, "%.2f x", ratio);
    }

    // ---- throughput ----

    private void throughput(Rig rig) throws Complaint, IOException {
        throughput(rig, 10 * MIB, quick ? 5 : 20);
        throughput(rig, 100 * MIB, quick ? 2 : 7);
    }

    private void throughput(Rig rig, long size, int rounds) throws Complaint, IOException {
        Text text = new Text(size, 1);
        rig.xclip.copy(driver, text);
        for (Way way : Way.values()) {
            progress("throughput at " + size / MIB + " MiB, " + way + ", " + rounds + " times each");
            Samples ours = new Samples();
            Samples theirs = new Samples();
            Samples xclip = new Samples();
            List<Samples> alone = List.of(new Samples(), new Samples());
            for (int i = -1; i < rounds; i++) {
                boolean counts = i >= 0;
                note(ours, counts, transfer(rig.ours, way, size));
                note(theirs, counts, transfer(rig.theirs, way, size));
                note(xclip, counts, rig.xclip.paste(text));
                for (int j = 0; j < alone.size(); j++) {
                    Loopback one = rig.alone.get(j);
                    note(alone.get(j), counts, driver.transfer("the driver alone", one.from(way), one.to(way), size));
                }
            }
            String what = "throughput, " + size / MIB + " MiB, " + way;
            double ratio = ours.speed(size) / theirs.speed(size);
            table.row(
                    List.of(
                            what,
                            ours.speeds(size),
                            theirs.speeds(size),
                            xclip.speeds(size),
                            alone.get(0).speeds(size) + ", " + alone.get(1).speeds(size)),
                    times(ratio),
                    ratio,
                    new Table.Target.AtLeast(way == Way.GUEST_TO_HOST ? 1 : 2));
            double ofXclip = ours.speed(size) / xclip.speed(size);
            table.row(
                    List.of(what + ", of xclip to xclip", ours.speeds(size), "", xclip.speeds(size), ""),
                    times(ofXclip),
                    ofXclip,
                    new Table.Target.AtLeast(OF_XCLIP));
        }
    }

    private long transfer(Side side, Way way, long size) throws Complaint, IOException {
        return driver.transfer(side.name() + ", " + way, side.from(way), side.to(way), size);
    }

    // ---- memory ----

    private long large() {
        return quick ? 256 * MIB : 1024 * MIB;
    }

    private void memory() throws Complaint, IOException {
        for (Way way : Way.values()) {
            double ours;
            double theirs;
            try (Side side = newOurs()) {
                ours = memory(side, way);
            }
            try (Side side = newTheirs()) {
                theirs = memory(side, way);
            }
            table.row(
                    List.of("memory over idle for " + large() / MIB + " MiB, " + way, mib(ours), mib(theirs), "", ""),
                    mib(ours),
                    ours,
                    new Table.Target.AtMost(MEMORY_MIB));
        }
    }

    private static String mib(double mib) {
        return String.format(Locale.ROOT, "%.0f MiB", mib);
    }

    /// The peaks of daemon and agent added up, less what they had when idle, in MiB.
    private double memory(Side side, Way way) throws Complaint, IOException {
        progress("memory for " + large() / MIB + " MiB, " + way + ", " + side.name());
        latency(side, way, Selection.CLIPBOARD, Driver.PAUSE);
        driver.pause(1_000);
        long idle = side.processes().resident();
        side.processes().forgetPeak();
        transfer(side, way, large());
        return (side.processes().peak() - idle) / 1024.0;
    }

    // ---- latency under load ----

    private void load() throws Complaint, IOException {
        for (Way way : Way.values()) {
            Loaded ours;
            Loaded theirs;
            try (Side side = newOurs()) {
                ours = load(side, way);
            }
            try (Side side = newTheirs()) {
                theirs = load(side, way);
            }
            String what = "latency, " + SMALL + " bytes, " + way + ", ";
            table.row(List.of(what + "idle", ours.idle.times(), theirs.idle.times(), "", ""));
            table.row(
                    List.of(
                            what + "beside " + large() / MIB + " MiB the same way",
                            ours.loaded.times() + " n=" + ours.loaded.count(),
                            theirs.loaded.times() + " n=" + theirs.loaded.count(),
                            "",
                            ""),
                    times(ours.factor()),
                    ours.factor(),
                    new Table.Target.AtMost(LOAD_FACTOR));
        }
    }

    private record Loaded(Samples idle, Samples loaded) {
        double factor() {
            return loaded.median() / idle.median();
        }
    }

    /// Texts on PRIMARY, at first alone and then while a large one is pasted from CLIPBOARD.
    private Loaded load(Side side, Way way) throws Complaint, IOException {
        progress("latency beside " + large() / MIB + " MiB, " + way + ", " + side.name());
        Loaded samples = new Loaded(new Samples(), new Samples());
        for (int i = -warmUp(); i < warmUp(); i++) {
            note(samples.idle, i >= 0, latency(side, way, Selection.PRIMARY, Driver.PAUSE));
        }
        Text text = new Text(large(), 1);
        String what = side.name() + ", " + way;
        driver.offer(what, side.loadFrom(way), side.loadTo(way), Selection.CLIPBOARD, text);
        Arrival arrival = driver.arrival(text);
        side.loadTo(way).paste(Selection.CLIPBOARD, arrival);
        while (!arrival.isOver()) {
            long nanos = latency(side, way, Selection.PRIMARY, Driver.PAUSE);
            // One that outlasted the load has been under it for the most part.
            note(samples.loaded, true, nanos);
        }
        driver.awaitWhole(what, arrival);
        return samples;
    }

    private static void progress(String what) {
        System.err.println("versus: " + what);
    }

    /// All that is measured side by side.
    private final class Rig implements AutoCloseable {
        final Side ours;
        final Side theirs;
        final XclipFloor xclip;
        final List<Loopback> alone;

        Rig() throws Complaint, IOException {
            ours = newOurs();
            theirs = newTheirs();
            xclip = new XclipFloor();
            alone = List.of(
                    new Loopback(
                            driver,
                            loop -> new NativeEnd(loop, SessionMessage.Role.HOST),
                            loop -> new NativeEnd(loop, SessionMessage.Role.GUEST)),
                    new Loopback(
                            driver,
                            loop -> new VdagentEnd(loop, VdagentEnd.HOST_CHUNK),
                            loop -> new VdagentEnd(loop, VdagentEnd.GUEST_CHUNK)));
        }

        @Override
        public void close() throws IOException {
            for (Loopback one : alone) {
                one.close();
            }
            xclip.close();
            theirs.close();
            ours.close();
        }
    }
}
