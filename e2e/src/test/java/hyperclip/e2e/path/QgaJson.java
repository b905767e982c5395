package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/// JSON as objects of Java: maps, lists, strings, numbers, truths and null. Strict: what is in a reply is meant for
/// anybody's reader.
final class QgaJson {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNestingDepth(2_000)
                    .build())
            .build();

    private QgaJson() {}

    static Object read(byte[] bytes) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
            parser.nextToken();
            return value(parser);
        }
    }

    private static Object value(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> members = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    members.put(name, value(parser));
                }
                yield members;
            }
            case START_ARRAY -> {
                List<Object> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(parser));
                }
                yield items;
            }
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new AssertionError("no JSON value: " + parser.currentToken());
        };
    }

    /// @param value of the kinds that [#read] gives, with byte arrays besides, which become base64
    static String write(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            write(value, json);
        }
        return bytes.toString(UTF_8);
    }

    private static void write(Object value, JsonGenerator json) {
        switch (value) {
            case null -> json.writeNull();
            case Map<?, ?> members -> {
                json.writeStartObject();
                members.forEach((name, member) -> {
                    json.writeName((String) name);
                    write(member, json);
                });
                json.writeEndObject();
            }
            case List<?> items -> {
                json.writeStartArray();
                items.forEach(item -> write(item, json));
                json.writeEndArray();
            }
            case String text -> json.writeString(text);
            case byte[] content -> json.writeBinary(content);
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Boolean truth -> json.writeBoolean(truth);
            default -> throw new AssertionError("not written here: " + value.getClass());
        }
    }

    /// An object, which it has to be.
    static Map<String, Object> object(Object value) {
        if (!(value instanceof Map<?, ?> members)) {
            throw new AssertionError("no JSON object: " + value);
        }
        Map<String, Object> object = new LinkedHashMap<>();
        members.forEach((name, member) -> object.put((String) name, member));
        return object;
    }

    /// A list of objects, which it has to be.
    static List<Map<String, Object>> objects(Object value) {
        return list(value).stream().map(QgaJson::object).toList();
    }

    /// A list of texts, which it has to be.
    static List<String> texts(Object value) {
        return list(value).stream().map(String.class::cast).toList();
    }

    private static List<?> list(Object value) {
        if (!(value instanceof List<?> items)) {
            throw new AssertionError("no JSON list: " + value);
        }
        return items;
    }

    static long number(Object value) {
        if (!(value instanceof Number number)) {
            throw new AssertionError("no number: " + value);
        }
        return number.longValue();
    }
}
