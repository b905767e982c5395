package hyperclip.e2e.path;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.session.SessionMessage.Question;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The whole path: a front end on the host's screen, a [Relay], a daemon, and agents on the guest's screens.
final class Way implements AutoCloseable {

    static final String MACHINE = "work";

    final Folder folder = Folder.make();
    final Relay relay = new Relay(folder);
    final Screen hostScreen;
    Hyperclip host;
    Hyperclip daemon;

    private final Map<Screen, List<String>> sessions = new LinkedHashMap<>();
    private final Map<Screen, Hyperclip> agents = new LinkedHashMap<>();

    private final String[] options;

    private Way(Screen hostScreen, String... options) {
        this.hostScreen = hostScreen;
        this.options = options;
    }

    /// With an agent of this user on each of these screens; all is connected when it returns.
    static Way between(Screen hostScreen, Screen... guests) {
        return begin(new Way(hostScreen), guests);
    }

    /// With one session, and these options for the front end and the agent.
    static Way with(Screen hostScreen, Screen guest, String... options) {
        return begin(new Way(hostScreen, options), guest);
    }

    private static Way begin(Way way, Screen... guests) {
        try {
            way.startHost();
            way.startDaemon();
            for (Screen guest : guests) {
                way.startAgent(guest, List.of());
            }
            return way;
        } catch (RuntimeException | Error e) {
            way.close();
            throw e;
        }
    }

    Path hostSocket() {
        return folder.file("host.sock");
    }

    Path guestSocket() {
        return folder.file("guest.sock");
    }

    void startHost() {
        host = Hyperclip.start(
                folder.file("host.log"),
                hostScreen.environment(),
                command(
                        "host",
                        "--vm",
                        MACHINE + "=" + relay.host.path(),
                        "--listen",
                        hostSocket().toString()));
    }

    void startDaemon() {
        daemon = Hyperclip.start(
                folder.file("guest.log"),
                Map.of(),
                "guest",
                "--port",
                relay.guest.path().toString(),
                "--listen",
                guestSocket().toString());
    }

    /// Starts an agent and waits until the host has its session.
    ///
    /// @param before what makes it another user's
    void startAgent(Screen screen, List<String> before) {
        sessions.put(screen, before);
        agents.put(screen, newAgent(screen));
        awaitSessions(agents.size());
    }

    Hyperclip newAgent(Screen screen) {
        Hyperclip agent = Hyperclip.start(
                folder.file("agent" + screen.display() + ".log"),
                screen.environment(),
                sessions.get(screen),
                command("agent", "--connect", guestSocket().toString()));
        agents.put(screen, agent);
        return agent;
    }

    private String[] command(String... command) {
        return Stream.of(command, options).flatMap(Stream::of).toArray(String[]::new);
    }

    Hyperclip agent(Screen screen) {
        return agents.get(screen);
    }

    List<Hyperclip> all() {
        List<Hyperclip> all = new ArrayList<>(agents.values());
        if (daemon != null) {
            all.add(daemon);
        }
        if (host != null) {
            all.add(host);
        }
        return all;
    }

    void awaitSessions(int count) {
        try {
            Await.until("", () -> hostSessions().size() == count);
        } catch (AssertionError e) {
            throw new AssertionError("not " + count + " sessions at the host; the logs say:\n" + logs(), e);
        }
    }

    List<Map<String, String>> hostSessions() {
        return Inquirer.ask(hostSocket(), Question.SESSIONS, "");
    }

    List<Map<String, String>> hostStatus() {
        return Inquirer.ask(hostSocket(), Question.STATUS, "");
    }

    List<Map<String, String>> guestStatus() {
        return Inquirer.ask(guestSocket(), Question.STATUS, "");
    }

    /// No transfer is under way, as both statuses have it.
    void awaitNoTransfers() {
        Await.until("no transfer is left", () -> transfers(hostStatus()) == 0 && transfers(guestStatus()) == 0);
    }

    static int transfers(List<Map<String, String>> status) {
        return status.stream()
                .filter(row -> row.get("kind").equals("transfers"))
                .mapToInt(row -> Integer.parseInt(row.get("under way")))
                .findFirst()
                .orElse(-1);
    }

    String logs() {
        StringBuilder logs = new StringBuilder();
        for (Hyperclip one : all()) {
            logs.append(one.log()).append("--\n");
        }
        return logs.toString();
    }

    /// Nothing in the logs says that Hyperclip itself is at fault.
    void assertNoFaults() {
        assertThat(logs()).doesNotContain("a fault in Hyperclip").doesNotContain("\tat ");
    }

    @Override
    public void close() {
        all().forEach(Hyperclip::close);
        relay.close();
        folder.close();
    }
}
