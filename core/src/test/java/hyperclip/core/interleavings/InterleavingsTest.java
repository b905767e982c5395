package hyperclip.core.interleavings;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InterleavingsTest {

    /// For all topologies together, in milliseconds, unless `-Dhyperclip.interleavings` names a number of runs.
    private static final long TIME = 12_000;

    @ParameterizedTest
    @EnumSource
    void everybodyAgreesInTheEnd(Topology topology) {
        Long count = Long.getLong("hyperclip.interleavings");
        if (count == null) {
            Interleavings.runFor(topology, 1, TIME / Topology.values().length);
        } else {
            for (long seed = 1; seed <= count / Topology.values().length; seed++) {
                Interleavings.run(topology, seed);
            }
        }
    }
}
