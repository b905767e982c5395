package hyperclip.demo;

import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A program of this machine, run to its end. If it fails, what it said is in the complaint.
final class Tool {

    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final int LAST_LINES = 25;

    private final List<String> command;
    private Path folder = Path.of("").toAbsolutePath();

    private Tool(List<String> command) {
        this.command = command;
    }

    static Tool of(String name, String... arguments) throws Complaint {
        return of(find(name), List.of(arguments));
    }

    static Tool of(Path program, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(program.toString());
        command.addAll(arguments);
        return new Tool(command);
    }

    Tool in(Path where) {
        folder = where;
        return this;
    }

    /// Where a program is. `/usr/sbin` is looked at too, which is not in an ordinary user's PATH.
    static Path find(String name) throws Complaint {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin";
        return Stream.of(path.split(File.pathSeparator, -1))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new Complaint("The program '" + name + "' is not on this machine (looked in " + path
                        + "). `./setup` installs what the demo needs."));
    }

    /// Runs the tool and gives what it wrote to its standard output.
    String output() throws IOException {
        Path out = Files.createTempFile("hyperclip-tool", ".out");
        Path err = Files.createTempFile("hyperclip-tool", ".err");
        try {
            int exit = waitFor(new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectInput(Redirect.from(new File("/dev/null")))
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start());
            if (exit != 0) {
                throw new Complaint("`" + shown() + "` failed with exit code " + exit + " in " + folder + ". It said:\n"
                        + lastLines(Files.readString(err) + Files.readString(out)));
            }
            return Files.readString(out);
        } finally {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        }
    }

    void run() throws IOException {
        output();
    }

    private int waitFor(Process process) throws IOException {
        // If this program is ended, by Ctrl-C or otherwise, no tool of it writes on.
        Runnable ending = () -> end(process);
        AtExit.run(ending);
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new Complaint("`" + shown() + "` was not done after " + PATIENCE.toMinutes() + " minutes.");
            }
            return process.exitValue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for `" + shown() + "`");
        } finally {
            end(process);
            AtExit.forget(ending);
        }
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private String shown() {
        String all = String.join(" ", command);
        return all.length() <= 200 ? all : all.substring(0, 200) + " …";
    }

    static String lastLines(String text) {
        List<String> lines = text.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }
}
