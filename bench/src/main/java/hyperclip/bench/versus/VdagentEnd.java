package hyperclip.bench.versus;

import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Selection;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Queue;

/// The vdagent protocol at a port, as a SPICE client speaks it with spice-vdagentd (spice-protocol, vd_agent.h). Both
/// sides say the same of a clipboard, so that it can be the guest's side too, to measure the driver alone.
///
/// ```
/// chunk: port u32, size u32 │ message: protocol u32, type u32, opaque u64, size u32, body │ all little-endian
/// ```
final class VdagentEnd implements End, Loop.Handler {

    /// spice-vdagentd refuses larger chunks from the host (VD_AGENT_MAX_DATA_SIZE).
    static final int HOST_CHUNK = 2048;

    /// What it sends itself is one chunk, whatever its size.
    static final int GUEST_CHUNK = Integer.MAX_VALUE;

    private static final int CHUNK_HEADER = 8;
    private static final int MESSAGE_HEADER = 20;
    private static final int CONTENT_HEADER = 8;
    /// What is not content is short.
    private static final int MAX_BODY = 16 * 1024;
    private static final int BUFFER = 256 * 1024;

    private static final int CLIENT_PORT = 1;
    private static final int PROTOCOL = 1;
    private static final int CLIPBOARD = 4;
    private static final int ANNOUNCE_CAPABILITIES = 6;
    private static final int CLIPBOARD_GRAB = 7;
    private static final int CLIPBOARD_REQUEST = 8;
    private static final int UTF8_TEXT = 1;
    /// CLIPBOARD_BY_DEMAND and CLIPBOARD_SELECTION: every message of a clipboard begins with its selection.
    private static final int CAPABILITIES = 1 << 5 | 1 << 6;

    private final Loop loop;
    private final int maxChunk;
    private final Map<Selection, Text> copied = new EnumMap<>(Selection.class);
    private final Map<Selection, Runnable> onOffer = new EnumMap<>(Selection.class);
    private final Map<Selection, Arrival> arrivals = new EnumMap<>(Selection.class);
    private SocketChannel channel;
    private SelectionKey key;
    private boolean ready;

    private final ByteBuffer in = buffer(BUFFER);
    private final ByteBuffer chunkHeader = buffer(CHUNK_HEADER);
    private final ByteBuffer messageHeader = buffer(MESSAGE_HEADER);
    private ByteBuffer body;
    private long chunkLeft;
    private long contentLeft;

    private final ByteBuffer out = buffer(BUFFER);
    private final Queue<Message> waiting = new ArrayDeque<>();
    private Message sending;
    private int roomInChunk;

    /// One to be sent: what is before the content, and the content.
    private static final class Message {
        final ByteBuffer head;
        final Text text;
        long at;

        Message(ByteBuffer head, Text text) {
            this.head = head;
            this.text = text;
        }

        long left() {
            return head.remaining() + text.size() - at;
        }

        int put(ByteBuffer into, int most) {
            int length = Math.min(most, into.remaining());
            if (head.hasRemaining()) {
                length = Math.min(length, head.remaining());
                into.put(head.slice(head.position(), length));
                head.position(head.position() + length);
            } else {
                length = (int) Math.min(Math.min(length, Text.MAX_PIECE), text.size() - at);
                into.put(text.piece(at, length));
                at += length;
            }
            return length;
        }
    }

