package hyperclip.app.link;

/// What all content that waits in this process may take together. Confined to the loop's thread.
final class Budget {

    /// Of memory: the process has little.
    static final Budget MEMORY = new Budget(12L * 1024 * 1024);

    /// Of the disk: twice what one content can have.
    static final Budget DISK = new Budget(8L * 1024 * 1024 * 1024);

    private final long most;
    private long taken;

    /// @param most in bytes
    private Budget(long most) {
        this.most = most;
    }

    /// Takes so many bytes.
    ///
    /// @return whether there were as many
    boolean take(long bytes) {
        boolean isThere = taken + bytes <= most;
        if (isThere) {
            taken += bytes;
        }
        return isThere;
    }

    void giveBack(long bytes) {
        taken -= bytes;
    }
}
