package hyperclip.core.session;

import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Signal;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Messages to the JSON of control frames, the members in the order of docs/session-protocol.md.
final class SessionWriter {

    private static final JsonFactory FACTORY = new JsonFactory();

    private SessionWriter() {}

    static ByteBuffer write(SessionMessage message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            write(message, json);
            json.writeEndObject();
        }
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    private static void write(SessionMessage message, JsonGenerator json) {
        switch (message) {
            case SessionMessage.Hello hello -> {
                say(json, "hello").writeNumberProperty("version", hello.version());
                json.writeStringProperty("role", word(hello.role())).writeStringProperty("name", hello.name());
                if (!hello.login().isEmpty()) {
                    json.writeStringProperty("login", hello.login());
                }
                json.writeArrayPropertyStart("capabilities");
                hello.capabilities().forEach(json::writeString);
                json.writeEndArray();
            }
            case SessionMessage.Refusal refusal ->
                say(json, "refusal").writeStringProperty("sentence", refusal.sentence());
            case SessionMessage.Running() -> say(json, "running");
            case SessionMessage.Ping ping -> say(json, "ping").writeNumberProperty("number", ping.number());
            case SessionMessage.Pong pong -> say(json, "pong").writeNumberProperty("number", pong.number());
            case SessionMessage.Open open ->
                say(json, "open")
                        .writeNumberProperty("channel", open.channel())
                        .writeStringProperty("session", open.session())
                        .writeStringProperty("user", open.user())
                        .writeStringProperty("display", open.display());
            case SessionMessage.Close close -> say(json, "close").writeNumberProperty("channel", close.channel());
            case SessionMessage.Offer(Signal.Offer offer, long serial) -> {
                say(json, "offer")
                        .writeStringProperty("selection", offer.selection().word())
                        .writeNumberProperty("serial", serial)
                        .writeStringProperty("offer", offer.id().hex());
                json.writeArrayPropertyStart("types");
                offer.types().forEach(type -> json.writeString(type.name()));
                json.writeEndArray()
                        .writeNumberProperty("age", offer.age())
                        .writeStringProperty("standing", word(offer.standing()));
            }
            case SessionMessage.Release release ->
                say(json, "release")
                        .writeStringProperty("selection", release.selection().word())
                        .writeNumberProperty("serial", release.serial());
            case SessionMessage.Request request ->
                transfer(json, "request", request.transfer())
                        .writeStringProperty("selection", request.selection().word())
                        .writeStringProperty("offer", request.offer().hex())
                        .writeStringProperty("type", request.type().name())
                        .writeNumberProperty("credit", request.credit());
            case SessionMessage.Credit credit ->
                transfer(json, "credit", credit.transfer()).writeNumberProperty("credit", credit.bytes());
            case SessionMessage.End end -> transfer(json, "end", end.transfer());
            case SessionMessage.Abort(long number, Reason reason, OptionalLong limit) ->
                end(transfer(json, "abort", number), reason, limit);
            case SessionMessage.Cancel(long number, Reason reason, OptionalLong limit) ->
                end(transfer(json, "cancel", number), reason, limit);
            case SessionMessage.Ask ask ->
                say(json, "ask")
                        .writeStringProperty("question", word(ask.question()))
                        .writeStringProperty("place", ask.place());
            case SessionMessage.Row row -> {
                say(json, "row").writeObjectPropertyStart("fields");
                row.fields().forEach(json::writeStringProperty);
                json.writeEndObject();
            }
            case SessionMessage.Done() -> say(json, "done");
            case SessionMessage.Send send ->
                say(json, "send")
                        .writeStringProperty("place", send.place())
                        .writeStringProperty("name", send.name())
                        .writeNumberProperty("size", send.size());
        }
    }

    private static JsonGenerator say(JsonGenerator json, String what) {
        return json.writeStringProperty("say", what);
    }

    private static JsonGenerator transfer(JsonGenerator json, String what, long number) {
        return say(json, what).writeNumberProperty("transfer", number);
    }

    private static void end(JsonGenerator json, Reason reason, OptionalLong limit) {
        json.writeStringProperty("reason", reason.word());
        limit.ifPresent(bytes -> json.writeNumberProperty("limit", bytes));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
