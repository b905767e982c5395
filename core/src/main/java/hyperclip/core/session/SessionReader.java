package hyperclip.core.session;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.wire.JsonObject;
import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// The JSON of control frames to messages.
///
/// Malformed input: what [JsonObject] refuses, an unknown message and a member outside its limits throw a
/// [ProtocolException] that names the message or member; unknown members are ignored.
final class SessionReader {

    /// What people and machines may be called: it is shown on terminals and written into logs.
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._:@-]{1,64}");

    private static final Pattern PLACE = Pattern.compile("([A-Za-z0-9._:@-]{1,64}(/[A-Za-z0-9._:@-]{1,64})?)?");
    private static final int MAX_PLACE = 129;
    private static final int MAX_WORD = 64;
    private static final int MAX_SENTENCE = 1024;

    private SessionReader() {}

    /// @param json the payload of a control frame
    /// @param position of the frame in its stream, for complaints
    static SessionMessage read(ByteBuffer json, long position) throws ProtocolException {
        JsonObject object = JsonObject.read(json, position);
        String what = object.text("say", MAX_WORD);
        return switch (what) {
            case "hello" ->
                new SessionMessage.Hello(
                        (int) object.number("version", 0, Integer.MAX_VALUE),
                        word(object, "role", SessionMessage.Role.class),
                        nameOrNone(object, "name"),
                        object.has("login") ? nameOrNone(object, "login") : "",
                        object.texts("capabilities", SessionMessage.MAX_CAPABILITIES, MAX_WORD));
            case "refusal" -> new SessionMessage.Refusal(sentence(object));
            case "running" -> new SessionMessage.Running();
            case "ping" -> new SessionMessage.Ping(object.number("number", 0, SessionMessage.MAX_NUMBER));
            case "pong" -> new SessionMessage.Pong(object.number("number", 0, SessionMessage.MAX_NUMBER));
            case "open" ->
                new SessionMessage.Open(
                        channel(object), name(object, "session"), name(object, "user"), name(object, "display"));
            case "close" -> new SessionMessage.Close(channel(object));
            case "offer" -> offer(object);
            case "release" -> new SessionMessage.Release(selection(object), serial(object));
            case "request" ->
                new SessionMessage.Request(
                        transfer(object), selection(object), offerId(object), type(object), credit(object));
            case "credit" -> new SessionMessage.Credit(transfer(object), credit(object));
            case "end" -> new SessionMessage.End(transfer(object));
            case "abort" -> new SessionMessage.Abort(transfer(object), reason(object), limit(object));
            case "cancel" -> new SessionMessage.Cancel(transfer(object), reason(object), limit(object));
            case "ask" ->
                new SessionMessage.Ask(word(object, "question", SessionMessage.Question.class), place(object));
            case "row" -> new SessionMessage.Row(fields(object));
            case "done" -> new SessionMessage.Done();
            case "send" ->
                new SessionMessage.Send(
                        place(object), fileName(object), object.number("size", 0, SessionMessage.MAX_NUMBER));
            default ->
                throw NAME.matcher(what).matches()
                        ? new ProtocolException("an unknown message '" + what + "'", position)
                        : object.bad("say", "a message of this version");
        };
    }

    private static SessionMessage.Offer offer(JsonObject object) throws ProtocolException {
        List<MimeType> types = new ArrayList<>();
        for (String name : object.texts("types", Signal.MAX_TYPES, MimeType.MAX_LENGTH)) {
            types.add(orBad(object, "types", "a list of MIME types", MimeType.of(name)));
        }
        if (types.isEmpty()) {
            throw object.bad("types", "a list of at least one MIME type");
        }
        return SessionMessage.offer(
                selection(object),
                serial(object),
                offerId(object),
                types,
                object.number("age", 0, Signal.Offer.UNKNOWN_AGE),
                word(object, "standing", Standing.class));
    }

    private static int channel(JsonObject object) throws ProtocolException {
        return (int) object.number("channel", 1, SessionMessage.MAX_CHANNEL);
    }

    private static long serial(JsonObject object) throws ProtocolException {
        return object.number("serial", 0, SessionMessage.MAX_NUMBER);
    }

    private static long transfer(JsonObject object) throws ProtocolException {
        return object.number("transfer", 0, SessionMessage.MAX_NUMBER);
    }

    private static int credit(JsonObject object) throws ProtocolException {
        return (int) object.number("credit", 1, Signal.MAX_CREDIT);
    }

    private static Selection selection(JsonObject object) throws ProtocolException {
        return orBad(object, "selection", "a selection", Selection.ofWord(object.text("selection", MAX_WORD)));
    }

    private static OfferId offerId(JsonObject object) throws ProtocolException {
        return orBad(object, "offer", "an offer's id", OfferId.of(object.text("offer", MAX_WORD)));
    }

    private static MimeType type(JsonObject object) throws ProtocolException {
        return orBad(object, "type", "a MIME type", MimeType.of(object.text("type", MimeType.MAX_LENGTH)));
    }

    private static Reason reason(JsonObject object) throws ProtocolException {
        return orBad(object, "reason", "a reason of this version", Reason.ofWord(object.text("reason", MAX_WORD)));
    }

    private static OptionalLong limit(JsonObject object) throws ProtocolException {
        return reason(object) == Reason.TOO_LARGE && object.has("limit")
                ? OptionalLong.of(object.number("limit", 1, Signal.MAX_LIMIT))
                : OptionalLong.empty();
    }

    private static String nameOrNone(JsonObject object, String member) throws ProtocolException {
        return object.text(member, MAX_WORD).isEmpty() ? "" : name(object, member);
    }

    private static String name(JsonObject object, String member) throws ProtocolException {
        String name = object.text(member, MAX_WORD);
        if (!NAME.matcher(name).matches()) {
            throw object.bad(member, "1 to 64 characters of A-Z a-z 0-9 . _ : @ -");
        }
        return name;
    }

    private static String place(JsonObject object) throws ProtocolException {
        String place = object.text("place", MAX_PLACE);
        if (!PLACE.matcher(place).matches()) {
            throw object.bad("place", "a session or VM/session");
        }
        return place;
    }

    private static String fileName(JsonObject object) throws ProtocolException {
        String name = object.text("name", SessionMessage.MAX_FILE_NAME);
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0 || hasControl(name)) {
            throw object.bad("name", "the name of a file");
        }
        return name;
    }

    private static String sentence(JsonObject object) throws ProtocolException {
        String sentence = object.text("sentence", MAX_SENTENCE);
        if (hasControl(sentence)) {
            throw object.bad("sentence", "free of control characters");
        }
        return sentence;
    }

    private static Map<String, String> fields(JsonObject object) throws ProtocolException {
        Map<String, String> fields = object.fields("fields", SessionMessage.MAX_FIELDS);
        for (Map.Entry<String, String> field : fields.entrySet()) {
            if (hasControl(field.getKey()) || hasControl(field.getValue())) {
                throw object.bad("fields", "free of control characters");
            }
        }
        return fields;
    }

    /// What goes to a terminal must not speak to the terminal itself.
    private static boolean hasControl(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }

    private static <E extends Enum<E>> E word(JsonObject object, String member, Class<E> kind)
            throws ProtocolException {
        String word = object.text(member, MAX_WORD);
        for (E constant : kind.getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(word)) {
                return constant;
            }
        }
        throw object.bad(member, "a word of this version");
    }

    private static <T> T orBad(JsonObject object, String member, String wanted, Optional<T> value)
            throws ProtocolException {
        if (value.isEmpty()) {
            throw object.bad(member, wanted);
        }
        return value.get();
    }
}
