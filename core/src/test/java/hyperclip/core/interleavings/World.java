package hyperclip.core.interleavings;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.session.Medium;
import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A host, its guests and the cables between them: lives through random steps, comes to rest, and is then checked.
final class World {

    /// Messages that may still be sent once nothing new happens.
    private static final long BUDGET = 20_000;

    private static final ByteBuffer NONE = ByteBuffer.allocate(0);
    private static final long START = 5_000_000;
    private static final int ROUNDS = 100_000;

    private final Run run;
    private final Dice dice;
    private final Topology topology;
    private final int faults;
    private final Host host;
    private final List<Guest> guests = new ArrayList<>();
    private final Map<String, Cable> cables = new HashMap<>();
    private long hostNow = START;

    /// What joins a guest and the host.
    private static final class Cable {
        Wire toHost = new Wire();
        Wire toGuest = new Wire();
    }

    World(Topology topology, Run run, long seed) {
        this.topology = topology;
        this.run = run;
        dice = new Dice(seed);
        faults = dice.oneIn(4) ? 0 : dice.nextBoolean() ? 4 : 20;
        Map<String, Liar> liars = new HashMap<>();
        host = new Host(run, new Dice(dice.nextLong()), () -> hostNow, liars);
        for (Guest.Plan plan : topology.guests()) {
            Guest guest = new Guest(run, plan, faults, dice.nextLong() >>> 1);
            guests.add(guest);
            if (plan.honesty() != Guest.Honesty.HONEST) {
                run.liars = true;
                liars.put(plan.name(), guest.liar());
            }
            Cable cable = new Cable();
            cables.put(plan.name(), cable);
            guest.wire(cable.toGuest, cable.toHost);
        }
    }

    void live() {
        if (dice.nextBoolean()) {
            startAll();
        }
        int steps = 20 + dice.below(dice.oneIn(5) ? 1000 : 200);
        for (int i = 0; i < steps; i++) {
            step();
        }
        run.trace("--- nothing new from here on");
        guests.forEach(Guest::beHonest);
        comeToRest();
        run.trace("--- copies, one after the other");
        for (int i = dice.below(4); i > 0; i--) {
            copyAndCheck();
        }
        if (dice.nextBoolean()) {
            run.trace("--- copies behind a cut");
            mergeAndCheck();
        }
    }

    private boolean tell(Guest guest, Guest.Kind kind) {
        return tell(guest, kind, NONE, 0);
    }

    private boolean tell(Guest guest, Guest.Kind kind, ByteBuffer bytes, long number) {
        return guest.perform(new Guest.Input(kind, dice.nextLong(), bytes, number));
    }

    private void step() {
        Guest guest = dice.of(guests);
        switch (dice.below(14)) {
            case 0, 1, 2, 3, 4, 5 -> tell(guest, Guest.Kind.ACT);
            case 6 -> {
                if (dice.oneIn(3) || host.isRunning()) {
                    host.desktop.act();
                }
            }
            case 7 -> {
                if (!host.ends.isEmpty()) {
                    dice.of(List.copyOf(host.ends.values())).send(1 + dice.below(3));
                }
            }
            case 8, 9 -> deliverToHost(guest);
            case 10, 11 -> deliverToGuest(guest);
            case 12 -> {
                if (dice.oneIn(3)) {
                    pass(dice.below(dice.oneIn(4) ? 15_000 : dice.nextBoolean() ? 1000 : 10));
                }
            }
            default -> {
                if (faults > 0 && dice.oneIn(faults)) {
                    breakCable(guest);
                } else {
                    connect(guest);
                }
            }
        }
    }

    private void pass(long millis) {
        run.trace(millis + " ms pass");
        hostNow += millis;
        // Whoever is kept waiting for so long may begin anew.
        run.portFaults |= hostNow - START > 9000;
        guests.forEach(guest -> tell(guest, Guest.Kind.TIME, NONE, millis));
        if (host.isRunning()) {
            host.hub.tick();
            Run.check(host.hub.deadline() > hostNow, "the host's hub wants to be ticked again at once");
            for (String guest : List.copyOf(host.ends.keySet())) {
                try {
                    host.ends.get(guest).connection.tick();
                    Run.check(
                            host.ends.get(guest).connection.deadline() > hostNow,
                            "the host's link wants to be ticked again at once");
                } catch (ProtocolException e) {
                    run.trace("host of " + guest + ": " + e.getMessage());
                    host.disconnected(guest);
                }
            }
        }
    }

