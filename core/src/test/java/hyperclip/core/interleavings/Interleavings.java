package hyperclip.core.interleavings;

/// Runs interleavings by number. The number of a run and its topology tell all that happens in it.
final class Interleavings {

    private static final long FROM_SYSTEM_START = 1_000_000_000L;

    private Interleavings() {}

    /// @throws AssertionError with the seed and all steps of a run that went wrong
    static void run(Topology topology, long seed) {
        try {
            new World(topology, new Run(false), seed).live();
        } catch (AssertionError | RuntimeException _) {
            retell(topology, seed);
        }
    }

    private static void retell(Topology topology, long seed) {
        Run run = new Run(true);
        try {
            new World(topology, run, seed).live();
        } catch (AssertionError | RuntimeException fault) {
            throw new AssertionError(
                    "%s with seed %d: %s%n%s%n(again: scripts/interleavings 1 %d %s)"
                            .formatted(topology, seed, fault.getMessage(), run.trace(), seed, topology),
                    fault);
        }
        throw new AssertionError(topology + " with seed " + seed + " fails only when nobody looks");
    }

    /// Runs for a time, and tells how many runs there were.
    static long runFor(Topology topology, long firstSeed, long millis) {
        long end = System.nanoTime() / 1_000_000 + millis;
        long seed = firstSeed;
        while (System.nanoTime() / 1_000_000 < end) {
            run(topology, seed++);
        }
        return seed - firstSeed;
    }

    /// `COUNT [SEED [TOPOLOGY]]`: so many runs, shared out between the topologies.
    public static void main(String[] args) {
        long count = args.length > 0 ? Long.parseLong(args[0]) : 1_000_000;
        long first = args.length > 1 ? Long.parseLong(args[1]) : FROM_SYSTEM_START;
        Topology[] topologies = args.length > 2 ? new Topology[] {Topology.valueOf(args[2])} : Topology.values();
        for (Topology topology : topologies) {
            long share = Math.max(1, count / topologies.length);
            long begun = System.nanoTime();
            for (long i = 0; i < share; i++) {
                run(topology, first + i);
                if ((i + 1) % 10_000 == 0) {
                    System.out.printf("%s: %,d of %,d%n", topology, i + 1, share);
                }
            }
            System.out.printf(
                    "%s: %,d runs from seed %d in %d s, all well%n",
                    topology, share, first, (System.nanoTime() - begun) / 1_000_000_000);
        }
    }
}
