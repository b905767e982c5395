package hyperclip.core.vdagent;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import hyperclip.core.wire.Spool;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// The other side of a vdagent connection as a peer of the hub: messages to signals and back.
///
/// The protocol has no number for a request and no credit, and the size of content stands before it. So of each
/// selection one request is under way at a time; what comes is taken as it comes, and what exceeds the credit
/// waits in a spool; and what is asked of us is read whole into a spool before any of it is sent.
final class VdagentPeer implements Peer {

    /// The most answers to the other side that may be read or wait at a time. Further requests are refused.
    static final int MAX_PASTES = 32;

    /// What the owner of a copy may send us ahead: it goes to a spool at once, so nobody waits for it.
    static final int WINDOW = 1024 * 1024;

    /// An answer of so long after its question is known for what it is, in milliseconds, though nobody waits for it:
    /// it must not be taken for the answer to the next question, which is asked only then. QEMU never answers some.
    static final long ANSWER_WITHIN = 10_000;

    /// The same for so long after whoever wanted it has given up, which may be at the end of a longer time-out.
    static final long LATE_BY = 2_000;

    /// An answer that has begun, that nobody waits for, and of which nothing has come for so long was broken off, in
    /// milliseconds: by the other side's end, which its port need not tell (QEMU's does not).
    static final long BROKEN_OFF = 10_000;

    /// How long nothing is offered to an agent that began anew and has not answered since, in milliseconds.
    static final long HELD_BACK = 2_000;

    /// A side without [Capability#CLIPBOARD_NO_RELEASE_ON_REGRAB] releases before it grabs again; so long a grab may
    /// take, in milliseconds (as spice-gtk waits).
    static final long RELEASE_SETTLES = 500;

    /// An agent tells what was copied before the greeting only after this time, in milliseconds: a client that has
    /// something grabs at once, and whoever opens a viewer has just been on the host.
    static final long GREETING = 1_000;

    private static final long NEVER = Long.MAX_VALUE;
    private static final long NOBODY = -1;

    private final VdagentRole role;
    private final View view;
    private final VdagentOutbox outbox;
    private final Supplier<Spool> spools;
    private final RandomGenerator random;
    private final LongSupplier millis;
    private final Listener listener;
    private final Map<Selection, Board> boards = new EnumMap<>(Selection.class);
    private final Map<Long, Asked> askedByHub = new HashMap<>();
    private final Map<Long, Given> givenByHub = new HashMap<>();
    private final Map<Integer, Asked> incoming = new HashMap<>();
    private Agreement agreement;
    private long greetedAt;
    private long heldBackUntil = NEVER;
    private int maxTheyTake = -1;
    private int pastes;

    /// What both sides can do.
    ///
    /// @param selections PRIMARY as well as CLIPBOARD
    /// @param releasesAnew the other side releases before it grabs again
    /// @param toThem how the line ends of what we send are turned
    /// @param toUs how those of what we get are
    record Agreement(boolean selections, boolean releasesAnew, LineEnds toThem, LineEnds toUs) {}

    /// Told what a person should know.
    interface Listener {

        /// These types of the copy that is offered to the other side cannot be carried; empty where all are.
        void notCarried(Selection selection, List<MimeType> types);

        /// What the other side wanted was too large.
        ///
        /// @param why who takes no more of it, as the end of a sentence
        void tooLarge(MimeType type, String why);
    }

    /// What stands of one selection.
    private static final class Board {
        final Selection selection;
        /// What the other side is shown, or is to be shown.
        Signal.Offer ours;
        /// The other side has been told of a copy of ours, and not yet that it is gone.
        boolean isGrabbed;
        /// What the other side has copied.
        OfferId theirs;
        /// Of the next grab, on either side.
        int serial;
        long releaseAt = NEVER;
        /// When what stands is told to the other side.
        long tellAt = NEVER;
        /// What is wanted of the other side; the first may be under way.
        final Deque<Asked> asked = new ArrayDeque<>();

