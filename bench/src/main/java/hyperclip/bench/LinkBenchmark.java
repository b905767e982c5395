package hyperclip.bench;

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
import hyperclip.core.wire.Connection;
import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What two hubs and the link between them cost, without a socket: a copy told, and a paste moved.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LinkBenchmark {

    private static final int WINDOW = 1024 * 1024;

    /// How much one paste moves, in bytes.
    @Param({"20", "1048576"})
    private int size;

    private final Random random = new Random(1);
    private final ByteBuffer wire = ByteBuffer.allocate(256 * 1024);
    private SessionConnection left;
    private SessionConnection right;
    private View owner;
    private View requestor;
    private Signal.Offer offer;
    private int arrived;
    private boolean ended;

    /// Joins the two and lets them greet each other.
    @Setup
    public void join() throws ProtocolException {
        Hub leftHub = new Hub(() -> 0, (follower, followed) -> true);
        Hub rightHub = new Hub(() -> 0, (follower, followed) -> true);
        owner = leftHub.open("owner", view -> signal -> serve(view, signal));
        requestor = rightHub.open("requestor", view -> signal -> take(view, signal));
        left = connection(SessionMessage.Role.AGENT, leftHub, Rank.GUEST_SIDE);
        right = connection(SessionMessage.Role.GUEST, rightHub, Rank.HOST_SIDE);
        left.start();
        right.start();
        carry();
        copy();
    }

    private SessionConnection connection(SessionMessage.Role role, Hub hub, Rank rank) {
        SessionConnection.Owner opens = new SessionConnection.Owner() {
            @Override
            public void greeted(SessionConnection connection, SessionMessage.Hello theirs) {
                connection.open(1, hub, "link", rank);
            }

            @Override
            public void said(SessionConnection connection, SessionMessage message, long position) {}

            @Override
            public void lost(SessionConnection connection, String why) {}

            @Override
            public void hasToSend(SessionConnection connection) {}
        };
        return new SessionConnection(Medium.SOCKET, role, "", opens, random, () -> 0);
    }

    private void serve(View view, Signal signal) {
        if (signal instanceof Signal.Request request) {
            send(view, request.transfer(), request.credit());
        } else if (signal instanceof Signal.Credit credit) {
            send(view, credit.transfer(), credit.bytes());
        }
    }

    private int sent;

    private void send(View view, long transfer, int credit) {
        int left = credit;
        while (left > 0 && sent < size) {
            int count = Math.min(Math.min(left, Signal.MAX_CHUNK), size - sent);
            view.hear(new Signal.Chunk(transfer, ByteBuffer.allocate(count)));
            sent += count;
            left -= count;
        }
        if (sent == size) {
            sent++;
            view.hear(new Signal.End(transfer));
        }
    }

    private void take(View view, Signal signal) {
        if (signal instanceof Signal.Chunk chunk) {
            arrived += chunk.bytes().remaining();
            view.hear(new Signal.Credit(chunk.transfer(), chunk.bytes().remaining()));
        } else if (signal instanceof Signal.End) {
            ended = true;
        }
    }

    private void carry() throws ProtocolException {
        while (left.hasToSend() || right.hasToSend()) {
            carry(left, right);
            carry(right, left);
        }
    }

    private void carry(SessionConnection from, SessionConnection to) throws ProtocolException {
        wire.clear();
        while (from.hasToSend() && wire.remaining() >= Connection.MAX_PIECE) {
            for (ByteBuffer part : from.next()) {
                wire.put(part);
            }
        }
        to.received(wire.flip());
    }

    /// A copy is told on the other side.
    @Benchmark
    public void copy() throws ProtocolException {
        offer = new Signal.Offer(
                Selection.CLIPBOARD, OfferId.random(random), List.of(MimeType.TEXT), 0, Standing.FRESH);
        owner.hear(offer);
        carry();
    }

    /// What was copied is pasted on the other side.
    @Benchmark
    public int paste() throws ProtocolException {
        arrived = 0;
        sent = 0;
        ended = false;
        requestor.hear(
                new Signal.Request(requestor.newTransfer(), Selection.CLIPBOARD, offer.id(), MimeType.TEXT, WINDOW));
        carry();
        if (!ended || arrived != size) {
            throw new IllegalStateException("the paste did not arrive whole");
        }
        return arrived;
    }
}
