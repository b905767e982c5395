package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.demo.FrontEnd;
import hyperclip.demo.Guest;
import hyperclip.demo.GuestDesk;
import hyperclip.demo.GuestImage;
import hyperclip.demo.HostDesk;
import hyperclip.demo.Machine;
import hyperclip.demo.Outcome;
import hyperclip.demo.User;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A guest with a real logind, a desktop of the host, and a front end between them. Alice and bob take turns at
/// the screen of seat0, carol comes from another machine. Booted when a test first wants it; ended with the run.
///
/// Each test begins with [#everybodyIn], which undoes what another has left. Programs of a user run in the session
/// of that user: in its cgroup, with its `XDG_SESSION_ID`.
final class SeatedGuest {

    private static SeatedGuest guest;

    final Machine machine;
    /// The host's end of the port of QEMU's guest agent.
    final Path agentPort;
    final HostDesk host;
    final FrontEnd frontEnd;
    final GuestDesk alice;
    final GuestDesk bob;
    final GuestDesk carol;

    /// The processes of Hyperclip in the guest; 0 while there is no daemon.
    long daemon;

    final Map<User, Long> agents = new EnumMap<>(User.class);

    private SeatedGuest() throws IOException {
        machine = new Machine(GuestImage.ofThisProgram(Guest.SEATED, LibvirtGuest.PACKAGES, Stage::say));
        agentPort = machine.addPort(LibvirtGuest.AGENT_PORT);
        host = HostDesk.own();
        frontEnd = new FrontEnd(host, machine.clipboardSocket());
        alice = new GuestDesk(machine, User.ALICE);
        bob = new GuestDesk(machine, User.BOB);
        carol = new GuestDesk(machine, User.CAROL);
        frontEnd.start();
        machine.boot(Stage::say);
        switchTo(User.ALICE);
    }

    static synchronized SeatedGuest running() throws IOException {
        if (guest == null) {
            guest = new SeatedGuest();
        }
        return guest;
    }

    /// As after the boot: alice at the screen, bob behind her, carol elsewhere, nobody locked, no greeter.
    void everybodyIn() throws IOException {
        if (current(User.GREETER).isPresent()) {
            logout(User.GREETER);
        }
        for (User user : Guest.SEATED.desktops()) {
            if (current(user).isEmpty()) {
                login(user);
            } else if (isLocked(user)) {
                unlock(user);
            }
        }
        switchTo(User.ALICE);
    }

    // Hyperclip

    /// Daemon and agents, all of them new and connected; who is joined to the host is logind's matter.
    void startHyperclip() throws IOException {
        endHyperclip();
        daemon = machine.startDaemon();
        for (User user : Guest.SEATED.desktops()) {
            startAgent(user);
        }
    }

    /// The agent of a session, as its autostart would.
    void startAgent(User user) throws IOException {
        agents.put(user, machine.startAgent(user));
        machine.awaitAgent(user);
    }

    /// Ends what has been started of it; an agent may have ended before, with its X server.
    void endHyperclip() throws IOException {
        List<Long> started = new ArrayList<>(agents.values());
        if (daemon != 0) {
            started.add(daemon);
        }
        for (long process : started) {
            machine.run(User.ROOT, "kill", "-KILL", Long.toString(process));
            machine.awaitExit(process, Stage.PATIENCE);
        }
        agents.clear();
        daemon = 0;
    }

    // What logind says

    /// All sessions, each by its properties as `loginctl show-session` names them.
    private List<Map<String, String>> sessions() throws IOException {
        while (true) {
            List<String> show = new ArrayList<>(List.of("loginctl", "show-session"));
            asRoot("loginctl", "list-sessions", "--no-legend")
                    .text()
                    .lines()
                    .forEach(line -> show.add(line.strip().split(" +", -1)[0]));
            if (show.size() == 2) {
                return List.of();
            }
            Outcome shown = machine.run(User.ROOT, show.toArray(String[]::new));
            // Else one of them has gone meanwhile.
            if (shown.exit() == 0) {
                return Arrays.stream(shown.text().strip().split("\n\n", -1))
                        .map(SeatedGuest::properties)
                        .toList();
            }
        }
    }

