package hyperclip.core.session;

import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.wire.ProtocolException;
import java.util.Optional;

/// What was said last about one selection on one channel, by either side: the two ends agree on it whatever crosses on
/// the way (docs/session-protocol.md, Order).
///
/// Both sides rank words alike: the higher serial; then an offer before a release; then, where both serials are 0, the
/// younger copy; then the side nearer to the host. A word that loses is met with silence, because the winner is on its
/// way to the loser already.
///
/// A serial is given when a word is sent, not before, so that a word that never left leaves no gap: hence the serial of
/// the other side is at most one more than the last one known, and one that is higher is a lie.
///
/// ```
/// silent ──publish──▶ unsent ──next──▶ mine ──a better word comes──▶ theirs
///   └────────────────────a word comes─────────────────────────────────▲ │
///                        unsent ◀──publish──────────────────────────────┘
/// ```
final class LastWord {

    /// How often in a row a release is answered with the offer that it cannot have meant, before the other side's word
    /// is taken: two ends that follow the rules need one.
    static final int MAX_REPEATS = 4;

    private final Selection selection;
    private final Rank rank;

    private long serial;
    private Speaker speaker = Speaker.NOBODY;
    private boolean isOffer;
    private long age;

    /// What this side holds against all that has come since: the offer that was told and still stands.
    private Signal.Offer mine;

    private boolean unsent;
    private int repeats;

    private enum Speaker {
        NOBODY,
        MINE,
        THEIRS
    }

    LastWord(Selection selection, Rank rank) {
        this.selection = selection;
        this.rank = rank;
    }

    /// This side offers.
    void publish(Signal.Offer offer) {
        mine = offer;
        unsent = true;
        repeats = 0;
    }

    /// This side no longer offers. Nothing is said where the other side's word is the last, or nothing was said yet.
    void withdraw() {
        boolean told = speaker == Speaker.MINE && isOffer;
        mine = null;
        unsent = told;
    }

    boolean hasUnsent() {
        return unsent;
    }

    /// The word that waits to be sent, with the serial that it gets by being sent now.
    SessionMessage next(long ageSincePublished) {
        boolean first = speaker == Speaker.NOBODY && mine != null && mine.standing() == Standing.RENEWED;
        serial = first ? 0 : serial + 1;
        speaker = Speaker.MINE;
        unsent = false;
        isOffer = mine != null;
        if (mine == null) {
            return new SessionMessage.Release(selection, serial);
        }
        Signal.Offer told = mine.told(mine.age() + ageSincePublished, mine.standing());
        age = told.age();
        return new SessionMessage.Offer(told, serial);
    }

    /// The other side's word, where it is the better one: it is the last word from now on.
    ///
    /// @return the signal for this side's hub, or nothing
    Optional<Signal> heard(SessionMessage.Offer theirs, long position) throws ProtocolException {
        checkSerial(theirs.serial(), position);
        if (!better(theirs.serial(), true, theirs.offer().age())) {
            return Optional.empty();
        }
        accept(theirs.serial(), true, theirs.offer().age());
        mine = null;
        unsent = false;
        return Optional.of(theirs.offer());
    }

    /// The same for a release.
    Optional<Signal> heard(SessionMessage.Release theirs, long position) throws ProtocolException {
        checkSerial(theirs.serial(), position);
        if (!better(theirs.serial(), false, 0)) {
            return Optional.empty();
        }
        boolean wasTheirs = speaker == Speaker.THEIRS;
        accept(theirs.serial(), false, 0);
        if (mine != null && repeats < MAX_REPEATS) {
            // They cannot have meant this side's copy: they had not heard of it. Told again, or it would be lost.
            repeats++;
            unsent = true;
            return Optional.empty();
        }
        mine = null;
        unsent = false;
        return wasTheirs ? Optional.of(new Signal.Release(selection)) : Optional.empty();
    }

    private void checkSerial(long theirs, long position) throws ProtocolException {
        if (theirs > serial + 1) {
            throw new ProtocolException("a serial of " + theirs + " after " + serial, position);
        }
    }

    private boolean better(long itsSerial, boolean itsOffer, long itsAge) {
        if (itsSerial != serial || speaker == Speaker.NOBODY) {
            return itsSerial >= serial;
        }
        if (speaker == Speaker.THEIRS) {
            return false;
        }
        if (itsOffer != isOffer) {
            return itsOffer;
        }
        if (serial == 0 && itsAge != age) {
            return itsAge < age;
        }
        return rank == Rank.GUEST_SIDE;
    }

    private void accept(long itsSerial, boolean itsOffer, long itsAge) {
        serial = itsSerial;
        speaker = Speaker.THEIRS;
        isOffer = itsOffer;
        age = itsAge;
    }
}
