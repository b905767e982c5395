package hyperclip.core.qga;

import hyperclip.core.wire.Spool;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/// Any JSON value, as objects of Java: a map, a list, a string, a [Long], [BigInteger] or [BigDecimal], a [Boolean],
/// and
/// [#NULL].
///
/// Strict but for strings in single quotes, which QEMU takes as well (qobject/json-parser.c). What is passed on is
/// written anew, so that whoever reads it next sees what was seen here.
final class Json {

    /// A map has no room for Java's own.
    static final Object NULL = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    /// How many tokens one value may have: each costs some 50 bytes of memory, and may take two of the text.
    /// QEMU's own are 2 million.
    static final int MAX_TOKENS = 100_000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(JsonSplitter.MAX_DEPTH)
                    .maxNameLength(1024)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(64)
                    .maxTokenCount(MAX_TOKENS)
                    .build())
            // A reply has its id one bracket deeper than a command at the most.
            .streamWriteConstraints(StreamWriteConstraints.builder()
                    .maxNestingDepth(JsonSplitter.MAX_DEPTH + 1)
                    .build())
            .build();

    private Json() {}

    /// @throws QgaException where it is no JSON
    static Object read(byte[] bytes, int length) throws QgaException {
        // Jackson would take UTF-16 as well, and tells it by a zero.
        for (int i = 0; i < Math.min(length, 4); i++) {
            if (bytes[i] == 0) {
                throw new QgaException("JSON parse error, a zero byte");
            }
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), bytes, 0, length)) {
            parser.nextToken();
            return value(parser);
        } catch (StreamReadException e) {
            throw new QgaException("JSON parse error, " + why(e));
        } catch (JacksonException | NumberFormatException e) {
            // The latter is of an exponent that no number has.
            throw new QgaException("JSON parse error, beyond the limits");
        }
    }

    /// The escape of half a surrogate pair passes Jackson; no UTF-8 can carry it on.
    private static String whole(String text) throws QgaException {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new QgaException("JSON parse error, half a surrogate pair");
        }
        return text;
    }

    private static String why(StreamReadException e) {
        String said = String.valueOf(e.getOriginalMessage());
        if (said.startsWith("Duplicate")) {
            return "duplicate key";
        }
        return e.getLocation() == null
                ? "malformed"
                : "malformed at byte " + e.getLocation().getByteOffset();
    }

    private static Object value(JsonParser parser) throws QgaException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> members = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = whole(parser.currentName());
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
            case VALUE_STRING -> whole(parser.getString());
            case VALUE_NUMBER_INT -> {
                BigInteger number = parser.getBigIntegerValue();
                yield number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
            }
            case VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> NULL;
        };
    }

    /// One line of it, with its end.
    ///
    /// @param value as [#read] gives it, with byte arrays besides, which become base64
    static byte[] line(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        line(value, bytes);
        return bytes.toByteArray();
    }

    /// The same into a spool, without all of it in memory.
    ///
    /// @return false where there is no room
    static boolean line(Object value, Spool spool) {
        Filling filling = new Filling(spool);
        line(value, filling);
        return filling.isRoom;
    }

    private static void line(Object value, OutputStream bytes) {
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            write(value, json);
            json.writeRaw('\n');
        }
    }

    private static final class Filling extends OutputStream {
        private final Spool spool;
        private boolean isRoom = true;

        Filling(Spool spool) {
            this.spool = spool;
        }

        @Override
        public void write(int one) {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            isRoom = isRoom && spool.add(ByteBuffer.wrap(bytes, offset, length));
        }
    }

    private static void write(Object value, JsonGenerator json) {
        switch (value) {
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
            case Long number -> json.writeNumber(number);
            case Integer number -> json.writeNumber(number);
            case BigInteger number -> json.writeNumber(number);
            case BigDecimal number -> json.writeNumber(number);
            case Boolean truth -> json.writeBoolean(truth);
            default -> json.writeNull();
        }
    }
}