        Board(Selection selection) {
            this.selection = selection;
        }
    }

    /// A paste of what the other side has copied.
    private static final class Asked {
        final OfferId offer;
        final VdagentType type;
        final LineEnds.Turning turning;
        /// Who wants it, or [#NOBODY] any more.
        long transfer;
        long credit;
        boolean isSent;
        long sentAt;
        long goneAt;
        boolean hasBegun;
        /// When something of it came last.
        long heardAt;
        boolean isWhole;
        Spool spool;

        Asked(OfferId offer, VdagentType type, LineEnds lineEnds, Signal.Request request) {
            this.offer = offer;
            this.type = type;
            this.turning = new LineEnds.Turning(lineEnds);
            this.transfer = request.transfer();
            this.credit = request.credit();
        }
    }

    /// A paste of the other side's.
    private static final class Given {
        final Selection selection;
        final VdagentType type;
        final LineEnds.Turning turning;
        final Spool spool;
        int open = WINDOW;

        Given(Selection selection, VdagentType type, LineEnds lineEnds, Spool spool) {
            this.selection = selection;
            this.type = type;
            this.turning = new LineEnds.Turning(lineEnds);
            this.spool = spool;
        }
    }

    /// @param agreed what both sides have said they can do
    VdagentPeer(
            VdagentRole role,
            Agreement agreed,
            View view,
            VdagentOutbox outbox,
            Supplier<Spool> spools,
            RandomGenerator random,
            LongSupplier millis,
            Listener listener) {
        this.role = role;
        this.view = view;
        this.outbox = outbox;
        this.spools = spools;
        this.random = random;
        this.millis = millis;
        this.listener = listener;
        for (Selection selection : Selection.values()) {
            boards.put(selection, new Board(selection));
        }
        agreement = agreed;
        greetedAt = millis.getAsLong();
    }

    /// The other side can do something else than before.
    void agree(Agreement agreed) {
        agreement = agreed;
    }

    /// The other side has begun anew, and holds nothing.
    ///
    /// @param isHeldBack whether it is told of nothing until [#goOn]
    void beginAnew(boolean isHeldBack) {
        greetedAt = millis.getAsLong();
        heldBackUntil = isHeldBack ? greetedAt + HELD_BACK : NEVER;
        maxTheyTake = -1;
        incoming.clear();
        for (Board board : boards.values()) {
            board.serial = 0;
            board.isGrabbed = false;
            release(board);
            while (!board.asked.isEmpty()) {
                fail(board.asked.remove(), Reason.LINK_LOST);
            }
            tell(board, Standing.RENEWED);
        }
        List.copyOf(givenByHub.keySet()).forEach(transfer -> {
            Given given = forgetGiven(transfer);
            if (given != null) {
                view.hear(new Signal.Abort(transfer, Reason.REQUESTER_GONE));
            }
        });
    }

    /// It counts grabs from nought on now, and is told what there is.
    void goOn() {
        if (heldBackUntil != NEVER) {
            heldBackUntil = NEVER;
            for (Board board : boards.values()) {
                board.serial = 0;
                outbox.word(board.selection);
            }
        }
    }

    /// The connection is over, and the view with it.
    void close() {
        askedByHub.values().forEach(VdagentPeer::closeSpool);
        askedByHub.clear();
        givenByHub.values().forEach(given -> given.spool.close());
        givenByHub.clear();
    }

    @Override
    public void say(Signal signal) {
        switch (signal) {
            case Signal.Offer offer -> show(offer);
            case Signal.Release release -> {
                // Of a copy of the other side's it means that nobody shows it now; it may be shown again.
                Board board = boards.get(release.selection());
                if (board.ours != null) {
                    board.ours = null;
                    outbox.word(release.selection());
                }
                listener.notCarried(release.selection(), List.of());
            }
            case Signal.Request request -> ask(request);
            case Signal.Credit credit -> {
                Asked asked = askedByHub.get(credit.transfer());
                if (asked != null) {
                    asked.credit += credit.bytes();
                    feed(asked);
                }
            }
            case Signal.Chunk chunk -> chunk(chunk);
            case Signal.End end -> {
                Given given = givenByHub.get(end.transfer());
                if (given != null) {
                    answer(end.transfer(), given);
                }
            }
            case Signal.Abort abort -> aborted(abort.transfer());
        }
    }

