package hyperclip.e2e.path;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.session.SessionMessage.Question;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The whole path: a front end on the host's screen, a [Relay], a daemon, and agents on the guest's screens.
final class Way implements AutoCloseable {

    static final String MACHINE = "work";

    /// What stands on the way of a paste.
    enum Station {
        DAEMON,
        AGENT,
        HOST
    }

    enum Direction {
        TO_HOST,
        TO_GUEST
    }

    /// One direction, and what stands where on it.
    ///
    /// @param ofOwner where content comes into the relay
    /// @param ofRequestor where requests come into the relay
    /// @param copying the socket on the owner's side, for commands
    /// @param pasting the one on the requestor's
    record Course(Screen from, Screen to, Relay.Side ofOwner, Relay.Side ofRequestor, Path copying, Path pasting) {

        /// `hyperclip paste` of a type, on the side where it is pasted.
        Hyperclip.Command paste(String type) {
            return pasteBy(pasting, type);
        }

        Hyperclip.Command pasteBy(Path socket, String type) {
            return Hyperclip.begin("paste", "-t", type, "--connect", socket.toString());
        }

        void awaitOffer(String type) {
            Await.until("an offer of " + type, () -> to.targets("clipboard").contains(type));
        }
    }

    final Folder folder = Folder.make();
    final Relay relay = new Relay(folder);
    final Screen hostScreen;
    Hyperclip host;
    Hyperclip daemon;

    private final Map<Station, List<String>> options;
    private final Map<String, String> daemonsEnvironment;
    private final Map<Screen, List<String>> sessions = new LinkedHashMap<>();
    private final Map<Screen, Hyperclip> agents = new LinkedHashMap<>();

    private Way(Map<Station, List<String>> options, Map<String, String> daemonsEnvironment, Screen hostScreen) {
        this.options = options;
        this.daemonsEnvironment = daemonsEnvironment;
        this.hostScreen = hostScreen;
    }

    /// With an agent of this user on each of these screens; all is connected when it returns.
    static Way between(Screen hostScreen, Screen... guests) {
        return between(Map.of(), hostScreen, guests);
    }

    /// @param options more arguments for some of the processes
    static Way between(Map<Station, List<String>> options, Screen hostScreen, Screen... guests) {
        return between(options, Map.of(), hostScreen, guests);
    }

    static Way between(
            Map<Station, List<String>> options,
            Map<String, String> daemonsEnvironment,
            Screen hostScreen,
            Screen... guests) {
        Way way = new Way(options, daemonsEnvironment, hostScreen);
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
                with(Station.HOST, "host", "--vm", MACHINE + "=" + relay.host.path(), "--listen", hostSocket()));
    }

    void startDaemon() {
        daemon = Hyperclip.start(
                folder.file("guest.log"),
                daemonsEnvironment,
                with(Station.DAEMON, "guest", "--port", relay.guest.path(), "--listen", guestSocket()));
    }

    private String[] with(Station station, Object... arguments) {
        return Stream.concat(Stream.of(arguments), options.getOrDefault(station, List.of()).stream())
                .map(Object::toString)
                .toArray(String[]::new);
    }

    /// Starts an agent and waits until the host has its session.
    ///
    /// @param before what makes it another user's
    void startAgent(Screen screen, List<String> before) {
        newAgent(screen, before);
        awaitSessions(agents.size());
    }

    /// Starts an agent.
    ///
    /// @param before what makes it another user's, or changes its environment
    Hyperclip newAgent(Screen screen, List<String> before) {
        sessions.put(screen, before);
        return newAgent(screen);
    }

    Hyperclip newAgent(Screen screen) {
        Hyperclip agent = Hyperclip.start(
                folder.file("agent" + screen.display() + ".log"),
                screen.environment(),
                sessions.get(screen),
                with(Station.AGENT, "agent", "--connect", guestSocket()));
        agents.put(screen, agent);
        return agent;
    }

    Hyperclip agent(Screen screen) {
        return agents.get(screen);
    }

    /// @param session a screen with an agent
    Course course(Direction direction, Screen session) {
        return switch (direction) {
            case TO_HOST -> new Course(session, hostScreen, relay.guest, relay.host, guestSocket(), hostSocket());
            case TO_GUEST -> new Course(hostScreen, session, relay.host, relay.guest, hostSocket(), guestSocket());
        };
    }

    /// Content of so many bytes, which is text, and does not repeat itself.
    static byte[] letters(int size) {
        byte[] letters = new byte[size];
        Random random = new Random(size);
        for (int i = 0; i < size; i++) {
            letters[i] = (byte) ('a' + random.nextInt(26));
        }
        return letters;
    }

    /// The process at this station, on the way to this session.
    Hyperclip process(Station station, Screen session) {
        return switch (station) {
            case DAEMON -> daemon;
            case AGENT -> agent(session);
            case HOST -> host;
        };
    }

    /// How many descriptors each process has open.
    Map<Hyperclip, Long> descriptors() {
        return all().stream().collect(Collectors.toMap(one -> one, Hyperclip::descriptors));
    }

    /// No process has more descriptors open than it had.
    static void awaitDescriptors(Map<Hyperclip, Long> before) {
        before.forEach((process, count) ->
                Await.until("no more descriptors than before", () -> process.descriptors() <= count));
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

    static void awaitTransfers(Path socket, int count) {
        Await.until(
                count + " transfers are under way",
                () -> transfers(Inquirer.ask(socket, Question.STATUS, "")) == count);
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
