package hyperclip.bench.vm;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The host's end of spice-vdagent's port: enough of spice-protocol's vd_agent.h to copy and paste text.
///
/// One thread reads; what the guest asks for is answered by it at once.
final class VdagentHost implements Closeable {

    private static final int CLIENT_PORT = 1;
    private static final int PROTOCOL = 1;
    private static final int CHUNK_HEADER = 8;
    private static final int MESSAGE_HEADER = 20;

    private static final int CLIPBOARD = 4;
    private static final int ANNOUNCE_CAPABILITIES = 6;
    private static final int CLIPBOARD_GRAB = 7;
    private static final int CLIPBOARD_REQUEST = 8;
    private static final int CLIPBOARD_RELEASE = 9;

    private static final int BY_DEMAND_AND_SELECTION = 1 << 5 | 1 << 6;
    private static final int UTF8_TEXT = 1;

    /// spice-vdagentd takes no larger chunk.
    private static final int MAX_CHUNK = 2048;

    /// Ours: what the guest may send in one message.
    private static final int MAX_MESSAGE = 256 << 20;

    /// Chunks that go out in one write.
    private static final int WRITE = 64 * 1024;

    private final SocketChannel channel;
    private final BlockingQueue<Said> said = new LinkedBlockingQueue<>();
    private volatile byte[] offered = new byte[0];

    /// What the guest has said.
    sealed interface Said {
        record Capabilities() implements Said {}

        record Grab() implements Said {}

        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Text(byte[] bytes) implements Said {}

        record Gone(IOException why) implements Said {}
    }

    VdagentHost(Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        Thread.ofPlatform().daemon().name("vdagent host").start(this::listen);
        send(ANNOUNCE_CAPABILITIES, body(8).putInt(1).putInt(BY_DEMAND_AND_SELECTION));
    }

    /// Offers text, and hands it out when it is asked for.
    void offer(byte[] text) throws IOException {
        offered = text;
        send(CLIPBOARD_GRAB, body(8).putInt(0).putInt(UTF8_TEXT));
    }

    void release() throws IOException {
        send(CLIPBOARD_RELEASE, body(4).putInt(0));
    }

    byte[] request(Duration patience) throws IOException {
        send(CLIPBOARD_REQUEST, body(8).putInt(0).putInt(UTF8_TEXT));
        return await(Said.Text.class, patience).bytes();
    }

    /// The next of this kind that the guest says; what it says before is passed over.
    <T extends Said> T await(Class<T> kind, Duration patience) throws IOException {
        long until = System.nanoTime() + patience.toNanos();
        while (true) {
            Said next = poll(until);
            if (next == null) {
                throw new IOException("spice-vdagent sent no " + kind.getSimpleName() + " within "
                        + patience.toSeconds() + " s; is it running in the guest (bench/vm shows its log)?");
            }
            if (next instanceof Said.Gone(IOException why)) {
                throw new IOException("the port of spice-vdagent broke: " + why.getMessage(), why);
            }
            if (kind.isInstance(next)) {
                return kind.cast(next);
            }
        }
    }

    void forgetWhatWasSaid() {
        said.clear();
    }

    private Said poll(long until) throws IOException {
        try {
            return said.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for spice-vdagent", e);
        }
    }

    private static ByteBuffer body(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private synchronized void send(int type, ByteBuffer body) throws IOException {
        body.flip();
        ByteBuffer message = body(MESSAGE_HEADER + body.remaining());
        message.putInt(PROTOCOL)
                .putInt(type)
                .putLong(0)
                .putInt(body.remaining())
                .put(body)
                .flip();
        ByteBuffer out = body(WRITE);
        while (message.hasRemaining()) {
            out.clear();
            while (message.hasRemaining() && out.remaining() >= CHUNK_HEADER + MAX_CHUNK) {
                int length = Math.min(message.remaining(), MAX_CHUNK);
                out.putInt(CLIENT_PORT).putInt(length).put(message.slice(message.position(), length));
                message.position(message.position() + length);
            }
            out.flip();
            while (out.hasRemaining()) {
                channel.write(out);
            }
        }
    }

    private void listen() {
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(new Chunks(Channels.newInputStream(channel)), WRITE))) {
            while (true) {
                hear(in);
            }
        } catch (IOException e) {
            said.add(new Said.Gone(e));
        }
    }

    private void hear(DataInputStream in) throws IOException {
        ByteBuffer header = ByteBuffer.wrap(exactly(in, MESSAGE_HEADER)).order(ByteOrder.LITTLE_ENDIAN);
        int type = header.getInt(4);
        int length = header.getInt(16);
        if (header.getInt(0) != PROTOCOL || length < 0 || length > MAX_MESSAGE) {
            throw new IOException("a message of protocol " + header.getInt(0) + " and " + length + " bytes");
        }
        int head = type == CLIPBOARD ? Math.min(length, 8) : length;
        in.skipNBytes(head);
        switch (type) {
            case ANNOUNCE_CAPABILITIES -> said.add(new Said.Capabilities());
            case CLIPBOARD_GRAB -> said.add(new Said.Grab());
            case CLIPBOARD_REQUEST ->
                send(
                        CLIPBOARD,
                        body(8 + offered.length).putInt(0).putInt(UTF8_TEXT).put(offered));
            case CLIPBOARD -> said.add(new Said.Text(exactly(in, length - head)));
            default -> {
                // The mouse, the screen and the rest are of no interest.
            }
        }
    }

    private static byte[] exactly(DataInputStream in, int length) throws IOException {
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    /// The content of chunks, without their headers. spice-vdagentd sends a message of any size in one chunk.
    private static final class Chunks extends InputStream {
        private final DataInputStream in;
        private long left;

        Chunks(InputStream in) {
            this.in = new DataInputStream(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            while (left == 0) {
                in.readInt(); // which port
                left = Integer.toUnsignedLong(Integer.reverseBytes(in.readInt()));
            }
            int count = in.read(bytes, offset, (int) Math.min(length, left));
            left -= Math.max(0, count);
            return count;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
