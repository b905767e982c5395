package hyperclip.e2e.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Where nobody copies or pastes, nothing wakes: at most two wake-ups a second in each process.
///
/// The compiler of the virtual machine is not counted: what is tried again every second, such as a host that is not
/// there, is compiled after twenty times, all of it within a second or two, and then no more. Nor is being set aside
/// for another process.
class IdleTest {

    private static final Duration TIME = Duration.ofSeconds(25);
    /// The promise is 2 (vm.IdleTest, on a quiet machine). Whatever else a machine does adds to it here; polling would
    /// show as ten and more.
    private static final double MOST_A_SECOND = 4;

    private static final String COMPILER = "C1 CompilerThre";

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
            Map<String, Map<String, Long>> before = new LinkedHashMap<>();
            processes.forEach((name, process) -> before.put(name, process.waits()));
            Await.pass(TIME);
            List<String> restless = new ArrayList<>();
            processes.forEach((name, process) -> {
                Map<String, Long> threads = process.waits();
                threads.replaceAll((thread, count) -> count - before.get(name).getOrDefault(thread, 0L));
                threads.values().removeIf(count -> count == 0);
                double rate = rate(threads);
                String seen = "%s: %.2f wake-ups a second, by thread in %d s %s, %d kB resident"
                        .formatted(name, rate, TIME.toSeconds(), threads, process.residentKilobytes());
                System.out.println(seen);
                if (rate > MOST_A_SECOND) {
                    restless.add(seen);
                }
            });
            assertThat(restless).as("more than " + MOST_A_SECOND).isEmpty();
        }
    }

    private static double rate(Map<String, Long> threads) {
        return threads.entrySet().stream()
                        .filter(thread -> !thread.getKey().startsWith(COMPILER))
                        .mapToLong(Map.Entry::getValue)
                        .sum()
                / (double) TIME.toSeconds();
    }
}
