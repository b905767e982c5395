package hyperclip.display.x11;

import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.View;
import java.nio.ByteBuffer;
import java.util.Map;

/// One paste from an application of ours to the hub: what its owner converts, in chunks that are paid for with
/// credit.
///
/// At most one piece of a property is held while there is no credit for it.
final class Reading implements Conversion.Sink {

    /// Readings at a time on one display; one more is refused.
    static final int MAX_AT_ONCE = 64;

    private final XServer server;
    private final View view;
    private final long transfer;
    private final Map<Long, Reading> readings;
    private final boolean isType;
    private Conversion conversion;
    private ByteBuffer held = ByteBuffer.allocate(0);
    private long credit;
    private boolean whole;
    private boolean latin1;
    private boolean over;

    private Reading(XServer server, View view, Signal.Request request, Map<Long, Reading> readings, boolean isType) {
        this.server = server;
        this.view = view;
        this.transfer = request.transfer();
        this.credit = request.credit();
        this.readings = readings;
        this.isType = isType;
    }

    /// Begins to read.
    ///
    /// @param target what to ask the owner for, already chosen for the request's type
    static void start(
            XServer server,
            View view,
            Signal.Request request,
            int selection,
            int owner,
            int target,
            int time,
            Map<Long, Reading> readings) {
        boolean isType = target != Atoms.STRING && target != server.atom("TEXT");
        Reading reading = new Reading(server, view, request, readings, isType);
        readings.put(request.transfer(), reading);
        reading.conversion = Conversion.start(server, selection, owner, target, time, server.limits(), reading);
    }

    void credit(int bytes) {
        credit = Math.min(credit + bytes, Signal.MAX_CREDIT);
        deliver();
        if (!over) {
            conversion.pump();
        }
    }

    @Override
    public int room() {
        if (held.hasRemaining() || credit <= 0) {
            return 0;
        }
        // Latin-1 may grow to twice its length.
        return (int) (latin1 ? Math.max(1, credit / 2) : credit);
    }

    @Override
    public void piece(ByteBuffer bytes, int type) {
        if (!isType && type == server.atom("COMPOUND_TEXT")) {
            conversion.close();
            failed(Reason.OWNER_REFUSED);
            return;
        }
        latin1 = !isType && type == Atoms.STRING;
        held = latin1 ? Latin1.toUtf8(bytes) : bytes;
        deliver();
        if (held.hasRemaining() && !latin1) {
            // The buffer is the connection's, and is about to be used again.
            held = ByteBuffer.allocate(held.remaining()).put(held).flip();
        }
    }

    private void deliver() {
        while (!over && held.hasRemaining() && credit > 0) {
            int length = (int) Math.min(Math.min(held.remaining(), credit), Signal.MAX_CHUNK);
            byte[] chunk = new byte[length];
            held.get(chunk);
            credit -= length;
            view.hear(new Signal.Chunk(transfer, ByteBuffer.wrap(chunk)));
        }
        if (whole && !over && !held.hasRemaining()) {
            finish();
            view.hear(new Signal.End(transfer));
        }
    }

    @Override
    public void end() {
        whole = true;
        deliver();
    }

    @Override
    public void failed(Reason reason) {
        if (!over) {
            finish();
            view.hear(new Signal.Abort(transfer, reason));
        }
    }

    private void finish() {
        over = true;
        readings.remove(transfer);
    }

    /// The hub wants no more.
    void abort() {
        if (!over) {
            finish();
            conversion.close();
        }
    }
}
