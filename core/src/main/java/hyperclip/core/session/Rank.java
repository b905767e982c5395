package hyperclip.core.session;

/// Which end of a link this is: the one nearer to the host wins where two words are equal.
public enum Rank {
    HOST_SIDE,
    GUEST_SIDE
}
