package hyperclip.core.qga;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// One channel of qemu-ga's protocol in the guest: replies and errors as the original has them (version 7.2.22 was
/// asked), and the commands that are added.
class QgaConnectionTest {

    private static final String SYNC = "\u00ff";
    private static final String PONG = "{\"return\":{}}\n";
    private static final String TEXT = "text/plain;charset=utf-8";
    private static final String WAIT =
            "{\"execute\":\"guest-clipboard-wait\",\"arguments\":{\"since\":%s,\"timeout\":%d}}";

    private final GuestWorld world = new GuestWorld();
    private final GuestWorld.Channel channel = world.channel();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"execute\":\"guest-ping\"}|{\"return\":{}}",
                "{'execute':'guest-ping'}|{\"return\":{}}",
                "{\"execute\":\"guest-ping\",\"id\":{\"a\":[1,null]}}|{\"return\":{},\"id\":{\"a\":[1,null]}}",
                "{\"execute\":\"guest-ping\",\"id\":18446744073709551615}|{\"return\":{},\"id\":18446744073709551615}",
                "{\"execute\":\"guest-sync\",\"arguments\":{\"id\":1234},\"id\":\"x\"}|{\"return\":1234,\"id\":\"x\"}",
                "{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":-5}}|~{\"return\":-5}",
            })
    void itsRepliesAreThoseOfTheOriginal(String command, String reply) {
        assertThat(channel.ask(command)).isEqualTo(reply + "\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"execute\":\"guest-sync\"}|Parameter 'id' is missing",
                "{\"execute\":\"guest-sync\",\"arguments\":{\"id\":\"x\"}}|Invalid parameter type for 'id', expected: integer",
                "{\"execute\":\"guest-sync\",\"arguments\":{\"id\":9223372036854775808}}|Invalid parameter type for 'id', expected: integer",
                "{\"execute\":\"guest-sync\",\"arguments\":{\"id\":1.0}}|Invalid parameter type for 'id', expected: integer",
                "{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":true}}|Invalid parameter type for 'id', expected: integer",
                "{\"execute\":\"guest-sync\",\"arguments\":{\"id\":1,\"x\":2}}|Parameter 'x' is unexpected",
                "{\"execute\":\"guest-ping\",\"arguments\":{\"foo\":1}}|Parameter 'foo' is unexpected",
                "{\"execute\":\"guest-ping\",\"foo\":1}|QMP input member 'foo' is unexpected",
                "{\"exec-oob\":\"guest-ping\"}|QMP input member 'exec-oob' is unexpected",
                "{\"execute\":\"guest-ping\",\"arguments\":[]}|QMP input member 'arguments' must be an object",
                "{\"execute\":\"guest-ping\",\"arguments\":null}|QMP input member 'arguments' must be an object",
                "{\"execute\":1}|QMP input member 'execute' must be a string",
                "{\"arguments\":{}}|QMP input lacks member 'execute'",
                "[]|QMP input must be a JSON object",
                "{\"execute\":\"guest-ping\",\"execute\":\"guest-exec\"}|JSON parse error, duplicate key",
                "{bad}|JSON parse error, malformed at byte 1",
                "{\"execute\":\"\\ud83d\"}|JSON parse error, half a surrogate pair",
                "hello|JSON parse error, expecting an object",
                "{\"execute\":\"guest-ping\",\"id\":1e99999999999}|JSON parse error, beyond the limits",
            })
    void itsErrorsAreThoseOfTheOriginal(String command, String description) {
        assertThat(channel.ask(command)).isEqualTo(error(description));
        assertThat(channel.ask("{\"execute\":\"guest-ping\"}")).isEqualTo(PONG);
    }

    private static String error(String description) {
        return "{\"error\":{\"class\":\"GenericError\",\"desc\":\"" + description + "\"}}\n";
    }

    @Test
    void anUnknownCommandHasAClassOfItsOwn() {
        assertThat(channel.ask("{\"execute\":\"nope\",\"id\":3}"))
                .startsWith("{\"error\":{\"class\":\"CommandNotFound\",\"desc\":\"The command nope has not been found")
                .endsWith(",\"id\":3}\n");
    }

    @Test
    void aHundredBytesThatBeginAnewAreNoHundredErrors() {
        channel.connection.received(ByteBuffer.wrap(SYNC.repeat(100).getBytes(ISO_8859_1)));

        assertThat(channel.ask("{\"execute\":\"guest-ping\"}")).isEqualTo(PONG);
    }

    @Test
    void halfACommandBeforeASyncIsToldAndPassedOver() {
        channel.say("{\"execute\":\"guest-pi");
        channel.connection.received(ByteBuffer.wrap(new byte[] {(byte) 0xFF}));

        assertThat(channel.ask("{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":1}}"))
                .contains("JSON parse error")
                .endsWith("~{\"return\":1}\n");
    }

    @Test
    void commandsNeedNothingBetweenThemAndMayHaveLines() {
        channel.say("{'execute':'guest-ping','id':1}{'execute':");
        channel.say("\n'guest-ping',");
        channel.say("\n'id':2} {'execute':'guest-ping','id':3}");

        assertThat(channel.heard())
                .isEqualTo("{\"return\":{},\"id\":1}\n{\"return\":{},\"id\":2}\n{\"return\":{},\"id\":3}\n");
    }

    @Test
    void aCommandThatIsTooLongIsAnsweredOnceAndGonePast() {
        String piece = "x".repeat(1 << 20);
        channel.say("{\"execute\":\"");
        for (int i = 0; i < 100; i++) {
            channel.say(piece);
        }
        channel.say("\"}\n");

        assertThat(channel.ask("{\"execute\":\"guest-ping\"}"))
                .isEqualTo(error("JSON token size limit exceeded") + PONG);
    }

    @Test
    void halfCommandsOfAllChannelsTogetherHaveALimit() {
        String half = "{'execute':'" + "x".repeat(QgaConnection.MAX_COMMAND - 1_000);
        channel.say(half);
        GuestWorld.Channel second = world.channel();
        second.say(half);
        GuestWorld.Channel third = world.channel();
        third.say(half);
        assertThat(third.ask("'}")).isEqualTo(error("too many long commands come at once; say it again in a moment"));
        assertThat(third.ask("{'execute':'guest-ping'}")).isEqualTo(PONG);

        second.connection.closeAll();
        third.say(half);
        assertThat(third.ask("'}")).contains("has not been found");
        assertThat(channel.ask("'}")).contains("has not been found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "1.5", "{\"\":0}"})
    void aMillionValuesTakeNoMemory(String one) {
        String many = "{\"execute\":\"guest-ping\",\"id\":[" + one + ("," + one).repeat(500_000) + "]}";

        assertThat(channel.ask(many)).isEqualTo(error("JSON parse error, beyond the limits"));
    }

    @Test
    void bracketsInBracketsHaveALimit() {
        String deep = "[".repeat(1023) + "]".repeat(1023);
        assertThat(channel.ask("{\"execute\":\"guest-ping\",\"id\":" + deep + "}"))
                .isEqualTo("{\"return\":{},\"id\":" + deep + "}\n");
        assertThat(channel.ask("{\"execute\":\"guest-ping\",\"id\":[" + deep + "]}"))
                .isEqualTo(error("JSON nesting depth limit exceeded"));
    }

    @Test
    void aCopyIsReadInPiecesAndBackwards() {
        byte[] content = new byte[300_000];
        new Random(1).nextBytes(content);
        world.alice.copy(Selection.PRIMARY, "image/png", content);

        assertThat(read(0, 1_000)).isEqualTo(part(content, 0, 1_000));
        assertThat(read(1_000, 200_000)).isEqualTo(part(content, 1_000, 201_000));
        assertThat(read(500, 700)).isEqualTo(part(content, 500, 1_200));
        assertThat(read(299_999, 10)).isEqualTo(part(content, 299_999, 300_000));
        assertThat(read(300_000, 10)).isEmpty();
        assertThat(read(400_000, 10)).isEmpty();
        assertThat(world.hub.transfers()).isZero();
    }

    private byte[] read(int offset, int count) {
        Map<String, Object> reply =
                channel.returned("{\"execute\":\"guest-clipboard-read\",\"arguments\":{\"session\":\"alice\","
                        + "\"selection\":\"primary\",\"type\":\"image/png\",\"offset\":" + offset + ",\"count\":"
                        + count + "}}");
        byte[] bytes = Base64.getDecoder().decode((String) reply.get("buf-b64"));
        assertThat(reply).containsEntry("count", (long) bytes.length);
        return bytes;
    }

    private static byte[] part(byte[] content, int from, int to) {
        return Arrays.copyOfRange(content, from, to);
    }

    @Test
    void twoSessionsHaveToBeToldApartToRead() {
        assertThat(channel.ask("{\"execute\":\"guest-clipboard-read\"}"))
                .contains("Parameter 'session' is missing, and there are 2 sessions: alice, bob");
    }

    @Test
    void whatIsWrittenIsOfferedInEverySessionUnlessOneIsNamed() {
        channel.ask("{\"execute\":\"guest-clipboard-write\",\"arguments\":{\"buf-b64\":\"YWxs\"}}");
        channel.ask("{\"execute\":\"guest-clipboard-write\",\"arguments\":{\"session\":\"bob\",\"buf-b64\":\"Ym9i\"}}");

        world.alice.paste(Selection.CLIPBOARD, TEXT);
        world.bob.paste(Selection.CLIPBOARD, TEXT);
        assertThat(world.alice.pastedText()).isEqualTo("all");
        assertThat(world.bob.pastedText()).isEqualTo("bob");
        assertThat(world.alice.ended().orElseThrow()).isInstanceOf(Signal.End.class);
    }

    @Test
    void severalTypesAreOneOffer() {
        Object handle = Long.parseLong(
                channel.ask("{\"execute\":\"guest-clipboard-open\",\"arguments\":{\"session\":\"alice\"}}")
                        .replaceAll("\\D", ""));
        write(handle, "text/html", "<b>");
        write(handle, TEXT, "b");
        write(handle, "text/html", "bold</b>");
        assertThat(world.alice.shown(Selection.CLIPBOARD)).isEmpty();
        channel.returned("{\"execute\":\"guest-clipboard-commit\",\"arguments\":{\"handle\":" + handle + "}}");

        world.alice.paste(Selection.CLIPBOARD, "text/html");
        assertThat(world.alice.pastedText()).isEqualTo("<b>bold</b>");
        world.alice.paste(Selection.CLIPBOARD, TEXT);
        assertThat(world.alice.pastedText()).isEqualTo("b");
        assertThat(channel.ask("{\"execute\":\"guest-clipboard-commit\",\"arguments\":{\"handle\":" + handle + "}}"))
                .contains("handle '" + handle + "' has not been found");
    }

    private void write(Object handle, String type, String text) {
        channel.returned("{\"execute\":\"guest-clipboard-write\",\"arguments\":{\"handle\":" + handle + ",\"type\":\""
                + type + "\",\"buf-b64\":\"" + Base64.getEncoder().encodeToString(text.getBytes(UTF_8)) + "\"}}");
    }

    @Test
    void contentGoesWithTheCopyThatHadIt() {
        channel.ask(
                "{\"execute\":\"guest-clipboard-write\",\"arguments\":{\"session\":\"alice\",\"buf-b64\":\"YWxs\"}}");
        world.alice.copy(Selection.CLIPBOARD, TEXT, "newer".getBytes(UTF_8));

        assertThat(world.stores.stream().filter(store -> store.size() > 0)).isEmpty();
    }

    @Test
    void aClearingEmptiesWhatAnApplicationCopied() throws ProtocolException {
        world.alice.copy(Selection.CLIPBOARD, TEXT, "secret".getBytes(UTF_8));
        channel.ask("{\"execute\":\"guest-clipboard-clear\",\"arguments\":{\"session\":\"alice\"}}");
        assertThat(world.alice.shown(Selection.CLIPBOARD)).isPresent();

        world.now += QgaConnection.HELD_EMPTY;
        channel.connection.tick();
        assertThat(world.alice.shown(Selection.CLIPBOARD)).isEmpty();
        assertThat(channel.ask("{\"execute\":\"guest-clipboard-types\"}")).isEqualTo("{\"return\":[]}\n");
    }

    @Test
    void whatIsWrittenAfterAClearingStays() throws ProtocolException {
        channel.ask("{\"execute\":\"guest-clipboard-clear\",\"arguments\":{\"session\":\"alice\"}}");
        world.now += QgaConnection.HELD_EMPTY / 2;
        channel.ask("{\"execute\":\"guest-clipboard-write\",\"arguments\":{\"buf-b64\":\"YWxs\"}}");
        world.now += QgaConnection.HELD_EMPTY;
        channel.connection.tick();
        channel.connection.closeAll();

        world.alice.paste(Selection.CLIPBOARD, TEXT);
        assertThat(world.alice.pastedText()).isEqualTo("all");
    }

    @Test
    void aChangeIsToldWithItsNumberAndNotTwice() {
        world.alice.copy(Selection.CLIPBOARD, TEXT, "a".getBytes(UTF_8));
        Map<String, Object> first = channel.returned("{\"execute\":\"guest-clipboard-changes\"}");
        assertThat(first.get("changes")).asString().contains("session=alice", "by=session", TEXT);

        Map<String, Object> second = channel.returned(
                "{\"execute\":\"guest-clipboard-changes\",\"arguments\":{\"since\":" + first.get("serial") + "}}");
        assertThat(second.get("changes")).asString().isEqualTo("[]");
    }

    @Test
    void aNumberOfAnotherLifeIsAsGoodAsNone() {
        world.alice.copy(Selection.CLIPBOARD, TEXT, "a".getBytes(UTF_8));

        assertThat(channel.returned("{\"execute\":\"guest-clipboard-wait\",\"arguments\":{\"since\":999}}")
                        .get("changes"))
                .asString()
                .contains("alice");
    }

    @Test
    void aWaitEndsWithAChange() {
        assertThat(channel.ask(WAIT.formatted(serial(), 5000))).isEmpty();
        world.bob.copy(Selection.PRIMARY, TEXT, "a".getBytes(UTF_8));

        assertThat(channel.heard()).startsWith("{\"return\":").contains("\"session\":\"bob\"");
    }

    @Test
    void aWaitEndsWhenASessionComesOrGoes() {
        assertThat(channel.ask(WAIT.formatted(serial(), 5000))).isEmpty();
        world.clipboards.leave("bob");
        assertThat(channel.heard())
                .contains("\"sessions\":[{\"name\":\"alice\"")
                .doesNotContain("bob");
        assertThat(channel.ask(WAIT.formatted(serial(), 5000))).isEmpty();
        world.clipboards.join("carol", "carol", ":3", "agent:carol");
        assertThat(channel.heard()).contains("\"name\":\"carol\"");
    }

    private Object serial() {
        return channel.returned("{\"execute\":\"guest-clipboard-changes\"}").get("serial");
    }

    @Test
    void aWaitEndsWithItsTime() throws ProtocolException {
        channel.ask(WAIT.formatted(serial(), 5000));
        assertThat(channel.connection.deadline()).isEqualTo(world.now + 5000);
        world.now += 5000;
        channel.connection.tick();

        assertThat(channel.heard()).contains("\"changes\":[]");
    }

    @Test
    void aWaitEndsWithTheNextCommandAndIsAnsweredBeforeIt() {
        channel.ask("{\"execute\":\"guest-clipboard-wait\",\"arguments\":{\"since\":" + serial() + "},\"id\":1}");

        assertThat(channel.ask("{\"execute\":\"guest-ping\",\"id\":2}"))
                .containsSubsequence("\"id\":1}\n", "{\"return\":{},\"id\":2}\n");
    }

    @Test
    void aWaitThatIsNotTheLastCommandDoesNotWait() {
        channel.say("{\"execute\":\"guest-clipboard-wait\",\"arguments\":{\"since\":" + serial()
                + "},\"id\":1}{\"execute\":\"guest-ping\",\"id\":2}");

        assertThat(channel.heard()).containsSubsequence("\"id\":1}\n", "{\"return\":{},\"id\":2}\n");
    }

    @Test
    void aSyncDropsWhatWaits() {
        channel.ask("{\"execute\":\"guest-clipboard-wait\",\"arguments\":{\"since\":" + serial() + "},\"id\":1}");

        assertThat(channel.ask("{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":9}}"))
                .isEqualTo("~{\"return\":9}\n");
    }

    @Test
    void eventsAreObjectsWithATextForEvent() {
        channel.ask("{\"execute\":\"guest-clipboard-subscribe\"}");
        world.alice.copy(Selection.CLIPBOARD, TEXT, "a".getBytes(UTF_8));
        world.alice.copy(Selection.CLIPBOARD, "image/png", "b".getBytes(UTF_8));
        world.bob.copy(Selection.CLIPBOARD, TEXT, "c".getBytes(UTF_8));

        // Of one selection only what stands is told where nobody has read what was before.
        assertThat(channel.heard().lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("{\"event\":\"CLIPBOARD_CHANGED\",\"data\":{"))
                .anyMatch(line -> line.contains("image/png"));
        channel.ask("{\"execute\":\"guest-sync\",\"arguments\":{\"id\":1}}");
        world.bob.copy(Selection.CLIPBOARD, TEXT, "d".getBytes(UTF_8));
        assertThat(channel.heard()).isEmpty();
    }

    @Test
    void whatIsOfferedIsAskedForWhenItIsPasted() {
        channel.ask(
                "{\"execute\":\"guest-clipboard-offer\",\"arguments\":{\"session\":\"alice\",\"types\":[\"image/png\"]}}");
        world.alice.paste(Selection.CLIPBOARD, "image/png");
        String request = request();

        assertThat(supply(request, "one ", false)).contains("\"waiting\":0");
        assertThat(supply(request, "two", true)).contains("\"waiting\":0");
        assertThat(world.alice.pastedText()).isEqualTo("one two");
        assertThat(world.alice.ended().orElseThrow()).isInstanceOf(Signal.End.class);
        assertThat(supply(request, "three", true)).contains("no paste waits under the number " + request);
    }

    @Test
    void aRefusalEndsThePaste() {
        channel.ask(
                "{\"execute\":\"guest-clipboard-offer\",\"arguments\":{\"session\":\"alice\",\"types\":[\"image/png\"]}}");
        world.alice.paste(Selection.CLIPBOARD, "image/png");
        channel.returned("{\"execute\":\"guest-clipboard-supply\",\"arguments\":{\"request\":" + request()
                + ",\"refusal\":\"gone\"}}");

        assertThat(world.alice.ended().orElseThrow()).isInstanceOf(Signal.Abort.class);
    }

    private String request() {
        String changes = channel.ask("{\"execute\":\"guest-clipboard-changes\"}");
        return changes.replaceAll("(?s).*\"request\":(\\d+).*", "$1");
    }

    private String supply(String request, String text, boolean isLast) {
        return channel.ask("{\"execute\":\"guest-clipboard-supply\",\"arguments\":{\"request\":" + request
                + ",\"buf-b64\":\"" + Base64.getEncoder().encodeToString(text.getBytes(UTF_8)) + "\",\"eof\":" + isLast
                + "}}");
    }

    @Test
    void anOfferOfSomeAgeDoesNotDisplaceAYoungerCopy() {
        world.alice.copy(Selection.CLIPBOARD, TEXT, "younger".getBytes(UTF_8));
        channel.ask(
                "{\"execute\":\"guest-clipboard-offer\",\"arguments\":{\"session\":\"alice\",\"types\":[\"image/png\"],\"age\":500}}");

        assertThat(world.alice.shown(Selection.CLIPBOARD)).isEmpty();
        assertThat(channel.ask("{\"execute\":\"guest-clipboard-types\"}")).contains("\"own\":true", TEXT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"count\":0",
                "\"count\":-1",
                "\"count\":2147483648",
                "\"count\":9223372036854775808",
                "\"count\":1.5",
                "\"count\":\"1\"",
                "\"offset\":-1",
                "\"offset\":9223372036854775807",
                "\"offset\":18446744073709551616",
                "\"selection\":\"SECONDARY\"",
                "\"type\":\"STRING\"",
                "\"session\":\"eve\"",
                "\"session\":7",
                "\"offer\":\"0\""
            })
    void hostileArgumentsAreErrors(String argument) {
        world.alice.copy(Selection.CLIPBOARD, TEXT, "a".getBytes(UTF_8));
        String session = argument.contains("session") ? "" : "\"session\":\"alice\",";

        assertThat(channel.ask("{\"execute\":\"guest-clipboard-read\",\"arguments\":{" + session + argument + "}}"))
                .startsWith("{\"error\":{\"class\":\"GenericError\"");
    }

    @Test
    void oneOfTheOtherTypesIsNamedWhereOneIsNotThere() {
        world.alice.copy(Selection.CLIPBOARD, "image/png", "a".getBytes(UTF_8));

        assertThat(channel.ask("{\"execute\":\"guest-clipboard-read\",\"arguments\":{\"session\":\"alice\"}}"))
                .contains("the copy has no type " + TEXT + "; it has image/png");
    }

    @Test
    void whileFileSystemsAreFrozenClipboardsAreNotTouched() {
        world.clipboards.setFrozen(true);

        assertThat(channel.ask("{\"execute\":\"guest-clipboard-sessions\"}"))
                .isEqualTo(
                        "{\"error\":{\"class\":\"CommandNotFound\",\"desc\":\"Command guest-clipboard-sessions has been"
                                + " disabled: the agent is in frozen state\"}}\n");
        assertThat(channel.ask("{\"execute\":\"guest-ping\"}")).isEqualTo(PONG);
        assertThat(channel.ask("{\"execute\":\"guest-info\"}"))
                .contains("{\"enabled\":false,\"name\":\"guest-clipboard-sessions\"");
    }

    @Test
    void whoeverDoesNotReadIsCutOff() {
        world.alice.copy(Selection.CLIPBOARD, TEXT, new byte[QgaConnection.MAX_PIECE_READ]);
        String read = "{\"execute\":\"guest-clipboard-read\",\"arguments\":{\"session\":\"alice\",\"count\":1048576}}";
        for (int i = 0; i < 3; i++) {
            channel.say(read);
        }
        // The second is carried out when the first reply has been read.
        assertThat(channel.connection.isOverfull()).isFalse();
        assertThat(channel.connection.isBusy()).isFalse();
        for (int i = 0; i < QgaConnection.MAX_WAITING; i++) {
            channel.say("{\"execute\":\"guest-ping\"}");
        }

        assertThat(channel.connection.isBusy()).isTrue();
        assertThat(channel.connection.isOverfull()).isTrue();
        assertThatThrownBy(channel.connection::tick)
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("more than " + QgaConnection.MAX_WAITING + " commands wait");
    }

    @Test
    void longCommandsBehindOneThatIsCarriedOutAreNotReadOn() {
        world.alice.copy(Selection.CLIPBOARD, TEXT, new byte[QgaConnection.MAX_PIECE_READ]);
        String read = "{\"execute\":\"guest-clipboard-read\",\"arguments\":{\"session\":\"alice\",\"count\":1048576}}";
        channel.say(read + read);
        String ping = "{\"execute\":\"guest-ping\",\"id\":\"" + "x".repeat(600_000) + "\"}";
        channel.say(ping);
        assertThat(channel.connection.isBusy()).isFalse();
        channel.say(ping);
        assertThat(channel.connection.isBusy()).isTrue();
    }

    /// Its last piece alone makes it too long.
    @Test
    void aCommandThatIsTooLongByItsLastByteIsRefusedOnce() {
        String tooLong = "{\"execute\":\"guest-ping\",\"id\":\"" + "x".repeat(QgaConnection.MAX_COMMAND) + "\"}";
        channel.say(tooLong.substring(0, QgaConnection.MAX_COMMAND));
        assertThat(channel.heard()).isEmpty();
        channel.say(tooLong.substring(QgaConnection.MAX_COMMAND) + "{\"execute\":\"guest-ping\"}");

        assertThat(channel.heard()).contains("JSON token size limit exceeded").endsWith("}}\n" + PONG);
    }

    @Test
    void aClosedChannelLeavesNothing() {
        channel.ask("{\"execute\":\"guest-clipboard-open\"}");
        channel.ask("{\"execute\":\"guest-clipboard-write\",\"arguments\":{\"handle\":1,\"buf-b64\":\"YQ==\"}}");
        world.alice.window = 1;
        channel.say("{\"execute\":\"guest-clipboard-read\",\"arguments\":{\"session\":\"alice\"}}");
        channel.connection.closeAll();

        assertThat(world.stores.stream().filter(store -> store.size() > 0)).isEmpty();
        assertThat(world.hub.views()).noneMatch(view -> view.startsWith("qga-reader"));
        assertThat(world.hub.transfers()).isZero();
    }

    @Test
    void aSessionThatGoesTakesWhatWasOfferedInIt() {
        channel.ask("{\"execute\":\"guest-clipboard-write\",\"arguments\":{\"buf-b64\":\"YWxs\"}}");
        world.clipboards.leave("alice");

        assertThat(world.alice.shown(Selection.CLIPBOARD)).isEmpty();
        assertThat(world.bob.shown(Selection.CLIPBOARD)).isPresent();
        assertThat(channel.ask("{\"execute\":\"guest-clipboard-sessions\"}")).doesNotContain("alice");
    }

    @Test
    void aSocketForClipboardsAloneCarriesNothingElse() {
        QgaQueue queue = new QgaQueue(now -> {}, () -> {}, () -> {}, () -> world.now, "nobody");
        GuestWorld.Channel restricted = world.channel(Optional.of(queue), false);

        assertThat(restricted.ask("{\"execute\":\"guest-exec\",\"arguments\":{\"path\":\"/bin/true\"}}"))
                .contains("CommandNotFound", "Command guest-exec has been disabled");
        assertThat(restricted.ask("{\"execute\":\"guest-clipboard-sessions\"}")).contains("alice");
    }
}
