package hyperclip.core.vdagent;

import static java.nio.charset.StandardCharsets.UTF_8;

import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.View;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// One file on its way to an agent: the peer of a hub where somebody else offers its content (vd_agent.h,
/// VD_AGENT_FILE_XFER_*; spice-vdagent, file-xfers.c).
///
/// ```
/// idle ──the content is offered: START──▶ asked ──CAN_SEND_DATA──▶ sending ──all of it──▶ sent ──SUCCESS──▶ over
///                                           └────────── any other status, a time-out, no more content ───────▲
/// ```
///
/// Content is asked for when the agent wants it, and more of it as it leaves.
final class VdagentFile implements Peer {

    /// How long whoever sends it may take to offer its content, in milliseconds.
    static final long OFFER_WITHIN = 10_000;

    /// How long the agent may take to say whether it wants the file, in milliseconds.
    static final long ANSWER_WITHIN = 10_000;

    /// How long it may take at the end to say that it has all, from the last part that has left on, in
    /// milliseconds.
    static final long STORED_WITHIN = 60_000;

    /// How much content may wait here, in bytes.
    static final int WINDOW = 512 * 1024;

    /// The most bytes of one message, as spice-gtk sends them (FILE_XFER_CHUNK_SIZE).
    static final int MAX_DATA = 64 * 1024;

    private static final long NEVER = Long.MAX_VALUE;

    private enum State {
        IDLE,
        ASKED,
        SENDING,
        SENT,
        OVER
    }

    private final int id;
    private final String name;
    private final long size;
    private final View view;
    private final VdagentOutbox outbox;
    private final LongSupplier millis;
    private final Consumer<Optional<String>> outcome;
    private State state = State.IDLE;
    private Signal.Offer offer;
    private long transfer;
    private long taken;
    private int left;
    private long answerBy = NEVER;

    /// @param size of its content, in bytes
    /// @param outcome told once: why the agent does not have it, as a sentence, or nothing where it has it
    VdagentFile(
            int id,
            String name,
            long size,
            View view,
            VdagentOutbox outbox,
            LongSupplier millis,
            Consumer<Optional<String>> outcome) {
        this.id = id;
        this.name = name;
        this.size = size;
        this.view = view;
        this.outbox = outbox;
        this.millis = millis;
        this.outcome = outcome;
        this.answerBy = millis.getAsLong() + OFFER_WITHIN;
    }

    @Override
    public void say(Signal signal) {
        switch (signal) {
            case Signal.Offer offered -> {
                if (state == State.IDLE) {
                    offer = offered;
                    state = State.ASKED;
                    answerBy = NEVER;
                    Part described =
                            new Part(ByteBuffer.wrap(describe(name, size).getBytes(UTF_8)));
                    outbox.file(new VdagentMessage.FileStart(id, described.size()), described, () -> {
                        // Before it has left nobody can answer.
                        if (state == State.ASKED) {
                            answerBy = millis.getAsLong() + ANSWER_WITHIN;
                        }
                    });
                }
            }
            case Signal.Chunk chunk -> chunk(chunk.bytes());
            case Signal.End _ -> {
                if (state == State.SENDING && taken < size) {
                    cancel("it became shorter while it was sent");
                } else if (state == State.SENDING) {
                    if (size == 0) {
                        // Or the agent would wait for more.
                        send(ByteBuffer.allocate(0));
                    }
                    state = State.SENT;
                    awaitEnd();
                }
            }
            case Signal.Abort abort -> {
                transfer = 0;
                cancel(abort.sentence());
            }
            case Signal.Release _ -> cancel("it is offered no longer");
            case Signal.Request request -> view.hear(new Signal.Abort(request.transfer(), Reason.NOTHING_OFFERED));
            case Signal.Credit _ -> {
                // Nothing is handed out here.
            }
        }
    }

    /// As GLib reads it: a backslash in a value begins an escape, and a space at its beginning is none of it.
    static String describe(String name, long size) {
        String escaped = name.replace("\\", "\\\\");
        if (escaped.startsWith(" ")) {
            escaped = "\\s" + escaped.substring(1);
        }
        return "[vdagent-file-xfer]\nname=" + escaped + "\nsize=" + size + "\n\0";
    }

