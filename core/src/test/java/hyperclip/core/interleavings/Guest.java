package hyperclip.core.interleavings;

import hyperclip.core.clipboard.Selection;
import hyperclip.core.session.Medium;
import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// A virtual machine: its sessions with their agents, and its daemon, unless its one agent has the port for itself.
///
/// All that it does follows from its inputs. So it can go back to a moment of its past, as a machine does whose
/// snapshot is restored: the same inputs, up to that moment, make the same machine, which takes another way from
/// there.
final class Guest {

    /// What comes to it from outside; what happens inside at a time has an input too.
    enum Kind {
        ACT,
        RECEIVE,
        PORT_LOST,
        TIME,
        CALM,
        CONNECT,
        HANG_UP,
        CUT,
        COPY,
        START
    }

    record Input(Kind kind, long seed, ByteBuffer bytes, long number) {}

    /// What a guest lived through, and how many copies there were then.
    private record Lived(Input input, int offers) {}

    /// How a guest is built, and built again.
    record Plan(String name, int sessions, boolean hasDaemon, Medium medium, Honesty honesty) {}

    enum Honesty {
        HONEST,
        FIRST_AGENT_LIES,
        LIES
    }

    private final Run run;
    private final Plan plan;
    private final int faults;
    private final long seed;
    private final List<Lived> past = new ArrayList<>();
    private final Dice dice;
    private final Liar liar;
    private final Liar agentLiar;
    private long now;
    private Wire portIn;
    private Wire portOut;

    final List<Agent> agents = new ArrayList<>();

    /// Null while it does not run, or where there is none.
    Daemon daemon;

    /// @param faults once in so many inner steps something breaks; 0 for never
    Guest(Run run, Plan plan, int faults, long seed) {
        this.run = run;
        this.plan = plan;
        this.faults = faults;
        this.seed = seed;
        this.now = 1_000_000 + seed % 1000;
        dice = new Dice(seed);
        liar = plan.honesty == Honesty.LIES ? new Liar(run, dice, plan.name) : null;
        agentLiar = plan.honesty == Honesty.FIRST_AGENT_LIES ? new Liar(run, dice, plan.name + ".0") : null;
        for (int i = 0; i < plan.sessions; i++) {
            agents.add(new Agent(
                    run,
                    plan.name + "." + i,
                    dice,
                    () -> now,
                    plan.honesty == Honesty.LIES || (plan.honesty == Honesty.FIRST_AGENT_LIES && i == 0)));
        }
    }

    String name() {
        return plan.name;
    }

    boolean isHonest() {
        return plan.honesty != Honesty.LIES;
    }

    boolean isHonest(Agent agent) {
        return isHonest() && !(plan.honesty == Honesty.FIRST_AGENT_LIES && agent == agents.getFirst());
    }

    Liar liar() {
        return liar;
    }

    void beHonest() {
        if (liar != null) {
            liar.lies = false;
        }
        if (agentLiar != null) {
            agentLiar.lies = false;
        }
    }

    boolean hasDaemon() {
        return plan.hasDaemon;
    }

    void wire(Wire in, Wire out) {
        portIn = in;
        portOut = out;
        if (port() != null) {
            port().out = out;
        }
    }

    /// Its end of the link to the host, or null.
    End port() {
        return plan.hasDaemon ? daemon == null ? null : daemon.port : agents.getFirst().up;
    }

    int moments() {
        return past.size();
    }

    /// This machine as it was before the input of that number.
    Guest back(int moment) {
        Guest again = new Guest(run, plan, faults, seed);
        again.wire(new Wire(), new Wire());
        run.replaying = true;
        past.subList(0, moment).forEach(lived -> again.perform(lived.input, lived.offers));
        run.replaying = false;
        return again;
    }

    /// Lives through one input; false where it moves nothing.
    boolean perform(Input input) {
        return perform(input, run.offers());
    }

    private boolean perform(Input input, int offers) {
        past.add(new Lived(input, offers));
        run.known = offers;
        dice.reseed(input.seed);
        try {
            return switch (input.kind) {
                case ACT -> act();
                case RECEIVE -> {
                    port().receive(input.bytes.duplicate());
                    yield true;
                }
                case PORT_LOST -> {
                    run.trace(plan.name + " is told that the port is lost");
                    port().connection.portLost("nobody at the other end");
                    yield true;
                }
                case TIME -> time(input.number);
                case CALM -> calm();
                case START -> start();
                case CONNECT -> connectAgent();
                case HANG_UP -> {
                    agents.getFirst().disconnected();
                    yield true;
                }
                case CUT -> {
                    cutAll();
                    yield true;
                }
                case COPY -> {
                    agents.get((int) input.number).display.copy(Selection.CLIPBOARD);
                    yield true;
                }
            };
        } catch (ProtocolException e) {
            linkFailed(e);
            return true;
        }
    }

    /// The link to the host is a socket that has failed.
    private void linkFailed(ProtocolException e) {
        run.trace(plan.name + ": " + e.getMessage());
        Run.check(!isHonest() || e.getMessage().contains(" for "), plan.name + " refuses an honest host: " + e);
        agents.getFirst().disconnected();
    }

    private boolean connectAgent() {
        agents.getFirst().connect(plan.medium, portIn, portOut, liar);
        return true;
    }

    private boolean act() {
        switch (dice.below(13)) {
            case 0, 1, 2, 3 -> dice.of(agents).display.act();
            case 4, 5, 6 -> deliver(dice.of(agents));
            case 7, 8, 9, 10, 11 -> send(1 + dice.below(4));
            default -> {
                if (faults > 0 && dice.oneIn(faults)) {
                    breakSomething();
                } else {
                    startOne();
                }
            }
        }
        return true;
    }

