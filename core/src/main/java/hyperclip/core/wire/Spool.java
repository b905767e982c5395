package hyperclip.core.wire;

import java.nio.ByteBuffer;

/// Content that waits: first in, first out, within a bound, and not in memory beyond a little.
public interface Spool extends AutoCloseable {

    /// Adds all of these bytes.
    ///
    /// @return false where they find no room: what it holds is of no use then
    boolean add(ByteBuffer bytes);

    /// Takes the first bytes, as many as there is room for and are there.
    ///
    /// @return false where what was added cannot be read again
    boolean take(ByteBuffer into);

    /// How many bytes it holds.
    long size();

    @Override
    void close();
}
