package hyperclip.display.x11;

import hyperclip.core.clipboard.Limits;
import hyperclip.core.clipboard.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// One reading of a selection under one target, whole or by INCR (ICCCM 2.4 and 2.7.2), never faster than its
/// [Sink] has room.
///
/// ```
///            SelectionNotify                 INCR
///  ASKED ──────────────────────▶ READING ──────────▶ WAITING ◀──┐ property emptied and room left:
///    │ property None                │ all read         │  PropertyNotify   it is deleted, which
///    ▼                              ▼                  ▼        │   asks for the next piece
///  failed                          end              READING ────┘
///                                                      │ an empty piece
///                                                      ▼
///                                        end ◀─────── LINGERING
/// ```
///
/// The property is read in pieces of no more than the room and [X11Connection#MAX_PIECE]; the lower bound that an
/// owner writes with INCR is not so much as looked at. Each conversion has a window of its own, which takes the
/// property with it when it goes, and by which an owner that still writes knows that nobody reads.
///
/// A conversion that is closed goes on without its sink as long as the owner has something to send, within
/// limits: there is no other end of it that every owner survives. xclip and xsel end by the error of writing to
/// a window that is gone, and serve nobody else before their last piece is taken. For the same reason the
/// window outlives a reading by INCR for a moment: xsel says a second SelectionNotify after its last piece.
final class Conversion implements Windows.Listener {

    /// Where the content goes.
    interface Sink {
        /// How many bytes are welcome now; 0 holds the owner back until [#pump()].
        int room();

        /// A piece, to be used or copied before returning.
        void piece(ByteBuffer bytes, int type);

        void end();

        void failed(Reason reason);
    }

    private enum State {
        ASKED,
        READING,
        WAITING,
        LINGERING,
        OVER
    }

    /// How long an owner may go on sending what nobody wants any more.
    static final long ABANDONED_MILLIS = 60_000;

    /// And how much, in bytes.
    static final long MAX_ABANDONED = 64L << 20;

    /// How long a window waits for that second SelectionNotify, in milliseconds.
    static final long LINGERING_MILLIS = 5_000;

    /// Conversions that go on so at once, or linger; one more, and the oldest of them ends.
    static final int MAX_ABANDONED_AT_ONCE = 32;

    private final XServer server;
    private final int selection;
    private final int owner;
    private final int property;
    private final Limits patience;
    private final OwnerWatch ownerWatch = new OwnerWatch();
    private Sink sink;
    private boolean abandoned;
    private int window;
    private State state = State.ASKED;
    private boolean incremental;
    private boolean asking;
    private boolean busy;
    private boolean ownerGone;
    private boolean deletionDue;
    private int offsetWords;
    private int sizeAsked;
    private long askedAs;
    private long deadline;

    private Conversion(XServer server, int selection, int owner, Sink sink, Limits patience) {
        this.server = server;
        this.selection = selection;
        this.owner = owner;
        this.property = server.atom("HYPERCLIP_CONTENT");
        this.sink = sink;
        this.patience = patience;
    }

    /// Asks the owner.
    ///
    /// @param time when the owner took the selection, or a later time of the server's
    /// @param patience how long the owner may do nothing while there is room
    static Conversion start(
            XServer server, int selection, int owner, int target, int time, Limits patience, Sink sink) {
        Conversion conversion = new Conversion(server, selection, owner, sink, patience);
        conversion.window = server.windows().create(Requests.PROPERTY_CHANGE_MASK, conversion);
        server.conversions().put(conversion.window, conversion);
        server.windows().watch(owner, Requests.STRUCTURE_NOTIFY_MASK, conversion.ownerWatch);
        Requests.convertSelection(server.x(), conversion.window, selection, target, conversion.property, time);
        conversion.askedAs = server.x().sent();
        conversion.progress();
        return conversion;
    }

    private final class OwnerWatch implements Windows.Listener {
        @Override
        public void propertyChanged(Event.PropertyChanged event) {
            // Only its death is of interest.
        }

        @Override
        public void destroyed() {
            ownerGone = true;
            if (state == State.LINGERING) {
                end();
            } else if (state == State.ASKED || state == State.WAITING || offsetWords > 0) {
                checkOwner();
            }
        }
    }

    private void progress() {
        if (!abandoned) {
            deadline = server.now() + (state == State.ASKED ? patience.firstByte() : patience.stall());
        }
    }

    /// The selection has another owner. If our question was not carried out before, then it went to the new one,
    /// whose content nobody has asked for and may be secret.
    void ownerChanged(int changed) {
        if (changed == selection && state == State.ASKED && !abandoned && !isCarriedOut()) {
            fail(Reason.STALE);
        }
    }

    private boolean isCarriedOut() {
        return askedAs <= server.x().processed();
    }

    void converted(Event.SelectionConverted event) {
        if (state == State.LINGERING) {
            end();
            return;
        }
        if (state != State.ASKED || event.selection() != selection) {
            return;
        }
        state = State.READING;
        if (event.property() == Requests.NONE) {
            fail(Reason.OWNER_REFUSED);
        } else {
            pump();
        }
    }

    @Override
    public void propertyChanged(Event.PropertyChanged event) {
        if (event.atom() == property && !event.deleted() && state == State.WAITING) {
            state = State.READING;
            progress();
            pump();
        }
    }

    /// Our own window was destroyed, which only we do.
    @Override
    public void destroyed() {
        end();
    }

