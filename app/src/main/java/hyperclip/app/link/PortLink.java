package hyperclip.app.link;

import hyperclip.app.loop.Loop;
import hyperclip.core.wire.Connection;
import hyperclip.core.wire.ProtocolException;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// A connection over a virtio-serial port, which is a character device that cannot be selected: one thread
/// reads, one writes, and both hand over to the loop through a bounded ring.
///
/// While no host is connected, a read ends at once, every time, and a write waits. So after such a read the reader
/// waits until something has been written: nothing polls, where this side has something to say first.
public final class PortLink implements Loop.Timed {

    private static final int RING = 256 * 1024;

    /// A read gives at most a page, a write takes at most this much (measured on Linux 6.1).
    private static final int PIECE = 32 * 1024;

    /// How many bytes are handed on before others have their turn.
    private static final int TURN = 1024 * 1024;

    /// Reads that end at once although something was written are not repeated faster than this, in milliseconds.
    private static final long CALM = 100;

    /// So often it is looked for a host that speaks first, in milliseconds.
    private static final long LOOK = 250;

    private static final System.Logger LOG = System.getLogger("hyperclip");

    private final Loop loop;
    private final Connection connection;
    private final Consumer<String> onEnd;
    private final RandomAccessFile port;
    private final ByteRing in = new ByteRing(RING);
    private final ByteRing out = new ByteRing(RING);
    private final Object written = new Object();
    private long writes;
    private volatile boolean wantsRoom;
    private boolean flushing;
    private volatile boolean closed;
    private Thread reader;
    private Thread writer;

    /// @param onEnd told where the port can be neither read nor written any more, with the reason as a sentence
    /// @throws IOException where the port cannot be opened; `Device or resource busy` where another process has it
    public PortLink(Loop loop, Path path, Connection connection, Consumer<String> onEnd) throws IOException {
        this.loop = loop;
        this.connection = connection;
        this.onEnd = onEnd;
        this.port = new RandomAccessFile(path.toFile(), "rw");
        loop.add(this);
    }

    /// Starts the threads; everything that comes is told to the connection on the loop.
    public void start() {
        reader = Thread.ofPlatform().daemon().name("port reader").start(this::readOn);
        writer = Thread.ofPlatform().daemon().name("port writer").start(this::writeOn);
    }

    /// Closes the port. It is free when both threads have ended, which takes a moment: closing it does not wake a
    /// reader or writer that waits in it, an interrupt does.
    public void close() {
        closed = true;
        loop.remove(this);
        reader.interrupt();
        writer.interrupt();
        try {
            port.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing a port failed", e);
        }
    }

    /// The connection has something to send.
    public void hasToSend() {
        if (!flushing && !closed) {
            flushing = true;
            loop.later(this::flush);
        }
    }

    private void flush() {
        flushing = false;
        try {
            fill();
        } catch (RuntimeException e) {
            atFault(e);
        }
        out.wake();
    }

    /// Begins anew, so that the others go on.
    private void atFault(RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, Loop.FAULT, e);
        connection.portLost("of a fault of our own, which the log has");
    }

    private void fill() {
        while (connection.hasToSend()) {
            if (out.room() < wanted()) {
                wantsRoom = true;
                // The writer may have made room before it could see the wish.
                if (out.room() < wanted()) {
                    if (connection.isOverfull()) {
                        connection.portLost("the other side stopped reading");
                    }
                    return;
                }
            }
            wantsRoom = false;
            ByteBuffer[] frame = connection.next();
            if (frame == null) {
                break;
            }
            out.offer(frame);
        }
        if (connection.isOverfull()) {
            connection.portLost("what was to be sent cannot be");
        }
    }

    /// How much room the next frame needs. Before both sides have greeted each other it is taken when the one
    /// before has gone to the port: with no host there none goes, and nothing is repeated for nobody.
    private int wanted() {
        return connection.isGreeted() ? Connection.MAX_PIECE : RING;
    }

    private void readOn() {
        // Each stream has a channel of its own: one channel for both would hold up a write while a read waits.
        try (FileChannel stream = new FileInputStream(port.getFD()).getChannel()) {
            while (true) {
                long writesBefore = writes();
                int count = stream.read(in.awaitRoom());
                if (count > 0) {
                    if (in.added(count)) {
                        loop.post(this::drain);
                    }
                } else {
                    loop.post(this::hostLeft);
                    if (connection.speaksFirst()) {
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(CALM));
                        awaitWrite(writesBefore);
                    } else {
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK));
                    }
                }
            }
        } catch (IOException | InterruptedException e) {
            fail("reading", e);
        }
    }

    private void writeOn() {
        try (FileChannel stream = new FileOutputStream(port.getFD()).getChannel()) {
            while (true) {
                out.taken(stream.write(out.awaitContent(PIECE)));
                synchronized (written) {
                    writes++;
                    written.notifyAll();
                }
                if (wantsRoom && out.room() >= Connection.MAX_PIECE) {
                    loop.post(this::hasToSend);
                }
            }
        } catch (IOException | InterruptedException e) {
            fail("writing", e);
        }
    }

    private long writes() {
        synchronized (written) {
            return writes;
        }
    }

    private void awaitWrite(long before) throws InterruptedException {
        synchronized (written) {
            while (writes == before) {
                written.wait();
            }
        }
    }

    private void fail(String doing, Exception e) {
        if (!closed) {
            loop.post(() -> end(doing + " failed: " + e.getMessage()));
        }
    }

    /// The port is of no use any more, as one that is unplugged.
    private void end(String why) {
        // Both threads may have failed.
        if (!closed) {
            close();
            try {
                connection.closeAll();
            } finally {
                onEnd.accept(why);
            }
        }
    }

    /// Hands on what has come, and sleeps until the frame at hand is whole: a read gives a page of it, and to
    /// be woken for each costs more than to read it.
    private void drain() {
        if (closed) {
            return;
        }
        int handedOn = 0;
        do {
            if (handedOn >= TURN) {
                loop.post(this::drain);
                return;
            }
            handedOn += handOn();
        } while (!closed && in.enough(connection.missing()));
    }

    private int handOn() {
        ByteBuffer content = in.content(RING);
        int count = content.remaining();
        try {
            connection.received(content);
        } catch (ProtocolException e) {
            connection.portLost(e.getMessage());
        } catch (RuntimeException e) {
            atFault(e);
        }
        content.position(content.limit());
        in.taken(count);
        return count;
    }

    private void hostLeft() {
        drain();
        if (closed) {
            return;
        }
        out.clear();
        connection.portLost("no host is connected");
    }

    @Override
    public long deadline() {
        return connection.deadline();
    }

    @Override
    public void tick() {
        try {
            connection.tick();
        } catch (ProtocolException e) {
            connection.portLost(e.getMessage());
        } catch (RuntimeException e) {
            atFault(e);
        }
    }
}