    private boolean deliverToHost(Guest guest) {
        Wire wire = cables.get(guest.name()).toHost;
        End end = host.ends.get(guest.name());
        if (end == null) {
            return false;
        }
        if (wire.hasEnded()) {
            host.disconnected(guest.name());
            return true;
        }
        if (wire.size() == 0) {
            return false;
        }
        try {
            end.receive(wire.take(dice.portion(wire.size())));
        } catch (ProtocolException e) {
            run.trace("host of " + guest.name() + ": " + e.getMessage());
            Run.check(!guest.isHonest(), "the host refuses an honest guest: " + e);
            host.disconnected(guest.name());
        }
        return true;
    }

    private boolean deliverToGuest(Guest guest) {
        Wire wire = cables.get(guest.name()).toGuest;
        if (guest.port() == null) {
            return false;
        }
        if (wire.hasEnded()) {
            tell(guest, Guest.Kind.HANG_UP);
            return true;
        }
        if (wire.size() == 0) {
            return false;
        }
        tell(guest, Guest.Kind.RECEIVE, wire.take(dice.portion(wire.size())), 0);
        return true;
    }

    private void breakCable(Guest guest) {
        if (dice.oneIn(4)) {
            killHost();
        } else if (topology.medium() == Medium.SOCKET) {
            cutSocket(cables.get(guest.name()));
        } else if (dice.oneIn(3)) {
            restore(guest);
        } else if (host.ends.containsKey(guest.name())) {
            replaceHostEnd(guest);
            if (dice.nextBoolean()) {
                connect(guest);
            }
        }
    }

    private void killHost() {
        if (host.isRunning()) {
            host.kill();
            if (topology.medium() == Medium.PORT) {
                cables.values().forEach(this::loseSome);
            }
        }
    }

    private void cutSocket(Cable cable) {
        run.trace("a socket is cut");
        for (Wire wire : List.of(cable.toHost, cable.toGuest)) {
            wire.keepFirst(dice.portion(wire.size()));
            wire.close();
        }
    }

    private void replaceHostEnd(Guest guest) {
        host.disconnected(guest.name());
        loseSome(cables.get(guest.name()));
        if (guest.port() != null && dice.oneIn(3)) {
            tell(guest, Guest.Kind.PORT_LOST);
        }
    }

    /// What the host's side had not read may be lost in part, and what it had sent may not arrive.
    private void loseSome(Cable cable) {
        run.portFaults = true;
        cable.toHost.keepLast(dice.portion(cable.toHost.size()));
        cable.toGuest.keepFirst(dice.portion(cable.toGuest.size()));
    }

    /// A guest goes back in time, without a word to the host; bytes on the way are lost in part.
    private void restore(Guest guest) {
        if (guest.moments() == 0) {
            return;
        }
        int moment = guest.moments() - 1 - dice.below(Math.min(guest.moments(), 1 + dice.below(200)));
        run.portFaults = true;
        run.trace(guest.name() + " goes back to its moment " + moment + " of " + guest.moments());
        Cable cable = cables.get(guest.name());
        cable.toHost.keepFirst(dice.portion(cable.toHost.size()));
        cable.toGuest.keepLast(dice.portion(cable.toGuest.size()));
        Guest again = guest.back(moment);
        again.wire(cable.toGuest, cable.toHost);
        guests.set(guests.indexOf(guest), again);
        if (host.ends.containsKey(guest.name())) {
            host.ends.get(guest.name()).spied = again.liar();
        }
    }

    /// The host starts, or a cable that is down comes up.
    private void connect(Guest guest) {
        if (!host.isRunning()) {
            host.start();
        } else if (!host.ends.containsKey(guest.name())) {
            Cable cable = cables.get(guest.name());
            if (topology.medium() == Medium.PORT) {
                run.trace("the host connects to " + guest.name());
                host.connect(guest.name(), Medium.PORT, cable.toHost, cable.toGuest, guest.liar());
            } else if (guest.port() == null && guest.agents.getFirst().isRunning()) {
                cable.toHost = new Wire();
                cable.toGuest = new Wire();
                guest.wire(cable.toGuest, cable.toHost);
                tell(guest, Guest.Kind.CONNECT);
                host.connect(guest.name(), Medium.SOCKET, cable.toHost, cable.toGuest, guest.liar());
            }
        }
    }

    private void startAll() {
        if (!host.isRunning()) {
            host.start();
        }
        for (Guest guest : guests) {
            tell(guest, Guest.Kind.START);
            connect(guest);
        }
    }

    /// Everything moves until nothing does.
    private void calm() {
        long budget = run.messages + BUDGET;
        boolean moved = true;
        for (int round = 0; moved; round++) {
            startAll();
            moved = host.desktop.move();
            for (End end : host.ends.values()) {
                moved |= end.send(Integer.MAX_VALUE);
            }
            for (Guest guest : List.copyOf(guests)) {
                moved |= tell(guest, Guest.Kind.CALM);
                moved |= deliverToHost(guest);
                moved |= deliverToGuest(guest);
            }
            Run.check(run.messages <= budget && round < ROUNDS, "messages go on and on");
        }
    }

