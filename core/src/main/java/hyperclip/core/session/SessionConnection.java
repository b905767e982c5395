package hyperclip.core.session;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.View;
import hyperclip.core.wire.Connection;
import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// One end of a connection in the session protocol: bytes that came go in, bytes to send come out.
///
/// ```
/// SOCKET:  greeting ──hello──▶ open ──failure──▶ closed by whoever holds the socket
/// PORT:    seeking ──sync──▶ greeting ──hello──▶ open
///             ▲                  └────────┬────────┘
///             └── another sync, bad input, no sign of life: every channel ends ──┘
///          after bad input at most once a second: what comes meanwhile is discarded
/// ```
public final class SessionConnection implements Connection {

    /// How long the other side may take over any one frame, from first byte to last, and on a socket over its
    /// hello, in milliseconds.
    public static final long PATIENCE = 10_000;

    /// After so long without a word from the other side of a port, it is asked for one, in milliseconds. Each
    /// question wakes four threads of an idle guest: every 10 s they made it more than two wake-ups a second.
    /// Whoever pastes asks at once anyway.
    public static final long QUIET = 15_000;

    /// After so long without an answer to that, it is taken for gone, in milliseconds.
    public static final long SILENCE = 5_000;

    /// Bad input makes a port begin anew at most so often, in milliseconds: two sides that can never agree, such as
    /// two of different versions, would otherwise do nothing else.
    public static final long REST = 1_000;

    /// The other side of a port may begin anew so often in [#REST]: two sides that find the same fault do so a few
    /// times; one that does it without end would keep this side busy.
    static final int MAX_ANEW = 8;

    /// The most channels on one connection.
    public static final int MAX_CHANNELS = 256;

    /// The most sessions of one machine: 16 of each of eight users, as on a terminal server. It leaves channels for
    /// those that come while others go.
    public static final int MAX_SESSIONS = 128;

    private static final String HALF_A_FRAME = "half a frame and then nothing for " + PATIENCE / 1000 + " s";
    private static final String NO_HELLO = "no hello for " + PATIENCE / 1000 + " s";
    private static final long NEVER = Long.MAX_VALUE;
    private static final byte[] FILLING = new byte[Frame.MAX_LENGTH];

    private final Medium medium;
    private final SessionMessage.Hello hello;
    private final Owner owner;
    private final LongSupplier millis;
    private final Sync sync;
    private final FrameReader reader;
    private final Outbox outbox = new Outbox();
    private final Map<Integer, Channel> channels = new HashMap<>();
    private final BitSet used = new BitSet();

    /// The stamp of the next frame to send.
    private int stamp;

    private boolean greeted;
    private boolean isClients;
    private boolean owesFilling;
    private boolean owesSync;
    private long said;
    private long lastHeard;
    private long waitingSince;
    private long asked = NEVER;
    private long syncTaken = Long.MIN_VALUE;
    private long restsUntil = NEVER;
    private long mayFailAgain = Long.MIN_VALUE;
    private long pings;
    private int anew;
    private long anewSince = Long.MIN_VALUE / 2;

    private record Channel(Hub hub, View view, SessionPeer peer) {}

    /// Whoever holds the connection. It is told on the thread that hands the bytes in.
    public interface Owner {

        /// The other side has said hello: channels may be opened. On a port this comes anew with every epoch.
        void greeted(SessionConnection connection, SessionMessage.Hello theirs);

        /// Something was said on channel 0.
        void said(SessionConnection connection, SessionMessage message, long position) throws ProtocolException;

        /// The other side of a port is gone or has begun anew: all channels have been closed.
        ///
        /// @param why a sentence for the log
        void lost(SessionConnection connection, String why);

        /// Something waits to be sent.
        void hasToSend(SessionConnection connection);

        /// How many pastes of other connections count as ones of this: they share one limit.
        default int pastesElsewhere(SessionConnection connection) {
            return 0;
        }
    }

    /// @param random the kernel's own generator
    /// @param millis a clock that never goes back
    public SessionConnection(
            Medium medium,
            SessionMessage.Role role,
            String name,
            Owner owner,
            RandomGenerator random,
            LongSupplier millis) {
        this(medium, new SessionMessage.Hello(SessionMessage.VERSION, role, name, List.of()), owner, random, millis);
    }

    /// @param hello what is said first
    /// @param random the kernel's own generator
    /// @param millis a clock that never goes back
    public SessionConnection(
            Medium medium, SessionMessage.Hello hello, Owner owner, RandomGenerator random, LongSupplier millis) {
        this.medium = medium;
        this.hello = hello;
        this.owner = owner;
        this.millis = millis;
        this.sync = new Sync(random);
        this.reader = new FrameReader(medium);
        this.lastHeard = millis.getAsLong();
        this.waitingSince = lastHeard;
    }

