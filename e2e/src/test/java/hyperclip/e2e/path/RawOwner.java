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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// An application that owns a selection under several types, which xclip cannot, and serves large contents to several
/// at once and after one of them has died, which xclip and xsel cannot either. It speaks just enough of the X11
/// protocol for that.
final class RawOwner implements AutoCloseable {

    private static final int ATOM = 4;

    /// More is handed out piece by piece (INCR, ICCCM 2.7.2).
    private static final int PIECE = 200_000;

    private final SocketChannel channel;
    private final Map<Integer, byte[]> contents = new LinkedHashMap<>();
    private final Map<Integer, String> names = new HashMap<>();
    private final List<String> served = new CopyOnWriteArrayList<>();
    private final List<String> taken = new CopyOnWriteArrayList<>();
    private final Map<Long, ByteBuffer> pieces = new HashMap<>();
    private final Map<Long, Integer> targetOf = new HashMap<>();
    private final int window;
    private final int targets;
    private final int incr;

    /// Owns it when this returns.
    RawOwner(Screen screen, String selection, Map<String, byte[]> types) {
        try {
            channel = SocketChannel.open(UnixDomainSocketAddress.of(
                    Path.of("/tmp/.X11-unix/X" + screen.display().substring(1))));
            send(buffer(12).put((byte) 'l').put((byte) 0).putShort((short) 11));
            ByteBuffer head = receive(8);
            ByteBuffer setup = receive(4 * head.getShort(6));
            if (head.get(0) != 1) {
                throw new AssertionError("the X server of " + screen.display() + " refuses");
            }
            int idBase = setup.getInt(4);
            int vendor = (setup.getShort(16) + 3) / 4 * 4;
            int formats = setup.get(21) * 8;
            int root = setup.getInt(32 + vendor + formats);
            window = idBase + 1;
            // CreateWindow, InputOnly, so that it needs no depth.
            send(request(1, 0, 32)
                    .putInt(window)
                    .putInt(root)
                    .putInt(0)
                    .putShort((short) 1)
                    .putShort((short) 1)
                    .putShort((short) 0)
                    .putShort((short) 2)
                    .putInt(0)
                    .putInt(0));
            targets = atom("TARGETS");
            incr = atom("INCR");
            for (Map.Entry<String, byte[]> type : types.entrySet()) {
                contents.put(atom(type.getKey()), type.getValue());
            }
            int owned = atom(selection);
            // SetSelectionOwner, at the server's own time.
            send(request(22, 0, 16).putInt(window).putInt(owned).putInt(0));
            Thread.ofPlatform().daemon().name("raw owner").start(this::serve);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The types that have been asked for, in their order.
    List<String> served() {
        return served;
    }

    /// The types that somebody has read to their ends.
    List<String> taken() {
        return taken;
    }

    private int atom(String name) throws IOException {
        int padded = (name.length() + 3) / 4 * 4;
        ByteBuffer request = request(16, 0, 8 + padded);
        request.putShort((short) name.length()).putShort((short) 0);
        request.put(name.getBytes(ISO_8859_1));
        send(request.position(request.capacity()));
        int atom = receive(32).getInt(8);
        names.put(atom, name);
        return atom;
    }

    private void serve() {
        try {
            while (true) {
                ByteBuffer event = receive(32);
                switch (event.get(0) & 0x7f) {
                    case 17 -> gone(event.getInt(8));
                    case 28 -> goOn(event);
                    case 30 -> answer(event);
                    default -> {
                        // An error where a requestor has died is none of ours.
                    }
                }
            }
        } catch (IOException e) {
            // Closed.
            return;
        }
    }

    private void answer(ByteBuffer event) throws IOException {
        int time = event.getInt(4);
        int requestor = event.getInt(12);
        int selection = event.getInt(16);
        int target = event.getInt(20);
        int property = event.getInt(24);
        if (target == targets) {
            ByteBuffer all = buffer(4 * (contents.size() + 1)).putInt(targets);
            contents.keySet().forEach(all::putInt);
            change(requestor, property, ATOM, 32, bytes(all));
        } else if (contents.containsKey(target)) {
            served.add(names.get(target));
            byte[] content = contents.get(target);
            // ChangeWindowAttributes: we are told when it takes the content, or a piece, by deleting the property, and
            // when the window is destroyed.
            send(request(2, 0, 16).putInt(requestor).putInt(0x800).putInt(0x420000));
            targetOf.put(key(requestor, property), target);
            if (content.length > PIECE) {
                pieces.put(key(requestor, property), ByteBuffer.wrap(content));
                change(requestor, property, incr, 32, bytes(buffer(4).putInt(PIECE)));
            } else {
                change(requestor, property, target, 8, content);
            }
        } else {
            property = 0;
        }
        // SendEvent of a SelectionNotify.
        send(request(25, 0, 44)
                .putInt(requestor)
                .putInt(0)
                .put((byte) 31)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(time)
                .putInt(requestor)
                .putInt(selection)
                .putInt(target)
                .putInt(property)
                .putLong(0));
    }

    private static long key(int requestor, int property) {
        return ((long) requestor << 32) | property;
    }

    /// Who destroys the window when all has been written has no need to delete the property.
    private void gone(int requestor) {
        for (long key : List.copyOf(targetOf.keySet())) {
            if (key >>> 32 == Integer.toUnsignedLong(requestor) && pieces.remove(key) == null) {
                taken.add(names.get(targetOf.remove(key)));
            }
        }
    }

    private void goOn(ByteBuffer event) throws IOException {
        int requestor = event.getInt(4);
        int property = event.getInt(8);
        ByteBuffer rest = pieces.get(key(requestor, property));
        boolean deleted = event.get(16) == 1;
        if (rest == null && deleted && targetOf.containsKey(key(requestor, property))) {
            taken.add(names.get(targetOf.remove(key(requestor, property))));
        } else if (rest != null && deleted) {
            byte[] piece = new byte[Math.min(PIECE, rest.remaining())];
            rest.get(piece);
            change(requestor, property, targetOf.get(key(requestor, property)), 8, piece);
            if (piece.length == 0) {
                pieces.remove(key(requestor, property));
            }
        }
    }

    private void change(int requestor, int property, int type, int format, byte[] value) throws IOException {
        int padded = (value.length + 3) / 4 * 4;
        ByteBuffer request = request(18, 0, 24 + padded)
                .putInt(requestor)
                .putInt(property)
                .putInt(type)
                .put((byte) format)
                .put(new byte[3])
                .putInt(value.length / (format / 8))
                .put(value);
        send(request.position(request.capacity()));
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] bytes(ByteBuffer written) {
        byte[] bytes = new byte[written.position()];
        written.flip().get(bytes);
        return bytes;
    }

    private static ByteBuffer request(int opcode, int data, int size) {
        return buffer(size).put((byte) opcode).put((byte) data).putShort((short) (size / 4));
    }

    private synchronized void send(ByteBuffer request) throws IOException {
        request.rewind();
        while (request.hasRemaining()) {
            channel.write(request);
        }
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

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
