package hyperclip.app.guest;

import hyperclip.app.Complaint;
import hyperclip.app.link.Clients;
import hyperclip.app.link.LocalServer;
import hyperclip.app.link.SocketLink;
import hyperclip.app.link.Troubles;
import hyperclip.app.loop.HubTime;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.Limits;
import hyperclip.core.clipboard.View;
import hyperclip.core.session.Medium;
import hyperclip.core.session.Rank;
import hyperclip.core.session.SessionConnection;
import hyperclip.core.session.SessionMessage;
import hyperclip.core.wire.ProtocolException;
import hyperclip.posix.Logind;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The guest daemon: joins every session to the host, and none to another.
///
/// In its hub each session is one view `agent:NAME`, and for each port one more, `portK:NAME`, which is the
/// host as that session sees it. A session and its ports follow each other and nobody else, so that no rule can
/// leak from one session to another. The port of a SPICE agent has one clipboard for all: one view, `spiceK`,
/// which follows every session that is served and is followed by them, while no native host is connected: all
/// ports are ways to one host, and one way is enough. What speaks the protocol of qemu-ga has a view `qga:NAME` of
/// each session, like that of a port.
public final class Guest implements Clients.Places {

    private static final int MAX_SESSIONS_PER_USER = 16;

    /// An agent that has said nothing for so long when it was asked gives way to a newer one of its session, in
    /// milliseconds.
    private static final long TAKEOVER = 2_000;

    /// So often it is looked whether it has answered, in milliseconds.
    private static final long LOOK = 50;

    /// For so long after its agent has gone a session's name is given to no other, in milliseconds: agents are
    /// restarted.
    private static final long RESERVED = 60_000;

    /// The channel on which an agent's session speaks.
    private static final int AGENT_CHANNEL = 1;

    private final Loop loop;
    private final RandomGenerator random;
    private final Hub hub;
    private final Clients clients;
    private final Troubles troubles;
    private final Logins logins;
    private final Map<String, Session> sessions = new LinkedHashMap<>();
    private final Map<String, Gone> gone = new HashMap<>();
    private final List<Port> ports = new ArrayList<>();
    private final List<SpicePort> spicePorts = new ArrayList<>();
    private final boolean spiceBesideNative;
    /// Where the protocol of qemu-ga is spoken.
    private Optional<Qga> qga = Optional.empty();

    private final Map<String, Quota> quotas = new HashMap<>();

    /// One graphical session and the agent that speaks for it.
    private static final class Session {
        final String name;
        final String user;
        final String display;
        /// The login that its agent says it is in.
        final String claim;

        final long since;
        final SocketLink<SessionConnection> agent;
        View own;
        Logins.Standing standing = new Logins.Standing(false, "", Optional.empty());

        Session(
                String name,
                String user,
                String display,
                String claim,
                long since,
                SocketLink<SessionConnection> agent) {
            this.name = name;
            this.user = user;
            this.display = display;
            this.claim = claim;
            this.since = since;
            this.agent = agent;
        }

        String view() {
            return "agent:" + name;
        }
    }

    /// Who had a name, and until when nobody else gets it.
    private record Gone(String user, String display, long until) {}

    /// @param random the kernel's own generator
    /// @param limits what every paste may take
    /// @param rule which sessions are joined to the host
    /// @param spice whether the port of a SPICE agent has a clipboard beside a native host
    public Guest(Loop loop, RandomGenerator random, Limits limits, SessionRule rule, SpiceClipboard spice) {
        this.spiceBesideNative = spice == SpiceClipboard.ALWAYS;
        this.loop = loop;
        this.random = random;
        this.troubles = new Troubles(loop::millis);
        this.logins = new Logins(rule);
        this.hub = new Hub(loop::millis, this::follows, limits, refusal -> troubles.note(refusal.sentence()));
        this.clients = new Clients(hub, this);
        loop.add(new HubTime(hub));
    }

    /// Serves agents and clients on this socket.
    public LocalServer listen(Path socket) throws Complaint {
        return new LocalServer(loop, socket, "rw-rw-rw-", this::visited);
    }

    /// Serves the host behind this port, and goes on trying to.
    public void connect(Path port) {
        Port added =
                new Port(loop, random, troubles, port, "port" + ports.size(), this::greeted, this::reconsiderSpice);
        ports.add(added);
        added.open();
    }

