package hyperclip.e2e.path;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// An application that pastes one type: step by step, as a test tells it. It watches the owner's window, as toolkits do
/// and xclip does not.
final class RawRequestor extends RawClient {

    private static final int DELETE = 1;
    private static final int WHOLE = 0x100000;
    private static final int NEW_VALUE = 0;

    private final int selection;
    private final int target;
    private final int property;
    private final int incr;
    private final BlockingQueue<ByteBuffer> messages = new LinkedBlockingQueue<>();
    /// Which may come before the reply to what was sent after the question.
    private ByteBuffer answer;

    private boolean ownerGone;

    RawRequestor(Screen screen, String selection, String type) {
        super(screen, PROPERTY_CHANGE_MASK);
        try {
            this.selection = atom(selection);
            target = atom(type);
            property = atom("PASTED");
            incr = atom("INCR");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().name("raw requestor").start(this::listen);
    }

    private void listen() {
        try {
            while (true) {
                messages.add(receive());
            }
        } catch (IOException e) {
            // Closed.
            return;
        }
    }

    /// Asks the owner; the X server has passed the question on when this returns.
    RawRequestor ask() {
        try {
            send(request(23, 0, 8).putInt(selection));
            int owner = reply().getInt(8);
            if (owner == 0) {
                throw new AssertionError("nobody owns the selection");
            }
            watch(owner, STRUCTURE_NOTIFY_MASK);
            send(request(24, 0, 24)
                    .putInt(window)
                    .putInt(selection)
                    .putInt(target)
                    .putInt(property)
                    .putInt(0));
            // GetInputFocus, which is answered after what was sent before.
            send(request(43, 0, 4));
            reply();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits for the answer, which must begin a paste in pieces, and takes so many of them.
    RawRequestor takePieces(int count) {
        while (answer == null) {
            next();
        }
        if (answer.getInt(20) == 0 || take().getInt(8) != incr) {
            throw new AssertionError("a paste that is not in pieces");
        }
        for (int i = 0; i < count; i++) {
            ByteBuffer written = next(PROPERTY_NOTIFY);
            while (written.get(16) != NEW_VALUE) {
                written = next(PROPERTY_NOTIFY);
            }
            if (take().getInt(16) == 0) {
                throw new AssertionError("a paste that was over after " + i + " pieces");
            }
        }
        return this;
    }

    /// Takes what comes until the end of the owner's window.
    void takeUntilOwnerGone() {
        while (!ownerGone) {
            ByteBuffer message = next();
            if (kind(message) == PROPERTY_NOTIFY && message.get(16) == NEW_VALUE) {
                take();
            }
        }
    }

    /// Waits for the end of the owner's window, which is how it is told that the rest does not come.
    void awaitOwnerGone() {
        while (!ownerGone) {
            next();
        }
    }

    private ByteBuffer take() {
        try {
            send(request(20, DELETE, 24)
                    .putInt(window)
                    .putInt(property)
                    .putInt(0)
                    .putInt(0)
                    .putInt(WHOLE));
            return reply();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ByteBuffer reply() {
        return next(REPLY);
    }

    private ByteBuffer next(int kind) {
        ByteBuffer message = next();
        while (kind(message) != kind) {
            message = next();
        }
        return message;
    }

    private ByteBuffer next() {
        try {
            ByteBuffer message = messages.poll(Await.GENEROUS.toMillis(), TimeUnit.MILLISECONDS);
            if (message == null) {
                throw new AssertionError("nothing came from the X server within " + Await.GENEROUS);
            }
            if (kind(message) == ERROR) {
                throw new AssertionError("the X server refuses with error " + message.get(1)
                        + "; 3 is that the owner's window was gone when it was to be watched");
            }
            answer = kind(message) == SELECTION_NOTIFY ? message : answer;
            ownerGone |= kind(message) == DESTROY_NOTIFY;
            return message;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
