package hyperclip.app.images;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The display, and whoever pastes on it: takes what comes and pays for it.
final class DisplaySide implements Peer {

    final List<Signal> said = new ArrayList<>();
    ConvertedImages images;

    private final Map<Long, Paste> pastes = new HashMap<>();

    /// One paste. It grants so much at a time, and no more before all of that has come.
    static final class Paste {
        final long transfer;
        final ByteArrayOutputStream content = new ByteArrayOutputStream();
        Reason reason;
        boolean whole;
        boolean pays = true;
        private final int window;
        private int granted;

        Paste(long transfer, int window) {
            this.transfer = transfer;
            this.window = window;
        }

        boolean isOver() {
            return whole || reason != null;
        }
    }

    Signal.Offer offered() {
        return (Signal.Offer) said.getLast();
    }

    Paste paste(MimeType type, int window) {
        Paste paste = new Paste(images.newTransfer(), window);
        pastes.put(paste.transfer, paste);
        paste.granted = window;
        images.hear(new Signal.Request(
                paste.transfer, Selection.CLIPBOARD, offered().id(), type, window));
        return paste;
    }

    void abort(Paste paste) {
        pastes.remove(paste.transfer);
        images.hear(new Signal.Abort(paste.transfer, Reason.REQUESTER_GONE));
    }

    @Override
    public void say(Signal signal) {
        switch (signal) {
            case Signal.Chunk chunk -> {
                Paste paste = pastes.get(chunk.transfer());
                paste.granted -= chunk.bytes().remaining();
                assertThat(paste.granted).isNotNegative();
                while (chunk.bytes().hasRemaining()) {
                    paste.content.write(chunk.bytes().get());
                }
                if (paste.granted == 0 && paste.pays) {
                    pay(paste);
                }
            }
            case Signal.End end -> pastes.get(end.transfer()).whole = true;
            case Signal.Abort abort -> pastes.get(abort.transfer()).reason = abort.reason();
            case Signal.Offer _, Signal.Release _, Signal.Request _, Signal.Credit _ -> said.add(signal);
        }
    }

    void pay(Paste paste) {
        paste.granted += paste.window;
        images.hear(new Signal.Credit(paste.transfer, paste.window));
    }
}
