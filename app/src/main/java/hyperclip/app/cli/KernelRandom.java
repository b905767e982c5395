package hyperclip.app.cli;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/// The kernel's random numbers, fresh at every call: a guest that is restored or cloned repeats none that it drew
/// before. (SecureRandom would do the same after loading its providers, which a start in a slow guest feels.)
///
/// The device stays open: each copy takes an id from it.
final class KernelRandom implements RandomGenerator {

    private static final String SOURCE = "/dev/urandom";

    private final FileInputStream source;

    KernelRandom() {
        try {
            source = new FileInputStream(SOURCE);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    @Override
    public long nextLong() {
        try {
            return ByteBuffer.wrap(source.readNBytes(Long.BYTES)).getLong();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static UncheckedIOException unreadable(IOException e) {
        return new UncheckedIOException("cannot read " + SOURCE, e);
    }
}
