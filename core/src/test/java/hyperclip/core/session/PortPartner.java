package hyperclip.core.session;

import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// The other side of a port, moved by hand.
final class PortPartner {

    private final SessionConnection connection;
    private final Sync sync;
    private final FrameReader reader = new FrameReader(Medium.PORT);
    private int stamp;
    private int syncs;
    private int fillers;

    PortPartner(SessionConnection connection, RandomGenerator random) {
        this.connection = connection;
        this.sync = new Sync(random);
    }

    /// Begins by itself, as a new process does.
    void begin() throws ProtocolException {
        sync.lost();
        send(Bytes.FILLER);
        send(Bytes.of(sync.say()));
    }

    /// Comes into step and says hello.
    void greet(SessionMessage.Role role) throws ProtocolException {
        begin();
        listen();
        say(0, new SessionMessage.Hello(SessionMessage.VERSION, role, "", List.of()));
        listen();
    }

    boolean inStep() {
        return sync.inStep();
    }

    int epoch() {
        return sync.epoch();
    }

    /// The stamp of its next frame, which is counted by asking for it.
    int stamp() {
        return stamp++;
    }

    int syncsHeard() {
        return syncs;
    }

    int fillersHeard() {
        return fillers;
    }

    void say(int channel, SessionMessage message) throws ProtocolException {
        send(Bytes.control(channel, stamp(), message));
    }

    void send(byte[] bytes) throws ProtocolException {
        connection.received(ByteBuffer.wrap(bytes));
    }

    /// Takes all that the connection sends, answers its syncs, and returns its messages.
    List<SessionMessage> listen() throws ProtocolException {
        List<SessionMessage> messages = new ArrayList<>();
        for (ByteBuffer[] next = connection.next(); next != null; next = connection.next()) {
            ByteBuffer bytes = ByteBuffer.wrap(Bytes.of(next));
            if (bytes.remaining() == Frame.MAX_LENGTH && bytes.get(0) == FrameReader.FILLER) {
                fillers++;
            }
            while (bytes.hasRemaining()) {
                take(bytes, messages);
            }
        }
        return messages;
    }

    private void take(ByteBuffer bytes, List<SessionMessage> messages) throws ProtocolException {
        byte first = bytes.get(bytes.position());
        if (sync.inStep() && first == FrameReader.FILLER) {
            bytes.get();
        } else if (!sync.inStep() || first == Sync.MARK[0]) {
            if (sync.seek(bytes)) {
                syncs++;
                Sync.Heard heard = sync.heard();
                if (heard == Sync.Heard.ANSWER || heard == Sync.Heard.IN_STEP_ANSWER) {
                    send(Bytes.of(sync.say()));
                }
                if (heard == Sync.Heard.IN_STEP || heard == Sync.Heard.IN_STEP_ANSWER) {
                    reader.restart(sync.epoch());
                    stamp = sync.epoch();
                }
            }
        } else {
            Frame frame = reader.read(bytes);
            if (frame != null && frame.kind() == Frame.Kind.CONTROL) {
                messages.add(SessionReader.read(frame.payload(), 0));
            }
        }
    }
}
