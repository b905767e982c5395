package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.demo.Outcome;
import hyperclip.demo.User;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What has nothing to do does nothing: a daemon and its agents wake at most twice a second, with a host and without.
@Tag("quiet")
class IdleTest {

    private static final int SECONDS = 60;
    private static final int CALM_SECONDS = 5;
    private static final double WAKE_UPS_A_SECOND = 2;

    private final Stage stage;

    IdleTest() throws IOException {
        stage = Stage.running();
    }

    /// Both cases at a time: a second daemon with agents of its own has a port that no host was ever connected to.
    @Test
    void daemonAndAgentsHardlyWake() throws IOException {
        Map<String, Long> processes = new LinkedHashMap<>();
        processes.put("daemon with a host", stage.daemon);
        processes.put("alice's agent, with a host", stage.aliceAgent);
        processes.put("bob's agent, with a host", stage.bobAgent);
        stage.machine.beginLog("lonely");
        stage.machine.beginLog("lonely-agents");
        String socket = "/run/hyperclip/lonely.sock";
        processes.put(
                "daemon without a host",
                stage.machine.start(
                        User.ROOT,
                        "lonely",
                        "hyperclip",
                        "guest",
                        "--listen",
                        socket,
                        "--port",
                        "/dev/virtio-ports/" + Stage.LONELY_PORT));
        try {
            stage.machine.awaitLog("lonely", "listening on", Stage.PATIENCE);
            for (User user : List.of(User.ALICE, User.BOB)) {
                processes.put(
                        user.userName() + "'s agent, without a host",
                        stage.machine.start(user, "lonely-agents", "hyperclip", "agent", "--connect", socket));
                stage.machine.awaitLog("lonely", "session " + user.userName() + " of", Stage.PATIENCE);
            }
            assertThat(new String(stage.machine.readLog("lonely"), StandardCharsets.UTF_8))
                    .contains("no host answers");
            assertIdle(processes);
        } finally {
            for (Map.Entry<String, Long> process : processes.entrySet()) {
                if (process.getKey().contains("without")) {
                    stage.kill(process.getValue());
                }
            }
        }
    }

    private void assertIdle(Map<String, Long> processes) throws IOException {
        settle(processes);
        Map<String, Map<String, Long>> before = switches(processes);
        sleepInGuest(SECONDS);
        Map<String, Map<String, Long>> after = switches(processes);
        Map<String, Double> tooMany = new TreeMap<>();
        after.forEach((name, threads) -> {
            Map<String, Long> more = new TreeMap<>();
            threads.forEach(
                    (thread, count) -> more.put(thread, count - before.get(name).getOrDefault(thread, 0L)));
            more.values().removeIf(count -> count == 0);
            double perSecond = more.values().stream().mapToLong(count -> count).sum() / (double) SECONDS;
            Stage.say("%s: %.2f wake-ups a second, in a minute by thread %s".formatted(name, perSecond, more));
            if (perSecond > WAKE_UPS_A_SECOND) {
                tooMany.put(name, perSecond);
            }
        });
        assertThat(tooMany)
                .as("more than " + WAKE_UPS_A_SECOND + " wake-ups a second")
                .isEmpty();
    }

    /// What was started last still looks at what its desktop holds, and compiles: waits for a calm stretch.
    private void settle(Map<String, Long> processes) throws IOException {
        for (int i = 0; i < 8; i++) {
            long before = sum(switches(processes));
            sleepInGuest(CALM_SECONDS);
            if (sum(switches(processes)) - before <= WAKE_UPS_A_SECOND * CALM_SECONDS * processes.size()) {
                return;
            }
        }
    }

    private static long sum(Map<String, Map<String, Long>> switches) {
        return switches.values().stream()
                .flatMap(threads -> threads.values().stream())
                .mapToLong(count -> count)
                .sum();
    }

    private void sleepInGuest(int seconds) throws IOException {
        Outcome wait = stage.machine.run(
                User.ROOT, List.of("sleep", Integer.toString(seconds)), new byte[0], Duration.ofSeconds(3L * seconds));
        assertThat(wait.exit()).isZero();
    }

    /// Of all threads of each process: voluntary and involuntary together.
    private Map<String, Map<String, Long>> switches(Map<String, Long> processes) throws IOException {
        Map<String, Map<String, Long>> switches = new LinkedHashMap<>();
        for (Map.Entry<String, Long> process : processes.entrySet()) {
            String files = "/proc/" + process.getValue() + "/task/*/status";
            Outcome count =
                    stage.machine.run(User.ROOT, "sh", "-c", "grep -E -h '^(Name|Pid|.*ctxt_switches):' " + files);
            switches.put(process.getKey(), threads(count.text()));
        }
        return switches;
    }

    private static Map<String, Long> threads(String lines) {
        Map<String, Long> threads = new TreeMap<>();
        String name = "";
        for (String line : lines.lines().toList()) {
            String value = line.substring(line.indexOf(':') + 1).strip();
            if (line.startsWith("Name:")) {
                name = value;
            } else if (line.startsWith("Pid:")) {
                name += " " + value;
            } else {
                threads.merge(name, Long.parseLong(value), Long::sum);
            }
        }
        return threads;
    }
}
