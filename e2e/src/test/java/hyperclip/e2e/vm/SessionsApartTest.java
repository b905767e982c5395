package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.Program;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What one user of the guest copies is never shown to another.
class SessionsApartTest {

    private final Stage stage;

    SessionsApartTest() throws IOException {
        stage = Stage.running();
    }

    @ParameterizedTest
    @EnumSource
    void aCopyOfOneSessionIsNotShownInTheOther(Selection selection) throws IOException {
        byte[] fromHost = Stage.marker("for all");
        Stage.copy(stage.host, stage.bob, selection, fromHost);
        Stage.untilPastes(stage.alice, selection, fromHost, System.nanoTime());
        byte[] secret = Stage.marker("alice's own");
        Stage.copy(stage.alice, stage.host, selection, secret);
        assertThat(stage.bob.paste(Program.XCLIP, selection).output()).isNotEqualTo(secret);

        // A word after it has reached bob, so hers would have.
        byte[] next = Stage.marker("for all again");
        Stage.copy(stage.host, stage.bob, selection, next);
        Stage.assertPastes(stage.bob, Program.XCLIP, selection, next);
    }
}
