package hyperclip.core.wire;

/// What several may take together of something that is scarce, in bytes.
public final class Budget {

    private final long most;
    private long taken;

    /// Nothing is taken of it yet.
    ///
    /// @param most in bytes
    public Budget(long most) {
        this.most = most;
    }

    /// Takes so many bytes.
    ///
    /// @return whether there were as many
    public boolean take(long bytes) {
        boolean isThere = taken + bytes <= most;
        if (isThere) {
            taken += bytes;
        }
        return isThere;
    }

    /// So many bytes are needed no longer.
    public void giveBack(long bytes) {
        taken -= bytes;
    }
}
