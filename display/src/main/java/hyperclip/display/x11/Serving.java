package hyperclip.display.x11;

import hyperclip.core.clipboard.Limits;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.View;
import hyperclip.core.wire.Parts;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// One paste by an application: content from the hub into a property of the requestor's window, at once if it is
/// small, else piece by piece (ICCCM 2.2 and 2.7.2).
///
/// ```
///  GATHERING ──End──▶ whole property, answered ──▶ over
///     │ a piece is full                     ┌─────────────────────┐
///     └──▶ INCR, answered ──▶ PIECE_OUT ──deleted──▶ PIECE_DUE ──more content──┘
///                                                        │ End
///                                                        ▼
///                                                   empty piece ──▶ over
/// ```
///
/// Credit is given back when the requestor has taken a piece, so that one that reads slowly slows the owner down,
/// on whichever machine that is.
final class Serving implements Windows.Listener {

    /// The most pastes at a time on one display; one more is refused.
    static final int MAX_AT_ONCE = 64;

    /// Content outstanding for one paste, two pieces: one with the requestor and one on its way.
    static final int WINDOW = 512 * 1024;

    /// What goes into one property, as much as toolkits write. Servers take far more, but the requestor has to
    /// hold it. With half of it pastes take half as long again: each piece costs several switches between three
    /// processes.
    static final int MAX_PIECE = WINDOW / 2;

    /// How much longer than by its own limits the hub may be silent before the requestor is told that nothing comes:
    /// stations on the way give up sooner, and say why.
    static final long HUB_MARGIN = 20_000;

    /// How the requestor's question was answered.
    enum Answer {
        GIVEN,
        REFUSED
    }

    private enum State {
        GATHERING,
        PIECE_OUT,
        PIECE_DUE,
        OVER
    }

    private final XServer server;
    private final View view;
    private final long transfer;
    private final int requestor;
    private final int property;
    private final int type;
    private final ServingWindow window;
    private final Map<Long, Serving> servings;
    private final Consumer<Answer> answer;
    private final Runnable failedHalfway;
    private final Consumer<Optional<TextPrint>> handedOut;
    private final TextPrint.Taking print;
    private final Latin1 latin1;
    private final int maxPiece;
    private final Parts gathered = new Parts();
    private State state = State.GATHERING;
    /// What has been paid for and is gathered.
    private int paidFor;
    private int paidOut;
    private long paidInAll;
    private boolean whole;
    /// The number of the request that has written last.
    private long writtenAs;
    private long deadline;

    Serving(
            XServer server,
            View view,
            Event.SelectionRequested asked,
            int property,
            Targets.Encoding encoding,
            boolean isText,
            ServingWindow window,
            Map<Long, Serving> servings,
            Consumer<Answer> answer,
            Runnable failedHalfway,
            Consumer<Optional<TextPrint>> handedOut) {
        this.server = server;
        this.view = view;
        this.transfer = view.newTransfer();
        this.requestor = asked.requestor();
        this.property = property;
        this.type = switch (encoding) {
            case AS_IS -> asked.target();
            case UTF8_STRING -> server.atom("UTF8_STRING");
            case LATIN1 -> Atoms.STRING;
        };
        this.latin1 = encoding == Targets.Encoding.LATIN1 ? new Latin1() : null;
        this.window = window;
        this.servings = servings;
        this.answer = answer;
        this.failedHalfway = failedHalfway;
        this.handedOut = handedOut;
        this.print = isText ? new TextPrint.Taking() : null;
        this.maxPiece = Math.min(MAX_PIECE, server.x().maxData() / 4);
        awaitHub();
    }

    /// Whether what it hands out goes there.
    boolean writesInto(int window, int atom) {
        return requestor == window && property == atom;
    }

    /// Asks the hub for the content.
    void start(hyperclip.core.clipboard.Selection selection, Signal.Offer offer, Targets.Served served) {
        servings.put(transfer, this);
        window.add(this);
        server.windows().watch(requestor, Requests.PROPERTY_CHANGE_MASK | Requests.STRUCTURE_NOTIFY_MASK, this);
        view.hear(new Signal.Request(transfer, selection, offer.id(), served.type(), WINDOW));
    }

