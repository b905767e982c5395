package hyperclip.e2e.path;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.session.SessionMessage;
import hyperclip.core.session.SessionMessage.Question;
import hyperclip.e2e.path.RawOwner.Manner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What one user takes of the daemon by all connections together is bounded, and told.
class QuotaTest {

    private static final String TYPE = "application/x-silent";

    /// As docs/session-protocol.md has it.
    private static final int MAX_PASTES = 64;

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

    @Test
    void pastesOfAllConnectionsCountTogether() {
        List<Rogue> clients = new ArrayList<>();
        try (RawOwner owner =
                new RawOwner(guest, "CLIPBOARD", Map.of(TYPE, new byte[1_000]), Map.of(TYPE, Manner.IS_SILENT))) {
            Await.until("it is offered", () -> host.targets("clipboard").contains(TYPE));
            for (int i = 0; i < 4; i++) {
                Rogue client = Rogue.client(way.guestSocket());
                clients.add(client);
                client.greet();
                client.paste(TYPE, MAX_PASTES / 4);
                int asked = MAX_PASTES / 4 * clients.size();
                client.until("the owner is asked", () -> owner.served().size() == asked);
            }
            Rogue another = Rogue.client(way.guestSocket());
            clients.add(another);
            another.greet();
            another.paste(TYPE, 1);
            another.until("a refusal", () -> another.heard(Signal.Abort.class) == 1);
            assertThat(another.aborts()).containsExactly(Reason.TOO_MANY);
        } finally {
            clients.forEach(Rogue::close);
        }
        way.awaitNoTransfers();
    }

    /// The others have their turn meanwhile.
    @Test
    void whoSaysTooMuchIsSlowedDownAndToldSo() {
        try (Rogue client = Rogue.client(way.guestSocket())) {
            client.greet();
            for (int i = 0; i < 3_000; i++) {
                client.say(new SessionMessage.Ask(Question.STATUS, ""));
            }
            client.until("it is told", () -> client.refusals().stream().anyMatch(one -> one.contains("slowed down")));
            assertThat(way.daemon.log()).contains("slowed down");
            guest.copy("clipboard", "beside it");
            host.awaitPaste("clipboard", "beside it");
        }
    }
}
