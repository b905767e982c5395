package hyperclip.core.session;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The golden bytes of docs/session-protocol.md: its blocks fenced as `hex NAME`, a comment after two spaces.
final class Golden {

    static final Path DOCUMENT = Path.of("..", "docs", "session-protocol.md");

    private static final Map<String, byte[]> BLOCKS = readBlocks();

    private Golden() {}

    static List<String> names() {
        return List.copyOf(BLOCKS.keySet());
    }

    /// The names of the blocks that hold a frame.
    static List<String> frames() {
        return BLOCKS.keySet().stream().filter(name -> !name.startsWith("sync")).toList();
    }

    static byte[] bytes(String name) {
        return BLOCKS.get(name).clone();
    }

    static ByteBuffer buffer(String name) {
        return ByteBuffer.wrap(bytes(name));
    }

    static List<String> documentLines() {
        try {
            return Files.readAllLines(DOCUMENT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, byte[]> readBlocks() {
        Map<String, byte[]> blocks = new LinkedHashMap<>();
        String name = null;
        StringBuilder hex = new StringBuilder();
        for (String line : documentLines()) {
            if (line.startsWith("```hex ")) {
                name = line.substring("```hex ".length());
            } else if (line.startsWith("```") && name != null) {
                blocks.put(name, HexFormat.of().parseHex(hex));
                name = null;
                hex.setLength(0);
            } else if (name != null) {
                int comment = line.indexOf("  ");
                hex.append((comment < 0 ? line : line.substring(0, comment)).replace(" ", ""));
            }
        }
        return blocks;
    }
}
