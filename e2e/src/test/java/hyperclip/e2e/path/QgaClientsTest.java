package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/// Many clients at once, each with commands of its own: every reply reaches its asker, and one that leaves in the
/// middle of a command disturbs nobody.
///
/// What a client writes into the clipboard that all share says whose it is, so that content that was crossed shows.
class QgaClientsTest {

    private static final int CLIENTS = 16;
    private static final int LEAVERS = 2;
    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("hyperclip.qga.seconds", 5));
    private static final String OURS = "application/x-client-";

    private long begin;

    private boolean isTime() {
        return System.nanoTime() - begin < TIME.toNanos();
    }

    /// One client, and what it does in turn, as its own random numbers have it.
    private static final class Asker {
        private final QgaClient client;
        private final int number;
        private final Path file;
        private final Random random;
        private long done;

        Asker(QgaClient client, int number, Path file) {
            this.client = client;
            this.number = number;
            this.file = file;
            this.random = new Random(number);
        }

        void doOne() {
            switch (random.nextInt(8)) {
                case 0 -> pings();
                case 1 -> sync();
                case 2 -> info();
                case 3 -> program();
                case 4 -> file();
                case 5 -> write();
                case 6 -> read();
                default -> unknown();
            }
            done++;
        }

        /// Several are asked before the first reply is read.
        private void pings() {
            List<Long> asked = new ArrayList<>();
            for (int i = random.nextInt(20); i >= 0; i--) {
                asked.add(client.say("guest-ping"));
            }
            asked.forEach(id -> assertThat(QgaClient.returned(client.reply(id))).isEqualTo(Map.of()));
        }

        private void sync() {
            long id = random.nextLong() >>> 1;
            assertThat(QgaJson.number(client.call("guest-sync", "id", id))).isEqualTo(id);
        }

        private void info() {
            assertThat(QgaJson.objects(QgaJson.object(client.call("guest-info")).get("supported_commands")))
                    .anyMatch(command -> command.get("name").equals("guest-exec"))
                    .anyMatch(command -> command.get("name").equals("guest-clipboard-read"));
        }

        private void program() {
            String word = number + "-" + done;
            assertThat(QgaClient.output(client.run("/bin/echo", List.of(word)))).isEqualTo(word + "\n");
        }

        private void file() {
            byte[] content = new byte[random.nextInt(50_000)];
            random.nextBytes(content);
            Object handle = client.call("guest-file-open", "path", file.toString(), "mode", "w+");
            client.call("guest-file-write", "handle", handle, "buf-b64", content);
            client.call("guest-file-seek", "handle", handle, "offset", 0, "whence", "set");
            assertThat(QgaClient.content(QgaJson.object(
                            client.call("guest-file-read", "handle", handle, "count", content.length + 1))))
                    .isEqualTo(content);
            client.call("guest-file-close", "handle", handle);
        }

        private void write() {
            byte[] content = new byte[random.nextInt(100_000)];
            Arrays.fill(content, (byte) number);
            String selection = selection();
            if (random.nextBoolean()) {
                client.call("guest-clipboard-write", "selection", selection, "type", OURS + number, "buf-b64", content);
            } else {
                client.write(selection, Map.of(OURS + number, content, OURS + "and", new byte[1]), 30_000);
            }
        }

        private String selection() {
            return random.nextBoolean() ? "clipboard" : "primary";
        }

        /// Whatever is there, whoever wrote it. It may have changed hands before it is read.
        private void read() {
            String selection = selection();
            for (Map<String, Object> row :
                    QgaJson.objects(client.call("guest-clipboard-types", "selection", selection))) {
                String type = QgaJson.texts(row.get("types")).stream()
                        .filter(one -> !one.equals(OURS + "and"))
                        .findFirst()
                        .orElseThrow();
                Map<String, Object> reply = client.reply(client.say(
                        "guest-clipboard-read",
                        "selection",
                        selection,
                        "type",
                        type,
                        "offer",
                        row.get("offer"),
                        "count",
                        200_000));
                if (reply.containsKey("error")) {
                    assertThat(QgaClient.refusal(reply).description())
                            .matches("another copy has taken .*|nothing is offered .*");
                } else {
                    Map<String, Object> read = QgaJson.object(reply.get("return"));
                    byte[] expected = new byte[(int) QgaJson.number(read.get("count"))];
                    Arrays.fill(expected, (byte) Integer.parseInt(type.substring(OURS.length())));
                    assertThat(QgaClient.content(read)).isEqualTo(expected);
                }
            }
        }

        private void unknown() {
            String name = "guest-no-such-" + number + "-" + done;
            QgaClient.Refusal refusal = client.refusal(name);
            assertThat(refusal.kind()).isEqualTo("CommandNotFound");
            assertThat(refusal.description()).contains(name);
        }
    }

    @Test
    void everyReplyReachesItsAsker() throws Exception {
        try (QgaGuest guest = QgaGuest.whole();
                QgaClient port = guest.port();
                ExecutorService threads = Executors.newFixedThreadPool(CLIENTS + LEAVERS + 1)) {
            long descriptors = guest.daemon.descriptors();
            begin = System.nanoTime();
            List<Future<Long>> all = new ArrayList<>();
            for (int i = 1; i <= CLIENTS; i++) {
                int number = i;
                all.add(threads.submit(() -> ask(guest, number)));
            }
            all.add(threads.submit(() -> go(new Asker(port, CLIENTS + 1, guest.folder.file("at the port")))));
            for (int i = 0; i < LEAVERS; i++) {
                Random random = new Random(100 + i);
                all.add(threads.submit(() -> leave(guest, random)));
            }
            for (Future<Long> one : all) {
                assertThat(outcome(one)).isPositive();
            }
            assertThat(guest.daemon.log()).doesNotContain("is refused");
            port.call("guest-ping");
            Await.until("no connection is left", () -> guest.daemon.descriptors() <= descriptors + 1);
            guest.assertNoFaults();
        }
    }

    private static long outcome(Future<Long> one) throws InterruptedException, ExecutionException {
        try {
            return one.get(TIME.plus(Await.GENEROUS).toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("a client does not come to an end", e);
        }
    }

    private long ask(QgaGuest guest, int number) {
        try (QgaClient client = QgaClient.connect(guest.all())) {
            return go(new Asker(client, number, guest.folder.file("file" + number)));
        }
    }

    private long go(Asker asker) {
        while (isTime()) {
            asker.doOne();
        }
        return asker.done;
    }

    /// Comes again and again, and leaves before it is answered.
    private long leave(QgaGuest guest, Random random) {
        long done = 0;
        while (isTime()) {
            try (QgaClient client = QgaClient.connect(guest.all())) {
                switch (random.nextInt(5)) {
                    case 0 -> client.say("guest-exec", "path", "/bin/sleep", "arg", List.of("0.1"));
                    case 1 -> client.send("{\"execute\":\"guest-file-op".getBytes(UTF_8));
                    case 2 -> client.say("guest-clipboard-wait", "since", 0, "timeout", 60_000);
                    case 3 -> {
                        client.call("guest-clipboard-open");
                        client.say("guest-clipboard-write", "handle", 1, "buf-b64", new byte[1_000_000]);
                    }
                    default -> {
                        for (int i = 0; i < 200; i++) {
                            client.say("guest-get-osinfo");
                        }
                    }
                }
            }
            done++;
        }
        return done;
    }
}