    private void show(Signal.Offer offer) {
        Board board = boards.get(offer.selection());
        boolean isCarried = offer.types().stream().anyMatch(VdagentPeer::isCarried);
        boolean isSame = board.ours != null
                && board.isGrabbed
                && board.ours.id().equals(offer.id())
                && board.ours.types().equals(offer.types());
        board.theirs = null;
        dropUnasked(board);
        board.releaseAt = NEVER;
        board.ours = isCarried ? offer : null;
        if (!isSame) {
            tell(board, offer.standing());
        }
        listener.notCarried(
                offer.selection(),
                offer.types().stream().filter(type -> !isSaid(type, offer)).toList());
    }

    private void tell(Board board, Standing standing) {
        long greeting = role == VdagentRole.GUEST && standing == Standing.RENEWED ? GREETING : 0;
        if (millis.getAsLong() < greetedAt + greeting) {
            board.tellAt = greetedAt + greeting;
        } else {
            board.tellAt = NEVER;
            outbox.word(board.selection);
        }
    }

    private static boolean isCarried(MimeType type) {
        return VdagentType.of(type).isPresent();
    }

    /// Text in other encodings is the same text.
    private static boolean isSaid(MimeType type, Signal.Offer offer) {
        return isCarried(type)
                || (type.name().startsWith("text/plain") && offer.types().contains(MimeType.TEXT));
    }

    /// What there is to say of a selection now, with the next serial; null for nothing.
    VdagentMessage word(Selection selection) {
        Board board = boards.get(selection);
        if (heldBackUntil != NEVER) {
            return null;
        }
        if (selection != Selection.CLIPBOARD && !agreement.selections()) {
            return null;
        }
        if (board.ours != null) {
            List<VdagentType> types = board.ours.types().stream()
                    .map(VdagentType::of)
                    .flatMap(Optional::stream)
                    .distinct()
                    .toList();
            board.isGrabbed = true;
            return new VdagentMessage.Grab(selection, OptionalInt.of(board.serial++), types);
        }
        if (board.isGrabbed) {
            board.isGrabbed = false;
            return new VdagentMessage.Release(selection);
        }
        return null;
    }

    void heard(VdagentMessage message, int port) {
        switch (message) {
            case VdagentMessage.Grab grab -> grabbed(grab);
            case VdagentMessage.Release(Selection selection) -> {
                Board board = boards.get(selection);
                if (board.theirs != null && agreement.releasesAnew()) {
                    board.releaseAt = millis.getAsLong() + RELEASE_SETTLES;
                } else {
                    release(board);
                }
            }
            case VdagentMessage.Request(Selection selection, VdagentType type) -> requested(selection, type);
            case VdagentMessage.Content content -> begun(content, port);
            case VdagentMessage.Piece(ByteBuffer bytes, boolean isLast) -> {
                Asked asked = incoming.get(port);
                if (asked != null) {
                    take(asked, bytes, isLast, port);
                }
            }
            case VdagentMessage.MaxClipboard(int bytes) -> maxTheyTake = bytes;
            case VdagentMessage.AnnounceCapabilities _,
                    VdagentMessage.ClientDisconnected _,
                    VdagentMessage.FileStart _,
                    VdagentMessage.FileStatus _,
                    VdagentMessage.FileData _,
                    VdagentMessage.Other _ -> throw new IllegalArgumentException("not about a clipboard");
        }
    }

