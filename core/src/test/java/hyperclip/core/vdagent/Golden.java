package hyperclip.core.vdagent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/// Bytes as other programs write them, or as the protocol's header has them; the name of the file says which.
final class Golden {

    static final String CAPTURED = "spice-vdagent-0.22.1-captured.hex";
    static final String FROM_SPEC = "vd_agent.h-from-spec.hex";

    private Golden() {}

    /// By what stands above them.
    static Map<String, byte[]> of(String file) {
        try (InputStream in = Golden.class.getResourceAsStream(file)) {
            Map<String, byte[]> all = new LinkedHashMap<>();
            for (String part : new String(in.readAllBytes(), UTF_8).split("# ", -1)) {
                int end = part.indexOf('\n');
                if (end > 0) {
                    String hex = part.substring(end).replaceAll("\\s", "");
                    all.put(part.substring(0, end), HexFormat.of().parseHex(hex));
                }
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] of(String file, String name) {
        return of(file).get(name);
    }

    static Map<String, byte[]> all() {
        Map<String, byte[]> all = of(CAPTURED);
        all.putAll(of(FROM_SPEC));
        return all;
    }
}
