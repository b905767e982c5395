package hyperclip.core.wire;

import java.nio.ByteBuffer;

/// One end of a connection in some protocol: bytes that came go in, bytes to send come out. Whatever moves them knows
/// nothing of the protocol, and tells the time by asking for [#deadline()].
public interface Connection {

    /// The most bytes that [#next()] gives at a time.
    int MAX_PIECE = 129 * 1024;

    /// Begins: what it has to say first waits to be sent from now on.
    void start();

    /// Takes all of the bytes.
    ///
    /// @throws ProtocolException for bad input: the connection is to be closed
    void received(ByteBuffer bytes) throws ProtocolException;

    /// With fewer bytes than this, [#received] can do nothing that has a consequence. At least 1.
    default int missing() {
        return 1;
    }

    /// Whether this side has something to say before the other has spoken. It never changes.
    default boolean speaksFirst() {
        return true;
    }

    /// Whether the other side has been heard and takes what is sent.
    boolean isGreeted();

    boolean hasToSend();

    /// The next piece to send, at most [#MAX_PIECE] bytes in all its parts, or null.
    ByteBuffer[] next();

    /// Whether so much of what has come waits that no more should be read for a moment.
    default boolean isBusy() {
        return false;
    }

    /// The other side stopped reading: what waits for it has outgrown its share.
    boolean isOverfull();

    /// When [#tick()] is wanted next; `Long.MAX_VALUE` where nothing waits.
    long deadline();

    /// The moment of [#deadline()] may have come.
    ///
    /// @throws ProtocolException where the other side has kept this one waiting: the connection is to be closed
    void tick() throws ProtocolException;

    /// Says why the connection is about to be closed, where the protocol has a word for it.
    void refuse(String why);

    /// The connection is over: whatever went through it ends.
    void closeAll();

    /// The other side of the port that carries it is gone, by the port's own word.
    void portLost(String why);
}
