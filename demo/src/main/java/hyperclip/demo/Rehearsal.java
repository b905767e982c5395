package hyperclip.demo;

import hyperclip.demo.ControlMessage.Await;
import hyperclip.demo.ControlMessage.Input;
import hyperclip.demo.ControlMessage.Read;
import hyperclip.demo.ControlMessage.Run;
import hyperclip.demo.ControlMessage.Start;
import hyperclip.demo.ControlMessage.Sync;
import hyperclip.demo.ControlMessage.Write;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;

/// Runs on this machine while the image is built, so that the guest's Java starts with what this has loaded: the remote
/// control, doing everything once, and every class of the modules that go along.
final class Rehearsal {
    private Rehearsal() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        control();
        for (String jar : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            load(Path.of(jar));
        }
    }

    private static void control() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("hyperclip-rehearsal");
        ByteArrayOutputStream answers = new ByteArrayOutputStream();
        GuestControl control = new GuestControl(answers, folder.resolve("spools"));
        try (PipedInputStream in = new PipedInputStream()) {
            Thread serving = serve(control, in);
            ask(in, folder);
            serving.join();
            control.finish();
        } finally {
            Cache.delete(folder);
        }
    }

    private static Thread serve(GuestControl control, PipedInputStream in) {
        return Thread.ofPlatform().start(() -> {
            try {
                control.serve(in);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void ask(PipedInputStream in, Path folder) throws IOException {
        String file = folder.resolve("file").toString();
        try (OutputStream out = new PipedOutputStream(in)) {
            new Sync(1).writeTo(out);
            new Input(2, new byte[] {1, 2, 3}).writeTo(out);
            new Write(2, file).writeTo(out);
            new Await(3, file, "\1\2\3").writeTo(out);
            new Input(4, new byte[] {1, 2, 3}).writeTo(out);
            new Run(4, "/", Map.of("A", "B"), List.of("cat")).writeTo(out);
            new Start(5, "/", Map.of(), List.of("true"), folder.resolve("log").toString()).writeTo(out);
            new Read(6, "/proc/self/status").writeTo(out);
        }
    }

    private static void load(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            zip.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.endsWith(".class") && !name.contains("-"))
                    .map(name ->
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                    .forEach(Rehearsal::load);
        }
    }

    private static void load(String name) {
        try {
            Class.forName(name, false, Rehearsal.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            // It needs what is not here, and the guest will do without it too.
        }
    }
}