    /// Goes on if there is room: to be called when room has been made.
    void pump() {
        if (busy || asking) {
            return;
        }
        int room = sink.room();
        if (room <= 0) {
            return;
        }
        if (state == State.WAITING && deletionDue) {
            deletionDue = false;
            Requests.deleteProperty(server.x(), window, property);
            progress();
        } else if (state == State.READING) {
            int words = Math.min(X11Connection.MAX_PIECE, Setup.padded(Math.min(room, X11Connection.MAX_PIECE))) / 4;
            if (abandoned && !incremental) {
                words = 0; // whether it is INCR can be told without the content
            }
            // Deleting the last of an INCR piece asks for the next one, for which there must be room as well.
            boolean deletes = !incremental || room > 4 * words;
            sizeAsked = 4 * words;
            asking = true;
            Requests.getProperty(
                    server.x(),
                    window,
                    property,
                    offsetWords,
                    words,
                    deletes ? Requests.AfterRead.DELETE : Requests.AfterRead.KEEP);
            server.x().expect(new X11Connection.Answer() {
                @Override
                public void reply(ByteBuffer reply) throws IOException {
                    read(reply, deletes);
                }

                @Override
                public void refused(ServerMessage.Refusal refusal) {
                    asking = false;
                    fail(Reason.OWNER_REFUSED);
                }
            });
        }
    }

    private void read(ByteBuffer reply, boolean deleted) throws IOException {
        asking = false;
        if (state != State.READING) {
            return;
        }
        int format = reply.get(1) & 0xff;
        int type = reply.getInt(8);
        long after = reply.getInt(12) & 0xffffffffL;
        long length = (reply.getInt(16) & 0xffffffffL) * (format / 8);
        if (length > reply.limit() - ServerMessage.HEADER || length > sizeAsked) {
            throw new IOException(
                    "the X server gives a property of " + length + " bytes where " + sizeAsked + " were asked for");
        }
        progress();
        if (type == Requests.NONE) {
            // The owner said that it had written, and had not.
            fail(Reason.OWNER_REFUSED);
        } else if (!incremental && type == server.atom("INCR")) {
            incremental = true;
            await(deleted && after == 0);
        } else if (!incremental && abandoned) {
            end();
        } else {
            take(reply.slice(ServerMessage.HEADER, (int) length).order(reply.order()), type, after, deleted);
        }
    }

    private void take(ByteBuffer bytes, int type, long after, boolean deleted) {
        int length = bytes.remaining();
        if (length > 0) {
            busy = true;
            sink.piece(bytes, type);
            busy = false;
            if (state == State.OVER) {
                return;
            }
        }
        if (after > 0) {
            offsetWords += length / 4;
            checkOwner();
            pump();
        } else if (!incremental) {
            end();
            sink.end();
        } else if (length == 0 && offsetWords == 0) {
            linger();
            sink.end();
        } else {
            await(deleted);
        }
    }

    /// The piece has been read; the next one is asked for by deleting the property.
    private void await(boolean deleted) {
        offsetWords = 0;
        state = State.WAITING;
        deletionDue = !deleted;
        progress();
        checkOwner();
        if (!deleted) {
            pump();
        }
    }

    /// What an owner has written before it died can still be read. Of a paste in pieces that is not all: the end
    /// mark is asked for when the piece before it has been read. Whoever pasted is told now, even if he takes no
    /// more.
    private void checkOwner() {
        if (ownerGone && (incremental || state == State.ASKED)) {
            fail(Reason.OWNER_GONE);
        }
    }

    /// Whether it is the owner that we wait for, and not room.
    private boolean waitsForOwner() {
        return state == State.ASKED || (state == State.WAITING && !deletionDue);
    }

    long deadline() {
        return abandoned || state == State.LINGERING || waitsForOwner() ? deadline : Long.MAX_VALUE;
    }

    void tick(long now) {
        if (now < deadline()) {
            return;
        }
        if (abandoned || state == State.LINGERING) {
            end();
        } else {
            fail(Reason.TIMED_OUT);
        }
    }

    private void fail(Reason reason) {
        if (state != State.LINGERING && state != State.OVER) {
            Sink told = sink;
            close();
            told.failed(reason);
        }
    }

    /// Ends it without a word to the sink.
    void close() {
        if (state == State.LINGERING || state == State.OVER || abandoned) {
            return;
        }
        boolean more = incremental || asking || state == State.ASKED;
        if (!more || (ownerGone && isCarriedOut())) {
            end();
            return;
        }
        abandoned = true;
        sink = new Drain();
        deadline = server.now() + ABANDONED_MILLIS;
        if (!isCarriedOut()) {
            // It may be another owner that answers.
            server.windows().unwatch(owner, ownerWatch);
        }
        keepFew();
        pump();
    }

    /// All is read, and the owner may still have something to say to the window.
    private void linger() {
        state = State.LINGERING;
        deadline = server.now() + LINGERING_MILLIS;
        if (ownerGone) {
            end();
        } else {
            keepFew();
        }
    }

    private void keepFew() {
        List<Conversion> all = server.conversions().values().stream()
                .filter(conversion -> conversion.abandoned || conversion.state == State.LINGERING)
                .toList();
        if (all.size() > MAX_ABANDONED_AT_ONCE) {
            all.getFirst().end();
        }
    }

    private void end() {
        if (state != State.OVER) {
            state = State.OVER;
            server.conversions().remove(window);
            server.windows().unwatch(owner, ownerWatch);
            server.windows().destroy(window);
        }
    }

    /// Takes what nobody wants any more.
    private final class Drain implements Sink {
        private long room = MAX_ABANDONED;

        @Override
        public int room() {
            return (int) room;
        }

        @Override
        public void piece(ByteBuffer bytes, int type) {
            room -= bytes.remaining();
            if (room <= 0) {
                Conversion.this.end();
            }
        }

        @Override
        public void end() {
            // Nobody waits for it.
        }

        @Override
        public void failed(Reason reason) {
            Conversion.this.end();
        }
    }
}
