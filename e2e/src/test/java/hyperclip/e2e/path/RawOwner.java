package hyperclip.e2e.path;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// An application that owns a selection under several types, which xclip cannot, and serves large contents to several
/// at once and after one of them has died, which xclip and xsel cannot either.
final class RawOwner extends RawClient {

    private static final int ATOM = 4;

    /// More is handed out piece by piece (INCR, ICCCM 2.7.2), of which each is more than one of a paste on the other
    /// side.
    private static final int PIECE = 200_000;

    /// What it does when it is asked for content; what types it has it always tells.
    enum Manner {
        ANSWERS,
        REFUSES,
        IS_SILENT,
        /// Hands out half of it and nothing after that.
        STOPS
    }

    private final Map<Integer, byte[]> contents = new LinkedHashMap<>();
    private final Map<Integer, Manner> manners = new ConcurrentHashMap<>();
    private final Map<Integer, String> names = new ConcurrentHashMap<>();
    private final List<String> served = new CopyOnWriteArrayList<>();
    private final List<String> taken = new CopyOnWriteArrayList<>();
    private final Map<Integer, Paste> pastes = new ConcurrentHashMap<>();

    /// What requestors have asked or taken that will be answered by [#answerAll()].
    private final Map<Integer, ByteBuffer> heldBack = new LinkedHashMap<>();

    /// The targets of requestors that have the last of it before them.
    private final Map<Integer, Integer> unread = new ConcurrentHashMap<>();

    private final int targets;
    private final int incr;

    /// A requestor that has not got all.
    private record Paste(int property, int target, ByteBuffer rest) {}

    /// Owns it when this returns.
    RawOwner(Screen screen, String selection, Map<String, byte[]> types) {
        this(screen, selection, types, Map.of());
    }

    /// @param manners of the types that are not simply handed out
    RawOwner(Screen screen, String selection, Map<String, byte[]> types, Map<String, Manner> manners) {
        super(screen, 0);
        try {
            targets = atom("TARGETS");
            incr = atom("INCR");
            for (Map.Entry<String, byte[]> type : types.entrySet()) {
                int target = atom(type.getKey());
                contents.put(target, type.getValue());
                names.put(target, type.getKey());
                this.manners.put(target, manners.getOrDefault(type.getKey(), Manner.ANSWERS));
            }
            int owned = atom(selection);
            // SetSelectionOwner, at the server's own time.
            send(request(22, 0, 16).putInt(window).putInt(owned).putInt(0));
            Thread.ofPlatform().daemon().name("raw owner").start(this::serve);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Hands out after all what it has been silent about, and the rest where it has stopped.
    void answerAll() {
        try {
            synchronized (manners) {
                manners.replaceAll((target, manner) -> manner == Manner.REFUSES ? manner : Manner.ANSWERS);
                for (ByteBuffer event : heldBack.values()) {
                    if (kind(event) == SELECTION_REQUEST) {
                        answer(event);
                    } else {
                        goOn(event);
                    }
                }
                heldBack.clear();
            }
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

    /// The types of which a requestor has not had all, and has not gone away.
    List<String> open() {
        return pastes.values().stream().map(paste -> names.get(paste.target())).toList();
    }

    private void serve() {
        try {
            while (true) {
                ByteBuffer event = receive();
                synchronized (manners) {
                    happened(event);
                }
            }
        } catch (IOException e) {
            // Closed.
            return;
        }
    }

    private void happened(ByteBuffer event) throws IOException {
        switch (kind(event)) {
            case PROPERTY_NOTIFY -> goOn(event);
            case SELECTION_REQUEST -> {
                String type = names.get(event.getInt(20));
                if (type != null) {
                    served.add(type);
                }
                answer(event);
            }
            case DESTROY_NOTIFY -> gone(event.getInt(8));
            // It went before we could watch it.
            case ERROR -> gone(event.getInt(4));
            default -> {}
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
            byte[] content = contents.get(target);
            Manner manner = manners.get(target);
            if (manner == Manner.REFUSES) {
                property = 0;
            } else if (manner == Manner.IS_SILENT || content.length > PIECE) {
                // We are told when it takes a piece by deleting the property, and when it goes.
                watch(requestor, PROPERTY_CHANGE_MASK | STRUCTURE_NOTIFY_MASK);
                pastes.put(requestor, new Paste(property, target, ByteBuffer.wrap(content)));
                if (manner == Manner.IS_SILENT) {
                    heldBack.put(requestor, event);
                    return;
                }
                change(requestor, property, incr, 32, bytes(buffer(4).putInt(PIECE)));
            } else {
                watch(requestor, PROPERTY_CHANGE_MASK | STRUCTURE_NOTIFY_MASK);
                unread.put(requestor, target);
                change(requestor, property, target, 8, content);
            }
        } else {
            property = 0;
        }
        // SendEvent of a SelectionNotify.
        send(request(25, 0, 44)
                .putInt(requestor)
                .putInt(0)
                .put((byte) SELECTION_NOTIFY)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(time)
                .putInt(requestor)
                .putInt(selection)
                .putInt(target)
                .putInt(property)
                .putLong(0));
    }

    private void goOn(ByteBuffer event) throws IOException {
        int requestor = event.getInt(4);
        Paste paste = pastes.get(requestor);
        boolean deleted = event.get(16) == 1;
        if (deleted) {
            read(requestor);
        }
        if (paste == null || !deleted || event.getInt(8) != paste.property()) {
            return;
        }
        if (manners.get(paste.target()) == Manner.STOPS
                && paste.rest().position() >= paste.rest().capacity() / 2) {
            heldBack.put(requestor, event);
            return;
        }
        byte[] piece = new byte[Math.min(PIECE, paste.rest().remaining())];
        paste.rest().get(piece);
        change(requestor, paste.property(), paste.target(), 8, piece);
        if (piece.length == 0) {
            pastes.remove(requestor);
            unread.put(requestor, paste.target());
        }
    }

    private void read(int requestor) {
        Integer target = unread.remove(requestor);
        if (target != null) {
            taken.add(names.get(target));
        }
    }

    private void gone(int requestor) {
        // Who destroys the window when all has been written has no need to delete the property.
        read(requestor);
        pastes.remove(requestor);
        heldBack.remove(requestor);
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

    private static byte[] bytes(ByteBuffer written) {
        byte[] bytes = new byte[written.position()];
        written.flip().get(bytes);
        return bytes;
    }
}
