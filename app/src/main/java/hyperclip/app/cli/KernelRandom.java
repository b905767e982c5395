package hyperclip.app.cli;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/// The kernel's random numbers, fresh at every call: a guest that is restored or cloned repeats none that it drew
/// before. (SecureRandom would do the same after loading its providers, which a start in a slow guest feels.)
final class KernelRandom implements RandomGenerator {

    private static final String SOURCE = "/dev/urandom";

    @Override
    public long nextLong() {
        try (FileInputStream source = new FileInputStream(SOURCE)) {
            return ByteBuffer.wrap(source.readNBytes(Long.BYTES)).getLong();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + SOURCE, e);
        }
    }
}
