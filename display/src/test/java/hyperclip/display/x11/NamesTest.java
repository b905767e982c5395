package hyperclip.display.x11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hyperclip.core.clipboard.Limits;
import hyperclip.core.clipboard.MimeType;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Where the display is, how one gets in, and what its targets are called.
class NamesTest {

    private static List<String> addresses(String name) {
        return DisplayName.of(name).orElseThrow().addresses().stream()
                .map(Object::toString)
                .toList();
    }

    @Test
    void displaysAreFound() {
        assertThat(addresses(":1")).containsExactly("/tmp/.X11-unix/X1", "127.0.0.1 port 6001");
        assertThat(addresses("unix:0")).containsExactly("/tmp/.X11-unix/X0");
        assertThat(addresses("host:10.0")).containsExactly("host port 6010");
        assertThat(addresses("[::1]:2")).containsExactly("::1 port 6002");
        assertThat(addresses("/run/x.sock")).containsExactly("/run/x.sock");
        assertThat(addresses("/tmp/org.xquartz:0")).contains("/tmp/org.xquartz:0");
        assertThat(DisplayName.of(":0.1").orElseThrow().screen()).isEqualTo(1);
        for (String nonsense : List.of("", ":", "host", ":x", ":70000", ":1.x", "wayland-0")) {
            assertThat(DisplayName.of(nonsense)).as(nonsense).isEmpty();
        }
    }

    @Test
    void aDisplayThatIsNotThereIsToldOfWithHelp() {
        assertThatThrownBy(() -> X11Display.open(Map.of("DISPLAY", ":4711"), new Random(), () -> 0, Limits.USUAL))
                .isInstanceOf(X11Exception.class)
                .hasMessageContaining("/tmp/.X11-unix/X4711")
                .hasMessageContaining("Check that DISPLAY");
        assertThatThrownBy(() -> X11Display.open(Map.of(), new Random(), () -> 0, Limits.USUAL))
                .hasMessageContaining("DISPLAY is not set");
        assertThatThrownBy(() -> X11Display.open(Map.of("DISPLAY", "nonsense"), new Random(), () -> 0, Limits.USUAL))
                .hasMessageContaining("nonsense");
    }

    private static void entry(ByteArrayOutputStream to, int family, byte[] address, String number, byte[] cookie) {
        to.writeBytes(new byte[] {(byte) (family >> 8), (byte) family});
        for (byte[] field : new byte[][] {
            address,
            number.getBytes(StandardCharsets.US_ASCII),
            Xauthority.COOKIE.getBytes(StandardCharsets.US_ASCII),
            cookie
        }) {
            to.writeBytes(new byte[] {(byte) (field.length >> 8), (byte) field.length});
            to.writeBytes(field);
        }
    }

    @Test
    void theRightCookieIsFound() throws Exception {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        entry(file, Xauthority.LOCAL, "other".getBytes(StandardCharsets.US_ASCII), "0", new byte[] {1});
        entry(file, Xauthority.LOCAL, "here".getBytes(StandardCharsets.US_ASCII), "0", new byte[] {2});
        entry(file, Xauthority.INTERNET, new byte[] {10, 0, 0, 1}, "0", new byte[] {3});
        entry(file, Xauthority.WILD, new byte[0], "5", new byte[] {4});
        Xauthority authority = Xauthority.parse(ByteBuffer.wrap(file.toByteArray()));
        assertThat(authority.local(0, "here").orElseThrow().data()).isEqualTo("\2");
        assertThat(authority.local(0, "renamed").orElseThrow().data()).isEqualTo("\1");
        assertThat(authority.local(5, "here").orElseThrow().data()).isEqualTo("\4");
        assertThat(authority.local(6, "here")).isEmpty();
        InetAddress address = InetAddress.getByAddress(new byte[] {10, 0, 0, 1});
        assertThat(authority.remote(0, address, "here").orElseThrow().data()).isEqualTo("\3");
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        assertThat(authority.remote(0, loopback, "here").orElseThrow().data()).isEqualTo("\2");
    }

    @Test
    void aBrokenFileCountsAsFarAsItCanBeRead() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        entry(file, Xauthority.WILD, new byte[0], "", new byte[] {1});
        entry(file, Xauthority.WILD, new byte[0], "1", new byte[] {2});
        byte[] whole = file.toByteArray();
        for (int length = 0; length < whole.length; length++) {
            int entries = Xauthority.parse(ByteBuffer.wrap(whole, 0, length))
                    .entries()
                    .size();
            assertThat(entries).isEqualTo(length < whole.length / 2 ? 0 : 1);
        }
        assertThat(Xauthority.read(Path.of("/nowhere/at/all")).entries()).isEmpty();
    }

    private static List<String> types(String... targets) {
        List<Targets.Named> named = new ArrayList<>();
        for (String target : targets) {
            named.add(new Targets.Named(target, named.size() + 1));
        }
        return Targets.of(named).types().keySet().stream().map(MimeType::name).toList();
    }

    @Test
    void textIsOfferedOnceAtItsFirstPlace() {
        assertThat(types("TIMESTAMP", "text/html", "STRING", "UTF8_STRING", "text/plain", "image/png"))
                .containsExactly("text/html", "text/plain;charset=utf-8", "image/png");
        assertThat(types("text/plain;charset=UTF-8", "text/plain;charset=iso8859-1"))
                .containsExactly("text/plain;charset=utf-8");
        assertThat(types("COMPOUND_TEXT", "SAVE_TARGETS")).isEmpty();
        assertThat(types("text/uri-list", "x-special/gnome-copied-files", "application/x-kde-cutselection"))
                .isEmpty();
    }

    @Test
    void theBestTextIsAskedFor() {
        List<Targets.Named> named = List.of(
                new Targets.Named("STRING", 1),
                new Targets.Named("text/plain", 2),
                new Targets.Named("UTF8_STRING", 3));
        assertThat(Targets.of(named).target(MimeType.TEXT)).contains(3);
    }

    @Test
    void brokenUtf8BecomesQuestionMarks() {
        Latin1 latin1 = new Latin1();
        ByteBuffer broken = ByteBuffer.wrap(new byte[] {'a', (byte) 0xff, (byte) 0xe2, 'b', (byte) 0xc3});
        assertThat(StandardCharsets.ISO_8859_1.decode(latin1.fromUtf8(broken)).toString())
                .isEqualTo("a??b");
        assertThat(StandardCharsets.ISO_8859_1
                        .decode(latin1.fromUtf8(ByteBuffer.wrap(new byte[] {(byte) 0xa4})))
                        .toString())
                .isEqualTo("ä");
    }
}
