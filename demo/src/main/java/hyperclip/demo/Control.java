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
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// The end of the remote control on this machine: one connection to a guest's control port, for any number of threads.
/// A connection that is lost is lost; the next one starts afresh with a [Sync].
final class Control implements Closeable {

    /// Enough to end any half-read message: see [ControlMessage].
    private static final int FILLER = 2 * ControlMessage.MAX_CONTENT;

    /// Never used twice, so that the answer to a question from before a restore is nobody's.
    private static final AtomicInteger REQUESTS = new AtomicInteger();

    private final SocketChannel channel;
    private final OutputStream out;
    private final Map<Integer, Answer> awaited = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> synced = new CompletableFuture<>();
    private final Sync sync = new Sync(ThreadLocalRandom.current().nextInt());

    /// What has come of an answer so far. Written by the reading thread only.
    private static final class Answer {
        private final ByteArrayOutputStream output = new ByteArrayOutputStream();
        private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    }

    private Control(SocketChannel channel) {
        this.channel = channel;
        this.out = Channels.newOutputStream(channel);
    }

    /// Connects to a socket that is there; the guest may still be asleep behind it.
    static Control connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        Control control = new Control(channel);
        control.out.write(new byte[FILLER]);
        control.sync.writeTo(control.out);
        Thread.ofPlatform().daemon().name("guest control").start(control::listen);
        return control;
    }

    /// Waits until the guest answers.
    void awaitGuest(Duration patience) throws IOException {
        await(synced, patience, "for the guest's remote control to answer");
    }

    Outcome run(Map<String, String> environment, String folder, List<String> command, byte[] input, Duration patience)
            throws IOException {
        int request = nextRequest();
        sendInput(request, input);
        return ask(
                new Run(request, folder, environment, command),
                patience,
                "for `" + String.join(" ", command) + "` to end in the guest");
    }

    long start(Map<String, String> environment, String folder, List<String> command, String log, Duration patience)
            throws IOException {
        return ask(
                        new Start(nextRequest(), folder, environment, command, log),
                        patience,
                        "for `" + String.join(" ", command) + "` to start in the guest")
                .exit();
    }

    byte[] read(String path, Duration patience) throws IOException {
        return ask(new Read(nextRequest(), path), patience, "to read " + path + " of the guest")
                .output();
    }

    void write(String path, byte[] content, Duration patience) throws IOException {
        int request = nextRequest();
        sendInput(request, content);
        ask(new Write(request, path), patience, "to write " + path + " of the guest");
    }

    void await(String path, String text, Duration patience) throws IOException {
        String what = text.isEmpty() ? "for " : "for '" + text + "' in ";
        ask(new Await(nextRequest(), path, text), patience, what + path + " of the guest");
    }

    void awaitEnd(long pid, Duration patience) throws IOException {
        ask(new AwaitEnd(nextRequest(), pid), patience, "for process " + pid + " of the guest to end");
    }

    private static int nextRequest() {
        return REQUESTS.incrementAndGet();
    }

    private void sendInput(int request, byte[] input) throws IOException {
        for (int from = 0; from < input.length; from += ControlMessage.MAX_CONTENT) {
            int to = Math.min(from + ControlMessage.MAX_CONTENT, input.length);
            new Input(request, Arrays.copyOfRange(input, from, to)).writeTo(out);
        }
    }

    private Outcome ask(ControlMessage question, Duration patience, String what) throws IOException {
        Answer answer = new Answer();
        awaited.put(question.request(), answer);
        try {
            if (!channel.isOpen()) {
                throw new Complaint("The remote control of the guest is not connected; waited " + what + ".");
            }
            question.writeTo(out);
            return await(answer.outcome, patience, what);
        } finally {
            awaited.remove(question.request());
            if (!answer.outcome.isDone()) {
                cancel(question.request());
            }
        }
    }

    private void cancel(int request) {
        try {
            new Cancel(request).writeTo(out);
        } catch (IOException e) {
            // With the connection, the work is lost anyway.
        }
    }

    private static <T> T await(CompletableFuture<T> future, Duration patience, String what) throws IOException {
        try {
            return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new Complaint("Waited " + patience.toMillis() / 1000.0 + " s " + what + ", in vain.");
        } catch (ExecutionException e) {
            throw new Complaint("Waited " + what + ", but:", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting " + what);
        }
    }

    private void listen() {
        try (InputStream in = new BufferedInputStream(Channels.newInputStream(channel), FILLER)) {
            passOverUntilSync(in);
            synced.complete(null);
            while (true) {
                hear(ControlMessage.readFrom(in));
            }
        } catch (IOException e) {
            Complaint lost = new Complaint("the connection to the guest's remote control ended", e);
            synced.completeExceptionally(lost);
            close();
            awaited.values().forEach(answer -> answer.outcome.completeExceptionally(lost));
        }
    }

    /// A guest that was restored in mid-sentence ends that sentence first.
    private void passOverUntilSync(InputStream in) throws IOException {
        byte[] wanted = sync.toBytes();
        byte[] last = new byte[wanted.length];
        while (!Arrays.equals(wanted, last)) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("QEMU closed the control port before the guest had answered");
            }
            System.arraycopy(last, 1, last, 0, last.length - 1);
            last[last.length - 1] = (byte) next;
        }
    }

    private void hear(ControlMessage message) throws IOException {
        Answer answer = awaited.get(message.request());
        if (answer == null) {
            return;
        }
        switch (message) {
            case Output output -> answer.output.writeBytes(output.bytes());
            case ErrorOutput errors -> answer.errors.writeBytes(errors.bytes());
            case Done done ->
                answer.outcome.complete(new Outcome(
                        done.code(),
                        answer.output.toByteArray(),
                        answer.errors.toByteArray(),
                        Duration.of(done.micros(), ChronoUnit.MICROS)));
            case Refused refused ->
                answer.outcome.completeExceptionally(new IOException("the guest said: " + refused.why()));
            case Sync _, Input _, Run _, Start _, Read _, Write _, Await _, AwaitEnd _, Cancel _ ->
                throw new IOException("the guest asks instead of answering: " + message);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone one way or another.
        }
    }
}
