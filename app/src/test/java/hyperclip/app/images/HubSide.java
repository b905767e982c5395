package hyperclip.app.images;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.View;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The hub, and the owner behind it: hands out one content, as far as credit allows.
final class HubSide implements View {

    final List<Signal> heard = new ArrayList<>();
    ConvertedImages images;
    byte[] content = new byte[0];
    int position;

    private long transfers;
    private int credit;
    private int most = Integer.MAX_VALUE;

    /// Hands out no more than this many bytes, and does not end.
    void stopAt(int bytes) {
        most = bytes;
    }

    @Override
    public long newTransfer() {
        return ++transfers;
    }

    @Override
    public void hear(Signal signal) {
        heard.add(signal);
        switch (signal) {
            case Signal.Request request -> {
                position = 0;
                credit = request.credit();
                give(request.transfer());
            }
            case Signal.Credit more -> {
                credit += more.bytes();
                give(more.transfer());
            }
            case Signal.Abort _, Signal.Offer _, Signal.Release _, Signal.Chunk _, Signal.End _ -> {
                // Only recorded.
            }
        }
    }

    private void give(long transfer) {
        assertThat(credit).isBetween(1, ConvertedImages.WINDOW);
        while (credit > 0 && position < Math.min(content.length, most)) {
            int length = Math.min(Math.min(credit, Signal.MAX_CHUNK), Math.min(content.length, most) - position);
            images.say(new Signal.Chunk(transfer, ByteBuffer.wrap(content, position, length)));
            position += length;
            credit -= length;
        }
        if (position == content.length) {
            images.say(new Signal.End(transfer));
        }
    }
}
