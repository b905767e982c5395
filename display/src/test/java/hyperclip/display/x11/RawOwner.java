package hyperclip.display.x11;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// An X11 client of a test's own that does as it is told: it owns selections and answers, refuses or ignores, and
/// asks for conversions as an application does.
///
/// While it waits it lets the display under test go on, on the same thread.
final class RawOwner implements AutoCloseable {

    static final int ATOM = Atoms.ATOM;
    static final int STRING = Atoms.STRING;

    private static final long GENEROUS_MILLIS = 20_000;

    private record Reply(ByteBuffer value, int type) {}

    private Desk[] desks;
    final X11Connection x;
    final Windows windows;
    final List<Event> events = new ArrayList<>();
    int window;
    private final Map<Integer, Reply> always = new HashMap<>();
    private final List<Event.SelectionRequested> requests = new ArrayList<>();
    private boolean refusesTheRest;
    private int lastTime;

    RawOwner(Xvfb xvfb, Desk... desks) {
        this.desks = desks;
        try {
            x = X11Connection.open(DisplayName.of(xvfb.display()).orElseThrow(), xvfb.environment(), RawOwner::now);
        } catch (X11Exception e) {
            throw new AssertionError(e);
        }
        windows = new Windows(x);
        window = windows.create(Requests.PROPERTY_CHANGE_MASK, new Windows.Listener() {
            @Override
            public void propertyChanged(Event.PropertyChanged event) {
                lastTime = event.time();
            }

            @Override
            public void destroyed() {
                throw new AssertionError("nobody destroys it");
            }
        });
        x.listen(this::happened);
    }

    void lets(Desk... others) {
        desks = others;
    }

    static long now() {
        return System.nanoTime() / 1_000_000;
    }

    private void happened(Event event) {
        events.add(event);
        if (event instanceof Event.PropertyChanged changed) {
            windows.propertyChanged(changed);
        }
        if (event instanceof Event.WindowDestroyed(int gone)) {
            windows.destroyed(gone);
        }
        if (event instanceof Event.SelectionRequested request) {
            requests.add(request);
        }
    }

