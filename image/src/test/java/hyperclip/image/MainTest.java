package hyperclip.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The process as its parent sees it: how it ends, and what it says, which is nothing.
@Timeout(60)
class MainTest {

    private static final String MOST = "67108864";

    @TempDir
    private Path folder;

    private Path png;

    private record Result(int code, Path out, String errors) {
        byte[] output() throws IOException {
            return Files.readAllBytes(out);
        }
    }

    @BeforeEach
    void draw() throws IOException {
        png = Files.write(
                folder.resolve("png"),
                Images.encode(Images.gradient(3000, 2000, BufferedImage.TYPE_4BYTE_ABGR), "image/png"));
    }

    private ProcessBuilder builder(List<String> flags, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        Path classes = Path.of(
                Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        command.addAll(List.of("-Djava.awt.headless=true", "-cp", classes.toString(), Main.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    private Result run(Path input, List<String> flags, String... arguments) throws Exception {
        Path output = folder.resolve("out");
        Path errors = folder.resolve("err");
        Process process = builder(flags, arguments)
                .redirectInput(input.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        return new Result(process.waitFor(), output, Files.readString(errors));
    }

    private void assertRefused(Outcome outcome, Result result) throws IOException {
        assertThat(result.code()).isEqualTo(outcome.code());
        assertThat(result.errors()).isEmpty();
        assertThat(result.output()).isEmpty();
    }

    @Test
    void converts() throws Exception {
        Result result = run(png, List.of(), "image/png", "image/jpeg", MOST, "60");
        assertThat(result.code()).isZero();
        assertThat(result.errors()).isEmpty();
        assertThat(Images.decode(result.output()).getWidth()).isEqualTo(3000);
    }

    @Test
    void refuses() throws Exception {
        assertRefused(Outcome.NOT_AN_IMAGE, run(png, List.of(), "image/tiff", "image/jpeg", MOST, "60"));
        assertRefused(Outcome.TOO_MANY_PIXELS, run(png, List.of(), "image/png", "image/jpeg", "5999999", "60"));
        assertRefused(Outcome.WRONG_USAGE, run(png, List.of(), "image/png", "text/plain", MOST, "60"));
        assertRefused(Outcome.WRONG_USAGE, run(png, List.of(), "image/png"));
    }

    @Test
    void endsWithoutMemory() throws Exception {
        List<String> flags = List.of("-Xmx16m", "-XX:+ExitOnOutOfMemoryError", "-XX:+DisplayVMOutputToStderr");
        Result result = run(png, flags, "image/png", "image/jpeg", MOST, "60");
        assertThat(result.code()).isEqualTo(3);
        assertThat(result.output()).isEmpty();
    }

    /// The start of the process alone takes more than no time at all; the input never ends.
    @Test
    void endsWhenItHasWorkedForTooLong() throws Exception {
        Process process =
                builder(List.of(), "image/png", "image/jpeg", MOST, "0").start();
        assertThat(process.waitFor()).isEqualTo(Outcome.TOO_LONG.code());
    }

    @Test
    void waitingIsNotWorking() throws Exception {
        byte[] image = Files.readAllBytes(png);
        Process process = builder(List.of(), "image/png", "image/bmp", MOST, "30")
                .redirectOutput(folder.resolve("out").toFile())
                .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(image, 0, image.length / 2);
            in.flush();
            assertThat(process.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();
            in.write(image, image.length / 2, image.length - image.length / 2);
        }
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void endsWhenNobodyReads() throws Exception {
        Process process = builder(List.of(), "image/png", "image/bmp", MOST, "60")
                .redirectInput(png.toFile())
                .start();
        process.getInputStream().close();
        assertThat(process.waitFor()).isEqualTo(Outcome.NOT_WRITTEN.code());
    }

    /// A shell starts it and is killed; the pipes stay open, for they are ours.
    @Test
    void endsWithWhoeverStartedIt() throws Exception {
        ProcessBuilder direct = builder(List.of(), "image/png", "image/bmp", MOST, "60");
        List<String> command = new ArrayList<>(List.of("sh", "-c", "\"$@\"; true", "sh"));
        command.addAll(direct.command());
        Process shell = new ProcessBuilder(command).start();
        try (OutputStream in = shell.getOutputStream()) {
            in.write(Files.readAllBytes(png), 0, 1000);
            in.flush();
            ProcessHandle child;
            do {
                child = shell.toHandle().children().findFirst().orElse(null);
            } while (child == null
                    || !Files.readString(Path.of("/proc/" + child.pid() + "/oom_score_adj"))
                            .strip()
                            .equals("1000"));
            shell.toHandle().destroyForcibly();
            child.onExit().get(20, TimeUnit.SECONDS);
        }
    }
}
