package hyperclip.app.link;

/// How it is with a way to somebody, for `hyperclip status`; told in the log when it changes.
public final class State {

    private final Troubles troubles;
    private final String name;
    private String sentence;

    /// @param name for the log, such as `machine work`
    /// @param sentence how it is before anything has happened
    public State(Troubles troubles, String name, String sentence) {
        this.troubles = troubles;
        this.name = name;
        this.sentence = sentence;
    }

    public String sentence() {
        return sentence;
    }

    /// It is so now.
    public void set(String next) {
        if (!next.equals(sentence)) {
            sentence = next;
            troubles.tell(name + ": " + next);
        }
    }

    /// It is so now because something went wrong.
    public void setForTrouble(String next, String trouble) {
        sentence = next;
        troubles.note(name + ": " + trouble);
    }
}
