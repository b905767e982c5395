package hyperclip.app.images;

import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Signal;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/// One process that converts one image. Its pipes block, so one thread starts and feeds it and another reads what it
/// gives; both tell the loop.
///
/// Neither holds more than has been paid for: what waits to be fed is what the owner granted credit for, and no more is
/// read than was granted here.
final class ImageChild {

    /// Told on the loop.
    interface Owner {

        /// So many bytes have gone to the child.
        void taken(int bytes);

        /// It has given this, at most [Signal#MAX_CHUNK] bytes.
        void given(ByteBuffer bytes);

        /// It is gone, told once and last, killed or not: nothing where its output is whole, else why it is not.
        void ended(Optional<String> trouble);
    }

    private static final ByteBuffer END = ByteBuffer.allocate(0);

    private final Loop loop;
    private final List<String> command;
    private final Owner owner;
    private final BlockingQueue<ByteBuffer> input = new LinkedBlockingQueue<>();
    private final Semaphore credit = new Semaphore(0);
    private volatile Process process;
    private volatile boolean killed;

    ImageChild(Loop loop, List<String> command, Owner owner) {
        this.loop = loop;
        this.command = command;
        this.owner = owner;
    }

    void start() {
        Thread.ofPlatform().daemon().name("image feeder").start(this::run);
    }

    /// Hands in a piece of the image.
    void feed(ByteBuffer bytes) {
        input.add(bytes);
    }

    /// The image is whole.
    void endInput() {
        input.add(END);
    }

    /// So many bytes more may be given.
    void grant(int bytes) {
        credit.release(bytes);
    }

    /// Ends it at once, and both threads with it.
    void kill() {
        killed = true;
        killProcess();
        input.add(END);
        credit.release();
    }

    /// A signal and no more: to close its pipes could wait for a thread that is in the middle of writing.
    private void killProcess() {
        if (process != null) {
            process.toHandle().destroyForcibly();
        }
    }

    private void run() {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(new File("/")).redirectError(ProcessBuilder.Redirect.DISCARD);
        // It needs no way to the user's desktop, nor anything else of the user's.
        builder.environment().clear();
        try {
            process = builder.start();
        } catch (IOException e) {
            loop.post(() -> owner.ended(Optional.of("the process that converts could not be started: " + e)));
            return;
        }
        if (killed) {
            killProcess();
        }
        Thread.ofPlatform().daemon().name("image reader").start(this::read);
        feed();
    }

    private void feed() {
        try (WritableByteChannel channel = Channels.newChannel(process.getOutputStream())) {
            for (ByteBuffer next = input.take(); next.hasRemaining(); next = input.take()) {
                int count = next.remaining();
                channel.write(next);
                loop.post(() -> owner.taken(count));
            }
        } catch (IOException | InterruptedException e) {
            // It takes no more. Why, its end will tell.
            return;
        }
    }

    private void read() {
        Optional<String> trouble;
        try (InputStream stream = process.getInputStream()) {
            copy(stream);
            int exit = process.waitFor();
            trouble = exit == 0 ? Optional.empty() : Optional.of(ImageProgram.why(exit));
        } catch (IOException | InterruptedException e) {
            killProcess();
            trouble = Optional.of("reading from the process that converts failed: " + e);
        }
        Optional<String> told = trouble;
        loop.post(() -> owner.ended(told));
    }

    private void copy(InputStream stream) throws IOException, InterruptedException {
        while (true) {
            credit.acquire();
            int granted = 1 + credit.drainPermits();
            byte[] bytes = new byte[Math.min(granted, Signal.MAX_CHUNK)];
            int count = killed ? -1 : stream.read(bytes);
            if (count < 0) {
                return;
            }
            credit.release(granted - count);
            ByteBuffer given = ByteBuffer.wrap(bytes, 0, count);
            loop.post(() -> owner.given(given));
        }
    }
}
