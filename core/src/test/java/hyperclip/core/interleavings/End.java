package hyperclip.core.interleavings;

import hyperclip.core.clipboard.OfferId;
import hyperclip.core.session.Medium;
import hyperclip.core.session.SessionConnection;
import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/// One end of a link: a connection, the wire that it reads and the wire that it writes.
final class End {

    private static final int CONTROL = 1;
    private static final String ID = "\"offer\":\"";

    private final Run run;
    private final String name;
    private final Medium medium;
    final Wire in;
    Wire out;
    SessionConnection connection;

    /// What may be said of on the way out.
    private final Predicate<Run.Copy> mayTell;

    /// Who changes what is sent, or null.
    Liar liar;

    /// The liar at the other end, or null.
    Liar spied;

    End(Run run, String name, Medium medium, Wire in, Wire out, Predicate<Run.Copy> mayTell) {
        this.run = run;
        this.name = name;
        this.medium = medium;
        this.in = in;
        this.out = out;
        this.mayTell = mayTell;
    }

    /// Sends some frames; false where there is none to send.
    boolean send(int most) {
        int sent = 0;
        while (sent < most) {
            ByteBuffer[] frame = connection.next();
            if (frame == null) {
                break;
            }
            sent++;
            send(frame);
        }
        return sent > 0;
    }

    private void send(ByteBuffer... frame) {
        String text = frame.length == 3 && frame[0].get(0) == CONTROL ? text(frame[1]) : "";
        if (!run.replaying && !isLifeSign(text)) {
            run.messages++;
        }
        if (spied != null && frame.length == 3 && text.isEmpty()) {
            spied.checkIsSent(frame[1].getLong(frame[1].position()));
        }
        if (liar != null) {
            liar.send(frame, text, out);
            return;
        }
        if (run.isTraced()) {
            run.trace(name + " > " + described(text, frame));
        }
        int at = text.startsWith("{\"say\":\"offer\"") ? text.indexOf(ID) : -1;
        if (at >= 0) {
            Run.Copy copy = run.copy(new OfferId(text.substring(at + ID.length(), at + ID.length() + 32)));
            Run.check(copy != null && mayTell.test(copy), name + " tells of a copy that is not for its other side");
        }
        out.add(frame);
    }

    static boolean isLifeSign(String text) {
        return text.startsWith("{\"say\":\"ping\"") || text.startsWith("{\"say\":\"pong\"");
    }

    private static String text(ByteBuffer control) {
        return StandardCharsets.US_ASCII.decode(control.duplicate()).toString();
    }

    private static String described(String text, ByteBuffer... frame) {
        if (frame.length < 3) {
            return frame[0].remaining() == 40 ? "sync" : "filler";
        }
        int channel = frame[0].getShort(2);
        return "[" + channel + "] "
                + (text.isEmpty()
                        ? "content of " + frame[1].getLong(frame[1].position()) + ", " + frame[2].remaining() + " bytes"
                        : text.replaceAll("(\"[0-9a-f]{8})[0-9a-f]{24}", "$1"));
    }

    void receive(ByteBuffer bytes) throws ProtocolException {
        run.trace(name + " < " + bytes.remaining() + " bytes");
        connection.received(bytes);
    }

    /// On a socket, no more is written, and what is on the way in is lost. A port knows no end.
    void hangUp() {
        if (medium == Medium.SOCKET) {
            out.close();
            in.keepFirst(0);
            in.close();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
