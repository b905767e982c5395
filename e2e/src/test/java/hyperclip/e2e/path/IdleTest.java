package hyperclip.e2e.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Where nobody copies or pastes, nothing wakes: at most two context switches a second in each process.
class IdleTest {

    private static final Duration TIME = Duration.ofSeconds(25);
    /// The promise is 2 (vm.IdleTest, on a quiet machine). Whatever else a machine does adds to it here; polling would
    /// show as ten and more.
    private static final double MOST_A_SECOND = 4;

    /// What a start still does in the background is over by then.
    private static final Duration SETTLING = Duration.ofSeconds(5);

    @Test
    void aDaemonWithTwoAgentsWithAHostAndWithout() {
        try (Screen here = new Screen();
                Screen alice = new Screen();
                Screen bob = new Screen();
                Way way = Way.between(here, alice, bob);
                Way alone = Way.between(here, alice, bob)) {
            alone.host.close();
            Map<String, Hyperclip> processes = new LinkedHashMap<>();
            processes.put("host", way.host);
            processes.put("daemon with a host", way.daemon);
            processes.put("agent with a host", way.agent(alice));
            processes.put("other agent with a host", way.agent(bob));
            processes.put("daemon without a host", alone.daemon);
            processes.put("agent without a host", alone.agent(alice));
            processes.put("other agent without a host", alone.agent(bob));
            alice.copy("clipboard", "left lying");
            here.awaitPaste("clipboard", "left lying");
            Await.pass(SETTLING);
            Map<String, Long> before = new LinkedHashMap<>();
            processes.forEach((name, process) -> before.put(name, process.switches()));
            Await.pass(TIME);
            Map<String, Double> rates = new LinkedHashMap<>();
            processes.forEach((name, process) ->
                    rates.put(name, (process.switches() - before.get(name)) / (double) TIME.toSeconds()));
            rates.forEach((name, rate) -> System.out.printf(
                    "%-28s %.2f context switches a second, %d kB resident%n",
                    name, rate, processes.get(name).residentKilobytes()));
            assertThat(rates.values()).allMatch(rate -> rate <= MOST_A_SECOND);
        }
    }
}
