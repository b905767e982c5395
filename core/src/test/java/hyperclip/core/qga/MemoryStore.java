package hyperclip.core.qga;

import hyperclip.core.wire.Spool;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/// Room for content, in memory.
final class MemoryStore implements Store, Spool {

    private byte[] bytes = new byte[0];
    boolean isClosed;

    @Override
    public boolean add(ByteBuffer more) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(bytes);
        byte[] copy = new byte[more.remaining()];
        more.get(copy);
        all.writeBytes(copy);
        bytes = all.toByteArray();
        return true;
    }

    @Override
    public boolean read(long position, ByteBuffer into) {
        into.put(bytes, (int) position, (int) Math.min(into.remaining(), bytes.length - position));
        return true;
    }

    @Override
    public boolean take(ByteBuffer into) {
        int length = Math.min(into.remaining(), bytes.length);
        into.put(bytes, 0, length);
        byte[] rest = new byte[bytes.length - length];
        System.arraycopy(bytes, length, rest, 0, rest.length);
        bytes = rest;
        return true;
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public void close() {
        isClosed = true;
        bytes = new byte[0];
    }
}