    private void grabbed(VdagentMessage.Grab grab) {
        Board board = boards.get(grab.selection());
        if (grab.serial().isPresent() && !isNews(board, grab.serial().getAsInt())) {
            return;
        }
        board.ours = null;
        board.isGrabbed = false;
        board.releaseAt = NEVER;
        board.tellAt = NEVER;
        dropUnasked(board);
        List<MimeType> types = grab.types().stream()
                .map(VdagentType::mime)
                .flatMap(Optional::stream)
                .toList();
        if (types.isEmpty()) {
            board.theirs = null;
            view.hear(new Signal.Release(grab.selection()));
            return;
        }
        board.theirs = OfferId.random(random);
        view.hear(new Signal.Offer(grab.selection(), board.theirs, types, 0, Standing.FRESH));
    }

    /// A request has no number: what is asked for from now on is the new copy, and nobody wants that of the old one.
    private void dropUnasked(Board board) {
        for (Asked asked : List.copyOf(board.asked)) {
            if (!asked.isSent) {
                board.asked.remove(asked);
                fail(asked, Reason.STALE);
            }
        }
    }

    /// Serials count the grabs of both sides, and where two cross, the client's wins (vdagentd.c, spice-gtk's
    /// channel-main.c). QEMU goes on with the serial that it was told last, which looks like a tie to an agent. One
    /// that is ahead is believed: whoever is behind would be deaf until the next greeting.
    private boolean isNews(Board board, int serial) {
        int ahead = serial - board.serial;
        if (ahead >= 0) {
            board.serial = serial + 1;
        }
        return ahead >= (role == VdagentRole.GUEST ? -1 : 0);
    }

    private void release(Board board) {
        board.releaseAt = NEVER;
        if (board.theirs == null) {
            return;
        }
        board.theirs = null;
        view.hear(new Signal.Release(board.selection));
        for (Asked asked : List.copyOf(board.asked)) {
            if (!asked.hasBegun) {
                fail(asked, Reason.OWNER_GONE);
            }
        }
    }

    private void ask(Signal.Request request) {
        Board board = boards.get(request.selection());
        Optional<VdagentType> type = VdagentType.of(request.type());
        if (!request.offer().equals(board.theirs) || type.isEmpty()) {
            Reason reason = type.isEmpty() ? Reason.TYPE_NOT_OFFERED : Reason.STALE;
            view.hear(new Signal.Abort(request.transfer(), reason));
            return;
        }
        Asked first = board.asked.peek();
        if (first != null
                && first.transfer == NOBODY
                && !first.hasBegun
                && first.type == type.get()
                && first.offer.equals(request.offer())) {
            // The answer to this question is on its way already, or is as good.
            first.transfer = request.transfer();
            first.credit = request.credit();
            askedByHub.put(first.transfer, first);
            return;
        }
        Asked asked = new Asked(
                request.offer(),
                type.get(),
                type.get() == VdagentType.UTF8_TEXT ? agreement.toUs() : LineEnds.AS_THEY_ARE,
                request);
        askedByHub.put(asked.transfer, asked);
        board.asked.add(asked);
        askNext(board);
    }

    private void askNext(Board board) {
        while (!board.asked.isEmpty() && !board.asked.peek().isSent) {
            Asked next = board.asked.peek();
            if (next.transfer == NOBODY) {
                board.asked.remove();
            } else {
                next.isSent = true;
                next.sentAt = millis.getAsLong();
                outbox.control(new VdagentMessage.Request(board.selection, next.type));
            }
        }
    }

    private void begun(VdagentMessage.Content content, int port) {
        incoming.remove(port);
        Board board = boards.get(content.selection());
        Asked first = board.asked.peek();
        boolean isRefusal = content.type() == VdagentType.NONE;
        if (first == null || !first.isSent || first.hasBegun || (!isRefusal && content.type() != first.type)) {
            // Nobody has asked, or does so no longer.
            return;
        }
        if (isRefusal || content.size() == 0) {
            board.asked.remove();
            fail(first, Reason.OWNER_REFUSED);
            askNext(board);
            return;
        }
        first.hasBegun = true;
        first.heardAt = millis.getAsLong();
        incoming.put(port, first);
    }

