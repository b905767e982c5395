package hyperclip.core.qga;

import java.nio.ByteBuffer;

/// Content that is pasted from any number of times, and not in memory beyond a little.
public interface Store extends AutoCloseable {

    /// Adds all of these bytes.
    ///
    /// @return false where they find no room: what it holds is of no use then
    boolean add(ByteBuffer bytes);

    /// Reads from this position on, as many bytes as there is room for and are there.
    ///
    /// @return false where what was added cannot be read again
    boolean read(long position, ByteBuffer into);

    /// How many bytes it holds.
    long size();

    @Override
    void close();
}
