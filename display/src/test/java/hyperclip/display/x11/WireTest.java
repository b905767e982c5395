package hyperclip.display.x11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The server's messages as bytes: whole, cut at every byte, and absurd.
class WireTest {

    private static final int XFIXES = 86;

    private static ByteBuffer bytes(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer event(int code) {
        ByteBuffer event = bytes(32);
        event.put(0, (byte) code).putShort(2, (short) 7);
        for (int at = 4; at < 32; at += 4) {
            event.putInt(at, at);
        }
        return event;
    }

    private static ByteBuffer reply(int words) {
        ByteBuffer reply = bytes(32 + 4 * words);
        return reply.put(0, (byte) 1).putShort(2, (short) 9).putInt(4, words);
    }

    private static ServerMessage read(ByteBuffer in) throws IOException {
        return ServerMessage.read(in, 0, XFIXES);
    }

    private static Event eventOf(ByteBuffer in) throws IOException {
        return ((ServerMessage.Happening) read(in)).event();
    }

    @Test
    void eventsAreRead() throws IOException {
        assertThat(eventOf(event(Event.PROPERTY_NOTIFY))).isEqualTo(new Event.PropertyChanged(4, 8, 12, false));
        assertThat(eventOf(event(Event.DESTROY_NOTIFY))).isEqualTo(new Event.WindowDestroyed(8));
        assertThat(eventOf(event(Event.SELECTION_REQUEST)))
                .isEqualTo(new Event.SelectionRequested(4, 8, 12, 16, 20, 24));
        assertThat(eventOf(event(Event.SELECTION_NOTIFY | Event.SENT)))
                .isEqualTo(new Event.SelectionConverted(8, 12, 16, 20));
        assertThat(eventOf(event(XFIXES))).isEqualTo(new Event.OwnerChanged(8, 12, 16, 20, Event.Cause.SET));
        assertThat(eventOf(event(XFIXES).put(1, (byte) 1)))
                .isEqualTo(new Event.OwnerChanged(8, 12, 16, 20, Event.Cause.WINDOW_DESTROYED));
        assertThat(eventOf(event(XFIXES).put(1, (byte) 2)))
                .isEqualTo(new Event.OwnerChanged(8, 12, 16, 20, Event.Cause.CLIENT_CLOSED));
        assertThat(eventOf(event(2))).isEqualTo(new Event.Other(2));
    }

    /// The server leaves what stands in the place of its number as it was sent.
    @Test
    void aForgedKeymapHasNoNumber() throws IOException {
        for (int type : new int[] {Event.KEYMAP_NOTIFY, Event.KEYMAP_NOTIFY | Event.SENT}) {
            assertThat(ServerMessage.isNumbered(eventOf(event(type)))).isFalse();
        }
        assertThat(ServerMessage.isNumbered(eventOf(event(Event.SELECTION_NOTIFY | Event.SENT))))
                .isTrue();
    }

    @Test
    void timesAreComparedAsFarAsTheyCanBe() {
        assertThat(ServerClock.since(1000, 5000)).isEqualTo(4000);
        assertThat(ServerClock.since(5000, 1000)).as("a little in the future").isZero();
        assertThat(ServerClock.since(-1000, 1000)).as("over the wrap").isEqualTo(2000);
        assertThat(ServerClock.since(0, Integer.MIN_VALUE))
                .as("after 24.8 days")
                .isEqualTo(1L << 31);
    }

    @Test
    void forgedEventsAreNotBelieved() throws IOException {
        for (int type : new int[] {Event.PROPERTY_NOTIFY, Event.DESTROY_NOTIFY, Event.SELECTION_REQUEST, XFIXES}) {
            assertThat(eventOf(event(type | Event.SENT))).isInstanceOf(Event.Other.class);
        }
    }

    @Test
    void messagesCutAnywhereAreAwaited() throws IOException {
        for (ByteBuffer whole : new ByteBuffer[] {event(28), event(XFIXES), event(0), reply(0), reply(5)}) {
            for (int length = 0; length < whole.capacity(); length++) {
                ByteBuffer cut =
                        whole.duplicate().order(ByteOrder.LITTLE_ENDIAN).limit(length);
                assertThat(read(cut)).isNull();
                assertThat(cut.position()).isZero();
            }
            ByteBuffer all = whole.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            assertThat(read(all)).isNotNull();
            assertThat(all.hasRemaining()).isFalse();
        }
    }

    @Test
    void absurdLengthsAreRefusedBeforeTheyAreAwaited() {
        for (int words : new int[] {-1, Integer.MAX_VALUE, ServerMessage.MAX_REPLY / 4}) {
            ByteBuffer reply = bytes(32).put(0, (byte) 1).putInt(4, words);
            assertThatThrownBy(() -> read(reply))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("at byte 0");
        }
    }

    @Test
    void noiseNeverDoesMoreThanFail() {
        Random random = new Random(5);
        for (int i = 0; i < 50_000; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            ByteBuffer in = ByteBuffer.wrap(noise).order(ByteOrder.LITTLE_ENDIAN);
            try {
                while (read(in) != null) {
                    assertThat(in.position()).isPositive();
                }
            } catch (IOException expected) {
                assertThat(expected).hasMessageContaining("at byte");
            }
        }
    }

    /// A greeting with one screen of one depth.
    static ByteBuffer greeting() {
        ByteBuffer b = bytes(8 + 32 + 4 + 8 + 40 + 8 + 24);
        b.put(0, (byte) 1).putShort(6, (short) ((b.capacity() - 8) / 4));
        b.putInt(12, 0x400000).putInt(16, 0x1fffff).putShort(24, (short) 3).putShort(26, (short) 0xffff);
        b.put(28, (byte) 1).put(29, (byte) 1);
        int screen = 8 + 32 + 4 + 8;
        b.putInt(screen, 0x50d).put(screen + 39, (byte) 1).putShort(screen + 42, (short) 1);
        return b;
    }

    @Test
    void aGreetingIsRead() throws Exception {
        Setup setup = Setup.read(greeting());
        assertThat(setup.idBase()).isEqualTo(0x400000);
        assertThat(setup.maxRequest()).isEqualTo(4 * 0xffff);
        assertThat(setup.roots()).containsExactly(0x50d);
    }

    @Test
    void aGreetingCutAnywhereIsRefusedWithItsPosition() {
        int whole = greeting().capacity();
        for (int length = 8; length < whole; length += 4) {
            ByteBuffer cut = greeting().putShort(6, (short) ((length - 8) / 4)).limit(length);
            boolean enough = length >= 8 + 32 + 4 + 8 + 40 + 8;
            if (!enough) {
                assertThatThrownBy(() -> Setup.read(cut))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("at byte");
            }
        }
    }

    @Test
    void aRefusalIsToldInTheServersWords() {
        ByteBuffer refusal = bytes(8 + 12).put(0, (byte) 0).put(1, (byte) 9).putShort(6, (short) 3);
        refusal.put(8, "No entry!".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> Setup.read(refusal))
                .isInstanceOf(Setup.RefusedException.class)
                .hasMessage("No entry!");
    }
}
