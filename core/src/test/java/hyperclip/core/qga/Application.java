package hyperclip.core.qga;

import static java.nio.charset.StandardCharsets.UTF_8;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// A desktop as a hub sees one: copies, pastes, and knows what it shows.
final class Application implements Peer {

    private final Random random;
    private final Map<Long, int[]> sending = new HashMap<>();
    private final Map<Selection, Signal.Offer> shown = new HashMap<>();
    private final ByteArrayOutputStream pasted = new ByteArrayOutputStream();
    private byte[] content = new byte[0];
    private Optional<Signal> ended = Optional.empty();
    private long transfer;
    View view;

    /// How many bytes are asked for at a time.
    int window = 100_000;

    /// @param seed for the ids of its copies
    Application(long seed) {
        this.random = new Random(seed);
    }

    void copy(Selection selection, String type, byte[] bytes) {
        content = bytes;
        shown.remove(selection);
        view.hear(new Signal.Offer(selection, OfferId.random(random), List.of(new MimeType(type)), 0, Standing.FRESH));
    }

    void paste(Selection selection, String type) {
        pasted.reset();
        ended = Optional.empty();
        transfer = view.newTransfer();
        view.hear(new Signal.Request(transfer, selection, shown.get(selection).id(), new MimeType(type), window));
    }

    Optional<Signal.Offer> shown(Selection selection) {
        return Optional.ofNullable(shown.get(selection));
    }

    byte[] pasted() {
        return pasted.toByteArray();
    }

    String pastedText() {
        return pasted.toString(UTF_8);
    }

    /// How the paste has ended, where it has.
    Optional<Signal> ended() {
        return ended;
    }

    @Override
    public void say(Signal signal) {
        switch (signal) {
            case Signal.Offer offer -> shown.put(offer.selection(), offer);
            case Signal.Release(Selection selection) -> shown.remove(selection);
            case Signal.Request request -> {
                sending.put(request.transfer(), new int[] {0, 0});
                send(request.transfer(), request.credit());
            }
            case Signal.Credit(long number, int bytes) -> send(number, bytes);
            case Signal.Chunk(long number, ByteBuffer bytes) -> {
                int count = bytes.remaining();
                byte[] copy = new byte[count];
                bytes.get(copy);
                pasted.writeBytes(copy);
                view.hear(new Signal.Credit(number, count));
            }
            case Signal.End end -> ended = Optional.of(end);
            case Signal.Abort abort -> {
                if (sending.remove(abort.transfer()) == null && abort.transfer() == transfer) {
                    ended = Optional.of(abort);
                }
            }
        }
    }

    private void send(long number, int credit) {
        int[] state = sending.get(number);
        if (state == null) {
            return;
        }
        state[1] += credit;
        while (state[1] > 0 && state[0] < content.length) {
            int length = Math.min(Math.min(state[1], content.length - state[0]), Signal.MAX_CHUNK);
            state[1] -= length;
            state[0] += length;
            view.hear(new Signal.Chunk(
                    number, ByteBuffer.wrap(content, state[0] - length, length).slice()));
        }
        if (state[0] == content.length && sending.remove(number) != null) {
            view.hear(new Signal.End(number));
        }
    }
}