    /// Serves the host behind the port of a SPICE agent, and goes on trying to.
    ///
    /// @param share the socket for a spice-vdagentd that shares it, where there may be one
    public void connectSpice(Path port, Optional<Path> share) {
        SpicePort added = new SpicePort(
                loop, random, troubles, port, "spice" + spicePorts.size(), hub, share, this::mayWriteFiles);
        spicePorts.add(added);
        added.start();
    }

    /// Speaks the protocol of qemu-ga, at this port and with local clients.
    ///
    /// @param ports go on being tried
    /// @param listeners sockets for local clients, and whether these may ask for all commands
    /// @param other the socket of a real qemu-ga, where there may be one
    public void speakQga(List<Path> ports, Map<Path, Boolean> listeners, Optional<Path> other) throws Complaint {
        Qga started = new Qga(loop, random, troubles, hub, other);
        qga = Optional.of(started);
        for (Map.Entry<Path, Boolean> listener : listeners.entrySet()) {
            started.listen(listener.getKey(), listener.getValue());
        }
        ports.forEach(started::openPort);
        started.start();
    }

    private boolean mayWriteFiles() {
        return qga.map(Qga::mayWrite).orElse(true);
    }

    /// Leaves no socket of a port's behind.
    public void close() {
        spicePorts.forEach(SpicePort::close);
        qga.ifPresent(Qga::close);
    }

    private void reconsiderSpice() {
        spicePorts.forEach(SpicePort::reconsider);
    }

    /// Follows logind, where there is one.
    public void follow(Map<String, String> environment) {
        Logind.watch(
                environment,
                news -> loop.post(() -> {
                    String before = logins.state();
                    logins.hear(news);
                    if (!before.equals(logins.state())) {
                        troubles.tell("logind: " + logins.state());
                    }
                    sessions.values().forEach(this::reconsider);
                }));
    }

    private void visited(SocketChannel channel, String user) {
        try {
            int open = quotas.values().stream().mapToInt(Quota::size).sum();
            quotas.values().removeIf(quota -> quota.isAtRest(loop.millis()));
            Quota quota = quotas.computeIfAbsent(user, name -> new Quota(loop.millis()));
            if (quota.isFull() || open >= LocalServer.MAX_CONNECTIONS) {
                troubles.note("a connection of " + user + " is refused: " + quota.size() + " of this user and " + open
                        + " of all are open already");
                channel.close();
                return;
            }
            new Visitor(channel, user, quota);
        } catch (IOException e) {
            troubles.note("a connection of " + user + " failed: " + e.getMessage());
        }
    }

    /// Whoever is at the other end of a local connection: an agent or a client.
    private final class Visitor implements SessionConnection.Owner {
        private final String user;
        private final Quota quota;
        private final SocketLink<SessionConnection> link;
        private long counted;
        private Session session;

        Visitor(SocketChannel channel, String user, Quota quota) throws IOException {
            this.user = user;
            this.quota = quota;
            SessionConnection connection =
                    new SessionConnection(Medium.SOCKET, SessionMessage.Role.GUEST, "", this, random, loop::millis);
            link = new SocketLink<>(loop, channel, connection, "connection of " + user, troubles, this::closed);
            link.afterReading(this::pace);
            quota.add(connection);
            connection.start();
        }

        /// Whoever says too much waits, and with it all of its user's that say something.
        private void pace() {
            long said = link.connection().said();
            long pause = quota.spend(said - counted, loop.millis());
            counted = said;
            if (pause > 0) {
                link.pause(pause);
                if (quota.isToBeTold(loop.millis())) {
                    String why = "more than " + Quota.RATE + " messages a second of " + user + ": slowed down";
                    troubles.note(why);
                    link.connection().say(new SessionMessage.Refusal(why));
                }
            }
        }

        /// All of this user's and all of everybody's: whatever some users take, as much as each of them has is
        /// left for the next one.
        @Override
        public int pastesElsewhere(SessionConnection connection) {
            return quota.pastes()
                    - connection.pastes()
                    + quotas.values().stream().mapToInt(Quota::pastes).sum();
        }

        @Override
        public void greeted(SessionConnection connection, SessionMessage.Hello theirs) {
            if (theirs.role() == SessionMessage.Role.AGENT) {
                arrive(theirs.name().isEmpty() ? "unknown" : theirs.name(), theirs.login());
            }
        }

        /// A session has one agent. One that is there already keeps it if it is alive; else whoever waits here
        /// is sent to come again, because what it has said meanwhile was said to nobody.
        private void arrive(String display, String claim) {
            Optional<Session> older = sessions.values().stream()
                    .filter(other -> other.user.equals(user) && other.display.equals(display))
                    .findFirst();
            if (older.isPresent()) {
                older.get().agent.connection().say(new SessionMessage.Ping(0));
                decide(older.get(), loop.millis());
            } else {
                begin(display, claim);
            }
        }

