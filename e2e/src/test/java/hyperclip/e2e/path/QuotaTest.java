package hyperclip.e2e.path;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.session.SessionMessage;
import hyperclip.core.session.SessionMessage.Question;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What one user takes of the daemon by all connections together is bounded, and told.
class QuotaTest {

    private Screen host;
    private Screen guest;
    private Way way;

    @BeforeEach
    void open() {
        host = new Screen();
        guest = new Screen();
        way = Way.between(host, guest);
    }

    @AfterEach
    void close() {
        way.assertNoFaults();
        way.close();
        guest.close();
        host.close();
    }

    /// Answers are longer than questions.
    @Test
    void whoDoesNotReadAnswersIsAnsweredNothingMore() {
        try (Rogue client = Rogue.client(way.guestSocket())) {
            client.greet();
            for (int i = 0; i < 1_900; i++) {
                client.say(new SessionMessage.Ask(Question.STATUS, ""));
            }
            client.until(
                    "it is told", () -> client.refusals().stream().anyMatch(one -> one.contains("wait to be read")));
            guest.copy("clipboard", "beside it");
            host.awaitPaste("clipboard", "beside it");
        }
    }

    /// The others have their turn meanwhile.
    @Test
    void whoSaysTooMuchIsSlowedDownAndToldSo() {
        try (Rogue client = Rogue.client(way.guestSocket())) {
            client.greet();
            // However slowly they are answered, they are said faster than is allowed.
            client.until("it is told", () -> {
                client.say(new SessionMessage.Ask(Question.STATUS, ""));
                return client.refusals().stream().anyMatch(one -> one.contains("slowed down"));
            });
            assertThat(way.daemon.log()).contains("slowed down");
            guest.copy("clipboard", "beside it");
            host.awaitPaste("clipboard", "beside it");
        }
    }
}