    /// How many messages the other side has said, but for credit, of which a long paste needs many.
    public long said() {
        return said;
    }

    /// Begins: with a hello on a socket, with a sync on a port.
    @Override
    public void start() {
        if (medium == Medium.SOCKET) {
            say(hello);
        } else {
            seekAnew();
        }
    }

    @Override
    public boolean isGreeted() {
        return greeted;
    }

    /// When the other side was heard last, by the clock that was given.
    public long lastHeard() {
        return lastHeard;
    }

    /// Opens a channel as a view of a hub.
    ///
    /// @throws IllegalStateException where the channel is open or may not be opened again, or there are too many
    public View open(int channel, Hub hub, String viewName, Rank rank) {
        return open(channel, hub, viewName, rank, "", () -> {});
    }

    /// Opens a channel whose requests are for what the view `from` holds, or for its own where that is empty.
    ///
    /// @param unseen called when a copy that came over this channel is shown nowhere any more
    public View open(int channel, Hub hub, String viewName, Rank rank, String from, Runnable unseen) {
        if (channels.containsKey(channel) || isUsed(channel) || channels.size() >= MAX_CHANNELS) {
            throw new IllegalStateException("channel " + channel + " cannot be opened");
        }
        SessionPeer[] made = new SessionPeer[1];
        View view = hub.open(viewName, opened -> {
            made[0] = new SessionPeer(
                    channel,
                    opened,
                    rank,
                    request -> passOn(hub, opened, from, request),
                    this::askForLife,
                    () -> pastes() + owner.pastesElsewhere(this),
                    outbox,
                    millis);
            return signal -> {
                made[0].say(signal);
                if (signal instanceof Signal.Request) {
                    askForLife();
                } else if (signal instanceof Signal.Release) {
                    unseen.run();
                }
                owner.hasToSend(this);
            };
        });
        channels.put(channel, new Channel(hub, view, made[0]));
        used.set(channel);
        return view;
    }

    private static void passOn(Hub hub, View view, String from, Signal.Request request) {
        if (from.isEmpty()) {
            view.hear(request);
        } else {
            hub.request(view, from, request);
        }
    }

    /// Closes a channel and its view: the session behind it is gone. Nothing where it is not open.
    public void close(int channel) {
        Channel closed = take(channel);
        if (closed != null) {
            closed.hub.closeGone(closed.view);
        }
    }

    /// Closes every channel: the connection is over.
    @Override
    public void closeAll() {
        for (int channel : List.copyOf(channels.keySet())) {
            Channel closed = take(channel);
            if (isClients) {
                // A client is an application, and not a way to one.
                closed.hub.closeGone(closed.view);
            } else {
                closed.hub.close(closed.view, Reason.LINK_LOST);
            }
        }
    }

    private Channel take(int channel) {
        Channel taken = channels.remove(channel);
        if (taken != null) {
            outbox.drop(taken.peer);
        }
        return taken;
    }

    public boolean hasChannel(int channel) {
        return channels.containsKey(channel);
    }

    /// Whether a channel of this number is or was open in this epoch of a port. Its number may not be given
    /// again: what was under way for one session would be heard by another.
    public boolean isUsed(int channel) {
        return medium == Medium.PORT && used.get(channel);
    }

    /// Says something on channel 0.
    public void say(SessionMessage message) {
        outbox.control(0, message);
        owner.hasToSend(this);
    }

    @Override
    public void refuse(String why) {
        say(new SessionMessage.Refusal(why));
    }

    /// How many pastes the other side has under way, on all channels.
    public int pastes() {
        int pastes = 0;
        for (Channel channel : channels.values()) {
            pastes += channel.peer.pastes();
        }
        return pastes;
    }

    /// How many transfers are under way, in both directions.
    public int transfers() {
        return channels.values().stream()
                .mapToInt(channel -> channel.peer.transfers())
                .sum();
    }

    /// How many messages that are not content wait to be sent.
    public int waiting() {
        return outbox.waiting();
    }

    @Override
    public boolean isOverfull() {
        return outbox.isOverfull();
    }

    @Override
    public boolean hasToSend() {
        return owesFilling || owesSync || (maySpeak() && !outbox.isEmpty());
    }

