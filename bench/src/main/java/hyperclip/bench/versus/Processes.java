package hyperclip.bench.versus;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The programs of one side, and what the kernel tells of their memory. They end with this, and with this program; then
/// the folder of their sockets and logs goes.
final class Processes implements AutoCloseable {

    private final String name;
    private final Folder folder;
    private final Map<String, Process> running = new LinkedHashMap<>();
    private final Map<String, Path> logs = new LinkedHashMap<>();
    private final Thread ending = new Thread(this::end, "end what was started");

    Processes(String name, Folder folder) {
        this.name = name;
        this.folder = folder;
        Runtime.getRuntime().addShutdownHook(ending);
    }

    /// Where a program is. `/usr/sbin` is looked at too, which is not in an ordinary user's PATH.
    static String find(String program) throws Complaint {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin";
        return Stream.of(path.split(File.pathSeparator, -1))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toString)
                .orElseThrow(() -> new Complaint(
                        ExitCode.FAILED,
                        program + " is not on this machine (looked in " + path + "); install the Debian packages"
                                + " spice-vdagent, xclip, xsel and xvfb: apt-get install spice-vdagent, and ./setup"
                                + " for the others"));
    }

    /// Starts a program out of reach of a terminal's Ctrl-C: it is ended in order.
    synchronized void start(String role, Map<String, String> environment, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("setsid");
        builder.command().addAll(command);
        for (String inherited : List.of("DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR")) {
            builder.environment().remove(inherited);
        }
        // Stock's agent would look for a session manager there.
        builder.environment().put("DBUS_SESSION_BUS_ADDRESS", "disabled:");
        builder.environment().putAll(environment);
        Path log = folder.file(role + ".log");
        logs.put(role, log);
        running.put(
                role,
                builder.redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.to(log.toFile()))
                        .start());
    }

    boolean areRunning() {
        return running.values().stream().allMatch(Process::isAlive);
    }

    /// For a person: which one has ended, and what it said.
    String whatEnded() throws IOException {
        StringBuilder all = new StringBuilder();
        for (Map.Entry<String, Process> one : running.entrySet()) {
            if (!one.getValue().isAlive()) {
                all.append("the %s of %s ended with %d; it said:%n%s"
                        .formatted(
                                one.getKey(),
                                name,
                                one.getValue().exitValue(),
                                Files.readString(logs.get(one.getKey()))));
            }
        }
        return all.toString();
    }

    /// What they have in memory now, in kB.
    long resident() throws IOException {
        return sum("VmRSS:");
    }

    /// The most that each had since [#forgetPeak()], added up, in kB.
    long peak() throws IOException {
        return sum("VmHWM:");
    }

    /// See proc(5), clear_refs.
    void forgetPeak() throws IOException {
        for (Process process : running.values()) {
            Files.writeString(Path.of("/proc/" + process.pid() + "/clear_refs"), "5");
        }
    }

    /// What one of them has in memory now, in kB.
    long resident(String role) throws IOException {
        return field(running.get(role), "VmRSS:");
    }

    /// How many descriptors one of them has open.
    long descriptors(String role) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + running.get(role).pid() + "/fd"))) {
            return open.count();
        }
    }

    /// Whether one of them has written this.
    boolean hasSaid(String role, String words) {
        try {
            return Files.readString(logs.get(role)).contains(words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long sum(String field) throws IOException {
        long sum = 0;
        for (Process process : running.values()) {
            sum += field(process, field);
        }
        return sum;
    }

    private static long field(Process process, String field) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .sum();
        }
    }

    private synchronized void end() {
        List<Process> all = List.copyOf(running.values()).reversed();
        all.forEach(Process::destroy);
        for (Process process : all) {
            try {
                if (!process.waitFor(3, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                process.destroyForcibly();
            }
        }
        folder.close();
    }

    @Override
    public void close() {
        end();
        Runtime.getRuntime().removeShutdownHook(ending);
    }
}