    VdagentEnd(Loop loop, int maxChunk) {
        this.loop = loop;
        this.maxChunk = maxChunk;
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void connected(SocketChannel connected) throws IOException {
        channel = connected;
        key = loop.register(channel, SelectionKey.OP_READ, this);
        announce(1);
    }

    private void announce(int request) {
        send(ANNOUNCE_CAPABILITIES, 8, new Text(0, 0), request, CAPABILITIES);
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public void copy(Selection selection, Text text) {
        copied.put(selection, text);
        send(CLIPBOARD_GRAB, 8, new Text(0, 0), number(selection), UTF8_TEXT);
    }

    @Override
    public void onOffer(Selection selection, Runnable then) {
        onOffer.put(selection, then);
    }

    @Override
    public void paste(Selection selection, Arrival arrival) {
        arrivals.put(selection, arrival);
        send(CLIPBOARD_REQUEST, 8, new Text(0, 0), number(selection), UTF8_TEXT);
    }

    private void send(int type, int headed, Text content, int first, int second) {
        ByteBuffer head = buffer(MESSAGE_HEADER + headed);
        head.putInt(PROTOCOL).putInt(type).putLong(0).putInt((int) (headed + content.size()));
        waiting.add(new Message(head.putInt(first).putInt(second).flip(), content));
        try {
            write();
        } catch (IOException e) {
            failed(e);
        }
    }

    private void write() throws IOException {
        do {
            fill();
            out.flip();
            channel.write(out);
            out.compact();
        } while (out.position() == 0 && hasToSend());
        key.interestOps(out.position() > 0 ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    private boolean hasToSend() {
        return sending != null || !waiting.isEmpty();
    }

    private void fill() {
        while (hasToSend() && out.remaining() > CHUNK_HEADER) {
            if (sending == null) {
                sending = waiting.remove();
            }
            if (roomInChunk == 0) {
                roomInChunk = (int) Math.min(maxChunk, sending.left());
                out.putInt(CLIENT_PORT).putInt(roomInChunk);
            }
            roomInChunk -= sending.put(out, roomInChunk);
            if (sending.left() == 0) {
                sending = null;
            }
        }
    }

    @Override
    public void ready() throws IOException {
        if (key.isWritable()) {
            write();
        }
        while (key.isValid() && key.isReadable()) {
            int count = channel.read(in.clear());
            if (count < 0) {
                throw new EOFException("the other side closed the port");
            }
            take(in.flip());
            if (count < in.capacity()) {
                return;
            }
        }
    }

    private void take(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (chunkLeft == 0) {
                move(bytes, chunkHeader);
                if (!chunkHeader.hasRemaining()) {
                    chunkLeft = Integer.toUnsignedLong(chunkHeader.getInt(4));
                    chunkHeader.clear();
                }
            } else {
                int length = (int) Math.min(chunkLeft, bytes.remaining());
                takeOfMessage(bytes.slice(bytes.position(), length).order(bytes.order()));
                bytes.position(bytes.position() + length);
                chunkLeft -= length;
            }
        }
    }

    private void takeOfMessage(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (messageHeader.hasRemaining()) {
                move(bytes, messageHeader);
                if (!messageHeader.hasRemaining()) {
                    begin(Integer.toUnsignedLong(messageHeader.getInt(16)));
                }
            } else if (body.hasRemaining()) {
                move(bytes, body);
            } else {
                int length = (int) Math.min(contentLeft, bytes.remaining());
                arrival().piece(bytes.slice(bytes.position(), length));
                bytes.position(bytes.position() + length);
                contentLeft -= length;
            }
            if (body != null && !body.hasRemaining() && contentLeft == 0) {
                said(messageHeader.getInt(4), body.flip());
                messageHeader.clear();
                body = null;
            }
        }
    }

    private void begin(long size) throws IOException {
        boolean content = messageHeader.getInt(4) == CLIPBOARD;
        if (!content && size > MAX_BODY) {
            throw new IOException("a message of type " + messageHeader.getInt(4) + " and " + size + " bytes");
        }
        body = buffer((int) (content ? Math.min(size, CONTENT_HEADER) : size));
        contentLeft = size - body.capacity();
    }

    private Arrival arrival() throws IOException {
        Arrival arrival = arrivals.get(selection(body.getInt(0)));
        if (arrival == null) {
            throw new IOException("content that nobody asked for");
        }
        return arrival;
    }

    private static void move(ByteBuffer from, ByteBuffer to) {
        int length = Math.min(from.remaining(), to.remaining());
        to.put(from.slice(from.position(), length));
        from.position(from.position() + length);
    }

    private void said(int type, ByteBuffer message) throws IOException {
        switch (type) {
            case ANNOUNCE_CAPABILITIES -> {
                ready = true;
                if (message.getInt(0) == 1) {
                    announce(0);
                }
            }
            case CLIPBOARD_GRAB -> {
                Runnable then = onOffer.remove(selection(message.getInt(0)));
                if (then != null) {
                    then.run();
                }
            }
            case CLIPBOARD_REQUEST -> {
                Selection selection = selection(message.getInt(0));
                send(CLIPBOARD, CONTENT_HEADER, copied.get(selection), number(selection), UTF8_TEXT);
            }
            case CLIPBOARD -> {
                Arrival arrival = arrival();
                arrivals.remove(selection(message.getInt(0)));
                arrival.end();
            }
            default -> {
                // Not about clipboards.
            }
        }
    }

    private static int number(Selection selection) {
        return switch (selection) {
            case CLIPBOARD -> 0;
            case PRIMARY -> 1;
        };
    }

    /// A third, SECONDARY, counts as PRIMARY: nobody here owns it.
    private static Selection selection(int number) {
        return number == 0 ? Selection.CLIPBOARD : Selection.PRIMARY;
    }

    @Override
    public void failed(Exception e) {
        ready = false;
        if (key != null) {
            key.cancel();
        }
        arrivals.values().forEach(arrival -> arrival.failed("the port failed: " + e.getMessage()));
        arrivals.clear();
    }
}
