package hyperclip.core.session;

import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.View;
import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// One channel of a connection as a peer of the hub: signals to messages and back.
///
/// The transfers that this side requests and those that the other side requests have numbers of their own, each given
/// by its requester; a number that is over is ignored, because what is under way cannot be called back.
final class SessionPeer implements Peer {

    /// The most pastes that the other side may have under way on one channel.
    static final int MAX_PASTES = 32;

    /// The most of them on one connection, all channels together: each may hold a window of content here.
    static final int MAX_PASTES_OF_ALL = 64;

    private final int channel;
    private final View view;
    private final Consumer<Signal.Request> requests;
    private final Runnable doubt;
    private final IntSupplier pastesOfAll;
    private final Outbox outbox;
    private final LongSupplier millis;
    private final Map<Selection, LastWord> words = new EnumMap<>(Selection.class);
    private final Map<Selection, Long> published = new EnumMap<>(Selection.class);
    private final Map<Long, Paste> pastesByWire = new HashMap<>();
    private final Map<Long, Paste> pastesByHub = new HashMap<>();
    private final Map<Long, Asked> askedByWire = new HashMap<>();
    private final Map<Long, Asked> askedByHub = new HashMap<>();
    private long lastAsked;

    /// A transfer whose owner is behind the link.
    private static final class Asked {
        final long wire;
        final long hub;
        long credit;

        Asked(long wire, long hub, int credit) {
            this.wire = wire;
            this.hub = hub;
            this.credit = credit;
        }
    }

    /// @param requests where the other side's requests go: to the view's own hub, or on behalf of another view
    /// @param doubt called when a word has come that changes nothing here: it crossed another on the way, or was
    /// said by a side that has forgotten words
    /// @param pastesOfAll how many pastes the other side has under way on the whole connection
    SessionPeer(
            int channel,
            View view,
            Rank rank,
            Consumer<Signal.Request> requests,
            Runnable doubt,
            IntSupplier pastesOfAll,
            Outbox outbox,
            LongSupplier millis) {
        this.channel = channel;
        this.view = view;
        this.requests = requests;
        this.doubt = doubt;
        this.pastesOfAll = pastesOfAll;
        this.outbox = outbox;
        this.millis = millis;
        for (Selection selection : Selection.values()) {
            words.put(selection, new LastWord(selection, rank));
        }
    }

    int channel() {
        return channel;
    }

    View view() {
        return view;
    }

    @Override
    public void say(Signal signal) {
        switch (signal) {
            case Signal.Offer offer -> {
                published.put(offer.selection(), millis.getAsLong());
                words.get(offer.selection()).publish(offer);
                outbox.word(this, offer.selection());
            }
            case Signal.Release release -> {
                words.get(release.selection()).withdraw();
                outbox.word(this, release.selection());
            }
            case Signal.Request request -> {
                Asked asked = new Asked(++lastAsked, request.transfer(), request.credit());
                askedByWire.put(asked.wire, asked);
                askedByHub.put(asked.hub, asked);
                outbox.control(
                        channel,
                        new SessionMessage.Request(
                                asked.wire, request.selection(), request.offer(), request.type(), request.credit()));
            }
            case Signal.Credit credit -> {
                Asked asked = askedByHub.get(credit.transfer());
                if (asked != null) {
                    asked.credit += credit.bytes();
                    outbox.control(channel, new SessionMessage.Credit(asked.wire, credit.bytes()));
                }
            }
            case Signal.Chunk chunk -> {
                Paste paste = pastesByHub.get(chunk.transfer());
                if (paste != null) {
                    paste.add(chunk.bytes());
                    outbox.data(paste);
                }
            }
            case Signal.End end -> {
                Paste paste = pastesByHub.remove(end.transfer());
                if (paste != null) {
                    paste.end();
                    outbox.data(paste);
                }
            }
            case Signal.Abort abort -> aborted(abort);
        }
    }

    private void aborted(Signal.Abort abort) {
        Paste paste = pastesByHub.remove(abort.transfer());
        if (paste != null) {
            pastesByWire.remove(paste.wire());
            outbox.drop(paste);
            outbox.control(channel, new SessionMessage.Abort(paste.wire(), abort.reason(), abort.limit()));
        }
        Asked asked = askedByHub.get(abort.transfer());
        if (asked != null) {
            forget(asked);
            outbox.control(channel, new SessionMessage.Cancel(asked.wire, abort.reason(), abort.limit()));
        }
    }

