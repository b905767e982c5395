package hyperclip.e2e.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A user who opens connections by the thousand holds up nobody else (CVE-2020-25652 of spice-vdagentd).
@Tag("root")
class CrowdTest {

    private static final int CONNECTIONS = 2_000;

    private static final long MOST_DESCRIPTORS = 64;

    private static List<String> crowd(Path socket) {
        List<String> command = new ArrayList<>(Programs.as("64103"));
        Path classes = Path.of(CrowdTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classes.toString(),
                Crowd.class.getName(),
                socket.toString(),
                Integer.toString(CONNECTIONS)));
        return command;
    }

    @Test
    void othersGoOnPasting() throws IOException {
        try (Screen host = new Screen();
                Screen guest = new Screen();
                Way way = Way.between(host, guest)) {
            long before = way.daemon.descriptors();
            Process crowd = new ProcessBuilder(crowd(way.guestSocket()))
                    .redirectError(Redirect.INHERIT)
                    .start();
            try (BufferedReader said = crowd.inputReader(StandardCharsets.UTF_8);
                    OutputStream _ = crowd.getOutputStream()) {
                int pastes = 0;
                do {
                    String text = "paste " + ++pastes;
                    guest.copy("clipboard", text);
                    host.awaitPaste("clipboard", text);
                    assertThat(crowd.isAlive()).isTrue();
                } while (!said.ready());
                assertThat(said.readLine()).isEqualTo("opened");
                Await.until(
                        "all but the user's share is closed",
                        () -> way.daemon.descriptors() <= before + MOST_DESCRIPTORS);
                host.copy("clipboard", "beside the crowd");
                guest.awaitPaste("clipboard", "beside the crowd");
            }
            Await.ended(crowd, Await.GENEROUS, "the crowd");
            Await.until("its descriptors are closed", () -> way.daemon.descriptors() <= before);
            assertThat(way.daemon.log().lines().filter(line -> line.contains("is refused")))
                    .hasSizeBetween(1, 100);
            way.assertNoFaults();
        }
    }
}
