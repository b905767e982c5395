package hyperclip.core.session;

import hyperclip.core.clipboard.Signal;
import hyperclip.core.wire.Parts;
import java.nio.ByteBuffer;

/// A transfer whose requester is behind the link: what the other side has granted, and what waits to be sent to it.
///
/// Of the credit that the other side granted, at most [#WINDOW] is granted on to the owner at a time, and is
/// renewed as the content leaves: so much, and no more, is held here.
final class Paste {

    /// How much content of one transfer may wait on a link, in bytes.
    static final int WINDOW = 512 * 1024;

    /// The window is filled again in portions of so much: each is a message, which costs as much as several
    /// frames of content.
    static final int PORTION = WINDOW / 2;

    private final SessionPeer peer;
    private final long wire;
    private final long hub;
    private final Parts waiting = new Parts();
    private long unasked;
    private int open;
    private boolean ended;

    /// @param wire the transfer's number on the link
    /// @param hub the transfer's number in this process
    /// @param credit what the other side granted with its request
    Paste(SessionPeer peer, long wire, long hub, int credit) {
        this.peer = peer;
        this.wire = wire;
        this.hub = hub;
        this.open = firstCredit(credit);
        this.unasked = (long) credit - open;
    }

    static int firstCredit(int credit) {
        return Math.min(credit, WINDOW);
    }

    SessionPeer peer() {
        return peer;
    }

    long wire() {
        return wire;
    }

    long hub() {
        return hub;
    }

    void add(ByteBuffer chunk) {
        waiting.add(chunk);
    }

    void end() {
        ended = true;
    }

    /// The other side grants more.
    ///
    /// @return false where it grants more than may ever be outstanding
    boolean grant(int bytes) {
        unasked += bytes;
        renew();
        return unasked <= Signal.MAX_CREDIT;
    }

    boolean hasNext() {
        return ended || !waiting.isEmpty();
    }

    Outbox.Ready next() {
        ByteBuffer chunk = waiting.take(Signal.MAX_CHUNK);
        if (chunk == null) {
            peer.sentAll(this);
            ended = false;
            return Outbox.Ready.control(peer.channel(), new SessionMessage.End(wire));
        }
        open -= chunk.remaining();
        renew();
        ByteBuffer number =
                ByteBuffer.allocate(Frame.TRANSFER_NUMBER).putLong(wire).flip();
        return new Outbox.Ready(Frame.Kind.DATA, peer.channel(), number, chunk);
    }

    /// Fills the window again, in portions where there is as much to grant.
    private void renew() {
        int portion = (int) Math.min(WINDOW - open, unasked);
        if (portion >= PORTION || (portion > 0 && portion == unasked)) {
            open += portion;
            unasked -= portion;
            peer.grantOn(this, portion);
        }
    }
}
