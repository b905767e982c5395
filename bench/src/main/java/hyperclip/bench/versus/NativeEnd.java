package hyperclip.bench.versus;

import hyperclip.app.link.SocketLink;
import hyperclip.app.link.Troubles;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import hyperclip.core.session.Medium;
import hyperclip.core.session.Rank;
import hyperclip.core.session.SessionConnection;
import hyperclip.core.session.SessionMessage;
import hyperclip.core.wire.ProtocolException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Our own protocol at a port: what `hyperclip host` is there, with a program in the place of its desktop. To measure
/// the driver alone it can be the guest's side too, with one session.
final class NativeEnd implements End, SessionConnection.Owner {

    /// What the front end's X11 display grants, and in what portions.
    private static final int WINDOW = 256 * 1024;

    private static final int PORTION = WINDOW / 2;
    private static final int CHANNEL = 1;
    private static final String DRIVER = "driver";

    private final Loop loop;
    private final SessionMessage.Role role;
    private final Random random = new Random();
    private final Hub hub;
    private final View view;
    private final Map<Selection, Text> copied = new EnumMap<>(Selection.class);
    private final Map<Selection, Signal.Offer> offered = new EnumMap<>(Selection.class);
    private final Map<Selection, Runnable> onOffer = new EnumMap<>(Selection.class);
    private final Map<Long, Handing> handing = new HashMap<>();
    private final Map<Long, Taking> taking = new HashMap<>();
    private SocketLink<SessionConnection> link;
    private int sessions;

    /// A paste by the other side.
    private static final class Handing {
        final Text text;
        long at;

        Handing(Text text) {
            this.text = text;
        }
    }

    /// A paste of ours.
    private static final class Taking {
        final Arrival arrival;
        int unpaid;

        Taking(Arrival arrival) {
            this.arrival = arrival;
        }
    }

    /// @param role HOST or GUEST
    NativeEnd(Loop loop, SessionMessage.Role role) {
        this.loop = loop;
        this.role = role;
        // As at a host: no session is shown what another one copies.
        this.hub = new Hub(loop::millis, (follower, followed) -> follower.equals(DRIVER) || followed.equals(DRIVER));
        View[] opened = new View[1];
        hub.open(DRIVER, own -> {
            opened[0] = own;
            return this::say;
        });
        this.view = opened[0];
    }

    @Override
    public void connected(SocketChannel channel) throws IOException {
        SessionConnection connection = new SessionConnection(Medium.PORT, role, "", this, random, loop::millis);
        link = new SocketLink<>(loop, channel, connection, "port", new Troubles(loop::millis), why -> sessions = 0);
        connection.start();
    }

    @Override
    public boolean isReady() {
        return sessions > 0;
    }

    @Override
    public int sessions() {
        return sessions;
    }

    @Override
    public void greeted(SessionConnection connection, SessionMessage.Hello theirs) {
        if (role == SessionMessage.Role.GUEST) {
            connection.say(new SessionMessage.Open(CHANNEL, "program", "nobody", ":0"));
            connection.open(CHANNEL, hub, "host", Rank.GUEST_SIDE);
            sessions = 1;
        }
    }

    @Override
    public void said(SessionConnection connection, SessionMessage message, long position) throws ProtocolException {
        switch (message) {
            case SessionMessage.Open open -> {
                connection.open(open.channel(), hub, open.session(), Rank.HOST_SIDE);
                sessions++;
            }
            case SessionMessage.Close close -> {
                connection.close(close.channel());
                sessions--;
            }
            default -> throw new ProtocolException("a message that has no place here", position);
        }
    }

    @Override
    public void lost(SessionConnection connection, String why) {
        sessions = 0;
    }

    @Override
    public void hasToSend(SessionConnection connection) {
        if (link != null) {
            link.hasToSend();
        }
    }

    @Override
    public void copy(Selection selection, Text text) {
        copied.put(selection, text);
        view.hear(new Signal.Offer(selection, OfferId.random(random), List.of(MimeType.TEXT), 0, Standing.FRESH));
    }

    @Override
    public void onOffer(Selection selection, Runnable then) {
        onOffer.put(selection, then);
    }

    @Override
    public void paste(Selection selection, Arrival arrival) {
        Signal.Offer offer = offered.get(selection);
        long transfer = view.newTransfer();
        taking.put(transfer, new Taking(arrival));
        view.hear(new Signal.Request(transfer, selection, offer.id(), MimeType.TEXT, WINDOW));
    }

    private void say(Signal signal) {
        switch (signal) {
            case Signal.Offer offer -> {
                offered.put(offer.selection(), offer);
                Runnable then = onOffer.remove(offer.selection());
                if (then != null) {
                    then.run();
                }
            }
            case Signal.Release release -> offered.remove(release.selection());
            case Signal.Request request -> {
                handing.put(request.transfer(), new Handing(copied.get(request.selection())));
                hand(request.transfer(), request.credit());
            }
            case Signal.Credit credit -> hand(credit.transfer(), credit.bytes());
            case Signal.Chunk chunk -> take(chunk);
            case Signal.End end -> taking.remove(end.transfer()).arrival.end();
            case Signal.Abort abort -> {
                handing.remove(abort.transfer());
                Taking refused = taking.remove(abort.transfer());
                if (refused != null) {
                    refused.arrival.failed(
                            "the paste was refused: " + abort.reason().word());
                }
            }
        }
    }

    private void hand(long transfer, int credit) {
        Handing one = handing.get(transfer);
        int left = credit;
        while (one != null && left > 0 && one.at < one.text.size()) {
            int length = (int) Math.min(Math.min(left, Signal.MAX_CHUNK), one.text.size() - one.at);
            view.hear(new Signal.Chunk(transfer, one.text.piece(one.at, length)));
            one.at += length;
            left -= length;
        }
        if (one != null && one.at == one.text.size()) {
            handing.remove(transfer);
            view.hear(new Signal.End(transfer));
        }
    }

    private void take(Signal.Chunk chunk) {
        Taking one = taking.get(chunk.transfer());
        if (one == null) {
            return;
        }
        one.arrival.piece(chunk.bytes());
        one.unpaid += chunk.bytes().remaining();
        if (one.unpaid >= PORTION) {
            view.hear(new Signal.Credit(chunk.transfer(), one.unpaid));
            one.unpaid = 0;
        }
    }
}
