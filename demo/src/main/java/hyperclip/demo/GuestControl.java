package hyperclip.demo;

import hyperclip.demo.ControlMessage.Await;
import hyperclip.demo.ControlMessage.AwaitEnd;
import hyperclip.demo.ControlMessage.Cancel;
import hyperclip.demo.ControlMessage.Done;
import hyperclip.demo.ControlMessage.ErrorOutput;
import hyperclip.demo.ControlMessage.Input;
import hyperclip.demo.ControlMessage.Output;
import hyperclip.demo.ControlMessage.Read;
import hyperclip.demo.ControlMessage.Refused;
import hyperclip.demo.ControlMessage.Run;
import hyperclip.demo.ControlMessage.Start;
import hyperclip.demo.ControlMessage.Sync;
import hyperclip.demo.ControlMessage.Write;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// The end of the remote control that runs inside the guest, as root: it does what [ControlMessage]s ask, several at a
/// time.
///
/// What a program reads and writes goes by way of files and never through a pipe. So a program that does not read holds
/// nobody up, and one that leaves a child behind with its outputs open, as xclip does, is over when it has ended.
public final class GuestControl {

    /// A read says -1 at once, every time, while nobody has connected to the other end of the port, and nothing tells
    /// when somebody does.
    private static final long NOBODY_THERE_MILLIS = 20;