    private void comeToRest() {
        calm();
        for (int i = 0; i < 12; i++) {
            pass(4000);
            calm();
        }
        long before = run.messages;
        for (int i = 0; i < 4; i++) {
            pass(6000);
            calm();
        }
        Run.check(run.messages == before, "messages are sent at rest");
        checkRest();
    }

    private void checkRest() {
        host.checkIdle();
        int sessions = guests.stream().mapToInt(guest -> guest.agents.size()).sum();
        Run.check(
                run.liars || host.hub.views().size() == 1 + sessions,
                "the host has views of sessions that are gone: " + host.hub.views());
        for (Guest guest : guests) {
            guest.checkIdle();
            if (guest.isHonest()) {
                checkAgreement(guest);
            }
        }
    }

    private void checkAgreement(Guest guest) {
        End hostEnd = host.ends.get(guest.name());
        for (Agent agent : guest.agents) {
            if (!guest.hasDaemon()) {
                agree(agent.hub, Agent.DAEMON, host.hub, Host.view(guest.name(), 1));
                continue;
            }
            Daemon.Session session = guest.daemon.sessions.stream()
                    .filter(one -> one.name.equals(agent.name))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(agent.name + " does not come back to its daemon"));
            if (guest.isHonest(agent)) {
                agree(agent.hub, Agent.DAEMON, guest.daemon.hub, session.agentView());
            }
            Run.check(
                    session.channel != 0 && hostEnd.connection.hasChannel(session.channel),
                    agent.name + " does not come back to its host");
            agree(guest.daemon.hub, session.hostView(), host.hub, Host.view(guest.name(), session.channel));
        }
    }

    /// Both ends of a link know the same copy, and which side it came from.
    private static void agree(Hub one, String oneView, Hub other, String otherView) {
        for (Selection selection : Selection.values()) {
            Hub.Holding a = one.holding(oneView, selection).orElse(null);
            Hub.Holding b = other.holding(otherView, selection).orElse(null);
            String where = "%s of %s has %s, %s has %s".formatted(selection.word(), oneView, a, otherView, b);
            Run.check((a == null) == (b == null), where);
            Run.check(
                    a == null
                            || (a.offer().id().equals(b.offer().id())
                                    && a.holder().equals(oneView) != b.holder().equals(otherView)),
                    where);
        }
    }

    private List<Display> honestDisplays() {
        List<Display> displays = new ArrayList<>();
        displays.add(host.desktop);
        for (Guest guest : guests) {
            guest.agents.stream().filter(guest::isHonest).forEach(agent -> displays.add(agent.display));
        }
        return displays;
    }

    private OfferId copy(Display display) {
        if (display == host.desktop) {
            display.copy(Selection.CLIPBOARD);
        }
        for (Guest guest : guests) {
            for (int i = 0; i < guest.agents.size(); i++) {
                if (guest.agents.get(i).display == display) {
                    tell(guest, Guest.Kind.COPY, NONE, i);
                }
            }
        }
        return display.offered(Selection.CLIPBOARD);
    }

    /// In a quiet system, a copy reaches all that follow it.
    private void copyAndCheck() {
        Display display = dice.of(honestDisplays());
        OfferId id = copy(display);
        calm();
        checkShown(display, id);
        checkRest();
    }

    private void checkShown(Display owner, OfferId id) {
        for (Display other : honestDisplays()) {
            boolean follows = owner == host.desktop || other == host.desktop || other == owner;
            Run.check(
                    follows == Objects.equals(other.offered(Selection.CLIPBOARD), id),
                    "%s copied %s last, and %s offers %s"
                            .formatted(owner, id, other, other.offered(Selection.CLIPBOARD)));
        }
    }

    private void calmInside(Guest guest) {
        boolean moved = true;
        while (moved) {
            moved = tell(guest, Guest.Kind.CALM);
        }
    }

    /// After a cut, the youngest of the copies that were made meanwhile stands.
    private void mergeAndCheck() {
        for (Guest guest : guests) {
            if (topology.medium() == Medium.SOCKET) {
                cutSocket(cables.get(guest.name()));
                while (host.ends.containsKey(guest.name())) {
                    deliverToHost(guest);
                }
                while (guest.port() != null) {
                    deliverToGuest(guest);
                }
            } else {
                replaceHostEnd(guest);
            }
            if (dice.nextBoolean()) {
                tell(guest, Guest.Kind.CUT);
            }
        }
        Display last = host.desktop;
        OfferId id = null;
        for (int i = 1 + dice.below(4); i > 0; i--) {
            pass(1000 + dice.below(2000));
            last = dice.of(honestDisplays());
            id = copy(last);
            guests.forEach(this::calmInside);
        }
        pass(dice.below(3000));
        calm();
        checkShown(last, id);
        comeToRest();
    }
}
