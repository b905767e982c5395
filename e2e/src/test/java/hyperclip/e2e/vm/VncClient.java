package hyperclip.e2e.vm;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// A VNC client that sees nothing and knows the extended clipboard (RFB protocol, Extended Clipboard Pseudo-Encoding).
///
/// It says of its own copies only that there are some, and hands them out when it is asked; what the other side has
/// copied it asks for at once.
final class VncClient implements Closeable {

    private static final int EXTENDED_CLIPBOARD = 0xC0A1E5CE;

    private static final int CUT_TEXT = 6;
    private static final int SERVER_CUT_TEXT = 3;
    private static final int TEXT = 1;
    private static final int REQUEST = 1 << 25;
    private static final int NOTIFY = 1 << 27;
    private static final int PROVIDE = 1 << 28;

    private final SocketChannel channel;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final BlockingQueue<byte[]> pasted = new LinkedBlockingQueue<>();
    private volatile byte[] copied = new byte[0];
    private volatile String trouble = "";

    VncClient(Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        in = new DataInputStream(Channels.newInputStream(channel));
        out = new DataOutputStream(Channels.newOutputStream(channel));
        shakeHands();
        Thread.ofPlatform().daemon().name("VNC client").start(this::listen);
    }

    private void shakeHands() throws IOException {
        in.readNBytes(12);
        out.write("RFB 003.008\n".getBytes(StandardCharsets.US_ASCII));
        int kinds = in.readUnsignedByte();
        in.readNBytes(kinds);
        out.writeByte(1); // no authentication
        if (in.readInt() != 0) {
            throw new IOException("QEMU's VNC server lets nobody in");
        }
        out.writeByte(1); // shared
        in.readNBytes(20);
        in.readNBytes(in.readInt());
        out.write(new byte[] {2, 0, 0, 1}); // SetEncodings
        out.writeInt(EXTENDED_CLIPBOARD);
        out.flush();
    }

    /// The text is here to be pasted on the other side.
    void copy(byte[] text) throws IOException {
        copied = text.clone();
        send(NOTIFY | TEXT, new byte[0]);
    }

    /// The next text that was copied on the other side.
    byte[] nextPasted(Duration patience) {
        try {
            byte[] next = pasted.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (next == null) {
                throw new AssertionError("nothing came over VNC within " + patience.toSeconds() + " s. " + trouble);
            }
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// What was copied before is of no interest.
    void forget() {
        pasted.clear();
    }

    private synchronized void send(int flags, byte[] content) throws IOException {
        out.write(new byte[] {CUT_TEXT, 0, 0, 0});
        out.writeInt(-(content.length + 4));
        out.writeInt(flags);
        out.write(content);
        out.flush();
    }

    private void listen() {
        try {
            while (true) {
                int type = in.readUnsignedByte();
                if (type != SERVER_CUT_TEXT) {
                    throw new IOException("a message of type " + type);
                }
                in.readNBytes(3);
                int length = in.readInt();
                if (length >= 0) {
                    in.readNBytes(length);
                } else {
                    int flags = in.readInt();
                    heard(flags, in.readNBytes(-length - 4));
                }
            }
        } catch (IOException | UncheckedIOException e) {
            trouble = "The connection has ended: " + e.getMessage();
        }
    }

    private void heard(int flags, byte[] content) throws IOException {
        if ((flags & NOTIFY) != 0 && (flags & TEXT) != 0) {
            send(REQUEST | TEXT, new byte[0]);
        } else if ((flags & REQUEST) != 0) {
            send(PROVIDE | TEXT, deflated(copied));
        } else if ((flags & PROVIDE) != 0) {
            pasted.add(inflated(content));
        }
    }

    private static byte[] deflated(byte[] text) {
        try (Deflater deflater = new Deflater()) {
            ByteArrayOutputStream plain = new ByteArrayOutputStream();
            DataOutputStream sized = new DataOutputStream(plain);
            // The text of RFB ends in a NUL, which counts.
            sized.writeInt(text.length + 1);
            sized.write(text);
            sized.writeByte(0);
            deflater.setInput(plain.toByteArray());
            deflater.finish();
            ByteArrayOutputStream deflated = new ByteArrayOutputStream();
            byte[] piece = new byte[64 * 1024];
            while (!deflater.finished()) {
                deflated.write(piece, 0, deflater.deflate(piece));
            }
            return deflated.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] inflated(byte[] content) throws IOException {
        try (Inflater inflater = new Inflater()) {
            inflater.setInput(content);
            ByteArrayOutputStream plain = new ByteArrayOutputStream();
            byte[] piece = new byte[64 * 1024];
            for (int count = inflater.inflate(piece); count > 0; count = inflater.inflate(piece)) {
                plain.write(piece, 0, count);
            }
            byte[] bytes = plain.toByteArray();
            int end = bytes.length > 4 && bytes[bytes.length - 1] == 0 ? bytes.length - 1 : bytes.length;
            return java.util.Arrays.copyOfRange(bytes, Math.min(4, end), end);
        } catch (DataFormatException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
