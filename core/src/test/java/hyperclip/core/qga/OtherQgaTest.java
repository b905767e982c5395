package hyperclip.core.qga;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import hyperclip.core.wire.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is passed on to a real qemu-ga, played by the test, and whose its replies are.
class OtherQgaTest {

    private static final String INFO = "{\"return\":{\"version\":\"7.2.22\",\"supported_commands\":["
            + "{\"enabled\":true,\"name\":\"guest-exec\",\"success-response\":true},"
            + "{\"enabled\":true,\"name\":\"guest-ping\",\"success-response\":true},"
            + "{\"enabled\":true,\"name\":\"guest-shutdown\",\"success-response\":false}]}}\n";

    private final GuestWorld world = new GuestWorld();
    private final QgaQueue queue = new QgaQueue(
            world.clipboards::setFrozen, () -> {}, () -> {}, () -> world.now, "no qemu-ga answers at /run/ga");
    private final GuestWorld.Channel alice = world.channel(Optional.of(queue), true);
    private final GuestWorld.Channel bob = world.channel(Optional.of(queue), true);
    private OtherQga other;

    @BeforeEach
    void greet() {
        connect();
        answer(INFO);
        assertThat(passed()).isEqualTo("{\"execute\":\"guest-fsfreeze-status\"}\n");
        answer("{\"return\":\"thawed\"}\n");
    }