    void until(BooleanSupplier condition) {
        long limit = now() + GENEROUS_MILLIS;
        try {
            while (!condition.getAsBoolean()) {
                if (now() > limit) {
                    throw new AssertionError(
                            "nothing came within " + GENEROUS_MILLIS / 1000 + " s; requests " + requests);
                }
                x.ready();
                for (Desk desk : desks) {
                    desk.quiet(1);
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    int atom(String name) {
        int[] atom = {0};
        Requests.internAtom(x, name, Requests.Naming.MAKE);
        x.expect(reply -> atom[0] = reply.getInt(8));
        until(() -> atom[0] != 0);
        return atom[0];
    }

    byte[] atoms(String... names) {
        int[] atoms = new int[names.length];
        for (int i = 0; i < atoms.length; i++) {
            atoms[i] = atom(names[i]);
        }
        return words(atoms);
    }

    static byte[] words(int... words) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            bytes.putInt(word);
        }
        return bytes.array();
    }

    /// Takes a selection and says at which time.
    int own(String selection) {
        int before = lastTime;
        lastTime = 0;
        Requests.appendNothing(x, window, atom("TEST_TIME"), STRING);
        until(() -> lastTime != 0);
        // A copy is a copy by its time.
        while (lastTime == before) {
            lastTime = 0;
            Requests.appendNothing(x, window, atom("TEST_TIME"), STRING);
            until(() -> lastTime != 0);
        }
        requests.clear();
        Requests.setSelectionOwner(x, window, atom(selection), lastTime);
        sync();
        return lastTime;
    }

    /// Waits until somebody else, a program that was just started, owns a selection.
    void awaitOwner(String selection) {
        int atom = atom(selection);
        int[] owner = {0};
        boolean[] asked = {false};
        until(() -> {
            if (!asked[0]) {
                asked[0] = true;
                Requests.getSelectionOwner(x, atom);
                x.expect(reply -> {
                    owner[0] = reply.getInt(8);
                    asked[0] = false;
                });
            }
            return owner[0] != 0;
        });
    }

    int owner(String selection) {
        int[] owner = {-1};
        Requests.getSelectionOwner(x, atom(selection));
        x.expect(reply -> owner[0] = reply.getInt(8));
        until(() -> owner[0] != -1);
        return owner[0];
    }

    void watchEnd(int other, Runnable then) {
        windows.watch(other, Requests.STRUCTURE_NOTIFY_MASK, new Windows.Listener() {
            @Override
            public void propertyChanged(Event.PropertyChanged event) {
                throw new AssertionError("not asked for");
            }

            @Override
            public void destroyed() {
                then.run();
            }
        });
        sync();
    }

    void convert(String selection, String target) {
        convert(selection, target, "RESULT");
    }

    void convert(String selection, String target, String property) {
        int to = property.isEmpty() ? 0 : atom(property);
        Requests.convertSelection(x, window, atom(selection), atom(target), to, Requests.CURRENT_TIME);
        x.flush();
    }

    java.util.Optional<Event.SelectionConverted> converted() {
        return events.stream()
                .filter(Event.SelectionConverted.class::isInstance)
                .map(Event.SelectionConverted.class::cast)
                .findFirst();
    }

    void put(String property, byte[] pairs) {
        Requests.changeProperty(
                x, window, atom(property), atom("ATOM_PAIR"), Requests.Format.WORDS, List.of(ByteBuffer.wrap(pairs)));
    }

    byte[] get(String property) {
        List<byte[]> result = new ArrayList<>();
        Requests.getProperty(x, window, atom(property), 0, 10_000, Requests.AfterRead.KEEP);
        x.expect(reply -> {
            byte[] bytes = new byte[reply.getInt(16) * (reply.get(1) / 8)];
            reply.get(32, bytes);
            result.add(bytes);
        });
        until(() -> !result.isEmpty());
        return result.getFirst();
    }

    void disown(String selection) {
        Requests.setSelectionOwner(x, Requests.NONE, atom(selection), lastTime);
        sync();
    }

    void sync() {
        boolean[] done = {false};
        Requests.getInputFocus(x);
        Requests.getSelectionOwner(x, Atoms.ATOM);
        x.expect(reply -> done[0] = true);
        until(() -> done[0]);
    }

    Event.SelectionRequested asked(String target) {
        int atom = atom(target);
        until(() -> requests.stream().anyMatch(r -> r.target() == atom));
        Event.SelectionRequested request =
                requests.stream().filter(r -> r.target() == atom).findFirst().orElseThrow();
        requests.remove(request);
        return request;
    }

    void answer(String target, byte[] value, int type) {
        reply(asked(target), new Reply(ByteBuffer.wrap(value), type));
    }

    void ignore(String target) {
        asked(target);
    }

    void refuse(String target) {
        refuse(asked(target));
    }

    private void refuse(Event.SelectionRequested r) {
        Requests.sendSelectionNotify(x, r.requestor(), r.selection(), r.target(), Requests.NONE, r.time());
        x.flush();
    }

    void alwaysAnswer(String target, byte[] value, int type) {
        always.put(atom(target), new Reply(ByteBuffer.wrap(value), type));
    }

    void alwaysRefusesTheRest() {
        refusesTheRest = true;
    }

    /// Answers what can be without waiting, and whether there was anything.
    boolean answered() {
        try {
            x.ready();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        List<Event.SelectionRequested> known =
                requests.stream().filter(r -> always.containsKey(r.target())).toList();
        requests.removeAll(known);
        known.forEach(r -> reply(r, always.get(r.target())));
        if (refusesTheRest) {
            requests.forEach(this::refuse);
            requests.clear();
        }
        return !known.isEmpty();
    }

    private void reply(Event.SelectionRequested r, Reply reply) {
        Requests.Format format =
                reply.type() == STRING || reply.type() > 68 ? Requests.Format.BYTES : Requests.Format.WORDS;
        reply(r, reply.value().array(), reply.type(), format);
    }

    void reply(Event.SelectionRequested r, byte[] value, int type, Requests.Format format) {
        Requests.changeProperty(x, r.requestor(), r.property(), type, format, List.of(ByteBuffer.wrap(value)));
        Requests.sendSelectionNotify(x, r.requestor(), r.selection(), r.target(), r.property(), r.time());
        x.flush();
    }

    /// A piece of INCR, once the one before has been taken away (ICCCM 2.7.2).
    void put(Event.SelectionRequested r, byte[] piece) {
        boolean[] taken = {false};
        until(() -> {
            Requests.getProperty(x, r.requestor(), r.property(), 0, 0, Requests.AfterRead.KEEP);
            x.expect(reply -> taken[0] = reply.getInt(8) == Requests.NONE);
            x.flush();
            return taken[0];
        });
        Requests.changeProperty(
                x, r.requestor(), r.property(), r.target(), Requests.Format.BYTES, List.of(ByteBuffer.wrap(piece)));
        x.flush();
    }

    @Override
    public void close() {
        x.close();
    }
}