    /// A message came on this channel.
    ///
    /// @return false where this message has no place on a channel
    boolean heard(SessionMessage message, long position) throws ProtocolException {
        switch (message) {
            case SessionMessage.Offer offer -> {
                LastWord word = words.get(offer.offer().selection());
                word.heard(offer, position).ifPresentOrElse(view::hear, doubt);
            }
            case SessionMessage.Release release -> {
                LastWord word = words.get(release.selection());
                word.heard(release, position).ifPresentOrElse(view::hear, doubt);
                if (word.hasUnsent()) {
                    outbox.word(this, release.selection());
                }
            }
            case SessionMessage.Request request -> requested(request, position);
            case SessionMessage.Credit credit -> {
                Paste paste = pastesByWire.get(credit.transfer());
                if (paste != null && !paste.grant(credit.bytes())) {
                    throw new ProtocolException("more credit than may be outstanding", position);
                }
            }
            case SessionMessage.End end -> {
                Asked asked = asked(end.transfer(), position);
                if (asked != null) {
                    forget(asked);
                    view.hear(new Signal.End(asked.hub));
                }
            }
            case SessionMessage.Abort abort -> {
                Asked asked = asked(abort.transfer(), position);
                if (asked != null) {
                    forget(asked);
                    view.hear(new Signal.Abort(asked.hub, abort.reason(), abort.limit()));
                }
            }
            case SessionMessage.Cancel cancel -> {
                Paste paste = pastesByWire.remove(cancel.transfer());
                if (paste != null) {
                    pastesByHub.remove(paste.hub());
                    outbox.drop(paste);
                    view.hear(new Signal.Abort(paste.hub(), cancel.reason(), cancel.limit()));
                }
            }
            case SessionMessage.Hello _,
                    SessionMessage.Refusal _,
                    SessionMessage.Running _,
                    SessionMessage.Ping _,
                    SessionMessage.Pong _,
                    SessionMessage.Open _,
                    SessionMessage.Close _,
                    SessionMessage.Ask _,
                    SessionMessage.Row _,
                    SessionMessage.Done _,
                    SessionMessage.Send _ -> {
                return false;
            }
        }
        return true;
    }

    private void requested(SessionMessage.Request request, long position) throws ProtocolException {
        if (pastesByWire.containsKey(request.transfer())) {
            throw new ProtocolException("a request under the number of another", position);
        }
        if (pastesByWire.size() >= MAX_PASTES || pastesOfAll.getAsInt() >= MAX_PASTES_OF_ALL) {
            outbox.control(channel, new SessionMessage.Abort(request.transfer(), Reason.TOO_MANY));
            return;
        }
        Paste paste = new Paste(this, request.transfer(), view.newTransfer(), request.credit());
        pastesByWire.put(paste.wire(), paste);
        pastesByHub.put(paste.hub(), paste);
        requests.accept(new Signal.Request(
                paste.hub(),
                request.selection(),
                request.offer(),
                request.type(),
                Paste.firstCredit(request.credit())));
    }

    /// Content came for a transfer of this channel.
    void heard(long transfer, ByteBuffer content, long position) throws ProtocolException {
        Asked asked = asked(transfer, position);
        if (asked == null) {
            return;
        }
        asked.credit -= content.remaining();
        if (asked.credit < 0) {
            throw new ProtocolException("more content than there was credit for", position);
        }
        view.hear(new Signal.Chunk(asked.hub, content));
    }

    private Asked asked(long wire, long position) throws ProtocolException {
        if (Long.compareUnsigned(wire, lastAsked) > 0) {
            throw new ProtocolException("an answer to a request that was never made", position);
        }
        return askedByWire.get(wire);
    }

    private void forget(Asked asked) {
        askedByWire.remove(asked.wire);
        askedByHub.remove(asked.hub);
    }

    /// The word that waits, or null where it has been overtaken.
    SessionMessage takeWord(Selection selection) {
        LastWord word = words.get(selection);
        return word.hasUnsent() ? word.next(millis.getAsLong() - published.getOrDefault(selection, 0L)) : null;
    }

    void sentAll(Paste paste) {
        pastesByWire.remove(paste.wire());
    }

    void grantOn(Paste paste, int bytes) {
        if (pastesByHub.containsKey(paste.hub())) {
            view.hear(new Signal.Credit(paste.hub(), bytes));
        }
    }

    /// How many pastes the other side has under way on this channel.
    int pastes() {
        return pastesByWire.size();
    }

    /// How many transfers are under way on this channel, in both directions.
    int transfers() {
        return pastesByWire.size() + askedByWire.size();
    }
}
