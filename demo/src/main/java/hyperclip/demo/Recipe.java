package hyperclip.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/// What something is made from, boiled down to a name: the same things give the same name, so that what was made once
/// is found again, and is made again when one of them has changed.
final class Recipe {

    private static final int NAME_BYTES = 8;

    private final MessageDigest digest;

    Recipe() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    Recipe with(String ingredient) {
        return with(ingredient.getBytes(StandardCharsets.UTF_8));
    }

    Recipe with(byte[] ingredient) {
        digest.update((ingredient.length + ":").getBytes(StandardCharsets.US_ASCII));
        digest.update(ingredient);
        return this;
    }

    /// A jar, or a folder with all that is in it.
    Recipe with(Path fileOrFolder) throws IOException {
        if (!Files.isDirectory(fileOrFolder)) {
            return with(Files.readAllBytes(fileOrFolder));
        }
        for (Path file : filesIn(fileOrFolder)) {
            with(fileOrFolder.relativize(file).toString());
            with(Files.readAllBytes(file));
        }
        return this;
    }

    String name() {
        return HexFormat.of().formatHex(digest.digest(), 0, NAME_BYTES);
    }

    static List<Path> filesIn(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /// One of the files that lie beside this class in the jar.
    static byte[] resource(String name) {
        try (InputStream in = Recipe.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the demo's jar has lost its file " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(String resource) {
        return new String(resource(resource), StandardCharsets.UTF_8);
    }

    /// The lines of a resource that say something.
    static List<String> lines(String resource) {
        return text(resource)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }
}
