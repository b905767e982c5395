package hyperclip.core.wire;

/// The other side sent what its protocol does not allow. It ends that connection and nothing else.
public final class ProtocolException extends Exception {

    private static final long serialVersionUID = 1;

    private final long position;

    /// @param what a sentence without content of the clipboard, such as `a frame of 4294967295 bytes, at most 32780
    /// allowed`
    /// @param position the byte of the stream, counted from 0, at which the offending frame begins
    public ProtocolException(String what, long position) {
        super(what + ", at byte " + position);
        this.position = position;
    }

    public long position() {
        return position;
    }
}
