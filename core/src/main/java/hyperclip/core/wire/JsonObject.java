package hyperclip.core.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;

/// One JSON object that somebody untrusted wrote, and its members checked as they are taken out.
///
/// Malformed input: not UTF-8, not one JSON object, nested deeper than [#MAX_DEPTH], a member twice, an over-long name,
/// string or number, a lone surrogate, and a member that is missing or not of the asked kind, each throw a
/// [ProtocolException]. Members that nobody asks for are ignored.
public final class JsonObject {

    public static final int MAX_DEPTH = 8;
    public static final int MAX_NAME = 64;
    public static final int MAX_STRING = 4096;
    private static final int MAX_NUMBER_DIGITS = 20;

    /// A value of a kind that no message has: null, a truth value, a fraction, a number beyond 64 bits.
    private static final Object NOTHING_ASKED_FOR = new Object();

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(MAX_NAME)
                    .maxStringLength(MAX_STRING)
                    .maxNumberLength(MAX_NUMBER_DIGITS)
                    .build())
            .build();

    private final Map<String, Object> members;
    private final long position;

    private JsonObject(Map<String, Object> members, long position) {
        this.members = members;
        this.position = position;
    }

    /// Reads the one object that the bytes hold.
    ///
    /// @param bytes of a length that the caller has checked
    /// @param position where in the stream they stand, for complaints
    public static JsonObject read(ByteBuffer bytes, long position) throws ProtocolException {
        char[] text = text(bytes, position);
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text, 0, text.length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new ProtocolException("a message that is no JSON object", position);
            }
            Map<String, Object> members = object(parser, position);
            if (parser.nextToken() != null) {
                throw new ProtocolException("something after a message's JSON object", position);
            }
            return new JsonObject(members, position);
        } catch (StreamConstraintsException e) {
            throw new ProtocolException("JSON beyond the limits", position);
        } catch (StreamReadException e) {
            throw new ProtocolException("malformed JSON", position);
        }
    }

    /// Decoded here and not by Jackson, which takes UTF-16 and UTF-32 as well, throws another kind of exception where
    /// they are malformed, and lets over-long sequences of UTF-8 pass.
    private static char[] text(ByteBuffer bytes, long position) throws ProtocolException {
        byte[] utf8 = new byte[bytes.remaining()];
        bytes.get(utf8);
        String text = new String(utf8, StandardCharsets.UTF_8);
        // What is malformed has been replaced.
        if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), utf8)) {
            throw new ProtocolException("a message that is not UTF-8", position);
        }
        return text.toCharArray();
    }

    private static Map<String, Object> object(JsonParser parser, long position) throws ProtocolException {
        Map<String, Object> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            members.put(name, value(parser, position));
        }
        return members;
    }

    private static Object value(JsonParser parser, long position) throws ProtocolException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, position);
            case START_ARRAY -> {
                List<Object> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(parser, position));
                }
                yield items;
            }
            case VALUE_STRING -> whole(parser.getString(), position);
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? NOTHING_ASKED_FOR
                        : (Object) parser.getLongValue();
            default -> NOTHING_ASKED_FOR;
        };
    }

    /// Jackson refuses half of a surrogate pair in a name and lets its escape pass in a string; no UTF-8 can carry it
    /// on.
    private static String whole(String text, long position) throws ProtocolException {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isHighSurrogate(text.charAt(i))
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(text.charAt(i))) {
                throw new ProtocolException("half a surrogate pair in a message", position);
            }
        }
        return text;
    }

    /// Whether there is a member of this name: for those that need not be there.
    public boolean has(String name) {
        return members.containsKey(name);
    }

    /// The text of a member that must be there, at most so many characters.
    public String text(String name, int most) throws ProtocolException {
        if (members.get(name) instanceof String text && text.length() <= most) {
            return text;
        }
        throw bad(name, "a string of at most " + most + " characters");
    }

    /// The whole number of a member that must be there.
    public long number(String name, long least, long most) throws ProtocolException {
        if (members.get(name) instanceof Long number && number >= least && number <= most) {
            return number;
        }
        throw bad(name, "a whole number from " + least + " to " + most);
    }

    /// The strings of a list that must be there, at most so many of so many characters each.
    public List<String> texts(String name, int mostItems, int mostCharacters) throws ProtocolException {
        if (members.get(name) instanceof List<?> items && items.size() <= mostItems) {
            List<String> texts = new ArrayList<>(items.size());
            for (Object item : items) {
                if (!(item instanceof String text) || text.length() > mostCharacters) {
                    throw bad(name, "a list of strings of at most " + mostCharacters + " characters");
                }
                texts.add(text);
            }
            return texts;
        }
        throw bad(name, "a list of at most " + mostItems + " strings");
    }

    /// The names and strings of an object that must be there.
    public Map<String, String> fields(String name, int most) throws ProtocolException {
        if (members.get(name) instanceof Map<?, ?> object && object.size() <= most) {
            Map<String, String> fields = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : object.entrySet()) {
                if (!(entry.getValue() instanceof String text)) {
                    throw bad(name, "an object of strings");
                }
                fields.put((String) entry.getKey(), text);
            }
            return fields;
        }
        throw bad(name, "an object of at most " + most + " members");
    }

    /// A complaint about a member whose form is right and whose value is not.
    public ProtocolException bad(String name, String wanted) {
        return new ProtocolException("a message whose '" + name + "' is not " + wanted, position);
    }
}
