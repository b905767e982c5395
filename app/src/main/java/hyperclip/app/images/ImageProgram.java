package hyperclip.app.images;

import hyperclip.core.clipboard.MimeType;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The program that converts one image from its standard input to its standard output, and the limits that it runs
/// with. Its exit codes are those of `hyperclip.image.Outcome`.
///
/// @param java the JVM that runs it
/// @param jar its code
public record ImageProgram(Path java, Path jar) {

    /// The most pixels, width times height: two screens of 8K.
    static final long MAX_PIXELS = 1 << 26;

    /// The most processor time of one conversion, in seconds. On two shared cores the slowest of so many pixels takes
    /// nine, and whoever pastes waits for thirty.
    static final int MAX_SECONDS = 20;

    /// The heap; so many pixels need most of it, and a screenshot a tenth.
    private static final String MAX_HEAP = "-Xmx512m";

    private static final String MAIN = "hyperclip.image.Main";

    /// The JVM that runs us, and the jar in the launcher's folder, or where there is none in the JVM's own. Our classes
    /// cannot be asked where they come from: with an AOT cache none knows.
    public static ImageProgram installed() {
        String home = System.getProperty("java.home");
        String folder = System.getProperty("hyperclip.lib", home + "/lib");
        return new ImageProgram(
                Path.of(home, "bin", "java"),
                Path.of(folder, "hyperclip-image.jar").toAbsolutePath());
    }

    /// Why it cannot run here, as a sentence; nothing where it can.
    Optional<String> missing() {
        if (!Files.isReadable(jar)) {
            return Optional.of("there is no " + jar);
        }
        if (!Files.isExecutable(java)) {
            return Optional.of("there is no " + java);
        }
        if (ModuleFinder.ofSystem().find("java.desktop").isEmpty()) {
            return Optional.of("the Java at " + java + " has no module java.desktop");
        }
        return Optional.empty();
    }

    /// Small like every JVM of ours; most of the heap for the few large things that an image is. A decoder that runs
    /// out of memory, or crashes, leaves an exit code and no word about what it read.
    List<String> command(MimeType from, MimeType to) {
        return List.of(
                java.toString(),
                MAX_HEAP,
                "-Xmn16m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:+DisplayVMOutputToStderr",
                "-XX:+SuppressFatalErrorMessage",
                "-Djava.awt.headless=true",
                "-cp",
                jar.toString(),
                MAIN,
                from.name(),
                to.name(),
                Long.toString(MAX_PIXELS),
                Integer.toString(MAX_SECONDS));
    }

    /// What an exit code other than 0 says, as the end of a sentence.
    static String why(int exit) {
        return switch (exit) {
            case 3 -> "it needs more memory than " + MAX_HEAP.substring("-Xmx".length());
            case 4 -> "it is damaged, or of another type";
            case 5 -> "it has more than " + MAX_PIXELS + " pixels";
            case 6 -> "it takes more than " + MAX_SECONDS + " s of processor time";
            case 7 -> "it becomes larger than any such image should be";
            default -> "the process that converts ended with " + exit;
        };
    }
}
