package hyperclip.core.wire;

/// Which Hyperclip this is, for those that ask.
public final class Version {

    public static final String NUMBER = "0.1.0";

    private Version() {}
}