    @Override
    public ByteBuffer[] next() {
        if (owesFilling) {
            owesFilling = false;
            return new ByteBuffer[] {ByteBuffer.wrap(FILLING).asReadOnlyBuffer()};
        }
        if (owesSync) {
            owesSync = false;
            syncTaken = millis.getAsLong();
            return new ByteBuffer[] {sync.say()};
        }
        if (!maySpeak()) {
            return null;
        }
        Outbox.Ready ready = outbox.next();
        if (ready == null) {
            return null;
        }
        int its = stamp;
        stamp = medium.stampAfter(its);
        return ready.framed(its);
    }

    private boolean maySpeak() {
        return medium == Medium.SOCKET || sync.inStep();
    }

    /// Takes all of the bytes.
    ///
    /// @throws ProtocolException on a socket, for bad input: the connection is to be closed. A port begins anew.
    @Override
    public void received(ByteBuffer bytes) throws ProtocolException {
        if (medium == Medium.SOCKET) {
            lastHeard = millis.getAsLong();
        }
        wake();
        while (bytes.hasRemaining()) {
            try {
                if (restsUntil != NEVER) {
                    reader.skipped(bytes.remaining());
                    bytes.position(bytes.limit());
                } else if (medium == Medium.PORT && seeks(bytes)) {
                    seek(bytes);
                } else {
                    read(bytes);
                }
            } catch (ProtocolException e) {
                if (medium == Medium.SOCKET) {
                    throw e;
                }
                lose(e.getMessage());
                rest();
            }
        }
    }

    @Override
    public int missing() {
        return medium == Medium.SOCKET || sync.inStep() ? reader.missing() : 1;
    }

    private boolean seeks(ByteBuffer bytes) {
        return !sync.inStep()
                || sync.midway()
                || (reader.betweenFrames()
                        && (bytes.get(bytes.position()) == Sync.MARK[0]
                                || bytes.get(bytes.position()) == FrameReader.FILLER));
    }

    private void seek(ByteBuffer bytes) throws ProtocolException {
        int before = bytes.position();
        boolean wasInStep = sync.inStep();
        boolean filler = wasInStep && !sync.midway() && bytes.get(before) == FrameReader.FILLER;
        if (filler) {
            int fillers = FrameReader.fillers(bytes);
            bytes.position(before + fillers);
            reader.skipped(fillers);
            return;
        }
        boolean found = sync.seek(bytes);
        reader.skipped(bytes.position() - before);
        if (!found) {
            if (wasInStep && !sync.midway()) {
                throw new ProtocolException("something that is neither a frame nor a sync", reader.position());
            }
            return;
        }
        signOfLife();
        Sync.Heard heard = sync.heard();
        switch (heard) {
            case NOTHING -> {}
            case ANSWER -> {
                if (wasInStep) {
                    lose("the other side has begun anew");
                    if (isAnewTooOften()) {
                        mayFailAgain = lastHeard + REST;
                        rest();
                        return;
                    }
                }
                owesSync = true;
                owner.hasToSend(this);
            }
            case IN_STEP, IN_STEP_ANSWER -> {
                reader.restart(sync.epoch());
                stamp = sync.epoch();
                used.clear();
                owesFilling = false;
                owesSync = heard == Sync.Heard.IN_STEP_ANSWER;
                outbox.clear();
                say(hello);
            }
        }
    }

    private void read(ByteBuffer bytes) throws ProtocolException {
        if (greeted && reader.betweenFrames()) {
            waitingSince = millis.getAsLong();
        }
        Frame frame = reader.read(bytes);
        if (frame == null) {
            return;
        }
        signOfLife();
        long position = reader.frameStart();
        switch (frame.kind()) {
            case CONTROL -> control(frame.channel(), SessionReader.read(frame.payload(), position), position);
            case DATA -> {
                long transfer = frame.payload().getLong();
                Channel channel = channels.get(frame.channel());
                if (channel != null) {
                    channel.peer.heard(transfer, frame.payload().slice(), position);
                } else if (!greeted) {
                    throw new ProtocolException("content before a hello", position);
                }
            }
        }
    }

    /// Only what is whole counts: half a header from before a restore can promise a frame that takes hours to fill.
    private void signOfLife() {
        lastHeard = millis.getAsLong();
        asked = NEVER;
    }

    private void control(int number, SessionMessage message, long position) throws ProtocolException {
        if (!(message instanceof SessionMessage.Credit)) {
            said++;
        }
        if (!greeted) {
            greet(number, message, position);
        } else if (number != 0) {
            // What was under way when a channel closed is not a fault.
            Channel channel = channels.get(number);
            if (channel != null && !channel.peer.heard(message, position)) {
                throw new ProtocolException("a message that has no place on a channel", position);
            }
        } else if (message instanceof SessionMessage.Ping ping) {
            say(new SessionMessage.Pong(ping.number()));
        } else if (!(message instanceof SessionMessage.Pong)) {
            owner.said(this, message, position);
        }
        owner.hasToSend(this);
    }

