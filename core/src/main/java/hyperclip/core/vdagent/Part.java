package hyperclip.core.vdagent;

import hyperclip.core.wire.Spool;
import java.nio.ByteBuffer;

/// Bytes that are there already.
final class Part implements Spool {
    private final ByteBuffer bytes;

    Part(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    @Override
    public boolean add(ByteBuffer more) {
        return false;
    }

    @Override
    public boolean take(ByteBuffer into) {
        int length = Math.min(into.remaining(), bytes.remaining());
        into.put(bytes.slice(bytes.position(), length));
        bytes.position(bytes.position() + length);
        return true;
    }

    @Override
    public long size() {
        return bytes.remaining();
    }

    @Override
    public void close() {
        bytes.position(bytes.limit());
    }
}
