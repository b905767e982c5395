package hyperclip.app.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a peer can write into the log is bounded, and what went wrong last is remembered all the same.
class TroublesTest {

    private final Logger log = Logger.getLogger("hyperclip");
    private final List<String> lines = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            lines.add(line.getLevel() + " " + line.getMessage()
                    + (line.getParameters() == null ? "" : " " + line.getParameters()[0]));
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };
    private long now = 1_000;
    private final Troubles troubles = new Troubles(() -> now);

    @BeforeEach
    void listen() {
        log.addHandler(handler);
    }

    @AfterEach
    void leave() {
        log.removeHandler(handler);
    }

    @Test
    void aFloodIsToldOfNowAndThen() {
        for (int i = 0; i < 1_000; i++) {
            troubles.note("trouble " + i);
            troubles.tell("and order " + i);
        }
        assertThat(lines).hasSize(Troubles.BURST);
        now += Troubles.EVERY;
        troubles.note("one more");
        assertThat(lines).hasSize(Troubles.BURST + 2);
        assertThat(lines.get(Troubles.BURST)).contains("left out");
        now += 1_000 * Troubles.EVERY;
        for (int i = 0; i < 1_000; i++) {
            troubles.tell("later " + i);
        }
        assertThat(lines).hasSize(2 * Troubles.BURST + 2);
    }

    @Test
    void theLastAreRemembered() {
        for (int i = 0; i < 1_000; i++) {
            troubles.note("trouble " + i);
            troubles.tell("no trouble");
        }
        assertThat(troubles.last()).hasSize(Troubles.KEPT);
        assertThat(troubles.last().getLast().sentence()).isEqualTo("trouble 999");
        assertThat(troubles.last().getLast().since()).isEqualTo(now);
    }
}