    private void greet(int number, SessionMessage message, long position) throws ProtocolException {
        if (number == 0 && message instanceof SessionMessage.Refusal refusal) {
            throw new ProtocolException("refused: " + refusal.sentence(), position);
        }
        if (number != 0 || !(message instanceof SessionMessage.Hello theirs)) {
            throw new ProtocolException("a message before a hello", position);
        }
        if (theirs.version() != SessionMessage.VERSION) {
            throw new ProtocolException(
                    "session protocol version %d, this side speaks %d: the two Hyperclips are of different releases"
                            .formatted(theirs.version(), SessionMessage.VERSION),
                    position);
        }
        greeted = true;
        isClients = theirs.role() == SessionMessage.Role.CLIENT;
        owner.greeted(this, theirs);
    }

    private void lose(String why) {
        greeted = false;
        asked = NEVER;
        reader.restart(0);
        closeAll();
        outbox.clear();
        owner.lost(this, why);
    }

    private boolean isAnewTooOften() {
        if (lastHeard - anewSince >= REST) {
            anewSince = lastHeard;
            anew = 0;
        }
        return ++anew > MAX_ANEW;
    }

    private void rest() {
        long now = millis.getAsLong();
        if (now >= mayFailAgain) {
            mayFailAgain = now + REST;
            seekAnew();
        } else {
            sync.lost();
            owesFilling = false;
            owesSync = false;
            restsUntil = mayFailAgain;
        }
    }

    private void wake() {
        long now = millis.getAsLong();
        if (restsUntil <= now) {
            mayFailAgain = now + REST;
            seekAnew();
        }
    }

    private void seekAnew() {
        restsUntil = NEVER;
        sync.lost();
        asked = millis.getAsLong();
        owesFilling = true;
        owesSync = true;
        owner.hasToSend(this);
    }

    /// The other side of the port is gone, by the port's own word: begins anew.
    @Override
    public void portLost(String why) {
        lose(why);
        seekAnew();
    }

    /// On a port, a request is a good moment to find out that nobody answers; and a word that changes nothing,
    /// to show how far this side has counted.
    private void askForLife() {
        if (medium == Medium.PORT && greeted && asked == NEVER) {
            asked = millis.getAsLong();
            say(new SessionMessage.Ping(++pings));
        }
    }

    @Override
    public long deadline() {
        if (medium == Medium.SOCKET) {
            return greeted && reader.betweenFrames() ? NEVER : waitingSince + PATIENCE;
        }
        if (restsUntil != NEVER) {
            return restsUntil;
        }
        if (owesFilling || owesSync) {
            // What the link has not taken yet need not be said again.
            return NEVER;
        }
        long quiet = asked == NEVER ? lastHeard + patienceWithQuiet() : asked + SILENCE;
        if (!greeted) {
            return Math.max(quiet, syncTaken + SILENCE);
        }
        return reader.betweenFrames() ? quiet : Math.min(quiet, waitingSince + PATIENCE);
    }

    /// The guest asks later than the host, so that an idle port has one question at a time and not two.
    private long patienceWithQuiet() {
        return hello.role() == SessionMessage.Role.HOST ? QUIET : QUIET + SILENCE;
    }

    /// Asks for a sign of life, or draws the consequence from its absence.
    ///
    /// @throws ProtocolException on a socket whose other side keeps this one waiting in the middle of something
    @Override
    public void tick() throws ProtocolException {
        long now = millis.getAsLong();
        if (now < deadline()) {
            return;
        }
        if (medium == Medium.SOCKET) {
            throw new ProtocolException(greeted ? HALF_A_FRAME : NO_HELLO, reader.position());
        }
        if (restsUntil != NEVER) {
            wake();
        } else if (!greeted) {
            // Repeated for ever: what was said before may have gone to nobody, or in a time that was taken back. The
            // other side may even be in step with that: only a fresh nonce and filling are sure to reach it.
            seekAnew();
        } else if (!reader.betweenFrames() && now >= waitingSince + PATIENCE) {
            portLost(HALF_A_FRAME);
        } else if (asked == NEVER) {
            askForLife();
        } else {
            portLost("no sign of life for " + SILENCE / 1000 + " s");
        }
    }
}
