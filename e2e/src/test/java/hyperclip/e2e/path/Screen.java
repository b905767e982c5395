package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// An X server of one test's own, and the ordinary programs on it. All are ended with it, and nothing else is.
final class Screen implements AutoCloseable {

    static final String TEXT = "UTF8_STRING";

    private final Folder folder = Folder.make();
    private final Process server;
    private final String display;
    private final List<Process> programs = new ArrayList<>();
    private final AtomicInteger files = new AtomicInteger();

    Screen() {
        try {
            // The server says its number on the descriptor that is its standard output here.
            server = new ProcessBuilder(
                            "Xvfb", "-displayfd", "1", "-noreset", "-nolisten", "tcp", "-screen", "0", "64x64x8")
                    .redirectInput(new File("/dev/null"))
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
            display = ":" + number;
        } catch (IOException e) {
            throw Programs.missing("Xvfb", e);
        }
    }

    String display() {
        return display;
    }

    Folder folder() {
        return folder;
    }

    Map<String, String> environment() {
        return Map.of("DISPLAY", display, "HOME", folder.path().toString());
    }

    /// An xclip that owns a selection until another program does.
    Process copy(String selection, String type, byte[] content) {
        return program(
                "xclip",
                "-quiet",
                "-i",
                "-selection",
                selection,
                "-t",
                type,
                folder.file("copied" + files.incrementAndGet(), content).toString());
    }

    Process copy(String selection, String text) {
        return copy(selection, TEXT, text.getBytes(UTF_8));
    }

    /// An xsel that does the same.
    Process copyWithXsel(String selection, String text) {
        Path file = folder.file("copied" + files.incrementAndGet(), text.getBytes(UTF_8));
        return begin(builder("xsel", "--input", "--nodetach", "--" + selection).redirectInput(file.toFile()));
    }

    /// What xclip pastes now: empty where it can paste nothing.
    byte[] paste(String selection, String type) {
        return output("xclip", "-o", "-selection", selection, "-t", type);
    }

    String paste(String selection) {
        return new String(paste(selection, TEXT), UTF_8);
    }

    String pasteWithXsel(String selection) {
        return new String(output("xsel", "--output", "--" + selection), UTF_8);
    }

    void awaitPaste(String selection, String type, byte[] content) {
        Await.until(
                "a paste of " + content.length + " bytes of " + type + " on " + display,
                () -> Arrays.equals(paste(selection, type), content));
    }

    void awaitPaste(String selection, String text) {
        String[] last = {""};
        try {
            Await.until("that text", () -> {
                last[0] = paste(selection);
                return last[0].equals(text);
            });
        } catch (AssertionError e) {
            throw new AssertionError(
                    "no paste of '%.60s' from %s on %s, but of '%.60s': %s"
                            .formatted(text, selection, display, last[0], e.getMessage()),
                    e);
        }
    }

    /// The targets that the owner offers.
    List<String> targets(String selection) {
        return new String(paste(selection, "TARGETS"), UTF_8).lines().toList();
    }

    /// An xclip that pastes into a file; it may take its time.
    Paste beginPaste(String selection, String type) {
        Path output = folder.file("pasted" + files.incrementAndGet());
        Process process = begin(
                builder("xclip", "-o", "-selection", selection, "-t", type).redirectOutput(output.toFile()));
        return new Paste(process, output);
    }

    /// A paste under way.
    record Paste(Process process, Path output) {
        byte[] content() {
            Await.ended(process, Await.GENEROUS, "a paste");
            try {
                return Files.readAllBytes(output);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        long size() {
            return output.toFile().length();
        }
    }

    private byte[] output(String... command) {
        Path output = folder.file("pasted" + files.incrementAndGet());
        Process process = begin(builder(command).redirectOutput(output.toFile()));
        Await.ended(process, Await.GENEROUS, String.join(" ", command));
        try {
            byte[] bytes = Files.readAllBytes(output);
            Files.delete(output);
            programs.remove(process);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A program on this display, with its output discarded.
    Process program(String... command) {
        return begin(builder(command));
    }

    private ProcessBuilder builder(String... command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment());
        builder.environment().put("XDG_CONFIG_HOME", folder.file("config").toString());
        builder.environment().put("XDG_DATA_HOME", folder.file("data").toString());
        builder.environment().remove("XAUTHORITY");
        return builder.redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
    }

    private Process begin(ProcessBuilder builder) {
        try {
            Process process = builder.start();
            programs.add(process);
            return process;
        } catch (IOException e) {
            throw Programs.missing(builder.command().getFirst(), e);
        }
    }

    /// How many windows there are, as far as clients made them under the root; one of them is of who counts.
    int windows() {
        try (RawClient client = new RawClient(this, 0)) {
            return client.windows();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The server ends under its clients.
    void end() {
        server.destroyForcibly();
        Await.ended(server, Await.GENEROUS, "Xvfb");
    }

    @Override
    public void close() {
        programs.forEach(Process::destroyForcibly);
        // In good order, so that its lock file goes too.
        server.destroy();
        Await.ended(server, Await.GENEROUS, "Xvfb");
        folder.close();
    }
}
