package hyperclip.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonObjectTest {

    private static final long POSITION = 4711;

    @Test
    void membersAreTakenOutByTheirKind() throws Exception {
        JsonObject object = read("""
                {"text": "a", "number": -3, "texts": ["b", "c"], "fields": {"d": "e"}, "nobody asks": [null, 1.5]}""");

        assertThat(object.text("text", 1)).isEqualTo("a");
        assertThat(object.number("number", -3, 0)).isEqualTo(-3);
        assertThat(object.texts("texts", 2, 1)).containsExactly("b", "c");
        assertThat(object.fields("fields", 1)).isEqualTo(Map.of("d", "e"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "1",
                "null",
                "[]",
                "\"text\"",
                "{",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":1,",
                "{\"a\":1,}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":01}",
                "{\"a\":.5}",
                "{\"a\":NaN}",
                "{\"a\":+1}",
                "{\"a\":\"\n\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12\"}",
                "{\"a\":[1,]}",
                "{\"a\":[}",
                "{\"a\":1]",
                "{\"a\":1 /* why */}",
                "# why\n{}",
                "{}{}",
                "{} x",
                "{}]",
                "\u0000{}",
                "{}\u0000",
                "\uFEFF{}"
            })
    void whatIsNotOneObjectIsRefused(String text) {
        refused(text);
    }

    @Test
    void aMemberTwiceIsRefused() {
        refused("{\"a\":1,\"a\":1}");
        refused("{\"a\":1,\"\\u0061\":2}");
        refused("{\"a\":{\"b\":1,\"b\":2}}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80", // goes on where nothing began
                "C3", // does not go on
                "C0AF", // over-long /
                "C08A", // over-long line feed
                "E080AF", // over-long /
                "EDA080", // half of a surrogate pair
                "F4908080", // beyond Unicode
                "F8888080AF",
                "FE",
                "FF"
            })
    void invalidUtf8IsRefusedWhereverItStands(String hex) {
        String invalid = new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1);
        refused(invalid + "{}", StandardCharsets.ISO_8859_1);
        refused("{\"" + invalid + "\":1}", StandardCharsets.ISO_8859_1);
        refused("{\"a\":\"" + invalid + "\"}", StandardCharsets.ISO_8859_1);
        refused("{\"a\":[\"" + invalid + "\"]}", StandardCharsets.ISO_8859_1);
        refused("{}" + invalid, StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-16", "UTF-32BE", "UTF-32LE", "UTF-32"})
    void anotherEncodingIsRefused(String charset) {
        refused("{\"a\":1}", Charset.forName(charset));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0000007B", "0000007BFFFFFFFF", "7B00000000D80000", "00007B0000000000", "007B0000"})
    void malformedUtf32IsRefusedLikeAllElse(String hex) {
        refused(HexFormat.of().parseHex(hex));
    }

    @Test
    void halfASurrogatePairIsRefusedInTextsAndInNames() {
        refused("{\"a\":\"\\ud83d\"}");
        refused("{\"a\":\"\\ude00\\ud83d\"}");
        refused("{\"a\":[\"\\ude00\"]}");
        refused("{\"\\ud83d\":1}");
        refused("{\"a\":{\"\\ude00\":\"b\"}}");
    }

    @Test
    void aWholeSurrogatePairIsACharacter() throws Exception {
        assertThat(read("{\"a\":\"\\ud83d\\ude00\"}").text("a", 2)).isEqualTo("😀");
        assertThat(read("{\"a\":\"😀\"}").text("a", 2)).isEqualTo("😀");
    }

    @Test
    void nestingEndsAtItsBound() throws Exception {
        read(nested(JsonObject.MAX_DEPTH - 1));

        refused(nested(JsonObject.MAX_DEPTH));
        refused(nested(100_000));
        refused("{\"a\":" + "[".repeat(100_000));
        refused("{\"a\":" + "{\"a\":".repeat(100_000));
    }

    private static String nested(int lists) {
        return "{\"a\":" + "[".repeat(lists) + "]".repeat(lists) + "}";
    }

    @Test
    void aNameEndsAtItsBound() throws Exception {
        read("{\"%s\":1}".formatted("n".repeat(JsonObject.MAX_NAME)));

        refused("{\"%s\":1}".formatted("n".repeat(JsonObject.MAX_NAME + 1)));
        refused("{\"%s\":1}".formatted("é".repeat(JsonObject.MAX_NAME + 1)));
        refused("{\"%s\":1}".formatted("n".repeat(1_000_000)));
    }

    @Test
    void aStringEndsAtItsBound() throws Exception {
        read("{\"a\":\"%s\"}".formatted("s".repeat(JsonObject.MAX_STRING)));

        refused("{\"a\":\"%s\"}".formatted("s".repeat(JsonObject.MAX_STRING + 1)));
        refused("{\"a\":\"%s\"}".formatted("é".repeat(JsonObject.MAX_STRING + 1)));
        refused("{\"a\":\"%s\"}".formatted("s".repeat(1_000_000)));
    }

    @Test
    void aNumberEndsAtItsBound() throws Exception {
        read("{\"a\":%s}".formatted("9".repeat(20)));

        refused("{\"a\":%s}".formatted("9".repeat(21)));
        refused("{\"a\":%s}".formatted("9".repeat(1_000_000)));
        refused("{\"a\":0.%s}".formatted("9".repeat(1_000)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.0",
                "1e0",
                "1E400",
                "-1",
                "11",
                "9223372036854775807",
                "9223372036854775808",
                "99999999999999999999",
                "\"5\"",
                "null",
                "true",
                "[5]",
                "{}"
            })
    void aNumberThatIsNotWholeOrNotWithinItsBoundsIsRefused(String number) throws Exception {
        JsonObject object = read("{\"a\":" + number + "}");

        complains(() -> object.number("a", 0, 10), "'a' is not a whole number from 0 to 10");
    }

    @Test
    void aMemberOfAnotherKindOrNoneIsRefusedByName() throws Exception {
        JsonObject object = read("{\"a\":null}");

        complains(() -> object.text("a", 9), "'a'");
        complains(() -> object.text("b", 9), "'b'");
        complains(() -> object.number("b", 0, 9), "'b'");
        complains(() -> object.texts("a", 9, 9), "'a'");
        complains(() -> object.fields("a", 9), "'a'");
    }

    @Test
    void listsAndObjectsEndAtTheirBounds() throws Exception {
        JsonObject object = read("{\"a\":[\"xx\",\"yy\"],\"b\":[1],\"c\":{\"d\":\"\",\"e\":\"\"},\"f\":{\"g\":1}}");

        assertThat(object.texts("a", 2, 2)).hasSize(2);
        complains(() -> object.texts("a", 1, 2), "'a'");
        complains(() -> object.texts("a", 2, 1), "'a'");
        complains(() -> object.texts("b", 2, 2), "'b'");
        assertThat(object.fields("c", 2)).hasSize(2);
        complains(() -> object.fields("c", 1), "'c'");
        complains(() -> object.fields("f", 1), "'f'");
    }

    @Test
    void theBytesMayStandAnywhereInABuffer() throws Exception {
        ByteBuffer bytes = ByteBuffer.allocateDirect(100).put("xx{\"a\":7}yy".getBytes(StandardCharsets.UTF_8));

        JsonObject object = JsonObject.read(bytes.flip().position(2).limit(9).slice(), POSITION);

        assertThat(object.number("a", 7, 7)).isEqualTo(7);
    }

    private interface Taking {
        void take() throws Exception;
    }

    private static void complains(Taking taking, String what) {
        assertThatThrownBy(taking::take)
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining(what)
                .hasMessageEndingWith(", at byte " + POSITION);
    }

    private static void refused(String text) {
        refused(text, StandardCharsets.UTF_8);
    }

    private static void refused(String text, Charset charset) {
        refused(text.getBytes(charset));
    }

    private static void refused(byte[] bytes) {
        complains(() -> JsonObject.read(ByteBuffer.wrap(bytes), POSITION), "");
    }

    private static JsonObject read(String text) throws ProtocolException {
        return JsonObject.read(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), POSITION);
    }
}