    private void breakSomething() {
        Agent agent = dice.of(agents);
        switch (dice.below(5)) {
            case 0, 1 -> {
                if (plan.hasDaemon) {
                    cut(agent);
                }
            }
            case 2, 3 -> {
                if (agent.isRunning()) {
                    portGone(!plan.hasDaemon);
                    agent.kill();
                }
            }
            default -> {
                if (daemon != null) {
                    portGone(true);
                    daemon.kill();
                    daemon = null;
                }
            }
        }
    }

    private void portGone(boolean isPort) {
        run.portFaults |= isPort;
    }

    /// One of the processes that are missing starts, or connects.
    private void startOne() {
        Agent agent = dice.of(agents);
        if (plan.hasDaemon && daemon == null && dice.nextBoolean()) {
            startDaemon();
        } else if (!agent.isRunning()) {
            startAgent(agent);
        } else {
            connect(agent);
        }
    }

    private boolean start() {
        for (Agent agent : agents) {
            if (!agent.isRunning()) {
                startAgent(agent);
            }
        }
        if (plan.hasDaemon && daemon == null) {
            startDaemon();
        }
        agents.forEach(this::connect);
        return true;
    }

    private void startDaemon() {
        daemon = new Daemon(run, plan.name, dice, () -> now, portOut, liar);
    }

    private void startAgent(Agent agent) {
        agent.start();
        if (!plan.hasDaemon && plan.medium == Medium.PORT) {
            connectAgent();
        }
    }

    private void connect(Agent agent) {
        if (daemon != null && agent.isRunning() && agent.up == null) {
            Wire up = new Wire();
            Wire down = new Wire();
            Liar itsLiar = agent == agents.getFirst() ? agentLiar : null;
            agent.connect(Medium.SOCKET, down, up, itsLiar);
            daemon.accept(up, down, itsLiar);
        }
    }

    private void cut(Agent agent) {
        if (agent.up != null) {
            run.trace(agent.name + ": its socket is cut");
            for (Wire wire : List.of(agent.up.in, agent.up.out)) {
                wire.keepFirst(dice.portion(wire.size()));
                wire.close();
            }
        }
    }

    private void cutAll() {
        if (plan.hasDaemon) {
            agents.forEach(this::cut);
            agents.forEach(agent -> {
                while (agent.up != null) {
                    deliver(agent);
                }
            });
            while (daemon != null && !daemon.sessions.isEmpty()) {
                daemon.sessions.forEach(session -> session.agent.in.close());
                List.copyOf(daemon.sessions).forEach(this::deliver);
            }
        }
    }

    /// Some bytes arrive at either end of an agent's link to the daemon.
    private boolean deliver(Agent agent) {
        boolean moved = false;
        if (plan.hasDaemon && agent.up != null) {
            moved = agent.up.in.hasEnded() || agent.up.in.size() > 0;
            if (agent.up.in.hasEnded()) {
                agent.disconnected();
            } else if (moved) {
                try {
                    agent.up.receive(agent.up.in.take(dice.portion(agent.up.in.size())));
                } catch (ProtocolException e) {
                    Run.check(!isHonest(agent), agent.name + " refuses an honest daemon: " + e);
                    agent.disconnected();
                }
            }
        }
        if (daemon != null) {
            for (Daemon.Session session : List.copyOf(daemon.sessions)) {
                moved |= deliver(session);
            }
        }
        return moved;
    }

    private boolean deliver(Daemon.Session session) {
        End end = session.agent;
        if (!daemon.sessions.contains(session) || (end.in.size() == 0 && !end.in.isClosed())) {
            return false;
        }
        if (end.in.hasEnded()) {
            daemon.drop(session);
            return true;
        }
        try {
            end.receive(end.in.take(dice.portion(end.in.size())));
        } catch (ProtocolException e) {
            run.trace(plan.name + " of " + session.name + ": " + e.getMessage());
            Run.check(!isHonest() || agentLiar != null, plan.name + " refuses an honest agent: " + e);
            Run.check(
                    !isHonest() || session.name.isEmpty() || !isHonest(agent(session.name)),
                    plan.name + " refuses an honest agent: " + e);
            daemon.drop(session);
        }
        return true;
    }

    private Agent agent(String name) {
        return agents.stream()
                .filter(agent -> agent.name.equals(name))
                .findFirst()
                .orElseThrow();
    }

    private boolean send(int most) {
        List<End> ends = ends();
        return !ends.isEmpty() && dice.of(ends).send(most);
    }

    private List<End> ends() {
        List<End> ends = new ArrayList<>();
        agents.stream().filter(agent -> agent.up != null).forEach(agent -> ends.add(agent.up));
        if (daemon != null) {
            ends.add(daemon.port);
            daemon.sessions.forEach(session -> ends.add(session.agent));
        }
        return ends;
    }

    private boolean time(long passed) {
        now += passed;
        for (Agent agent : agents) {
            try {
                agent.tick();
            } catch (ProtocolException e) {
                run.trace(agent.name + ": " + e.getMessage());
                agent.disconnected();
            }
        }
        if (daemon != null) {
            try {
                daemon.tick();
            } catch (ProtocolException e) {
                throw new AssertionError(e);
            }
        }
        return true;
    }

    /// Everything that waits goes its way, and nothing new is begun.
    private boolean calm() {
        boolean moved = false;
        for (Agent agent : agents) {
            moved |= agent.display.move();
            moved |= deliver(agent);
        }
        for (End end : ends()) {
            moved |= end.send(Integer.MAX_VALUE);
        }
        return moved;
    }

    void checkIdle() {
        if (isHonest()) {
            if (daemon != null) {
                daemon.checkIdle();
            }
            agents.stream().filter(this::isHonest).forEach(Agent::checkIdle);
        }
    }
}