    void chunk(ByteBuffer bytes) {
        if (state == State.OVER || whole) {
            return;
        }
        int paid = bytes.remaining();
        if (gathered.size() + paid > 2 * WINDOW) {
            abortBoth(Reason.VIOLATION);
            return;
        }
        paidInAll += paid;
        ByteBuffer content = latin1 == null ? bytes : latin1.fromUtf8(bytes);
        if (print != null) {
            print.add(content);
        }
        if (content.hasRemaining()) {
            gathered.add(content);
        }
        paidFor += paid;
        if (state != State.PIECE_OUT) {
            awaitHub();
        }
        moveOn();
    }

    void end() {
        if (state != State.OVER) {
            whole = true;
            handedOut.accept(print == null ? Optional.empty() : print.print());
            moveOn();
        }
    }

    private void moveOn() {
        switch (state) {
            case GATHERING -> {
                if (whole && gathered.size() <= maxPiece) {
                    write(take());
                    finish();
                    answer.accept(Answer.GIVEN);
                } else if (gathered.size() >= maxPiece || paidInAll >= WINDOW) {
                    beginIncremental();
                }
            }
            case PIECE_DUE -> {
                if (!gathered.isEmpty()) {
                    pieceOut(take());
                } else if (whole) {
                    write(List.of());
                    finish();
                }
            }
            case PIECE_OUT, OVER -> {
                // The requestor has to take its piece first.
            }
        }
    }

    private void awaitHub() {
        Limits limits = server.limits();
        deadline = server.now() + (paidInAll == 0 ? limits.firstByte() : limits.stall()) + HUB_MARGIN;
    }

    /// It has to take its piece.
    private void awaitRequestor() {
        deadline = server.now() + server.limits().stall();
    }

    private void beginIncremental() {
        ByteBuffer atLeast = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        atLeast.putInt((int) gathered.size()).flip();
        Requests.changeProperty(
                server.x(), requestor, property, server.atom("INCR"), Requests.Format.WORDS, List.of(atLeast));
        writtenAs = server.x().sent();
        server.x().expectNothing(refusal -> destroyed());
        state = State.PIECE_OUT;
        awaitRequestor();
        answer.accept(Answer.GIVEN);
    }

    private void pieceOut(List<ByteBuffer> piece) {
        write(piece);
        state = State.PIECE_OUT;
        awaitRequestor();
    }

    private void write(List<ByteBuffer> piece) {
        Requests.changeProperty(server.x(), requestor, property, type, Requests.Format.BYTES, piece);
        writtenAs = server.x().sent();
        server.x().expectNothing(refusal -> destroyed());
    }

    /// As many of the gathered chunks as make one piece.
    private List<ByteBuffer> take() {
        List<ByteBuffer> piece = new ArrayList<>();
        int length = 0;
        while (!gathered.isEmpty() && length < maxPiece) {
            ByteBuffer part = gathered.take(maxPiece - length);
            length += part.remaining();
            piece.add(part);
        }
        // What became less when it was turned is paid for with the last of it.
        int paid = gathered.isEmpty() ? paidFor : Math.min(length, paidFor);
        paidFor -= paid;
        paidOut += paid;
        return piece;
    }

    @Override
    public void propertyChanged(Event.PropertyChanged event) {
        if (state != State.PIECE_OUT || event.atom() != property || !event.deleted()) {
            return;
        }
        if (server.x().processed() < writtenAs) {
            // It was emptied before we wrote, which Qt does before it asks.
            return;
        }
        state = State.PIECE_DUE;
        awaitHub();
        int taken = paidOut;
        paidOut = 0;
        moveOn();
        if (taken > 0 && !whole && state != State.OVER) {
            view.hear(new Signal.Credit(transfer, taken));
        }
    }

    /// The requestor's window is gone.
    @Override
    public void destroyed() {
        if (state != State.OVER) {
            finish();
            view.hear(new Signal.Abort(transfer, Reason.REQUESTER_GONE));
        }
    }

    /// The hub's word that there is no more to come, and not all has.
    void aborted() {
        if (state == State.GATHERING) {
            finish();
            answer.accept(Answer.REFUSED);
        } else if (state != State.OVER) {
            finish();
            failedHalfway.run();
        }
    }

    private void abortBoth(Reason reason) {
        aborted();
        view.hear(new Signal.Abort(transfer, reason));
    }

    private void finish() {
        state = State.OVER;
        gathered.clear();
        servings.remove(transfer);
        server.windows().unwatch(requestor, this);
        window.remove(this);
    }

    ServingWindow window() {
        return window;
    }

    long deadline() {
        return deadline;
    }

    void tick(long now) {
        if (state != State.OVER && now >= deadline) {
            abortBoth(Reason.TIMED_OUT);
        }
    }
}
