package hyperclip.app;

/// What a person is told when a command cannot go on: what failed, what was looked at, what to check.
public final class Complaint extends Exception {

    private static final long serialVersionUID = 1;

    private final ExitCode code;

    public Complaint(ExitCode code, String sentence) {
        super(sentence);
        this.code = code;
    }

    public ExitCode code() {
        return code;
    }
}