    private void take(Asked asked, ByteBuffer bytes, boolean isLast, int port) {
        asked.heardAt = millis.getAsLong();
        boolean isText = asked.type == VdagentType.UTF8_TEXT;
        if (isLast && isText && bytes.get(bytes.limit() - 1) == 0) {
            // QEMU's own agent, and some others, count the end of a C string in.
            bytes.limit(bytes.limit() - 1);
        }
        deliver(asked, asked.turning.turn(bytes));
        if (isLast) {
            deliver(asked, asked.turning.end());
            asked.isWhole = true;
            incoming.remove(port);
            boards.values().forEach(board -> {
                if (board.asked.remove(asked)) {
                    askNext(board);
                }
            });
            finish(asked);
        }
    }

    private void deliver(Asked asked, ByteBuffer bytes) {
        while (bytes.hasRemaining() && asked.transfer != NOBODY && asked.credit > 0 && isEmpty(asked.spool)) {
            int length = (int) Math.min(Math.min(asked.credit, Signal.MAX_CHUNK), bytes.remaining());
            ByteBuffer chunk = ByteBuffer.allocate(length).put(bytes.slice(bytes.position(), length));
            bytes.position(bytes.position() + length);
            asked.credit -= length;
            view.hear(new Signal.Chunk(asked.transfer, chunk.flip()));
        }
        if (bytes.hasRemaining() && asked.transfer != NOBODY) {
            if (asked.spool == null) {
                asked.spool = spools.get();
            }
            if (!asked.spool.add(bytes)) {
                fail(asked, Reason.TOO_LARGE);
            }
        }
    }

    private static boolean isEmpty(Spool spool) {
        return spool == null || spool.size() == 0;
    }

    private void feed(Asked asked) {
        while (asked.transfer != NOBODY && asked.credit > 0 && !isEmpty(asked.spool)) {
            int length = (int) Math.min(Math.min(asked.credit, Signal.MAX_CHUNK), asked.spool.size());
            ByteBuffer chunk = ByteBuffer.allocate(length);
            if (!asked.spool.take(chunk)) {
                fail(asked, Reason.LINK_LOST);
                return;
            }
            asked.credit -= length;
            view.hear(new Signal.Chunk(asked.transfer, chunk.flip()));
        }
        finish(asked);
    }

    private void finish(Asked asked) {
        if (asked.isWhole && asked.transfer != NOBODY && isEmpty(asked.spool)) {
            view.hear(new Signal.End(forget(asked)));
        }
    }

    private void fail(Asked asked, Reason reason) {
        if (asked.transfer != NOBODY) {
            view.hear(new Signal.Abort(forget(asked), reason));
        }
    }

    /// Nobody wants it any more; what is on its way is still to be told from the answer to the next question.
    private long forget(Asked asked) {
        long transfer = asked.transfer;
        askedByHub.remove(transfer);
        asked.transfer = NOBODY;
        asked.goneAt = millis.getAsLong();
        closeSpool(asked);
        return transfer;
    }

    private static void closeSpool(Asked asked) {
        if (asked.spool != null) {
            asked.spool.close();
            asked.spool = null;
        }
    }

    private void requested(Selection selection, VdagentType type) {
        Board board = boards.get(selection);
        Optional<MimeType> mime = type.mime();
        // Before it is told of our copy it cannot mean that.
        boolean isOffered = board.isGrabbed
                && board.ours != null
                && mime.isPresent()
                && board.ours.types().contains(mime.get());
        if (!isOffered || pastes >= MAX_PASTES) {
            refuse(selection, type);
            return;
        }
        pastes++;
        long transfer = view.newTransfer();
        LineEnds lineEnds = type == VdagentType.UTF8_TEXT ? agreement.toThem() : LineEnds.AS_THEY_ARE;
        givenByHub.put(transfer, new Given(selection, type, lineEnds, spools.get()));
        view.hear(new Signal.Request(transfer, selection, board.ours.id(), mime.get(), WINDOW));
    }