        private void decide(Session older, long asked) {
            if (link.isClosed()) {
                return;
            }
            if (!older.equals(sessions.get(older.name))) {
                link.close("the agent before it has gone, and it may come again");
            } else if (older.agent.connection().lastHeard() >= asked) {
                link.connection().say(new SessionMessage.Running());
            } else if (loop.millis() - asked >= TAKEOVER) {
                older.agent.close("it does not answer, and there is a newer agent of its session");
                link.close("the agent before it does not answer, and it may come again");
            } else {
                loop.after(LOOK, () -> decide(older, asked));
            }
        }

        private void begin(String display, String claim) {
            SessionConnection connection = link.connection();
            long own = sessions.values().stream()
                    .filter(other -> other.user.equals(user))
                    .count();
            if (own >= MAX_SESSIONS_PER_USER || sessions.size() >= SessionConnection.MAX_SESSIONS) {
                String refusal = "there are " + own + " sessions of " + user + " and " + sessions.size()
                        + " of all already; end an agent that is not needed";
                troubles.note("an agent of " + user + " is refused: " + refusal);
                connection.say(new SessionMessage.Refusal(refusal));
            } else {
                session = Guest.this.begin(user, display, claim, link);
            }
        }

        @Override
        public void said(SessionConnection connection, SessionMessage message, long position) throws ProtocolException {
            if (session != null) {
                throw new ProtocolException("a message that an agent has no use for", position);
            }
            clients.said(connection, user, message, position);
        }

        @Override
        public void lost(SessionConnection connection, String why) {
            throw new IllegalStateException("a socket is closed, not lost");
        }

        @Override
        public void hasToSend(SessionConnection connection) {
            link.hasToSend();
        }

        private void closed(String why) {
            quota.remove(link.connection());
            clients.left(link.connection());
            if (session != null) {
                end(session, why);
            }
        }
    }

    private Session begin(String user, String display, String claim, SocketLink<SessionConnection> agent) {
        String name = nameFor(user, display);
        Session session = new Session(name, user, display, claim, loop.millis(), agent);
        sessions.put(name, session);
        session.own = agent.connection().open(AGENT_CHANNEL, hub, session.view(), Rank.HOST_SIDE);
        troubles.tell("session " + name + " of " + user + " on display " + session.display + " has come");
        reconsider(session);
        return session;
    }

    /// Joins the session to the host, or takes it away with all that either was offered of the other.
    private void reconsider(Session session) {
        Logins.Standing before = session.standing;
        session.standing = logins.standing(session.user, session.name, session.display, session.claim);
        boolean served = session.standing.isServed();
        if (served != before.isServed()) {
            for (Port port : ports) {
                if (!served) {
                    port.leave(session.name);
                } else if (port.isGreeted()) {
                    join(session, port);
                }
            }
            if (served) {
                qga.ifPresent(all -> all.join(session.name, sayable(session.user), session.display, session.view()));
            } else {
                qga.ifPresent(all -> all.leave(session.name));
            }
            hub.reconsider(session.own);
            // What commands have copied for it is seen where its own is.
            clients.attachedTo(session.view()).forEach(hub::reconsider);
        }
        if (!session.standing.state().equals(before.state())) {
            troubles.tell("session " + session.name + " is " + session.standing.state());
        }
    }

    /// The name that this session had a moment ago, or the first that nobody has.
    private String nameFor(String user, String display) {
        gone.values().removeIf(one -> one.until <= loop.millis());
        for (Map.Entry<String, Gone> one : gone.entrySet()) {
            Gone was = one.getValue();
            if (was.user.equals(user) && was.display.equals(display) && !sessions.containsKey(one.getKey())) {
                return one.getKey();
            }
        }
        String first = sayable(user);
        String name = first;
        for (int i = 2; sessions.containsKey(name) || (gone.containsKey(name) && i <= MAX_SESSIONS_PER_USER); i++) {
            name = first + ":" + i;
        }
        return name;
    }

    /// A user's name as the protocol allows it, with room for a number: one of a directory service may have a
    /// backslash.
    private static String sayable(String user) {
        String name = user.replaceAll("[^A-Za-z0-9._@-]", "-");
        return name.isEmpty() ? "nameless" : name.substring(0, Math.min(60, name.length()));
    }

