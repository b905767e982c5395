package hyperclip.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/// Shows that the guest and its remote control do what the demo and the end-to-end tests count on, and how long each
/// thing takes: `java -cp … hyperclip.demo.GuestCheck`. Ends with 1 at the first thing that is not so.
public final class GuestCheck {

    private static final int LARGE = 10 * 1024 * 1024;

    private final long started = System.nanoTime();

    private GuestCheck() {}

    public static void main(String[] arguments) {
        try {
            new GuestCheck().run();
        } catch (IOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private interface Step {
        void take() throws IOException;
    }

    private void run() throws IOException {
        GuestImage image = GuestImage.ofThisProgram(this::say);
        say("the image is there");
        try (Machine machine = new Machine(image)) {
            machine.boot(this::say);
            for (int i = 0; i < 5; i++) {
                timed("/bin/true as root", () -> expect(0, machine.run(User.ROOT, "/bin/true")));
            }
            for (int i = 0; i < 3; i++) {
                timed("/bin/true as alice", () -> expect(0, machine.run(User.ALICE, "/bin/true")));
            }
            timed("xclip and xsel", () -> copyAsAlice(machine, "first"));
            timed("nothing of it for bob", () -> nothingForBob(machine));
            timed("10 MiB in and out", () -> largeFile(machine));
            timed("10 MiB through cat", () -> largePipe(machine));
            timed("savevm", () -> machine.savevm("copied"));
            copyAsAlice(machine, "second");
            timed("loadvm", () -> machine.loadvm("copied"));
            timed("paste", () -> pasteAsAlice(machine, "first"));
            timed("kill and boot", () -> {
                machine.kill();
                machine.boot(this::say);
            });
            copyAsAlice(machine, "third");
            timed("kill and resume", () -> {
                machine.kill();
                machine.resume("copied", this::say);
            });
            pasteAsAlice(machine, "first");
            long pid = machine.start(User.BOB, "sleep", "sleep", "1000");
            timed("kill a process", () -> {
                machine.kill(pid, "KILL");
                machine.awaitExit(pid, java.time.Duration.ofSeconds(10));
            });
            say("QEMU: " + resident(machine.pid()));
            System.out.println(machine.run(User.ROOT, "free", "-m").text()
                    + machine.run(User.ROOT, "ps", "-o", "pid,user,rss,args").text());
        }
        say("all is well");
    }

    private static void copyAsAlice(Machine machine, String text) throws IOException {
        expect(
                0,
                machine.run(
                        User.ALICE,
                        List.of("xclip", "-selection", "clipboard"),
                        text.getBytes(StandardCharsets.UTF_8)));
        pasteAsAlice(machine, text);
    }

    private static void pasteAsAlice(Machine machine, String text) throws IOException {
        Outcome paste = machine.run(User.ALICE, "xsel", "--clipboard", "--output");
        expect(0, paste);
        check(paste.text().equals(text), "alice pastes '" + paste.text() + "' and not '" + text + "'");
    }

    private static void nothingForBob(Machine machine) throws IOException {
        Outcome own = machine.run(User.BOB, "xsel", "--clipboard", "--output");
        check(own.text().isEmpty(), "bob pastes '" + own.text() + "' on his own desktop");
        Outcome hers = machine.run(User.BOB, "env", "DISPLAY=:1", "xsel", "--clipboard", "--output");
        check(hers.exit() != 0 && hers.text().isEmpty(), "bob may use alice's desktop");
        Outcome key = machine.run(User.BOB, "cat", "/home/alice/.Xauthority");
        check(key.exit() != 0, "bob may read alice's key");
    }

    private static void largeFile(Machine machine) throws IOException {
        byte[] large = large();
        machine.writeFile("/tmp/deep/down/large", large);
        check(Arrays.equals(large, machine.readFile("/tmp/deep/down/large")), "10 MiB came back changed");
    }

    private static void largePipe(Machine machine) throws IOException {
        byte[] large = large();
        check(
                Arrays.equals(
                        large, machine.run(User.ALICE, List.of("cat"), large).output()),
                "10 MiB came back changed");
    }

    private static byte[] large() {
        byte[] large = new byte[LARGE];
        new Random(1).nextBytes(large);
        return large;
    }

    private static void expect(int exit, Outcome outcome) throws Complaint {
        check(outcome.exit() == exit, "exit code " + outcome.exit() + ": " + outcome.errorText());
    }

    private static void check(boolean holds, String otherwise) throws Complaint {
        if (!holds) {
            throw new Complaint("Not as it should be: " + otherwise);
        }
    }

    private static String resident(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .findFirst()
                .orElse("");
    }

    private void timed(String what, Step step) throws IOException {
        long before = System.nanoTime();
        step.take();
        say("%s: %d ms".formatted(what, (System.nanoTime() - before) / 1_000_000));
    }

    private void say(String what) {
        System.out.printf(Locale.ROOT, "%7.2f s  %s%n", (System.nanoTime() - started) / 1e9, what);
    }
}