    /// By no content of the type that was asked for: neither spice-vdagent (clipboard.c) nor QEMU
    /// (ui/vdagent.c) finds the question that an answer of type NONE belongs to, and both go on waiting.
    private void refuse(Selection selection, VdagentType type) {
        outbox.control(new VdagentMessage.Content(selection, type, 0));
    }

    private void chunk(Signal.Chunk chunk) {
        Given given = givenByHub.get(chunk.transfer());
        if (given == null) {
            return;
        }
        given.open -= chunk.bytes().remaining();
        if (add(chunk.transfer(), given, given.turning.turn(chunk.bytes())) && given.open <= WINDOW / 2) {
            int more = WINDOW - given.open;
            given.open = WINDOW;
            view.hear(new Signal.Credit(chunk.transfer(), more));
        }
    }

    /// @return false where it finds no room: it is refused then
    private boolean add(long transfer, Given given, ByteBuffer bytes) {
        long most = maxTheyTake < 0 ? VdagentWriter.MAX_CONTENT : maxTheyTake;
        if (given.spool.size() + bytes.remaining() > most) {
            tooLarge(transfer, given, "it takes at most " + most + " bytes");
            return false;
        }
        if (!given.spool.add(bytes)) {
            tooLarge(transfer, given, "there is no room here to keep all of it until it is whole");
            return false;
        }
        return true;
    }

    private void tooLarge(long transfer, Given given, String why) {
        listener.tooLarge(given.type.mime().orElseThrow(), why);
        forgetGiven(transfer);
        refuse(given.selection, given.type);
        view.hear(new Signal.Abort(transfer, Reason.TOO_LARGE));
    }

    private void answer(long transfer, Given given) {
        if (add(transfer, given, given.turning.end())) {
            givenByHub.remove(transfer);
            long size = given.spool.size();
            outbox.content(new VdagentMessage.Content(given.selection, given.type, size), given.spool, () -> pastes--);
        }
    }

    private Given forgetGiven(long transfer) {
        Given given = givenByHub.remove(transfer);
        if (given != null) {
            given.spool.close();
            pastes--;
        }
        return given;
    }

    private void aborted(long transfer) {
        Given given = forgetGiven(transfer);
        if (given != null) {
            refuse(given.selection, given.type);
        }
        Asked asked = askedByHub.get(transfer);
        if (asked != null) {
            forget(asked);
            boards.values().forEach(board -> board.asked.removeIf(one -> one.equals(asked) && !one.isSent));
        }
    }

    long deadline() {
        long first = heldBackUntil;
        for (Board board : boards.values()) {
            first = Math.min(first, Math.min(board.tellAt, Math.min(board.releaseAt, unansweredAt(board))));
        }
        return first;
    }

    /// When the answer that nobody waits for any more is not waited for here either.
    private static long unansweredAt(Board board) {
        Asked first = board.asked.peek();
        if (first == null || !first.isSent || first.transfer != NOBODY) {
            return NEVER;
        }
        return first.hasBegun
                ? Math.max(first.heardAt + BROKEN_OFF, first.goneAt)
                : Math.max(first.sentAt + ANSWER_WITHIN, first.goneAt + LATE_BY);
    }

    /// Whether an answer was broken off: what comes next would be taken for the rest of it.
    boolean isBrokenOff() {
        return boards.values().stream()
                .anyMatch(board -> unansweredAt(board) <= millis.getAsLong() && board.asked.element().hasBegun);
    }

    /// Does what is due; only where no answer [was broken off][#isBrokenOff()].
    void tick() {
        long now = millis.getAsLong();
        if (heldBackUntil <= now) {
            goOn();
        }
        for (Board board : boards.values()) {
            if (board.releaseAt <= now) {
                release(board);
            }
            if (board.tellAt <= now) {
                board.tellAt = NEVER;
                outbox.word(board.selection);
            }
            if (unansweredAt(board) <= now) {
                board.asked.remove();
                askNext(board);
            }
        }
    }
}
