package hyperclip.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.session.SessionMessage.Question;
import hyperclip.core.session.SessionMessage.Role;
import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionReaderTest {

    private static final String OFFER = """
            {"say":"offer","selection":"clipboard","serial":1,"offer":"00112233445566778899aabbccddeeff",\
            "types":["text/html"],"age":0,"standing":"fresh"}""";
    private static final String SEND = "{\"say\":\"send\",\"place\":\"work\",\"name\":\"a.pdf\",\"size\":1}";
    private static final String REQUEST = """
            {"say":"request","transfer":7,"selection":"clipboard","offer":"00112233445566778899aabbccddeeff",\
            "type":"text/html","credit":1}""";
    private static final String HELLO = """
            {"say":"hello","version":1,"role":"agent","name":":0","capabilities":[]}""";

    @Test
    void anUnknownMessageIsNamed() {
        refused("{\"say\":\"teleport\"}", "an unknown message 'teleport'");
    }

    @Test
    void anUnknownMessageIsNotNamedWhereItsNameSpeaksToTheTerminal() {
        refused("{\"say\":\"\\u001b[2J\"}", "'say' is not a message of this version");
    }

    @Test
    void aMessageWithoutAWordForWhatItIsIsRefused() {
        refused("{}", "'say'");
        refused("{\"say\":1}", "'say'");
        refused("{\"say\":\"%s\"}".formatted("x".repeat(65)), "'say'");
    }

    @Test
    void unknownMembersAreIgnored() throws Exception {
        assertThat(read("{\"new\":{\"deep\":[1,2.5,null]},\"say\":\"end\",\"transfer\":7,\"more\":\"\"}"))
                .isEqualTo(new SessionMessage.End(7));
    }

    @ParameterizedTest
    @MethodSource("hyperclip.core.session.Golden#frames")
    void everyMemberMustBeThere(String name) throws Exception {
        if (name.equals("data")) {
            return;
        }
        String json = new String(
                Golden.bytes(name), Frame.HEADER, Golden.bytes(name).length - Frame.HEADER, StandardCharsets.UTF_8);
        for (String member : List.of(
                "say",
                "version",
                "role",
                "name",
                "capabilities",
                "sentence",
                "number",
                "channel",
                "session",
                "user",
                "display",
                "selection",
                "serial",
                "offer",
                "types",
                "age",
                "standing",
                "transfer",
                "type",
                "credit",
                "reason",
                "question",
                "place",
                "size",
                "fields")) {
            String quoted = '"' + member + "\":";
            if (json.contains(quoted) && !name.equals("row")) {
                refused(json.replace(quoted, "\"other\":"), "'" + member + "'");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "serial, 0, 9007199254740991",
        "age, 0, 9007199254740991",
    })
    void aNumberOfAnOfferEndsAtItsBounds(String member, long least, long most) throws Exception {
        String old = "\"%s\":%d".formatted(member, member.equals("age") ? 0 : 1);
        for (long good : new long[] {least, most}) {
            read(OFFER.replace(old, "\"%s\":%d".formatted(member, good)));
        }
        for (String bad :
                List.of("-1", "9007199254740992", "9223372036854775807", "18446744073709551616", "1.0", "\"1\"")) {
            refused(OFFER.replace(old, "\"%s\":%s".formatted(member, bad)), "'" + member + "'");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "/", "a\\nb", "a\\u0000", "\\u009b"})
    void theNameOfAFileIsOneAndSpeaksToNoTerminal(String name) throws Exception {
        refused(SEND.replace("a.pdf", name), "'name'");
    }

    @Test
    void aFileEndsAtItsBounds() throws Exception {
        read(SEND.replace("a.pdf", "世".repeat(SessionMessage.MAX_FILE_NAME)));
        refused(SEND.replace("a.pdf", "b".repeat(SessionMessage.MAX_FILE_NAME + 1)), "'name'");
        read(SEND.replace(":1}", ":9007199254740991}"));
        read(SEND.replace(":1}", ":0}"));
        refused(SEND.replace(":1}", ":9007199254740992}"), "'size'");
        refused(SEND.replace(":1}", ":-1}"), "'size'");
    }

    @Test
    void creditEndsAtItsBounds() throws Exception {
        read(REQUEST.replace("\"credit\":1", "\"credit\":" + Signal.MAX_CREDIT));
        refused(REQUEST.replace("\"credit\":1", "\"credit\":0"), "'credit'");
        refused(REQUEST.replace("\"credit\":1", "\"credit\":-1"), "'credit'");
        refused(REQUEST.replace("\"credit\":1", "\"credit\":" + (Signal.MAX_CREDIT + 1)), "'credit'");
        refused(REQUEST.replace("\"credit\":1", "\"credit\":4294967297"), "'credit'");
    }

    @Test
    void aChannelEndsAtItsBounds() throws Exception {
        assertThat(read("{\"say\":\"close\",\"channel\":1}")).isEqualTo(new SessionMessage.Close(1));
        assertThat(read("{\"say\":\"close\",\"channel\":65535}")).isEqualTo(new SessionMessage.Close(65535));
        refused("{\"say\":\"close\",\"channel\":0}", "'channel'");
        refused("{\"say\":\"close\",\"channel\":65536}", "'channel'");
        refused("{\"say\":\"close\",\"channel\":4294967297}", "'channel'");
    }

    @Test
    void anOfferHasOneToSixtyFourTypes() throws Exception {
        read(withTypes(Collections.nCopies(Signal.MAX_TYPES, "a/b")));
        refused(withTypes(List.of()), "'types'");
        refused(withTypes(Collections.nCopies(Signal.MAX_TYPES + 1, "a/b")), "'types'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "text", "/", "a/", "/b", " a/b", "a/\\u0000", "a/\\n", "a/é", "a/\\u007f", "UTF8_STRING"})
    void whatIsNoMimeTypeIsRefused(String type) {
        refused(withTypes(List.of("a/b", type)), "'types'");
        refused(REQUEST.replace("text/html", type), "'type'");
    }

    @Test
    void aMimeTypeEndsAtItsBound() throws Exception {
        read(withTypes(List.of("a/" + "b".repeat(253))));
        refused(withTypes(List.of("a/" + "b".repeat(254))), "'types'");
        refused(REQUEST.replace("text/html", "a/" + "b".repeat(254)), "'type'");
    }

    @Test
    void theLongestOfferFitsIntoAFrame() throws Exception {
        List<MimeType> types = Collections.nCopies(Signal.MAX_TYPES, new MimeType("\"/" + "\"".repeat(253)));
        SessionMessage offer = SessionMessage.offer(
                Selection.CLIPBOARD,
                SessionMessage.MAX_NUMBER,
                OfferId.random(new Random(1)),
                types,
                Signal.Offer.UNKNOWN_AGE,
                Standing.RENEWED);

        ByteBuffer json = SessionWriter.write(offer);

        assertThat(json.remaining()).isLessThanOrEqualTo(Frame.MAX_CONTROL);
        assertThat(SessionReader.read(json, 0)).isEqualTo(offer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00112233445566778899aabbccddeef",
                "00112233445566778899aabbccddeeff0",
                "00112233445566778899AABBCCDDEEFF",
                "0011223344556677-899aabbccddeeff"
            })
    void anIdIsThirtyTwoLowerCaseDigits(String id) {
        refused(OFFER.replace("00112233445566778899aabbccddeeff", id), "'offer'");
        refused(REQUEST.replace("00112233445566778899aabbccddeeff", id), "'offer'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"secondary", "CLIPBOARD", "Primary", "", "clipboard "})
    void anUnknownSelectionIsRefused(String selection) {
        refused(OFFER.replace("\"clipboard\"", '"' + selection + '"'), "'selection'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"FRESH", "stale", ""})
    void anUnknownStandingIsRefused(String standing) {
        refused(OFFER.replace("\"fresh\"", '"' + standing + '"'), "'standing'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"timed_out", "TIMED-OUT", "bored", ""})
    void anUnknownReasonIsRefused(String reason) {
        refused("{\"say\":\"abort\",\"transfer\":7,\"reason\":\"%s\"}".formatted(reason), "'reason'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "9007199254740992", "\"1\"", "null"})
    void aLimitThatIsNoSizeIsRefused(String limit) {
        refused("{\"say\":\"abort\",\"transfer\":7,\"reason\":\"too-large\",\"limit\":%s}".formatted(limit), "'limit'");
    }

    @Test
    void onlyWhatIsTooLargeHasALimit() throws Exception {
        assertThat(read("{\"say\":\"abort\",\"transfer\":7,\"reason\":\"stale\",\"limit\":5}"))
                .isEqualTo(new SessionMessage.Abort(7, Reason.STALE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GUEST", "viewer", "aGENT"})
    void anUnknownRoleIsRefused(String role) {
        refused(HELLO.replace("\"agent\"", '"' + role + '"'), "'role'");
    }

    @Test
    void anyVersionIsReadSoThatTheComplaintCanNameIt() throws Exception {
        assertThat(read(HELLO.replace("\"version\":1", "\"version\":2147483647")))
                .isInstanceOfSatisfying(
                        SessionMessage.Hello.class,
                        hello -> assertThat(hello.version()).isEqualTo(Integer.MAX_VALUE));
        refused(HELLO.replace("\"version\":1", "\"version\":2147483648"), "'version'");
        refused(HELLO.replace("\"version\":1", "\"version\":-1"), "'version'");
    }

    @Test
    void capabilitiesEndAtTheirBound() throws Exception {
        read(HELLO.replace("[]", texts(Collections.nCopies(SessionMessage.MAX_CAPABILITIES, "c".repeat(64)))));
        refused(
                HELLO.replace("[]", texts(Collections.nCopies(SessionMessage.MAX_CAPABILITIES + 1, "c"))),
                "'capabilities'");
        refused(HELLO.replace("[]", texts(List.of("c".repeat(65)))), "'capabilities'");
        refused(HELLO.replace("[]", "[1]"), "'capabilities'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"al ice", "al/ice", "al\\u001bice", "älice", "a;b", "$HOME", "a\\nb"})
    void aNameIsMadeOfFewCharacters(String name) {
        String open = "{\"say\":\"open\",\"channel\":1,\"session\":\"alice\",\"user\":\"alice\",\"display\":\":0\"}";
        refused(open.replace("\"session\":\"alice\"", "\"session\":\"" + name + '"'), "'session'");
        refused(open.replace("\"user\":\"alice\"", "\"user\":\"" + name + '"'), "'user'");
        refused(open.replace("\":0\"", '"' + name + '"'), "'display'");
        refused(HELLO.replace("\":0\"", '"' + name + '"'), "'name'");
    }

    @Test
    void aNameEndsAtItsBound() throws Exception {
        read(HELLO.replace(":0", "n".repeat(64)));
        read(HELLO.replace(":0", ""));
        refused(HELLO.replace(":0", "n".repeat(65)), "'name'");
        refused("{\"say\":\"open\",\"channel\":1,\"session\":\"\",\"user\":\"a\",\"display\":\"b\"}", "'session'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice", "work/alice"})
    void aPlaceIsASessionOrAMachineAndASession(String place) throws Exception {
        assertThat(ask(place)).isEqualTo(new SessionMessage.Ask(Question.ATTACH, place));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "work/", "/alice", "a/b/c", "a b", "a//b"})
    void whatIsNoPlaceIsRefused(String place) {
        assertThatThrownBy(() -> ask(place))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("'place'");
    }

    private static SessionMessage ask(String place) throws ProtocolException {
        return read("{\"say\":\"ask\",\"question\":\"attach\",\"place\":\"%s\"}".formatted(place));
    }

    @Test
    void aSentenceAndARowCannotSpeakToTheTerminal() throws Exception {
        read("{\"say\":\"refusal\",\"sentence\":\"%s\"}".formatted("é".repeat(1024)));
        refused("{\"say\":\"refusal\",\"sentence\":\"%s\"}".formatted("é".repeat(1025)), "'sentence'");
        for (String control : List.of("\\u001b[2J", "\\n", "\\u0000", "\\u007f", "\\u009b")) {
            refused("{\"say\":\"refusal\",\"sentence\":\"%s\"}".formatted(control), "'sentence'");
            refused("{\"say\":\"row\",\"fields\":{\"a\":\"%s\"}}".formatted(control), "'fields'");
            refused("{\"say\":\"row\",\"fields\":{\"%s\":\"a\"}}".formatted(control), "'fields'");
        }
    }

    @Test
    void aRowEndsAtItsBound() throws Exception {
        read("{\"say\":\"row\",\"fields\":{}}");
        read(row(SessionMessage.MAX_FIELDS));
        refused(row(SessionMessage.MAX_FIELDS + 1), "'fields'");
        refused("{\"say\":\"row\",\"fields\":{\"a\":1}}", "'fields'");
        refused("{\"say\":\"row\",\"fields\":[]}", "'fields'");
    }

    private static String row(int fields) {
        return IntStream.range(0, fields)
                .mapToObj(i -> "\"%d\":\"\"".formatted(i))
                .collect(Collectors.joining(",", "{\"say\":\"row\",\"fields\":{", "}}"));
    }

    @Test
    void whatTheWriterWritesTheReaderReads() throws Exception {
        for (int seed = 0; seed < 5_000; seed++) {
            SessionMessage message = anyMessage(new Random(seed));

            assertThat(SessionReader.read(SessionWriter.write(message), 0))
                    .as("seed %d", seed)
                    .isEqualTo(message);
        }
    }

    private static SessionMessage anyMessage(Random random) {
        return switch (random.nextInt(16)) {
            case 0 ->
                new SessionMessage.Hello(
                        random.nextInt(Integer.MAX_VALUE),
                        any(random, Role.values()),
                        name(random),
                        random.nextBoolean() ? "" : name(random),
                        Stream.generate(() -> text(random, 64))
                                .limit(random.nextInt(33))
                                .toList());
            case 1 -> new SessionMessage.Refusal(text(random, 1024));
            case 2 -> new SessionMessage.Ping(number(random));
            case 3 -> new SessionMessage.Pong(number(random));
            case 4 -> new SessionMessage.Open(1 + random.nextInt(0xFFFF), name(random), name(random), name(random));
            case 5 -> new SessionMessage.Close(1 + random.nextInt(0xFFFF));
            case 6 ->
                SessionMessage.offer(
                        any(random, Selection.values()),
                        number(random),
                        OfferId.random(random),
                        Stream.generate(() -> type(random))
                                .limit(1 + random.nextInt(64))
                                .toList(),
                        number(random),
                        any(random, Standing.values()));
            case 7 -> new SessionMessage.Release(any(random, Selection.values()), number(random));
            case 8 ->
                new SessionMessage.Request(
                        number(random),
                        any(random, Selection.values()),
                        OfferId.random(random),
                        type(random),
                        credit(random));
            case 9 -> new SessionMessage.Credit(number(random), credit(random));
            case 10 -> new SessionMessage.End(number(random));
            case 11 -> abort(random);
            case 12 -> new SessionMessage.Cancel(number(random), Reason.CANCELLED);
            case 13 -> new SessionMessage.Ask(any(random, Question.values()), name(random) + "/" + name(random));
            case 14 -> {
                Map<String, String> fields = new HashMap<>();
                for (int i = random.nextInt(33); i > 0; i--) {
                    fields.put(text(random, 64), text(random, 200));
                }
                yield new SessionMessage.Row(fields);
            }
            default -> new SessionMessage.Done();
        };
    }

    private static <E> E any(Random random, E[] values) {
        return values[random.nextInt(values.length)];
    }

    private static long number(Random random) {
        return random.nextLong(SessionMessage.MAX_NUMBER + 1) >>> random.nextInt(53);
    }

    private static SessionMessage abort(Random random) {
        Reason reason = any(random, Reason.values());
        return new SessionMessage.Abort(
                number(random),
                reason,
                reason == Reason.TOO_LARGE && random.nextBoolean()
                        ? OptionalLong.of(1 + number(random) / 2)
                        : OptionalLong.empty());
    }

    private static int credit(Random random) {
        return 1 + random.nextInt(Signal.MAX_CREDIT);
    }

    private static String name(Random random) {
        return characters(random, "AZaz09._:@-", 1 + random.nextInt(64));
    }

    private static MimeType type(Random random) {
        return new MimeType("a/" + characters(random, "az \"\\;=/~", 1 + random.nextInt(253)));
    }

    private static String text(Random random, int most) {
        return characters(random, "a \"\\/é€漢\u2028", random.nextInt(most - 1)) + (random.nextBoolean() ? "😀" : "");
    }

    private static String characters(Random random, String alphabet, int length) {
        StringBuilder text = new StringBuilder();
        random.ints(length, 0, alphabet.length()).forEach(i -> text.append(alphabet.charAt(i)));
        return text.toString();
    }

    private static String withTypes(List<String> types) {
        return OFFER.replace("[\"text/html\"]", texts(types));
    }

    private static String texts(List<String> items) {
        return items.isEmpty() ? "[]" : "[\"" + String.join("\",\"", items) + "\"]";
    }

    private static void refused(String json, String complaint) {
        assertThatThrownBy(() -> read(json))
                .as(json)
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining(complaint)
                .hasMessageEndingWith(", at byte 99");
    }

    private static SessionMessage read(String json) throws ProtocolException {
        return SessionReader.read(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)), 99);
    }
}
