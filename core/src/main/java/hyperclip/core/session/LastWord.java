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

    private final Selection selection;
    private final Rank rank;

    private long serial;
    private Speaker speaker = Speaker.NOBODY;
    private boolean isOffer;
    private long age;

    /// What this side holds against all that has come since: the offer that was told and still stands.
    private Signal.Offer mine;

    private boolean unsent;

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
    }

    /// This side no longer offers. Nothing is said where the other side has heard of no offer that this ends.
    ///
    /// An offer that was never sent is released too where it was to take the place of the other side's: they tell
    /// theirs again then. Said nothing, this side would have forgotten what the other takes for agreed.
    void withdraw() {
        mine = null;
        unsent = isOffer && (unsent || speaker == Speaker.MINE);
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
        if (mine != null) {
            // They had not heard of this side's copy, or have let go what displaced it: told again, or it would be
            // lost.
            if (!unsent) {
                mine = mine.told(mine.age(), Standing.RENEWED);
            }
            unsent = true;
            return Optional.empty();
        }
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
