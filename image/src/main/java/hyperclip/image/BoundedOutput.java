package hyperclip.image;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// Takes so many bytes and no more.
final class BoundedOutput extends FilterOutputStream {

    private long room;

    BoundedOutput(OutputStream out, long most) {
        super(out);
        room = most;
    }

    private void spend(int bytes) throws IOException {
        room -= bytes;
        if (room < 0) {
            throw new IOException("more output than any image of so many pixels has");
        }
    }

    @Override
    public void write(int b) throws IOException {
        spend(1);
        out.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        spend(length);
        out.write(bytes, offset, length);
    }
}
