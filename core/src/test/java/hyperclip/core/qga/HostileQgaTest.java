package hyperclip.core.qga;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Selection;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Commands that are cut at every byte and damaged: a reply, and the next command works.
class HostileQgaTest {

    /// Mutations of each command; `-Dhyperclip.mutations=1000000` for the whole.
    private static final int MUTATIONS = Integer.getInteger("hyperclip.mutations", 20_000);

    private static final String SYNC = "{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":4711}}\n";

    static final List<String> COMMANDS = List.of(
            "{\"execute\":\"guest-ping\",\"id\":[1,{\"a\":\"\\u00e9\\n\"},null,true,-1.5e3]}\n",
            "{'execute':'guest-info'}\n",
            "{\"execute\":\"guest-sync\",\"arguments\":{\"id\":-12}}\n",
            "{\"execute\":\"guest-clipboard-sessions\"}\n",
            "{\"execute\":\"guest-clipboard-types\",\"arguments\":{\"session\":\"alice\",\"selection\":\"clipboard\"}}\n",
            "{\"execute\":\"guest-clipboard-read\",\"arguments\":{\"session\":\"alice\",\"type\":\"image/png\",\"offset\":2,\"count\":3}}\n",
            "{\"execute\":\"guest-clipboard-open\",\"arguments\":{\"selection\":\"primary\"}}\n",
            "{\"execute\":\"guest-clipboard-write\",\"arguments\":{\"type\":\"text/html\",\"buf-b64\":\"YWJj\"}}\n",
            "{\"execute\":\"guest-clipboard-commit\",\"arguments\":{\"handle\":1}}\n",
            "{\"execute\":\"guest-clipboard-clear\",\"arguments\":{\"session\":\"bob\"}}\n",
            "{\"execute\":\"guest-clipboard-offer\",\"arguments\":{\"types\":[\"text/html\",\"image/png\"],\"age\":12}}\n",
            "{\"execute\":\"guest-clipboard-supply\",\"arguments\":{\"request\":3,\"buf-b64\":\"YWJj\",\"eof\":true}}\n",
            "{\"execute\":\"guest-clipboard-wait\",\"arguments\":{\"since\":1,\"timeout\":30}}\n",
            "{\"execute\":\"guest-clipboard-subscribe\",\"arguments\":{\"enable\":true}}\n");

    private static GuestWorld world() {
        GuestWorld world = new GuestWorld();
        world.alice.copy(Selection.CLIPBOARD, "image/png", "picture".getBytes(UTF_8));
        return world;
    }

    private static void feed(GuestWorld.Channel channel, byte[] bytes) {
        channel.connection.received(ByteBuffer.wrap(bytes));
    }

    private static void assertThatItGoesOn(GuestWorld.Channel channel) {
        feed(channel, new byte[] {(byte) 0xFF});
        channel.say(SYNC);
        assertThat(channel.heard().lines())
                .allMatch(line -> line.startsWith("{\"return\":")
                        || line.startsWith("{\"error\":{\"class\":\"")
                        || line.startsWith("{\"event\":\"CLIPBOARD_")
                        || line.startsWith("~{\"return\":"))
                .last()
                .isEqualTo("~{\"return\":4711}");
    }

    @ParameterizedTest
    @FieldSource("COMMANDS")
    void cutAtEveryByteItIsTheSameCommand(String command) {
        String whole = replies(command, 0);
        byte[] bytes = command.getBytes(UTF_8);

        for (int cut = 1; cut < bytes.length; cut++) {
            assertThat(replies(command, cut)).isEqualTo(whole);
        }
    }

    private static String replies(String command, int cut) {
        GuestWorld.Channel channel = world().channel();
        byte[] bytes = command.getBytes(UTF_8);
        channel.connection.received(ByteBuffer.wrap(bytes, 0, cut).slice());
        channel.connection.received(
                ByteBuffer.wrap(bytes, cut, bytes.length - cut).slice());
        return channel.heard();
    }

    @ParameterizedTest
    @FieldSource("COMMANDS")
    void withoutItsEndItIsPassedOver(String command) {
        byte[] bytes = command.getBytes(UTF_8);
        for (int cut = 0; cut < bytes.length; cut++) {
            GuestWorld.Channel channel = world().channel();
            channel.connection.received(ByteBuffer.wrap(bytes, 0, cut).slice());
            assertThatItGoesOn(channel);
        }
    }

    @ParameterizedTest
    @FieldSource("COMMANDS")
    void damagedItIsAnsweredSomehow(String command) {
        Random random = new Random(command.hashCode());
        GuestWorld world = world();
        GuestWorld.Channel channel = world.channel();
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] bytes = command.getBytes(UTF_8);
            for (int j = random.nextInt(4); j >= 0; j--) {
                int at = random.nextInt(bytes.length);
                bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : bytes[at] ^ (1 << random.nextInt(8)));
            }
            feed(channel, bytes);
            if (i % 10 == 0) {
                assertThatItGoesOn(channel);
            }
            if (i % 1000 == 0) {
                world = world();
                channel = world.channel();
            }
        }
        assertThatItGoesOn(channel);
    }

    @Test
    void noiseIsAnsweredSomehow() {
        Random random = new Random(5);
        GuestWorld.Channel channel = world().channel();
        byte[] noise = new byte[200];
        for (int i = 0; i < 1_000; i++) {
            random.nextBytes(noise);
            feed(channel, noise);
            assertThatItGoesOn(channel);
        }
    }
}
