package hyperclip.display.x11;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// The cookies that let a client in, from the file that `xauth` writes (libXau, AuRead.c: each entry is a
/// big-endian family, then address, display number, protocol name and data, each with a 16-bit length before it).
///
/// A missing file or entry is no failure: many servers let local users in without a cookie. A file that breaks off
/// counts as far as it can be read.
record Xauthority(List<Entry> entries) {

    /// Named in X11/Xauth.h.
    static final int INTERNET = 0;

    static final int INTERNET6 = 6;
    static final int LOCAL_HOST = 252;
    static final int LOCAL = 256;
    static final int WILD = 65535;

    /// The only protocol that is spoken here; it is what every desktop writes.
    static final String COOKIE = "MIT-MAGIC-COOKIE-1";

    /// A file has a few entries of some fifty bytes.
    private static final int MAX_FILE = 1 << 20;

    /// Bytes are kept as Latin-1 text, which compares by content.
    record Entry(int family, String address, String number, String protocol, String data) {}

    Xauthority {
        entries = List.copyOf(entries);
    }

    /// Where the file is: `XAUTHORITY`, else `.Xauthority` in the home directory.
    static Optional<Path> path(Map<String, String> environment) {
        String named = environment.getOrDefault("XAUTHORITY", "");
        if (!named.isEmpty()) {
            return Optional.of(Path.of(named));
        }
        String home = environment.getOrDefault("HOME", "");
        return home.isEmpty() ? Optional.empty() : Optional.of(Path.of(home, ".Xauthority"));
    }

    static Xauthority read(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            return parse(ByteBuffer.wrap(in.readNBytes(MAX_FILE)));
        } catch (IOException | UnsupportedOperationException none) {
            return new Xauthority(List.of());
        }
    }

    static Xauthority parse(ByteBuffer bytes) {
        List<Entry> entries = new ArrayList<>();
        try {
            while (bytes.hasRemaining()) {
                entries.add(new Entry(bytes.getShort() & 0xffff, text(bytes), text(bytes), text(bytes), text(bytes)));
            }
        } catch (BufferUnderflowException brokenOff) {
            return new Xauthority(entries);
        }
        return new Xauthority(entries);
    }

    private static byte[] counted(ByteBuffer bytes) {
        int length = bytes.getShort() & 0xffff;
        if (length > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] value = new byte[length];
        bytes.get(value);
        return value;
    }

    private static String text(ByteBuffer bytes) {
        return new String(counted(bytes), StandardCharsets.ISO_8859_1);
    }

    /// The cookie for a server reached over a unix socket or loopback.
    ///
    /// An entry under another host name is taken where there is none under ours: a machine that got a new name
    /// since its login (DHCP) has locked many people out of their own display.
    Optional<Entry> local(int number, String hostName) {
        return first(number, e -> e.family() == LOCAL && e.address().equals(hostName))
                .or(() -> first(number, e -> e.family() == WILD || e.family() == LOCAL_HOST))
                .or(() -> first(number, e -> e.family() == LOCAL))
                .or(() -> first(number, Xauthority::isLoopback));
    }

    /// The cookie for a server reached over TCP.
    Optional<Entry> remote(int number, InetAddress address, String hostName) {
        byte[] bytes = address.getAddress();
        int family = bytes.length == 4 ? INTERNET : INTERNET6;
        String written = new String(bytes, StandardCharsets.ISO_8859_1);
        Optional<Entry> exact = first(
                        number, e -> e.family() == family && e.address().equals(written))
                .or(() -> first(number, e -> e.family() == WILD));
        return exact.isPresent() || !address.isLoopbackAddress() ? exact : local(number, hostName);
    }

    private static boolean isLoopback(Entry entry) {
        return entry.family() == INTERNET
                && entry.address().length() == 4
                && entry.address().charAt(0) == 127;
    }

    private Optional<Entry> first(int number, Predicate<Entry> which) {
        String wanted = Integer.toString(number);
        return entries.stream()
                .filter(e -> e.protocol().equals(COOKIE))
                .filter(e -> e.number().isEmpty() || e.number().equals(wanted))
                .filter(which)
                .findFirst();
    }
}
