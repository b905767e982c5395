package hyperclip.app.cli;

import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// The rows of an answer, for people and for programs.
final class Rows {

    private static final Set<String> HEAD = Set.of("kind", "name");

    private Rows() {}

    /// A paragraph a row: its kind and name, then a line for each other field.
    static String text(List<Map<String, String>> rows) {
        StringBuilder text = new StringBuilder();
        for (Map<String, String> row : rows) {
            text.append(row.getOrDefault("kind", ""));
            if (row.containsKey("name")) {
                text.append(' ').append(row.get("name"));
            }
            text.append('\n');
            row.forEach((name, value) -> {
                if (!HEAD.contains(name)) {
                    text.append("  ")
                            .append("%-10s".formatted(name))
                            .append(' ')
                            .append(value)
                            .append('\n');
                }
            });
        }
        return text.toString();
    }

    /// An array of objects.
    static String json(List<Map<String, String>> rows) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartArray();
            for (Map<String, String> row : rows) {
                json.writeStartObject();
                row.forEach(json::writeStringProperty);
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        return text.toString();
    }
}
