package hyperclip.core.clipboard;

/// One paste under way: who asked whom, and what the owner may still send.
final class Transfer<P> {
    private final long id;
    private final P requester;
    private final P asked;
    private final P owner;
    private final MimeType type;
    private int credit;
    private long passed;
    private long lastMove;

    /// @param asked the place whose holding was asked for: the requester's own, or one that it named
    Transfer(long id, P requester, P asked, P owner, MimeType type, int credit, long now) {
        this.id = id;
        this.requester = requester;
        this.asked = asked;
        this.owner = owner;
        this.type = type;
        this.credit = credit;
        this.lastMove = now;
    }

    long id() {
        return id;
    }

    P requester() {
        return requester;
    }

    P asked() {
        return asked;
    }

    P owner() {
        return owner;
    }

    P otherThan(P side) {
        return side.equals(owner) ? requester : owner;
    }

    MimeType type() {
        return type;
    }

    /// How many bytes of content have passed.
    long passed() {
        return passed;
    }

    /// When it has stood still for too long.
    long dueAt(Limits limits) {
        return lastMove + (passed == 0 ? limits.firstByte() : limits.stall());
    }

    /// Pays for a chunk; false where the owner sends more than it was granted.
    boolean spend(int bytes, long now) {
        credit -= bytes;
        passed += bytes;
        lastMove = now;
        return credit >= 0;
    }

    /// Adds to what the owner may send; false where more is granted than may ever be outstanding.
    boolean grant(int bytes, long now) {
        credit += bytes;
        lastMove = now;
        return credit <= Signal.MAX_CREDIT;
    }
}