    private void connect() {
        queue.coming();
        other = new OtherQga(queue, world::store, 18, () -> world.now);
        other.start();
        assertThat(passed()).endsWith("{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":9}}\n");
        answer("{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error, stray '\\uFFFD'\"}}\n");
        other.received(ByteBuffer.wrap(new byte[] {(byte) 0xFF}));
        answer("{\"return\": 9}\n");
        assertThat(passed()).isEqualTo("{\"execute\":\"guest-info\"}\n");
    }

    private String passed() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (other.hasToSend()) {
            for (ByteBuffer piece : other.next()) {
                byte[] bytes = new byte[piece.remaining()];
                piece.get(bytes);
                all.writeBytes(bytes);
            }
        }
        return all.toString(UTF_8);
    }

    private void answer(String line) {
        other.received(ByteBuffer.wrap(line.getBytes(UTF_8)));
    }

    @Test
    void oneCommandIsCarriedOutAtATimeInTheOrderOfAsking() {
        alice.say("{\"execute\":\"guest-a\",\"id\":1}");
        bob.say("{\"execute\":\"guest-b\",\"arguments\":{'x':[1.50]},\"id\":1}");
        assertThat(passed()).isEqualTo("{\"execute\":\"guest-a\",\"id\":1}\n");
        assertThat(passed()).isEmpty();

        answer("{\"return\": 1, \"id\": 1}\n");
        assertThat(passed()).isEqualTo("{\"execute\":\"guest-b\",\"arguments\":{\"x\":[1.50]},\"id\":1}\n");
        answer("{\"return\": 2, \"id\": 1}\n");

        assertThat(alice.heard()).isEqualTo("{\"return\": 1, \"id\": 1}\n");
        assertThat(bob.heard()).isEqualTo("{\"return\": 2, \"id\": 1}\n");
    }

    @Test
    void ofOneChannelRepliesKeepTheOrderOfTheCommands() {
        alice.say("{\"execute\":\"guest-a\"}{\"execute\":\"guest-ping\",\"id\":2}{\"execute\":\"guest-b\"}");
        assertThat(passed()).isEqualTo("{\"execute\":\"guest-a\"}\n");
        assertThat(alice.heard()).isEmpty();
        answer("{\"return\": 1}\n");
        answer("{\"return\": 3}\n");

        assertThat(alice.heard()).isEqualTo("{\"return\": 1}\n{\"return\":{},\"id\":2}\n{\"return\": 3}\n");
    }

    @Test
    void theReplyOfOneWhoIsGoneIsThrownAway() {
        alice.say("{\"execute\":\"guest-a\"}");
        bob.say("{\"execute\":\"guest-b\"}");
        alice.connection.closeAll();
        answer("{\"return\": \"of a\"}\n");
        answer("{\"return\": \"of b\"}\n");

        assertThat(bob.heard()).isEqualTo("{\"return\": \"of b\"}\n");
    }

    @Test
    void aSyncDropsWhatIsPassedOn() {
        alice.say("{\"execute\":\"guest-a\"}");
        assertThat(alice.ask("{\"execute\":\"guest-sync\",\"arguments\":{\"id\":3}}"))
                .isEqualTo("{\"return\":3}\n");
        alice.say("{\"execute\":\"guest-b\"}");
        answer("{\"return\": \"of a\"}\n");
        assertThat(alice.heard()).isEmpty();
        answer("{\"return\": \"of b\"}\n");

        assertThat(alice.heard()).isEqualTo("{\"return\": \"of b\"}\n");
    }

    @Test
    void oneThatIsSilentWhereItSucceedsDoesNotStopTheOthers() {
        alice.say("{\"execute\":\"guest-shutdown\"}");
        bob.say("{\"execute\":\"guest-b\"}");
        assertThat(passed())
                .isEqualTo("{\"execute\":\"guest-shutdown\"}\n{\"execute\":\"guest-sync\",\"arguments\":{\"id\":9}}\n");
        answer("{\"return\": 9}\n");
        assertThat(passed()).isEqualTo("{\"execute\":\"guest-b\"}\n");
        answer("{\"return\": 1}\n");

        assertThat(alice.heard()).isEmpty();
        assertThat(alice.ask("{\"execute\":\"guest-ping\"}")).isEqualTo("{\"return\":{}}\n");
        assertThat(bob.heard()).isEqualTo("{\"return\": 1}\n");
    }

    @Test
    void oneThatIsSilentWhereItSucceedsTellsAFailure() {
        alice.say("{\"execute\":\"guest-shutdown\",\"arguments\":{\"mode\":\"bogus\"}}");
        answer("{\"error\": {\"class\": \"GenericError\", \"desc\": \"mode is invalid\"}}\n");
        alice.say("{\"execute\":\"guest-a\"}");
        passed();
        answer("{\"return\": 9}\n");
        assertThat(passed()).isEqualTo("{\"execute\":\"guest-a\"}\n");
        answer("{\"return\": 1}\n");

        assertThat(alice.heard())
                .isEqualTo(
                        "{\"error\": {\"class\": \"GenericError\", \"desc\": \"mode is invalid\"}}\n{\"return\": 1}\n");
    }

    @Test
    void whereItDiesTheAskerGetsAnErrorAndTheOthersWaitForTheNextOne() {
        alice.say("{\"execute\":\"guest-a\"}");
        bob.say("{\"execute\":\"guest-b\"}");
        other.closeAll();
        queue.gone();
        assertThat(alice.heard()).contains("GenericError", "qemu-ga has gone while it carried out guest-a");
        assertThat(bob.heard()).isEmpty();

        greet();
        assertThat(passed()).isEqualTo("{\"execute\":\"guest-b\"}\n");
        answer("{\"return\": 1}\n");
        assertThat(bob.heard()).isEqualTo("{\"return\": 1}\n");
    }

    @Test
    void whereItStaysAwayThatIsSaid() {
        other.closeAll();
        queue.gone();
        bob.say("{\"execute\":\"guest-b\"}");
        assertThat(bob.heard()).isEmpty();
        world.now = queue.deadline();
        queue.tick();
        assertThat(bob.heard()).contains("CommandNotFound", "guest-b", "no qemu-ga answers at /run/ga");

        assertThat(bob.ask("{\"execute\":\"guest-c\"}")).contains("CommandNotFound", "no qemu-ga answers at /run/ga");
    }

    @Test
    void whileOneIsBeingGreetedCommandsWait() {
        other.closeAll();
        queue.gone();
        world.now += QgaQueue.GRACE;
        connect();
        world.now += QgaQueue.GRACE;
        bob.say("{\"execute\":\"guest-b\"}");
        answer(INFO);
        passed();
        answer("{\"return\":\"thawed\"}\n");
        assertThat(passed()).isEqualTo("{\"execute\":\"guest-b\"}\n");
        assertThat(bob.heard()).isEmpty();
    }

    @Test
    void whereOneDoesNotAnswerItsGreetingThatIsSaid() {
        other.closeAll();
        queue.gone();
        world.now += QgaQueue.GRACE;
        connect();
        bob.say("{\"execute\":\"guest-b\"}");
        assertThat(queue.deadline()).isEqualTo(Long.MAX_VALUE);
        other.closeAll();
        queue.gone();
        queue.tick();
        assertThat(bob.heard()).contains("CommandNotFound");
    }

    @Test
    void aListOfCommandsIsOneOfBoth() {
        alice.say("{\"execute\":\"guest-info\",\"id\":5}");
        answer(INFO);

        String info = alice.heard();
        assertThat(info)
                .startsWith("{\"return\":{\"version\":\"7.2.22\"")
                .contains("{\"enabled\":true,\"name\":\"guest-shutdown\",\"success-response\":false}")
                .contains("\"guest-clipboard-read\"")
                .endsWith(",\"id\":5}\n")
                .containsOnlyOnce("\"guest-ping\"");
    }

    @Test
    void onASocketForClipboardsAloneTheOthersAreListedAsDisabled() {
        GuestWorld.Channel restricted = world.channel(Optional.of(queue), false);
        restricted.say("{\"execute\":\"guest-info\"}");
        answer(INFO);

        assertThat(restricted.heard())
                .contains("{\"enabled\":false,\"name\":\"guest-exec\",\"success-response\":true}");
    }

    @Test
    void fromAFreezeOnClipboardsAreNotTouchedUntilItIsThawed() {
        alice.say("{\"execute\":\"guest-fsfreeze-freeze\"}");
        assertThat(world.clipboards.isFrozen()).isTrue();
        answer("{\"return\": 2}\n");
        assertThat(world.clipboards.isFrozen()).isTrue();
        alice.say("{\"execute\":\"guest-fsfreeze-thaw\"}");
        assertThat(world.clipboards.isFrozen()).isTrue();
        answer("{\"return\": 2}\n");

        assertThat(world.clipboards.isFrozen()).isFalse();
    }

    @Test
    void aFreezeThatFailsIsNone() {
        alice.say("{\"execute\":\"guest-fsfreeze-freeze\"}");
        passed();
        answer("{\"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}\n");
        assertThat(passed()).isEqualTo("{\"execute\":\"guest-fsfreeze-status\"}\n");
        answer("{\"return\": \"thawed\"}\n");

        assertThat(world.clipboards.isFrozen()).isFalse();
    }

    @Test
    void aSecondFreezeThatIsRefusedThawsNothing() {
        alice.say("{\"execute\":\"guest-fsfreeze-freeze\"}");
        answer("{\"return\": 2}\n");
        alice.say("{\"execute\":\"guest-fsfreeze-freeze\"}{\"execute\":\"guest-a\"}");
        answer("{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"the agent is in frozen state\"}}\n");
        assertThat(world.clipboards.isFrozen()).isTrue();
        passed();
        answer("{\"return\": \"frozen\"}\n");
        assertThat(world.clipboards.isFrozen()).isTrue();
        assertThat(passed()).isEqualTo("{\"execute\":\"guest-a\"}\n");
    }

    @Test
    void oneThatWasFrozenBeforeIsKnown() {
        other.closeAll();
        queue.gone();
        connect();
        answer(INFO);
        answer("{\"return\": \"frozen\"}\n");

        assertThat(world.clipboards.isFrozen()).isTrue();
    }

    @Test
    void oneThatServesSomebodyElseIsTriedAgain() {
        OtherQga silent = new OtherQga(queue, world::store, 18, () -> world.now);
        silent.start();
        world.now = silent.deadline();

        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(silent::tick)
                .withMessageContaining("it serves one client at a time");
    }

    @Test
    void aReplyThatIsTooLongIsAnError() {
        alice.say("{\"execute\":\"guest-a\"}");
        bob.say("{\"execute\":\"guest-b\"}");
        answer("{\"return\": \"");
        byte[] piece = new byte[8 << 20];
        java.util.Arrays.fill(piece, (byte) 'a');
        for (long sent = 0; sent <= OtherQga.MAX_REPLY; sent += piece.length) {
            other.received(ByteBuffer.wrap(piece));
        }
        answer("\"}\n");
        answer("{\"return\": 1}\n");

        assertThat(alice.heard()).contains("GenericError", "the reply of qemu-ga is longer than");
        assertThat(bob.heard()).isEqualTo("{\"return\": 1}\n");
    }
}