    private static Map<String, String> properties(String shown) {
        Map<String, String> properties = new TreeMap<>();
        shown.lines().forEach(line -> {
            int equals = line.indexOf('=');
            properties.put(line.substring(0, equals), line.substring(equals + 1));
        });
        return properties;
    }

    private List<Map<String, String>> sessions(User user) throws IOException {
        return sessions().stream()
                .filter(session -> session.get("Name").equals(user.userName()))
                .toList();
    }

    /// The session of a user, one that is closing left aside.
    private Optional<Map<String, String>> current(User user) throws IOException {
        return sessions(user).stream()
                .filter(session -> !session.get("State").equals("closing"))
                .findAny();
    }

    Map<String, String> properties(User user) throws IOException {
        return current(user).orElseThrow(() -> new AssertionError(user.userName() + " has no session"));
    }

    /// What logind calls the session of a user.
    String sessionId(User user) throws IOException {
        return properties(user).get("Id");
    }

    /// All sessions of a user, those that are closing too: their states by their ids.
    Map<String, String> states(User user) throws IOException {
        Map<String, String> states = new TreeMap<>();
        sessions(user).forEach(session -> states.put(session.get("Id"), session.get("State")));
        return states;
    }

    boolean isActive(User user) throws IOException {
        return properties(user).get("Active").equals("yes");
    }

    boolean isLocked(User user) throws IOException {
        return properties(user).get("LockedHint").equals("yes");
    }

    // What people do

    /// Brings a session of seat0 to the screen.
    void switchTo(User user) throws IOException {
        Map<String, String> session = properties(user);
        if (session.get("Active").equals("yes")) {
            return;
        }
        asRoot("chvt", session.get("VTNr"));
        await(user.userName() + " to be active", () -> isActive(user));
    }

    void lock(User user) throws IOException {
        setLocked(user, true);
    }

    void unlock(User user) throws IOException {
        setLocked(user, false);
    }

    private void setLocked(User user, boolean locked) throws IOException {
        String hint = Boolean.toString(locked);
        String session = "org.freedesktop.login1 /org/freedesktop/login1/session/auto org.freedesktop.login1.Session";
        succeed(user, ("busctl call " + session + " SetLockedHint b " + hint).split(" ", -1));
        await("the locked hint of " + user.userName() + " to be " + hint, () -> isLocked(user) == locked);
    }

    /// Ends the X server of a session. The session is gone then, or closing if a program of it stays.
    void logout(User user) throws IOException {
        String session = sessionId(user);
        asRoot("systemctl", "stop", "desktop@" + user.userName());
        await(
                user.userName() + "'s session to end",
                () -> states(user).getOrDefault(session, "closing").equals("closing"));
    }

    /// Opens a session; one of seat0 is not brought to the screen by that.
    void login(User user) throws IOException {
        asRoot("systemctl", "start", "desktop@" + user.userName());
        machine.awaitDesktop(user);
        await(user.userName() + " to have a session", () -> current(user).isPresent());
    }

    private Outcome asRoot(String... command) throws IOException {
        return succeed(User.ROOT, command);
    }

    private Outcome succeed(User user, String... command) throws IOException {
        Outcome outcome = machine.run(user, command);
        assertThat(outcome.exit())
                .as("%s, which said: %s", String.join(" ", command), outcome.errorText())
                .isZero();
        return outcome;
    }

    // Waiting

    interface Condition {
        boolean holds() throws IOException;
    }

    void await(String what, Condition condition) throws IOException {
        long begun = System.nanoTime();
        while (!condition.holds()) {
            if (System.nanoTime() - begun > Stage.PATIENCE.toNanos()) {
                throw new AssertionError("Waited %d s for %s, in vain. logind says:%n%s"
                        .formatted(
                                Stage.PATIENCE.toSeconds(),
                                what,
                                asRoot("loginctl", "list-sessions").text()));
            }
            Stage.pause();
        }
    }
}
