package hyperclip.app.host;

import hyperclip.app.link.Clients;
import hyperclip.app.link.Troubles;
import hyperclip.app.loop.HubTime;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.Limits;
import hyperclip.core.session.Rank;
import hyperclip.core.session.SessionConnection;
import hyperclip.core.session.SessionMessage;
import java.util.Map;
import java.util.Optional;

/// A client's file on its way into a machine. The two have a hub of their own, in which the client offers the
/// file's content and the machine pastes it: nobody else sees it.
final class Delivery {

    /// How long nothing of a file may move at the least, in milliseconds: it may have to wait behind a large
    /// paste of the machine's, which the port carries as one message.
    private static final long BEHIND = 120_000;

    private final Loop loop;
    private final Troubles troubles;
    private final SessionConnection client;
    private final Machine machine;
    private final SessionMessage.Send file;
    private final HubTime time;

    Delivery(
            Loop loop,
            Limits limits,
            Troubles troubles,
            SessionConnection client,
            Machine machine,
            SessionMessage.Send file) {
        this.loop = loop;
        this.troubles = troubles;
        this.client = client;
        this.machine = machine;
        this.file = file;
        Limits patient = new Limits(limits.firstByte(), Math.max(limits.stall(), BEHIND), limits.maxSize());
        this.time = new HubTime(new Hub(loop::millis, (follower, followed) -> true, patient, refusal -> {}));
    }

    /// The client is told how it ends.
    void begin() {
        loop.add(time);
        client.open(Clients.CHANNEL, time.hub(), "client", Rank.HOST_SIDE);
        machine.take(time.hub(), "machine", file, this::ended);
    }

    private void ended(Optional<String> why) {
        loop.remove(time);
        client.close(Clients.CHANNEL);
        client.say(new SessionMessage.Row(
                why.map(sentence -> Map.of("state", "refused", "why", sentence)).orElse(Map.of("state", "sent"))));
        client.say(new SessionMessage.Done());
        // Its name is the person's own.
        String what = "machine " + machine.name() + ": a file of " + file.size() + " bytes was ";
        why.ifPresentOrElse(
                sentence -> troubles.note(what + "not sent: " + sentence), () -> troubles.tell(what + "sent"));
    }
}
