package hyperclip.demo;

import java.io.Closeable;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// QEMU's own remote control (QMP: <https://www.qemu.org/docs/master/interop/qmp-spec.html>), of which the human
/// monitor's commands are enough here.
final class Monitor implements Closeable {

    private static final JsonFactory JSON = new JsonFactory();

    private final SocketChannel channel;
    private final JsonParser in;

    private Monitor(SocketChannel channel) {
        this.channel = channel;
        this.in = JSON.createParser(ObjectReadContext.empty(), Channels.newInputStream(channel));
    }

    /// Waits for QEMU's greeting: then all its sockets are there.
    static Monitor on(SocketChannel channel) throws IOException {
        Monitor monitor = new Monitor(channel);
        monitor.answer();
        monitor.send("qmp_capabilities", "");
        monitor.answer();
        return monitor;
    }

    /// Gives what the human monitor says to a command: nothing, if all went well with most of them.
    synchronized String tell(String command) throws IOException {
        send("human-monitor-command", command);
        return answer();
    }

    private void send(String execute, String commandLine) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("execute", execute);
            if (!commandLine.isEmpty()) {
                json.writeObjectPropertyStart("arguments");
                json.writeStringProperty("command-line", commandLine);
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        Channels.newOutputStream(channel).write((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /// The next thing that QEMU says, other than an event: the greeting, or the text of an answer.
    private String answer() throws IOException {
        try {
            while (true) {
                if (in.nextToken() != JsonToken.START_OBJECT) {
                    throw new Complaint("QEMU closed its monitor.");
                }
                String key = in.nextName();
                JsonToken value = in.nextToken();
                switch (key) {
                    case "return", "QMP" -> {
                        String text = value == JsonToken.VALUE_STRING ? in.getString() : "";
                        passOver();
                        return text;
                    }
                    case "error" -> throw new Complaint("QEMU's monitor refused a command: " + description());
                    default -> passOver();
                }
            }
        } catch (JacksonException e) {
            throw new Complaint("QEMU's monitor said what is not JSON, or went away.", e);
        }
    }

    /// Goes on to the end of the message, from any of its values.
    private void passOver() {
        in.skipChildren();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            in.nextToken();
            in.skipChildren();
        }
    }

    private String description() {
        String description = "";
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            in.nextToken();
            if (name.equals("desc")) {
                description = in.getString();
            }
            in.skipChildren();
        }
        passOver();
        return description;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
