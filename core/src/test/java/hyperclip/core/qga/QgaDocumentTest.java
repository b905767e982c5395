package hyperclip.core.qga;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Holds docs/qga.md and the code together.
class QgaDocumentTest {

    @Test
    void theCommandsOfTheDocumentAreThoseOfTheCode() throws IOException {
        String document = Files.readString(Path.of("../docs/qga.md"));
        String commands = document.lines()
                .dropWhile(line -> !line.startsWith("{ 'command'"))
                .takeWhile(line -> !line.startsWith("{ 'event'"))
                .filter(line -> !line.isBlank())
                .collect(Collectors.joining("\n"));

        assertThat(commands)
                .isEqualTo(Arrays.stream(ClipboardCommand.values())
                        .map(ClipboardCommand::schema)
                        .collect(Collectors.joining("\n")));
    }
}
