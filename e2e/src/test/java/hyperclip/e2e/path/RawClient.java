package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// An X11 client with one window, which speaks just enough of the protocol to own selections and to ask for them.
class RawClient implements AutoCloseable {

    static final int ERROR = 0;
    static final int REPLY = 1;
    static final int DESTROY_NOTIFY = 17;
    static final int PROPERTY_NOTIFY = 28;
    static final int SELECTION_REQUEST = 30;
    static final int SELECTION_NOTIFY = 31;

    static final int STRUCTURE_NOTIFY_MASK = 0x20000;
    static final int PROPERTY_CHANGE_MASK = 0x400000;

    /// A message without what follows a reply.
    private static final int MESSAGE = 32;

    final int window;
    private final int root;
    private final SocketChannel channel;

    /// @param mask of the events that its window is to hear
    RawClient(Screen screen, int mask) {
        try {
            channel = SocketChannel.open(UnixDomainSocketAddress.of(
                    Path.of("/tmp/.X11-unix/X" + screen.display().substring(1))));
            send(buffer(12).put((byte) 'l').put((byte) 0).putShort((short) 11));
            ByteBuffer head = receive(8);
            ByteBuffer setup = receive(4 * head.getShort(6));
            if (head.get(0) != 1) {
                throw new AssertionError("the X server of " + screen.display() + " refuses");
            }
            int vendor = (setup.getShort(16) + 3) / 4 * 4;
            int formats = setup.get(21) * 8;
            root = setup.getInt(32 + vendor + formats);
            window = setup.getInt(4) + 1;
            // CreateWindow, InputOnly, so that it needs no depth.
            send(request(1, 0, 36)
                    .putInt(window)
                    .putInt(root)
                    .putInt(0)
                    .putShort((short) 1)
                    .putShort((short) 1)
                    .putShort((short) 0)
                    .putShort((short) 2)
                    .putInt(0)
                    .putInt(0x800)
                    .putInt(mask));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Not once somebody else receives.
    int atom(String name) throws IOException {
        int padded = (name.length() + 3) / 4 * 4;
        ByteBuffer request = request(16, 0, 8 + padded);
        request.putShort((short) name.length()).putShort((short) 0);
        request.put(name.getBytes(ISO_8859_1));
        send(request.position(request.capacity()));
        return receive().getInt(8);
    }

    /// Wants to be told what happens to another's window.
    void watch(int other, int mask) throws IOException {
        send(request(2, 0, 16).putInt(other).putInt(0x800).putInt(mask));
    }

    /// See [Screen#windows()]. Not once somebody else receives.
    int windows() throws IOException {
        send(request(15, 0, 8).putInt(root));
        return receive().getShort(16);
    }

    static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    static ByteBuffer request(int opcode, int data, int size) {
        return buffer(size).put((byte) opcode).put((byte) data).putShort((short) (size / 4));
    }

    static int kind(ByteBuffer message) {
        return message.get(0) & 0x7f;
    }

    synchronized void send(ByteBuffer request) throws IOException {
        request.rewind();
        while (request.hasRemaining()) {
            channel.write(request);
        }
    }

    /// Waits for the next event, reply or error.
    ByteBuffer receive() throws IOException {
        ByteBuffer message = receive(MESSAGE);
        if (kind(message) != REPLY || message.getInt(4) == 0) {
            return message;
        }
        int more = 4 * message.getInt(4);
        return buffer(MESSAGE + more).put(message).put(receive(more)).flip();
    }

    private ByteBuffer receive(int size) throws IOException {
        ByteBuffer bytes = buffer(size);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException();
            }
        }
        return bytes.flip();
    }

    /// The end of its connection is all that others see of a client's death.
    void die() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        die();
    }
}
