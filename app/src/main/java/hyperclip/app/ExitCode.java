package hyperclip.app;

/// How a command ends; its number is the process's exit status.
public enum ExitCode {
    DONE(0),
    FAILED(1),
    WRONG_USAGE(2),
    REFUSED_BY_POLICY(3),
    NOTHING_TO_PASTE(4),
    NOT_CONNECTED(5),
    TIMED_OUT(6),
    ALREADY_RUNNING(7);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    /// The code of this number; [#FAILED] where it is none of ours.
    public static ExitCode of(int number) {
        for (ExitCode code : values()) {
            if (code.number == number) {
                return code;
            }
        }
        return FAILED;
    }

    public int number() {
        return number;
    }
}
