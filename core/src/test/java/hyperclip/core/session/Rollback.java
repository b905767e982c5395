package hyperclip.core.session;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import hyperclip.core.session.SessionMessage.Role;
import hyperclip.core.wire.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/// A host and a guest on one port. The guest can go back to any moment of its past: all that it is follows from its
/// inputs, and those up to that moment are lived through again by a new one.
final class Rollback {

    /// Longer than a chunk, so that pastes come in several frames.
    static final int CONTENT = 40_000;
    private static final int FIRST_PIECE = 32 * 1024;

    /// Frames on their way at a standstill of time. What goes on for longer goes on for ever.
    private static final int MANY = 500;

    final Machine host = new Machine(Role.HOST, new Random(1));
    Machine guest;
    private final List<Input> past = new ArrayList<>();
    private final List<byte[]> toHost = new ArrayList<>();
    private final List<byte[]> toGuest = new ArrayList<>();
    private boolean replaying;
    private int copies;

    /// What happens to the guest.
    interface Input {
        void happen(Machine guest) throws ProtocolException;
    }

    Rollback() throws ProtocolException {
        guest = new Machine(Role.GUEST, new Random(2));
        host.connection.start();
        live(machine -> machine.connection.start());
        settle();
    }

    int moments() {
        return past.size();
    }

    private void live(Input input) throws ProtocolException {
        past.add(input);
        input.happen(guest);
    }

    /// The guest is as it was before that moment; nobody is told.
    ///
    /// @param nonces what its kernel draws from now on
    void back(int moment, Random nonces) throws ProtocolException {
        past.subList(moment, past.size()).clear();
        guest = new Machine(Role.GUEST, new Random(2));
        replaying = true;
        for (Input input : past) {
            input.happen(guest);
        }
        replaying = false;
        if (nonces != null) {
            guest.random = nonces;
        }
    }

    OfferId copyInTheGuest() throws ProtocolException {
        OfferId id = newId();
        live(machine -> machine.copy(id));
        return id;
    }

    OfferId copyOnTheHost() {
        OfferId id = newId();
        host.copy(id);
        return id;
    }

    private OfferId newId() {
        return new OfferId("%032x".formatted(++copies));
    }

    Pasting pasteInTheGuest(OfferId id) throws ProtocolException {
        live(machine -> machine.paste(id));
        return guest.pastings.getLast();
    }

    Pasting pasteOnTheHost(OfferId id) {
        host.paste(id);
        return host.pastings.getLast();
    }

    /// Time passes in both.
    void pass(long millis) throws ProtocolException {
        host.now += millis;
        host.connection.tick();
        host.hub.tick();
        live(machine -> {
            machine.now += millis;
            machine.connection.tick();
            machine.hub.tick();
        });
    }

    /// All that both have to say arrives, at a standstill of time.
    void settle() throws ProtocolException {
        for (int i = 0; i < MANY; i++) {
            sendToGuest();
            sendToHost();
            boolean moved = !toGuest.isEmpty() || !toHost.isEmpty();
            deliverToGuest();
            deliverToHost();
            if (!moved) {
                return;
            }
        }
        throw new AssertionError("messages go on and on");
    }

    /// Time goes on until both sides must have found out.
    void rest() throws ProtocolException {
        for (int i = 0; i < 12; i++) {
            settle();
            pass(4_000);
        }
        settle();
    }

    boolean sendToGuest() {
        byte[] frame = host.next();
        return frame != null && toGuest.add(frame);
    }

    boolean sendToHost() throws ProtocolException {
        int before = guest.frames;
        live(machine -> {
            byte[] frame = machine.next();
            if (frame != null && !replaying) {
                toHost.add(frame);
            }
        });
        return guest.frames > before;
    }

    void deliverToGuest() throws ProtocolException {
        while (!toGuest.isEmpty()) {
            byte[] frame = toGuest.removeFirst();
            // In two pieces: there is a moment in the middle of every frame.
            int half = frame.length / 2;
            live(machine -> {
                machine.receive(Arrays.copyOf(frame, half));
                machine.isInFrame = true;
            });
            live(machine -> {
                machine.receive(Arrays.copyOfRange(frame, half, frame.length));
                machine.isInFrame = false;
            });
        }
    }

    /// The host's requests arrive, and the first of what the guest answers is on its way.
    void settleButContent() throws ProtocolException {
        while (sendToGuest()) {
            deliverToGuest();
        }
        while (sendToHost() && toHost.getLast().length < FIRST_PIECE) {
            deliverToHost();
        }
    }

    private void deliverToHost() throws ProtocolException {
        while (!toHost.isEmpty()) {
            host.receive(toHost.removeFirst());
        }
    }

    /// Of all that is on the way to the host, so many bytes of the first frame arrive, and the rest never.
    ///
    /// @return whether that is less than a frame
    boolean loseOnTheWayToTheHost(int bytes) throws ProtocolException {
        boolean cut = !toHost.isEmpty() && bytes > 0 && bytes < toHost.getFirst().length;
        if (cut) {
            host.receive(Arrays.copyOf(toHost.getFirst(), bytes));
        }
        toHost.clear();
        return cut;
    }

    boolean areInStep() {
        return host.connection.isGreeted()
                && guest.connection.isGreeted()
                && host.connection.transfers() == 0
                && guest.connection.transfers() == 0
                && host.hub.views().size() == 2
                && guest.hub.views().size() == 2
                && Objects.equals(host.held(), guest.held())
                && (host.own == null || guest.own == null);
    }

