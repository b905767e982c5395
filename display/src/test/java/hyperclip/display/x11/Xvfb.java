package hyperclip.display.x11;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// An X server of one test's own, and the programs that run on it. All are ended with it, and nothing else is.
final class Xvfb implements AutoCloseable {

    private final Process server;
    private final String display;
    private final Path home;
    private final List<Process> programs = new ArrayList<>();

    private Xvfb(Process server, String display, Path home) {
        this.server = server;
        this.display = display;
        this.home = home;
    }

    static Xvfb start(String... arguments) {
        try {
            Path home = Files.createTempDirectory("hyperclip-x11");
            // The server says its number on the descriptor that is its standard output here. Without -noreset it begins
            // anew when its last client leaves, and resets the connection of whoever comes at that moment.
            List<String> command = new ArrayList<>(
                    List.of("Xvfb", "-displayfd", "1", "-noreset", "-nolisten", "tcp", "-screen", "0", "64x64x8"));
            command.addAll(List.of(arguments));
            Process server = program(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            StringBuilder number = new StringBuilder();
            InputStream out = server.getInputStream();
            for (int c = out.read(); c >= '0' && c <= '9'; c = out.read()) {
                number.append((char) c);
            }
            if (number.isEmpty()) {
                throw new AssertionError("Xvfb ended without a display number. Check that it runs by itself.");
            }
            return new Xvfb(server, ":" + number, home);
        } catch (IOException e) {
            throw missing("Xvfb", e);
        }
    }

    private static AssertionError missing(String program, IOException e) {
        return new AssertionError(
                program + " could not be started. These tests need xvfb, xclip, xsel, autocutsel and parcellite.", e);
    }

    private static ProcessBuilder program(List<String> command) {
        return new ProcessBuilder(command);
    }

    String display() {
        return display;
    }

    long pid() {
        return server.pid();
    }

    Map<String, String> environment() {
        return Map.of("DISPLAY", display, "HOME", home.toString());
    }

    Path home() {
        return home;
    }

    Path file(byte[] content) {
        try {
            return Files.write(Files.createTempFile(home, "content", ""), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs a program on this display with its output in a pipe.
    Process run(String... command) {
        try {
            ProcessBuilder builder = program(List.of(command));
            builder.environment().put("DISPLAY", display);
            builder.environment().put("HOME", home.toString());
            builder.environment().put("XDG_CONFIG_HOME", home.resolve("config").toString());
            builder.environment().put("XDG_DATA_HOME", home.resolve("data").toString());
            builder.environment().remove("XAUTHORITY");
            builder.redirectError(ProcessBuilder.Redirect.DISCARD);
            Process process = builder.start();
            programs.add(process);
            return process;
        } catch (IOException e) {
            throw missing(command[0], e);
        }
    }

    /// An xclip that owns a selection until it is killed: it does not go to the background.
    Process copy(String selection, String type, byte[] content) {
        Process xclip = run(
                "xclip",
                "-quiet",
                "-i",
                "-selection",
                selection,
                "-t",
                type,
                file(content).toString());
        closeQuietly(xclip);
        return xclip;
    }

    Process copyText(String selection, String text) {
        return copy(selection, "UTF8_STRING", text.getBytes(UTF_8));
    }

    private static void closeQuietly(Process process) {
        try {
            OutputStream in = process.getOutputStream();
            in.close();
        } catch (IOException ignored) {
            // It has ended already.
            return;
        }
    }

    /// An xclip whose output can be had with [#output(Process)].
    Process paste(String selection, String type) {
        return pasteTo("xclip", "-o", "-selection", selection, "-t", type);
    }

    Process pasteTo(String... command) {
        try {
            ProcessBuilder builder = program(List.of(command));
            builder.environment().put("DISPLAY", display);
            Path output = Files.createTempFile(home, "pasted", "");
            builder.redirectOutput(output.toFile()).redirectError(ProcessBuilder.Redirect.DISCARD);
            Process process = builder.start();
            outputs.put(process, output);
            programs.add(process);
            return process;
        } catch (IOException e) {
            throw missing(command[0], e);
        }
    }

    private final Map<Process, Path> outputs = new java.util.HashMap<>();

    byte[] output(Process process) {
        try {
            return Files.readAllBytes(outputs.get(process));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void signal(Process process, String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .start()
                    .waitFor(5, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw missing("kill", e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        programs.forEach(Process::destroyForcibly);
        end();
        try (Stream<Path> files = Files.walk(home)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The server ends under its clients.
    void end() {
        server.destroy();
        try {
            if (!server.waitFor(5, TimeUnit.SECONDS)) {
                server.destroyForcibly();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
