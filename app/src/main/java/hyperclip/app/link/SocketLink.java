package hyperclip.app.link;

import hyperclip.app.loop.Loop;
import hyperclip.core.wire.Connection;
import hyperclip.core.wire.ProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/// A connection over a unix socket.
///
/// It closes itself when the other side does, when the other side breaks the rules or stops reading; whoever
/// opened it is told why.
///
/// @param <C> the protocol that is spoken
public final class SocketLink<C extends Connection> implements Loop.Handler, Loop.Timed {

    /// How much is read from one link before the others have their turn, in bytes.
    private static final int TURN = 1024 * 1024;

    /// So often it is looked whether a connection has less to do again, in milliseconds.
    private static final long LOOK = 20;

    private static final System.Logger LOG = System.getLogger("hyperclip");

    private final Loop loop;
    private final SocketChannel channel;
    private final C connection;
    private final String name;
    private final Troubles troubles;
    private final Consumer<String> onClose;
    private final SelectionKey key;

    /// What the socket did not take of the frames before, in a buffer that the loop has left to us; null where
    /// it took all.
    private ByteBuffer rest;

    private Runnable afterReading = () -> {};
    private boolean flushing;
    private boolean paused;
    private boolean isEnding;
    private boolean closed;

    /// @param name for the log, such as `agent of alice`
    /// @param onClose told once, with the reason as a sentence
    /// @throws IOException where the channel cannot be used, which is closed then
    public SocketLink(
            Loop loop, SocketChannel channel, C connection, String name, Troubles troubles, Consumer<String> onClose)
            throws IOException {
        this.loop = loop;
        this.channel = channel;
        this.connection = connection;
        this.name = name;
        this.troubles = troubles;
        this.onClose = onClose;
        try {
            this.key = loop.register(channel, SelectionKey.OP_READ, this);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        loop.add(this);
    }

    public C connection() {
        return connection;
    }

    public boolean isClosed() {
        return closed;
    }

    /// Runs this whenever something has been read.
    public void afterReading(Runnable work) {
        afterReading = work;
    }

    /// Reads nothing for so many milliseconds: the other side has to wait.
    public void pause(long millis) {
        if (!paused && !closed) {
            paused = true;
            showInterest();
            loop.after(millis, () -> {
                paused = false;
                if (!closed) {
                    showInterest();
                    pauseWhileBusy();
                }
            });
        }
    }

    private void pauseWhileBusy() {
        if (connection.isBusy()) {
            pause(LOOK);
        }
    }

    private void showInterest() {
        int reading = paused ? 0 : SelectionKey.OP_READ;
        key.interestOps(rest == null ? reading : reading | SelectionKey.OP_WRITE);
    }

    /// The connection has something to send.
    public void hasToSend() {
        if (!flushing && !closed) {
            flushing = true;
            loop.later(this::flush);
        }
    }

    @Override
    public void ready() throws IOException {
        if (key.isWritable()) {
            flush();
        }
        if (!closed && key.isReadable()) {
            read();
        }
    }

    private void read() throws IOException {
        int taken = 0;
        while (taken < TURN && !closed && !paused) {
            ByteBuffer bytes = loop.scratch();
            int count = channel.read(bytes);
            if (count < 0) {
                close("the other side closed the connection");
                return;
            }
            taken += count;
            boolean more = !bytes.hasRemaining();
            try {
                connection.received(bytes.flip());
            } catch (ProtocolException e) {
                refuse(e.getMessage());
            }
            afterReading.run();
            pauseWhileBusy();
            if (!more) {
                // A short read has emptied the socket: another one would only say so.
                return;
            }
        }
    }

    /// Ends the link over what the other side did, and tells it so if it still listens.
    private void refuse(String why) {
        troubles.note(name + ": closed: " + why);
        connection.refuse(why);
        flush();
        close(why);
    }

    private void flush() {
        flushing = false;
        if (closed || isEnding) {
            return;
        }
        try {
            send();
        } catch (IOException e) {
            hearTheLast();
            close("writing failed: " + e.getMessage());
        } catch (RuntimeException e) {
            atFault(e);
        }
    }

    /// Ends the link, so that the others go on.
    private void atFault(RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, Loop.FAULT, e);
        failed(e);
    }

    private void send() throws IOException {
        if (rest != null) {
            writeRest();
        }
        // Also after a rest has gone: nobody else asks for what has waited behind it.
        while (rest == null && connection.hasToSend()) {
            write(gather());
        }
        if (connection.isOverfull()) {
            close("the other side stopped reading");
        } else {
            showInterest();
        }
    }

    /// What the other side said before it went, which may be why it goes: writing to it fails before that is read.
    private void hearTheLast() {
        isEnding = true;
        try {
            int taken = 0;
            for (ByteBuffer bytes = loop.scratch(); taken < TURN && channel.read(bytes) > 0; bytes = loop.scratch()) {
                taken += bytes.position();
                connection.received(bytes.flip());
            }
        } catch (IOException | ProtocolException e) {
            LOG.log(System.Logger.Level.DEBUG, "nothing more is heard of one that has gone", e);
        }
    }

    private ByteBuffer gather() {
        ByteBuffer bytes = loop.scratch();
        while (bytes.remaining() >= Connection.MAX_PIECE) {
            ByteBuffer[] frame = connection.next();
            if (frame == null) {
                break;
            }
            for (ByteBuffer part : frame) {
                bytes.put(part);
            }
        }
        return bytes.flip();
    }

    private void write(ByteBuffer bytes) throws IOException {
        channel.write(bytes);
        if (bytes.hasRemaining()) {
            loop.leaveScratch();
            rest = bytes;
        }
    }

    private void writeRest() throws IOException {
        channel.write(rest);
        if (!rest.hasRemaining()) {
            loop.giveBack(rest);
            rest = null;
        }
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
            refuse(e.getMessage());
        } catch (RuntimeException e) {
            atFault(e);
        }
    }

    @Override
    public void failed(Exception e) {
        close(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
    }

    /// Ends the link. Does nothing where it is closed.
    public void close(String why) {
        if (closed) {
            return;
        }
        closed = true;
        loop.remove(this);
        key.cancel();
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing a socket failed", e);
        }
        try {
            connection.closeAll();
        } finally {
            onClose.accept(why);
        }
    }
}
