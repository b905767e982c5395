package hyperclip.display.x11;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/// A request for several targets at once: pairs of target and property in a property of the requestor's (ICCCM
/// 2.6.2 MULTIPLE). Each is converted on its own; the target of one that cannot be is replaced with None.
final class Multiple {

    /// Xt programs ask for a handful.
    static final int MAX_PAIRS = 64;

    private static final int PAIR = 8;

    /// Converts one target for the requestor and says whether it could.
    interface Converter {
        void convert(Event.SelectionRequested one, Consumer<Serving.Answer> answer);
    }

    private final XServer server;
    private final Event.SelectionRequested asked;
    private final Converter converter;
    private final Consumer<Serving.Answer> answer;
    private ByteBuffer pairs;
    private int awaited = 1;
    /// Each can have one answer.
    private final Set<Integer> properties = new HashSet<>();
    private boolean changed;

    private Multiple(
            XServer server, Event.SelectionRequested asked, Converter converter, Consumer<Serving.Answer> answer) {
        this.server = server;
        this.asked = asked;
        this.converter = converter;
        this.answer = answer;
    }

    static void start(
            XServer server, Event.SelectionRequested asked, Converter converter, Consumer<Serving.Answer> answer) {
        if (asked.property() == Requests.NONE) {
            answer.accept(Serving.Answer.REFUSED);
            return;
        }
        Multiple multiple = new Multiple(server, asked, converter, answer);
        Requests.getProperty(
                server.x(), asked.requestor(), asked.property(), 0, 2 * MAX_PAIRS, Requests.AfterRead.KEEP);
        server.x().expect(new X11Connection.Answer() {
            @Override
            public void reply(ByteBuffer reply) throws IOException {
                multiple.read(reply);
            }

            @Override
            public void refused(ServerMessage.Refusal refusal) {
                answer.accept(Serving.Answer.REFUSED);
            }
        });
    }

    private void read(ByteBuffer reply) throws IOException {
        int format = reply.get(1) & 0xff;
        long after = reply.getInt(12) & 0xffffffffL;
        long length = (reply.getInt(16) & 0xffffffffL) * 4;
        if (format != 32 || length < PAIR || length % PAIR != 0 || after > 0) {
            answer.accept(Serving.Answer.REFUSED);
            return;
        }
        if (length > reply.limit() - ServerMessage.HEADER) {
            throw new IOException("the X server gives a property of " + length + " bytes and sends fewer");
        }
        pairs = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
        pairs.put(reply.slice(ServerMessage.HEADER, (int) length)).flip();
        for (int at = 0; at < length; at += PAIR) {
            convert(at);
        }
        answered();
    }

    private void convert(int at) {
        int target = pairs.getInt(at);
        int property = pairs.getInt(at + 4);
        awaited++;
        Consumer<Serving.Answer> one = result -> {
            if (result == Serving.Answer.REFUSED) {
                pairs.putInt(at, Requests.NONE);
                changed = true;
            }
            answered();
        };
        if (property == Requests.NONE || target == server.atom("MULTIPLE") || !properties.add(property)) {
            one.accept(Serving.Answer.REFUSED);
        } else {
            converter.convert(
                    new Event.SelectionRequested(
                            asked.time(), asked.owner(), asked.requestor(), asked.selection(), target, property),
                    one);
        }
    }

    private void answered() {
        if (--awaited > 0) {
            return;
        }
        if (changed) {
            Requests.changeProperty(
                    server.x(),
                    asked.requestor(),
                    asked.property(),
                    server.atom("ATOM_PAIR"),
                    Requests.Format.WORDS,
                    List.of(pairs));
        }
        answer.accept(Serving.Answer.GIVEN);
    }
}