    private void end(Session session, String why) {
        sessions.remove(session.name);
        gone.put(session.name, new Gone(session.user, session.display, loop.millis() + RESERVED));
        for (Port port : ports) {
            port.leave(session.name);
        }
        qga.ifPresent(all -> all.leave(session.name));
        clients.attachedTo(session.view()).forEach(hub::reconsider);
        troubles.tell("session " + session.name + " has gone: " + why);
    }

    private void greeted(Port port) {
        sessions.values().stream()
                .filter(session -> session.standing.isServed())
                .forEach(session -> join(session, port));
        reconsiderSpice();
    }

    private void join(Session session, Port port) {
        port.join(session.name, sayable(session.user), session.display, hub);
    }

    private boolean follows(String follower, String followed) {
        Optional<String> target = clients.targetOf(followed);
        if (target.isPresent()) {
            return follower.equals(target.get()) || follows(follower, target.get());
        }
        if (clients.targetOf(follower).isPresent()) {
            return false;
        }
        if (isSpice(follower) || isSpice(followed)) {
            String other = isSpice(follower) ? followed : follower;
            return isAgent(other) && isServed(sessionOf(other)) && isSpiceHeard();
        }
        boolean sameSession = sessionOf(follower).equals(sessionOf(followed));
        return sameSession && isAgent(follower) != isAgent(followed);
    }

    private static boolean isSpice(String view) {
        return view.startsWith("spice");
    }

    private boolean isServed(String name) {
        Session session = sessions.get(name);
        return session != null && session.standing.isServed();
    }

    private boolean isSpiceHeard() {
        return spiceBesideNative || ports.stream().noneMatch(Port::isGreeted);
    }

    private static boolean isAgent(String view) {
        return view.startsWith("agent:");
    }

    private static String sessionOf(String view) {
        return view.substring(view.indexOf(':') + 1);
    }

    @Override
    public Optional<String> view(String user, String place) {
        return sessions.values().stream()
                .filter(session -> mayReach(user, session))
                .filter(session -> place.isEmpty() || session.name.equals(place))
                .map(Session::view)
                .findFirst();
    }

    private static boolean mayReach(String user, Session session) {
        return user.equals("root") || user.equals(session.user);
    }

    @Override
    public List<Map<String, String>> sessions(String user) {
        return sessions.values().stream()
                .filter(session -> mayReach(user, session))
                .map(session -> Clients.describe(hub, session.view(), about(session)))
                .toList();
    }

    private Map<String, String> about(Session session) {
        Map<String, String> row = new HashMap<>(Map.of(
                "kind",
                "session",
                "name",
                session.name,
                "user",
                session.user,
                "display",
                session.display,
                "state",
                session.standing.state(),
                "since",
                Clients.ago(loop.millis() - session.since)));
        session.standing.login().ifPresent(login -> {
            row.put("login", login.id());
            row.put("type", login.type());
            if (!login.seat().isEmpty()) {
                row.put("seat", login.seat());
            }
        });
        return row;
    }

    @Override
    public List<Map<String, String>> status(String user) {
        List<Map<String, String>> rows = new ArrayList<>();
        for (Port port : ports) {
            rows.add(Map.of("kind", "link", "name", port.path().toString(), "state", port.state()));
        }
        for (SpicePort port : spicePorts) {
            Map<String, String> row = new HashMap<>(Map.of(
                    "kind", "link", "name", port.path().toString(), "protocol", "vdagent", "state", port.state()));
            port.sharedState().ifPresent(state -> row.put("spice-vdagentd", state));
            if (!isSpiceHeard()) {
                row.put("clipboard", "mute while a native host is connected; --spice-clipboard always ends that");
            } else if (!port.notCarried().isEmpty() && user.equals("root")) {
                // It names types, and may be about anybody's copy.
                row.put("not carried", port.notCarried());
            }
            rows.add(row);
        }
        qga.ifPresent(all -> rows.addAll(all.rows()));
        rows.add(Map.of("kind", "logind", "state", logins.state()));
        rows.addAll(sessions(user));
        rows.add(Map.of("kind", "transfers", "under way", String.valueOf(hub.transfers())));
        if (user.equals("root")) {
            for (Troubles.Trouble trouble : troubles.last()) {
                rows.add(Map.of(
                        "kind", "trouble",
                        "when", Clients.ago(loop.millis() - trouble.since()),
                        "what", trouble.sentence()));
            }
        }
        return rows;
    }
}
