package hyperclip.display.x11;

import hyperclip.app.loop.Loop;
import hyperclip.bench.versus.Arrival;
import hyperclip.bench.versus.Place;
import hyperclip.bench.versus.Text;
import hyperclip.core.clipboard.Limits;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// An application on an X display that copies text and pastes it, as toolkits do: what is larger than [#PIECE] by INCR,
/// and without waiting for anything but the server and the owner. It stands in this package because the wire is here.
public final class XClient implements Place, Loop.Handler {

    /// GTK's and Qt's.
    private static final int PIECE = 256 * 1024;

    private static final List<String> NAMES =
            List.of("CLIPBOARD", "PRIMARY", "TARGETS", "INCR", "UTF8_STRING", "HYPERCLIP_TIME", "HYPERCLIP_CONTENT");

    private final XServer server;
    private final SelectionKey key;
    private final Map<Selection, Text> copied = new EnumMap<>(Selection.class);
    private final Map<Selection, Event.OwnerChanged> owners = new EnumMap<>(Selection.class);
    private final Map<Selection, Runnable> onOffer = new EnumMap<>(Selection.class);

    private XClient(Loop loop, X11Connection x, Atoms atoms, int xfixesOpcode) throws IOException {
        this.server = XServer.over(x, atoms, loop::millis, Limits.USUAL);
        x.listen(this::happened);
        for (Selection selection : Selection.values()) {
            Requests.watchSelection(x, xfixesOpcode, server.clock().window(), atom(selection));
        }
        this.key = loop.register(x.channel(), x.interest(), this);
        flush();
    }

    /// Connects; blocks for a few seconds at the most.
    ///
    /// @param environment of which `DISPLAY`, `XAUTHORITY` and `HOME` count
    public static XClient open(Loop loop, Map<String, String> environment) throws IOException, X11Exception {
        DisplayName name = DisplayName.of(environment.get("DISPLAY")).orElseThrow();
        X11Connection x = X11Connection.open(name, environment, loop::millis);
        Atoms atoms = new Atoms(x);
        int[] xfixes = {0};
        boolean[] done = {false};
        Requests.queryExtension(x, "BIG-REQUESTS");
        x.expect(big -> {
            Requests.enableBigRequests(x, big.get(9) & 0xff);
            x.expect(words -> x.bigRequests(words.getInt(8)));
        });
        Requests.queryExtension(x, "XFIXES");
        x.expect(reply -> {
            xfixes[0] = reply.get(9) & 0xff;
            x.xfixesEventsFrom(reply.get(10) & 0xff);
            Requests.queryXfixesVersion(x, xfixes[0]);
            x.expect(version -> done[0] = true);
        });
        atoms.intern(NAMES, numbers -> {});
        x.await(() -> done[0], loop.millis() + X11Connection.OPENING_MILLIS, loop::millis);
        return new XClient(loop, x, atoms, xfixes[0]);
    }

    private int atom(Selection selection) {
        return server.atom(selection.name());
    }

    /// Like xclip, without asking the server for its time first.
    @Override
    public void copy(Selection selection, Text text) {
        copied.put(selection, text);
        Requests.setSelectionOwner(server.x(), server.clock().window(), atom(selection), Requests.CURRENT_TIME);
        flush();
    }

    @Override
    public void onOffer(Selection selection, Runnable then) {
        onOffer.put(selection, then);
    }

    @Override
    public void paste(Selection selection, Arrival arrival) {
        Event.OwnerChanged owner = owners.get(selection);
        Conversion.Sink sink = new Conversion.Sink() {
            @Override
            public int room() {
                return Integer.MAX_VALUE;
            }

            @Override
            public void piece(ByteBuffer bytes, int type) {
                arrival.piece(bytes);
            }

            @Override
            public void end() {
                arrival.end();
            }

            @Override
            public void failed(Reason reason) {
                arrival.failed("the paste was refused: " + reason.word());
            }
        };
        Conversion.start(
                server,
                atom(selection),
                owner.owner(),
                server.atom("UTF8_STRING"),
                owner.selectionTime(),
                Limits.USUAL,
                sink);
        flush();
    }

    private void flush() {
        server.x().flush();
        key.interestOps(server.x().interest());
    }

    @Override
    public void ready() throws IOException {
        server.x().ready();
        flush();
    }

    private void happened(Event event) {
        switch (event) {
            case Event.OwnerChanged changed -> ownerChanged(changed);
            case Event.SelectionRequested requested -> answer(requested);
            case Event.SelectionConverted converted -> {
                Conversion conversion = server.conversions().get(converted.requestor());
                if (conversion != null) {
                    conversion.converted(converted);
                }
            }
            case Event.PropertyChanged changed -> server.windows().propertyChanged(changed);
            case Event.WindowDestroyed(int window) -> server.windows().destroyed(window);
            case Event.Other _ -> {
                // Not about selections.
            }
        }
    }

    private Selection selection(int atom) {
        return atom == atom(Selection.CLIPBOARD) ? Selection.CLIPBOARD : Selection.PRIMARY;
    }

    private void ownerChanged(Event.OwnerChanged changed) {
        if (changed.owner() == Requests.NONE || server.windows().isOwn(changed.owner())) {
            return;
        }
        Selection selection = selection(changed.selection());
        owners.put(selection, changed);
        Runnable then = onOffer.remove(selection);
        if (then != null) {
            then.run();
        }
    }

    private void answer(Event.SelectionRequested event) {
        int property = event.property();
        int text = server.atom("UTF8_STRING");
        if (event.target() == server.atom("TARGETS")) {
            change(event.requestor(), property, Atoms.ATOM, words(event.target(), text));
        } else if (event.target() == text) {
            Text content = copied.get(selection(event.selection()));
            if (content.size() <= PIECE) {
                Requests.changeProperty(
                        server.x(),
                        event.requestor(),
                        property,
                        text,
                        Requests.Format.BYTES,
                        List.of(content.piece(0, (int) content.size())));
            } else {
                server.windows()
                        .watch(
                                event.requestor(),
                                Requests.PROPERTY_CHANGE_MASK,
                                new Pieces(event.requestor(), property, content));
                change(event.requestor(), property, server.atom("INCR"), words(PIECE));
            }
        } else {
            property = Requests.NONE;
        }
        Requests.sendSelectionNotify(
                server.x(), event.requestor(), event.selection(), event.target(), property, event.time());
    }

    private void change(int requestor, int property, int type, ByteBuffer words) {
        Requests.changeProperty(server.x(), requestor, property, type, Requests.Format.WORDS, List.of(words));
    }

    private static ByteBuffer words(int... words) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            bytes.putInt(word);
        }
        return bytes.flip();
    }

    /// A paste by INCR (ICCCM 2.7.2).
    private final class Pieces implements Windows.Listener {
        private final int requestor;
        private final int property;
        private final Text text;
        private long at;

        Pieces(int requestor, int property, Text text) {
            this.requestor = requestor;
            this.property = property;
            this.text = text;
        }

        @Override
        public void propertyChanged(Event.PropertyChanged event) {
            if (event.atom() != property || !event.deleted()) {
                return;
            }
            int length = (int) Math.min(PIECE, text.size() - at);
            Requests.changeProperty(
                    server.x(),
                    requestor,
                    property,
                    server.atom("UTF8_STRING"),
                    Requests.Format.BYTES,
                    List.of(text.piece(at, length)));
            at += length;
            if (length == 0) {
                server.windows().unwatch(requestor, this);
            }
        }

        @Override
        public void destroyed() {
            at = text.size();
        }
    }

    @Override
    public void failed(Exception e) {
        key.cancel();
        server.x().close();
    }
}
