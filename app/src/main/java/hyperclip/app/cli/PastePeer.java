package hyperclip.app.cli;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.View;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;

/// The peer of `hyperclip paste`: requests one type and writes what comes. Writing may block; then no credit is given,
/// and the owner waits.
final class PastePeer implements Peer {

    private static final int WINDOW = 1024 * 1024;

    /// What has been written is granted anew in portions of so much: each costs a message on every link.
    private static final int PORTION = WINDOW / 4;

    private final View view;
    private final WritableByteChannel output;
    private long transfer;
    private long written;
    private int ungranted;
    private boolean whole;
    private Signal.Abort refusal;
    private IOException failure;

    PastePeer(View view, OutputStream output) {
        this.view = view;
        this.output = Channels.newChannel(output);
    }

    void request(Selection selection, OfferId offer, MimeType type) {
        transfer = view.newTransfer();
        view.hear(new Signal.Request(transfer, selection, offer, type, WINDOW));
    }

    /// The person wants it no longer.
    void cancel() {
        if (!isOver()) {
            refusal = new Signal.Abort(transfer, Reason.CANCELLED);
            view.hear(refusal);
        }
    }

    /// How many bytes have been written.
    long written() {
        return written;
    }

    boolean isOver() {
        return whole || refusal != null || failure != null;
    }

    /// Why the output takes no more, where it does not.
    Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    /// Why the paste is not whole, where it is over and is not.
    Optional<Signal.Abort> refusal() {
        return Optional.ofNullable(refusal);
    }

    @Override
    public void say(Signal signal) {
        switch (signal) {
            case Signal.Chunk chunk -> {
                int count = chunk.bytes().remaining();
                try {
                    while (chunk.bytes().hasRemaining()) {
                        output.write(chunk.bytes());
                    }
                } catch (IOException e) {
                    failure = e;
                    view.hear(new Signal.Abort(chunk.transfer(), Reason.REQUESTER_GONE));
                    return;
                }
                written += count;
                ungranted += count;
                if (ungranted >= PORTION) {
                    view.hear(new Signal.Credit(chunk.transfer(), ungranted));
                    ungranted = 0;
                }
            }
            case Signal.End _ -> whole = true;
            case Signal.Abort abort -> refusal = abort;
            case Signal.Offer _, Signal.Release _, Signal.Request _, Signal.Credit _ -> {
                // Others may copy while this one pastes; what was asked for is named by its offer.
            }
        }
    }
}