    @Override
    public String toString() {
        return "host %s, guest %s".formatted(host, guest);
    }

    /// One paste and what came of it.
    static final class Pasting {
        final OfferId id;
        final ByteArrayOutputStream content = new ByteArrayOutputStream();
        boolean ended;
        Reason aborted;

        Pasting(OfferId id) {
            this.id = id;
        }

        /// Not ended yet, aborted, or ended with what was asked for.
        boolean isSound() {
            return !ended || Arrays.equals(content.toByteArray(), contentOf(id));
        }

        boolean isOver() {
            return ended || aborted != null;
        }

        @Override
        public String toString() {
            return id + (ended ? " whole" : " " + aborted);
        }
    }

    private static byte[] contentOf(OfferId id) {
        byte[] text = id.hex().getBytes(StandardCharsets.US_ASCII);
        byte[] content = new byte[CONTENT];
        for (int i = 0; i < CONTENT; i++) {
            content[i] = text[i % text.length];
        }
        return content;
    }

    /// One end: a desktop, a hub and a connection.
    static final class Machine implements SessionConnection.Owner, Peer {
        final List<String> losses = new ArrayList<>();
        final List<Pasting> pastings = new ArrayList<>();
        final Hub hub;
        final SessionConnection connection;
        private final Role role;
        private final View desktop;
        private final Map<Long, Pasting> underWay = new HashMap<>();
        private Random random;
        private long now = 1_000_000;
        private int lastChannel;
        private int frames;
        private boolean isInFrame;
        private OfferId own;
        private OfferId shown;

        Machine(Role role, Random random) {
            this.role = role;
            this.random = random;
            hub = new Hub(() -> now, (_, _) -> true);
            desktop = hub.open("desktop", _ -> this);
            connection = new SessionConnection(Medium.PORT, role, "", this, () -> this.random.nextLong(), () -> now);
        }

        OfferId held() {
            return own != null ? own : shown;
        }

        boolean isInFrame() {
            return isInFrame;
        }

        OfferId own() {
            return own;
        }

        OfferId shown() {
            return shown;
        }

        private void receive(byte[] bytes) throws ProtocolException {
            connection.received(ByteBuffer.wrap(bytes));
        }

        private byte[] next() {
            ByteBuffer[] frame = connection.next();
            if (frame == null) {
                return null;
            }
            frames++;
            return Bytes.of(frame);
        }

        private void copy(OfferId id) {
            own = id;
            shown = null;
            desktop.hear(new Signal.Offer(Selection.CLIPBOARD, id, List.of(MimeType.TEXT), 0, Standing.FRESH));
        }

        private void paste(OfferId id) {
            Pasting pasting = new Pasting(id);
            long transfer = desktop.newTransfer();
            underWay.put(transfer, pasting);
            pastings.add(pasting);
            desktop.hear(new Signal.Request(transfer, Selection.CLIPBOARD, id, MimeType.TEXT, 2 * CONTENT));
        }

        @Override
        public void say(Signal signal) {
            switch (signal) {
                case Signal.Offer offer -> {
                    shown = offer.id();
                    own = null;
                }
                case Signal.Release _ -> shown = null;
                case Signal.Request request -> handOut(request);
                case Signal.Chunk chunk ->
                    underWay.get(chunk.transfer()).content.writeBytes(Bytes.of(chunk.bytes()));
                case Signal.End end -> underWay.remove(end.transfer()).ended = true;
                case Signal.Abort abort -> {
                    Pasting pasting = underWay.remove(abort.transfer());
                    if (pasting != null) {
                        pasting.aborted = abort.reason();
                    }
                }
                case Signal.Credit _ -> {}
            }
        }

        private void handOut(Signal.Request request) {
            if (!request.offer().equals(own)) {
                desktop.hear(new Signal.Abort(request.transfer(), Reason.OWNER_GONE));
                return;
            }
            ByteBuffer content = ByteBuffer.wrap(contentOf(own));
            desktop.hear(new Signal.Chunk(request.transfer(), content.slice(0, FIRST_PIECE)));
            desktop.hear(new Signal.Chunk(request.transfer(), content.slice(FIRST_PIECE, CONTENT - FIRST_PIECE)));
            desktop.hear(new Signal.End(request.transfer()));
        }

        @Override
        public void greeted(SessionConnection greeted, SessionMessage.Hello theirs) {
            if (role == Role.GUEST) {
                connection.say(new SessionMessage.Open(++lastChannel, "alice", "alice", ":0"));
                connection.open(lastChannel, hub, "host", Rank.GUEST_SIDE);
            }
        }

        @Override
        public void said(SessionConnection from, SessionMessage message, long position) throws ProtocolException {
            if (message instanceof SessionMessage.Open open && !connection.isUsed(open.channel())) {
                connection.open(open.channel(), hub, "work/alice", Rank.HOST_SIDE);
            } else {
                throw new ProtocolException("nothing that is said here", position);
            }
        }

        @Override
        public void lost(SessionConnection lost, String why) {
            losses.add(why);
        }

        @Override
        public void hasToSend(SessionConnection from) {}

        @Override
        public String toString() {
            return "holds %s, shows %s, lost %s, pasted %s".formatted(own, shown, losses, pastings);
        }
    }
}