    private void chunk(ByteBuffer bytes) {
        if (state != State.SENDING) {
            return;
        }
        taken += bytes.remaining();
        if (taken > size) {
            cancel("it became longer while it was sent");
            return;
        }
        while (bytes.hasRemaining()) {
            int length = Math.min(MAX_DATA, bytes.remaining());
            send(bytes.slice(bytes.position(), length));
            bytes.position(bytes.position() + length);
        }
    }

    private void send(ByteBuffer bytes) {
        int length = bytes.remaining();
        outbox.file(new VdagentMessage.FileData(id, length), new Part(bytes), () -> {
            left += length;
            if (state == State.SENDING && left >= WINDOW / 2) {
                view.hear(new Signal.Credit(transfer, left));
                left = 0;
            } else if (state == State.SENT) {
                awaitEnd();
            }
        });
    }

    private void awaitEnd() {
        answerBy = millis.getAsLong() + STORED_WITHIN;
    }

    /// The agent has said something of this file.
    void heard(VdagentMessage.FileStatus status) {
        switch (status.result()) {
            case CAN_SEND_DATA -> {
                if (state == State.ASKED) {
                    state = State.SENDING;
                    answerBy = NEVER;
                    transfer = view.newTransfer();
                    view.hear(new Signal.Request(
                            transfer,
                            Selection.CLIPBOARD,
                            offer.id(),
                            offer.types().getFirst(),
                            WINDOW));
                }
            }
            case SUCCESS -> {
                if (state == State.SENT || (state == State.SENDING && taken == size)) {
                    // It counts the bytes itself, and may be quicker than the word that there are no more.
                    over(Optional.empty());
                } else {
                    cancel("the machine's agent says that it has the file, before it was sent");
                }
            }
            case CANCELLED -> over(Optional.of("it was cancelled in the machine"));
            case ERROR ->
                over(Optional.of("the machine's agent could not write it; its log, mostly the machine's journal, says"
                        + " more"));
            case NOT_ENOUGH_SPACE ->
                over(Optional.of("there is not enough space in the machine"
                        + (status.free().isPresent()
                                ? ": %,d bytes are free".formatted(status.free().getAsLong())
                                : "")));
            case SESSION_LOCKED -> over(Optional.of("the session in the machine is locked"));
            case VDAGENT_NOT_CONNECTED ->
                over(Optional.of("no session in the machine has an agent (spice-vdagent) that could take it"));
            case DISABLED -> over(Optional.of("the machine's agent takes no files"));
        }
    }

    /// The connection is over, or the agent has begun anew.
    void lost() {
        over(Optional.of("the connection to the machine's agent was lost"));
    }

    private void cancel(String why) {
        if (state != State.OVER) {
            // One that has not heard of it must not hear that it has ended before.
            if (state != State.IDLE && !outbox.dropFile(id)) {
                outbox.control(new VdagentMessage.FileStatus(id, VdagentMessage.FileStatus.Result.CANCELLED));
            }
            over(Optional.of(why));
        }
    }

    private void over(Optional<String> why) {
        if (state == State.OVER) {
            return;
        }
        boolean isUnderWay = state == State.SENDING && transfer != 0;
        state = State.OVER;
        answerBy = NEVER;
        if (isUnderWay) {
            view.hear(new Signal.Abort(transfer, Reason.CANCELLED));
        }
        outcome.accept(why);
    }

    boolean isOver() {
        return state == State.OVER;
    }

    long deadline() {
        return answerBy;
    }

    void tick() {
        if (answerBy <= millis.getAsLong()) {
            cancel(
                    switch (state) {
                        case IDLE -> "its content was not offered for " + OFFER_WITHIN / 1000 + " s";
                        case ASKED ->
                            "the machine's agent has not answered for " + ANSWER_WITHIN / 1000
                                    + " s; not every agent takes files";
                        case SENDING, SENT, OVER ->
                            "the machine's agent has not said within " + STORED_WITHIN / 1000 + " s that it has all";
                    });
        }
    }
}
