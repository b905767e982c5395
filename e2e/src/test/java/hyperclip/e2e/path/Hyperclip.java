package hyperclip.e2e.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// One process of the product, started as a person starts it, and what the kernel tells of it.
final class Hyperclip implements AutoCloseable {

    static final Path PROGRAM =
            Path.of(System.getProperty("hyperclip.home"), "hyperclip").toAbsolutePath();

    private final Process process;
    private final Path log;

    /// How a command ended.
    record Result(int code, String text, String errors) {}

    private Hyperclip(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /// Starts a command that stays running; what it writes is added to the log.
    static Hyperclip start(Path log, Map<String, String> environment, String... arguments) {
        return start(log, environment, List.of(), arguments);
    }

    /// @param before a program that becomes this one, such as `setpriv --reuid …`
    static Hyperclip start(Path log, Map<String, String> environment, List<String> before, String... arguments) {
        ProcessBuilder builder = builder(environment, before, arguments)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        return new Hyperclip(begin(builder), log);
    }

    /// A command under way, with its output in files.
    record Command(Process process, Folder folder) implements AutoCloseable {

        /// How much it has written so far.
        long written() {
            return folder.file("out").toFile().length();
        }

        /// Waits for its end.
        Result result() {
            Await.ended(process, Await.GENEROUS, "a command of hyperclip");
            try {
                return new Result(
                        process.exitValue(),
                        Files.readString(folder.file("out")),
                        Files.readString(folder.file("err")));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            process.destroyForcibly();
            folder.close();
        }
    }

    /// Begins a command.
    static Command begin(Map<String, String> environment, List<String> before, String... arguments) {
        Folder folder = Folder.make();
        return new Command(
                begin(builder(environment, before, arguments)
                        .redirectOutput(folder.file("out").toFile())
                        .redirectError(folder.file("err").toFile())),
                folder);
    }

    static Command begin(String... arguments) {
        return begin(Map.of(), List.of(), arguments);
    }

    /// Runs a command to its end.
    static Result run(Map<String, String> environment, byte[] input, String... arguments) {
        return run(environment, List.of(), input, arguments);
    }

    static Result run(Map<String, String> environment, List<String> before, byte[] input, String... arguments) {
        try (Command command = begin(environment, before, arguments)) {
            try (OutputStream in = command.process().getOutputStream()) {
                in.write(input);
            } catch (IOException e) {
                // It has ended without reading: how it ended tells more.
                return command.result();
            }
            return command.result();
        }
    }

    private static ProcessBuilder builder(Map<String, String> environment, List<String> before, String... arguments) {
        List<String> command = new ArrayList<>(before);
        command.add(PROGRAM.toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        for (String inherited : List.of("DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "XDG_SESSION_ID")) {
            builder.environment().remove(inherited);
        }
        builder.environment().putAll(environment);
        return builder;
    }

    private static Process begin(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new AssertionError(builder.command().getFirst() + " could not be started", e);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// SIGKILL.
    void kill() {
        process.destroyForcibly();
        Await.ended(process, Await.GENEROUS, "a killed process");
    }

    /// SIGTERM, or another.
    int stop(String signal) {
        Programs.signal(process.pid(), signal);
        return exit();
    }

    /// Its exit code, once it has ended by itself.
    int exit() {
        Await.ended(process, Duration.ofSeconds(10), "hyperclip; its log: " + log());
        return process.exitValue();
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// How many descriptors it has open.
    long descriptors() {
        try (Stream<Path> open = Files.list(proc("fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Its memory in kB.
    long residentKilobytes() {
        return number(proc("status"), "VmRSS:");
    }

    /// Processor time, in clock ticks of 10 ms.
    long ticks() {
        try {
            String stat = Files.readString(proc("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// How often each of its threads has waited for something so far, by the thread's name and id. Voluntary context
    /// switches: others are the doing of whatever else runs.
    Map<String, Long> waits() {
        Map<String, Long> waits = new TreeMap<>();
        try (Stream<Path> threads = Files.list(proc("task"))) {
            for (Path thread : threads.toList()) {
                Path status = thread.resolve("status");
                try {
                    String name = Files.readString(thread.resolve("comm")).strip() + " " + thread.getFileName();
                    waits.put(name, number(status, "voluntary_ctxt_switches:"));
                } catch (IOException | UncheckedIOException ended) {
                    assertThat(thread).as("a thread that cannot be read").doesNotExist();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return waits;
    }

    private Path proc(String name) {
        return Path.of("/proc", Long.toString(pid()), name);
    }

    private static long number(Path file, String name) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