    private final OutputStream out;
    private final Path spools;
    private final ExecutorService workers = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "request");
        thread.setDaemon(true);
        return thread;
    });

    /// This and the next: touched by the reading thread only.
    private final Map<Integer, OutputStream> inputs = new HashMap<>();

    private boolean confused;

    private final Map<Integer, Future<?>> atWork = new ConcurrentHashMap<>();

    GuestControl(OutputStream out, Path spools) throws IOException {
        this.out = out;
        this.spools = Files.createDirectories(spools);
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        // One descriptor for both directions, since a port can be opened once. A FileChannel would not do: a read that
        // waits holds up its writes.
        try (RandomAccessFile port = new RandomAccessFile(arguments[0], "rw");
                FileInputStream in = new FileInputStream(port.getFD());
                FileOutputStream out = new FileOutputStream(port.getFD())) {
            GuestControl control = new GuestControl(out, Path.of("/tmp/hyperclip-control"));
            while (true) {
                control.serve(in);
                Thread.sleep(NOBODY_THERE_MILLIS);
            }
        }
    }

    /// Does what it is told until the stream ends. What is not a message is passed over: the next [Sync] comes after
    /// enough zero bytes to end whatever was half read.
    void serve(InputStream stream) throws IOException {
        InputStream in = new BufferedInputStream(new Unasked(stream), 2 * ControlMessage.MAX_CONTENT);
        while (true) {
            try {
                hear(ControlMessage.readFrom(in));
            } catch (EOFException nobodyThere) {
                return;
            } catch (IOException | RuntimeException notUnderstood) {
                complainOnce(notUnderstood);
            }
        }
    }

    /// One misunderstanding brings many until the next [Sync].
    private void complainOnce(Exception notUnderstood) {
        if (!confused) {
            confused = true;
            System.err.println("control: " + notUnderstood);
        }
    }

    /// Waits until all that was asked is done, and takes no more.
    void finish() throws InterruptedException {
        workers.shutdown();
        if (!workers.awaitTermination(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("requests that were not done after 30 s: " + atWork.keySet());
        }
    }

    private void hear(ControlMessage message) throws IOException {
        switch (message) {
            case Sync sync -> {
                confused = false;
                forget();
                sync.writeTo(out);
            }
            case Input(int request, byte[] bytes) -> {
                OutputStream input = inputs.get(request);
                if (input == null) {
                    input = new FileOutputStream(spool(request, "in"));
                    inputs.put(request, input);
                }
                input.write(bytes);
            }
            case Run run -> work(run, input -> run(run, input));
            case Start start -> work(start, _ -> start(start));
            case Read read -> work(read, _ -> read(read));
            case Write write -> work(write, input -> write(write, input));
            case Await await -> work(await, _ -> await(await));
            case AwaitEnd end -> work(end, _ -> awaitEnd(end));
            case Cancel(int request) -> {
                Future<?> work = atWork.get(request);
                if (work != null) {
                    work.cancel(true);
                }
            }
            case Output _, ErrorOutput _, Done _, Refused _ ->
                throw new IOException("that is for me to say: " + message);
        }
    }

    /// A stream that nobody asks how much it holds: BufferedInputStream does between two reads, a file stream answers
    /// by seeking, and on a port that fails with 'Illegal seek'.
    private static final class Unasked extends FilterInputStream {

        Unasked(InputStream in) {
            super(in);
        }

        @Override
        public int available() {
            return 0;
        }
    }

    private void forget() throws IOException {
        for (OutputStream input : inputs.values()) {
            input.close();
        }
        inputs.clear();
    }

    private File spool(int request, String what) {
        return spools.resolve(request + "." + what).toFile();
    }

    private interface Work {
        Done with(File input) throws IOException, InterruptedException;
    }

    private void work(ControlMessage message, Work work) throws IOException {
        int request = message.request();
        OutputStream input = inputs.remove(request);
        if (input != null) {
            input.close();
        }
        File spooled = input == null ? new File("/dev/null") : spool(request, "in");
        atWork.put(request, workers.submit(() -> answer(request, work, spooled)));
    }

    private void answer(int request, Work work, File input) {
        try {
            ControlMessage answer;
            try {
                answer = work.with(input);
            } catch (IOException | RuntimeException e) {
                answer = new Refused(request, e.toString());
            } finally {
                atWork.remove(request);
                for (String what : List.of("in", "out", "err")) {
                    Files.deleteIfExists(spool(request, what).toPath());
                }
            }
            answer.writeTo(out);
        } catch (InterruptedException cancelled) {
            // Nobody waits for the answer.
        } catch (IOException e) {
            System.err.println("control: the answer to request " + request + " is lost: " + e);
        }
    }

    private Done run(Run run, File input) throws IOException, InterruptedException {
        File output = spool(run.request(), "out");
        File errors = spool(run.request(), "err");
        ProcessBuilder program = program(run.command(), run.environment(), run.folder())
                .redirectInput(input)
                .redirectOutput(output)
                .redirectError(errors);
        long started = System.nanoTime();
        Process process = program.start();
        int exit;
        long took;
        try {
            exit = process.waitFor();
            took = System.nanoTime() - started;
        } finally {
            process.destroyForcibly();
        }
        send(output, bytes -> new Output(run.request(), bytes));
        send(errors, bytes -> new ErrorOutput(run.request(), bytes));
        return new Done(run.request(), exit, TimeUnit.NANOSECONDS.toMicros(took));
    }

    private static Done start(Start start) throws IOException {
        File log = new File(start.log());
        Files.createDirectories(log.toPath().getParent());
        Process process = program(start.command(), start.environment(), start.folder())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(Redirect.appendTo(log))
                .redirectErrorStream(true)
                .start();
        return new Done(start.request(), Math.toIntExact(process.pid()), 0);
    }

    private static ProcessBuilder program(List<String> command, Map<String, String> environment, String folder) {
        ProcessBuilder program = new ProcessBuilder(command).directory(new File(folder));
        program.environment().clear();
        program.environment().putAll(environment);
        return program;
    }

    private Done read(Read read) throws IOException {
        send(new File(read.path()), bytes -> new Output(read.request(), bytes));
        return done(read);
    }

    private interface Wrapping {
        ControlMessage of(byte[] bytes);
    }

    private void send(File file, Wrapping wrapping) throws IOException {
        try (InputStream in = new FileInputStream(file)) {
            byte[] piece = in.readNBytes(ControlMessage.MAX_CONTENT);
            while (piece.length > 0) {
                wrapping.of(piece).writeTo(out);
                piece = in.readNBytes(ControlMessage.MAX_CONTENT);
            }
        }
    }

    private static Done write(Write write, File input) throws IOException {
        Path path = Path.of(write.path());
        Files.createDirectories(path.toAbsolutePath().getParent());
        try (InputStream in = new FileInputStream(input)) {
            Files.copy(in, path, StandardCopyOption.REPLACE_EXISTING);
        }
        return done(write);
    }

    private static Done done(ControlMessage request) {
        return new Done(request.request(), 0, 0);
    }

    /// Watches the nearest folder that is there, since the file's own may come with it.
    private static Done await(Await await) throws IOException, InterruptedException {
        Path path = Path.of(await.path()).toAbsolutePath();
        while (!has(path, await.text())) {
            try (WatchService watch = path.getFileSystem().newWatchService()) {
                nearestFolder(path)
                        .register(watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
                if (has(path, await.text())) {
                    return done(await);
                }
                watch.take();
            }
        }
        return done(await);
    }

    private static Done awaitEnd(AwaitEnd end) throws IOException, InterruptedException {
        Optional<ProcessHandle> process = ProcessHandle.of(end.pid());
        try {
            if (process.isPresent()) {
                process.get().onExit().get();
            }
            return done(end);
        } catch (ExecutionException e) {
            throw new IOException(e);
        }
    }

    private static Path nearestFolder(Path path) {
        Path folder = path.getParent();
        while (!Files.isDirectory(folder)) {
            folder = folder.getParent();
        }
        return folder;
    }

    private static boolean has(Path path, String text) throws IOException {
        return text.isEmpty()
                ? Files.exists(path)
                : Files.isRegularFile(path)
                        && Files.readString(path, StandardCharsets.ISO_8859_1)
                                .contains(
                                        new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }
}
