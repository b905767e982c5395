package hyperclip.bench.vm;

import hyperclip.demo.FrontEnd;
import hyperclip.demo.HostDesk;
import hyperclip.demo.Machine;
import hyperclip.demo.User;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/// What goes through a port: `hyperclip copy` to `hyperclip paste` through Hyperclip's, and dd through another of the
/// same device. From the first byte to the last, so that no process's start counts.
final class Port implements Closeable {

    static final String NAME = "org.hyperclip.bench";

    private static final String DEVICE = "/dev/virtio-ports/" + NAME;
    private static final int WRITE = 64 * 1024;

    private final Machine machine;
    private final HostDesk host;
    private final FrontEnd frontEnd;
    private final GuestApplication guest;
    private final SocketChannel raw;

    /// @param socket the host end of dd's port
    Port(Machine machine, HostDesk host, FrontEnd frontEnd, GuestApplication guest, Path socket) throws IOException {
        this.machine = machine;
        this.host = host;
        this.frontEnd = frontEnd;
        this.guest = guest;
        this.raw = SocketChannel.open(StandardProtocolFamily.UNIX);
        raw.connect(UnixDomainSocketAddress.of(socket));
    }

    Duration toHost(Content content) throws IOException {
        guest.copyByCommand(content);
        Process paste = host.start(
                frontEnd.command("paste", "--from", guest.desk().name()),
                Redirect.from(new File("/dev/null")),
                Redirect.PIPE);
        try (InputStream in = paste.getInputStream()) {
            byte[] pasted = new byte[content.bytes().length];
            int count = in.read(pasted, 0, 1);
            long began = System.nanoTime();
            count += in.readNBytes(pasted, count, pasted.length - count);
            long ended = System.nanoTime();
            if (count != pasted.length || in.read() >= 0 || !Arrays.equals(pasted, content.bytes())) {
                throw new IOException("what `hyperclip paste` gave on the host is not what was copied in the guest");
            }
            return Duration.ofNanos(ended - began);
        } finally {
            paste.destroy();
        }
    }

    Duration toGuest(Content content) throws IOException {
        Path file = host.folder().resolve("bench-source");
        Files.write(file, content.bytes());
        guest.source(content);
        Process copy = host.start(
                frontEnd.command(
                        "copy",
                        "--foreground",
                        "--tell-ready",
                        "--to",
                        guest.desk().name()),
                Redirect.from(file.toFile()),
                Redirect.PIPE);
        try (InputStream ready = copy.getInputStream()) {
            if (ready.read() < 0) {
                throw new IOException("`hyperclip copy` ended on the host without a word");
            }
            return guest.pasteByCommand(content);
        } finally {
            copy.destroy();
        }
    }

    /// As much from `dd` in the guest.
    Duration ddToHost(int size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(WRITE);
        machine.start(User.ROOT, "dd", "dd", "if=/dev/zero", "of=" + DEVICE, "bs=32k", "count=" + size / (32 * 1024));
        long left = size / (32 * 1024) * (32 * 1024L);
        left -= raw.read(bytes);
        long began = System.nanoTime();
        while (left > 0) {
            left -= raw.read(bytes.clear());
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /// As much to `dd` in the guest, until it says that it has all.
    Duration ddToGuest(int size) throws IOException {
        int blocks = size / 4096;
        machine.start(
                User.ROOT,
                "dd",
                "sh",
                "-c",
                "exec 3<>" + DEVICE + "; echo >&3; dd bs=4k iflag=fullblock count=" + blocks
                        + " <&3 of=/dev/null; echo >&3");
        ByteBuffer answer = ByteBuffer.allocate(1);
        raw.read(answer);
        ByteBuffer bytes = ByteBuffer.allocateDirect(WRITE);
        long left = blocks * 4096L;
        long began = System.nanoTime();
        while (left > 0) {
            bytes.clear().limit((int) Math.min(WRITE, left));
            left -= raw.write(bytes);
        }
        raw.read(answer.clear());
        return Duration.ofNanos(System.nanoTime() - began);
    }

    @Override
    public void close() throws IOException {
        raw.close();
    }
}
