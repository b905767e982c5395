package hyperclip.app.cli;

import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.View;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.Map;

/// The peer of `hyperclip copy`: the owner of a file's content, each paste read afresh.
final class CopyPeer implements Peer {

    private static final System.Logger LOG = System.getLogger("hyperclip");

    private final View view;
    private final FileChannel content;
    private final Map<Long, Sending> sending = new HashMap<>();

    /// How much of the content has been handed out, at most: pastes go on side by side.
    private long farthest;

    private static final class Sending {
        long position;
        int credit;
    }

    CopyPeer(View view, FileChannel content) {
        this.view = view;
        this.content = content;
    }

    @Override
    public void say(Signal signal) {
        switch (signal) {
            case Signal.Request request -> {
                sending.put(request.transfer(), new Sending());
                send(request.transfer(), request.credit());
            }
            case Signal.Credit credit -> send(credit.transfer(), credit.bytes());
            case Signal.Abort abort -> sending.remove(abort.transfer());
            case Signal.Offer _, Signal.Release _, Signal.Chunk _, Signal.End _ -> {
                // The daemon closes the channel when the copy is shown nowhere; nothing else concerns an owner.
            }
        }
    }

    /// In bytes from its beginning.
    long farthest() {
        return farthest;
    }

    private void send(long transfer, int credit) {
        Sending one = sending.get(transfer);
        if (one == null) {
            return;
        }
        one.credit += credit;
        try {
            while (one.credit > 0) {
                ByteBuffer piece = ByteBuffer.allocate(Math.min(one.credit, Signal.MAX_CHUNK));
                int count = content.read(piece, one.position);
                if (count < 0) {
                    sending.remove(transfer);
                    view.hear(new Signal.End(transfer));
                    return;
                }
                one.position += count;
                farthest = Math.max(farthest, one.position);
                one.credit -= count;
                view.hear(new Signal.Chunk(transfer, piece.flip()));
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "reading what was copied failed: {0}", e.getMessage());
            sending.remove(transfer);
            view.hear(new Signal.Abort(transfer, Reason.OWNER_REFUSED));
        }
    }
}
