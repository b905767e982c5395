package hyperclip.display.x11;

import hyperclip.core.clipboard.Limits;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.View;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// The clipboard and the primary selection of an X11 display, as a peer of the hub.
///
/// One thread owns it, with a selector that it does not see: it says which channel it reads and what it waits for,
/// is told when that has come, and says when it wants to be told the time. While nothing happens it wants nothing.
///
/// ```
///  server ──▶ X11Connection ──▶ Board (one a selection) ──▶ Examination ──▶ Offer, Release ──▶ hub
///                  ▲                │        ▲
///                  │                ▼        │ Offer, Release, Request
///                  │            Reading ◀────┴───────────────────────── hub
///                  └──────────── Serving ◀── Chunk, End, Abort ───────── hub
/// ```
public final class X11Display implements Peer, AutoCloseable {

    private static final List<String> NAMES = List.of(
            "CLIPBOARD",
            "PRIMARY",
            "TARGETS",
            "TIMESTAMP",
            "MULTIPLE",
            "ATOM_PAIR",
            "INCR",
            "UTF8_STRING",
            "TEXT",
            "COMPOUND_TEXT",
            "CLASS",
            "HYPERCLIP_TIME",
            "HYPERCLIP_CONTENT",
            Atoms.PASSWORD_HINT,
            Atoms.HYPERCLIP_OFFER);

    private final DisplayName name;
    private final X11Connection x;
    private final XServer server;
    private final int xfixesOpcode;
    private final RandomGenerator random;
    private final Readers readers;
    private final Map<Long, Reading> readings = new HashMap<>();
    private final Map<Selection, Board> boards = new EnumMap<>(Selection.class);
    private Optional<Pastes> pastes = Optional.empty();
    private boolean inReady;

    private X11Display(
            DisplayName name,
            X11Connection x,
            Atoms atoms,
            int xfixesOpcode,
            RandomGenerator random,
            LongSupplier millis,
            Limits limits) {
        this.name = name;
        this.x = x;
        this.xfixesOpcode = xfixesOpcode;
        this.random = random;
        this.server = XServer.over(x, atoms, millis, limits);
        this.readers = new Readers(server.windows());
        x.listen(this::happened);
    }

    /// Connects; blocks for a few seconds at the most.
    ///
    /// @param environment of which `DISPLAY`, `XAUTHORITY` and `HOME` count
    /// @param millis a clock that only goes forward
    /// @param limits how long applications may take over a paste
    public static X11Display open(
            Map<String, String> environment, RandomGenerator random, LongSupplier millis, Limits limits)
            throws X11Exception {
        String display = environment.getOrDefault("DISPLAY", "");
        if (display.isEmpty()) {
            throw new X11Exception("DISPLAY is not set, so that there is no X display to go to."
                    + " Check that this runs inside the graphical session, or set DISPLAY as it is set there.");
        }
        DisplayName name = DisplayName.of(display)
                .orElseThrow(() -> new X11Exception("DISPLAY is \"" + display
                        + "\", which names no X display. Check that it looks like :0, host:0 or a socket's path."));
        X11Connection x = X11Connection.open(name, environment, millis);
        try {
            return extended(name, x, random, millis, limits);
        } catch (IOException e) {
            x.close();
            throw new X11Exception(
                    "The X server of display " + name + " let us in and then failed: " + e.getMessage()
                            + ". Check the server's own log.",
                    e);
        } catch (X11Exception e) {
            x.close();
            throw e;
        }
    }

    private static X11Display extended(
            DisplayName name, X11Connection x, RandomGenerator random, LongSupplier millis, Limits limits)
            throws IOException, X11Exception {
        int[] xfixes = {0};
        boolean[] done = {false, false};
        Atoms atoms = new Atoms(x);
        Requests.queryExtension(x, "BIG-REQUESTS");
        x.expect(reply -> {
            if (reply.get(8) != 0) {
                Requests.enableBigRequests(x, reply.get(9) & 0xff);
                x.expect(words -> x.bigRequests(words.getInt(8)));
            }
        });
        Requests.queryExtension(x, "XFIXES");
        x.expect(reply -> {
            if (reply.get(8) != 0) {
                xfixes[0] = reply.get(9) & 0xff;
                x.xfixesEventsFrom(reply.get(10) & 0xff);
                Requests.queryXfixesVersion(x, xfixes[0]);
                x.expect(version -> done[0] = true);
            } else {
                done[0] = true;
            }
        });
        atoms.intern(NAMES, numbers -> done[1] = true);
        x.await(() -> done[0] && done[1], millis.getAsLong() + X11Connection.OPENING_MILLIS, millis);
        if (xfixes[0] == 0) {
            throw new X11Exception(
                    "The X server of display " + name + " has no XFIXES extension, without which nobody"
                            + " is told who copies. Every X.Org server and Xwayland has it; check what kind of server this is.");
        }
        for (String needed : NAMES) {
            if (!atoms.has(needed)) {
                throw new X11Exception("The X server of display " + name + " does not take the name " + needed + ".");
            }
        }
        return new X11Display(name, x, atoms, xfixes[0], random, millis, limits);
    }

    /// Starts to watch, and tells the hub who holds the selections now.
    ///
    /// @param afterExit asked when the application behind an offer that was told has ended, as against having
    /// cleared it: what is kept of that offer, under the same id, is held and stays told until somebody copies or
    /// clears it; with nothing the offer is released
    public void attach(View view, Function<OfferId, Optional<Signal.Offer>> afterExit) {
        Pastes all = new Pastes(server, view, readers);
        pastes = Optional.of(all);
        for (Selection selection : Selection.values()) {
            Board board =
                    new Board(server, view, selection, readers, all, readings, () -> OfferId.random(random), afterExit);
            boards.put(selection, board);
            Requests.watchSelection(x, xfixesOpcode, server.clock().window(), board.atom());
            board.begin();
        }
        x.flush();
    }

    /// As `DISPLAY` has it.
    public String name() {
        return name.text();
    }

    /// Non-blocking; to be registered, never to be read.
    public SocketChannel channel() {
        return x.channel();
    }

    /// What is waited for on the channel now.
    public int interest() {
        return x.interest();
    }

    /// Reads and writes what can be.
    ///
    /// @throws IOException when the X server is gone or makes no sense; the display is of no more use
    public void ready() throws IOException {
        inReady = true;
        try {
            x.ready();
        } finally {
            inReady = false;
        }
    }

    /// When [#tick()] is wanted next, or Long.MAX_VALUE.
    public long deadline() {
        long deadline = pastes.map(Pastes::deadline).orElse(Long.MAX_VALUE);
        for (Board board : boards.values()) {
            deadline = Math.min(deadline, board.deadline());
        }
        for (Conversion conversion : server.conversions().values()) {
            deadline = Math.min(deadline, conversion.deadline());
        }
        return deadline;
    }

    /// Time has passed.
    public void tick() {
        long now = server.now();
        boards.values().forEach(board -> board.tick(now));
        List.copyOf(server.conversions().values()).forEach(conversion -> conversion.tick(now));
        pastes.ifPresent(all -> all.tick(now));
        flush();
    }

    @Override
    public void say(Signal signal) {
        switch (signal) {
            case Signal.Offer offer -> boards.get(offer.selection()).show(offer);
            case Signal.Release(Selection selection) -> boards.get(selection).letGo();
            case Signal.Request request -> boards.get(request.selection()).request(request);
            case Signal.Chunk(long transfer, ByteBuffer bytes) ->
                serving(transfer).ifPresent(serving -> serving.chunk(bytes));
            case Signal.End(long transfer) -> serving(transfer).ifPresent(Serving::end);
            case Signal.Credit(long transfer, int bytes) ->
                Optional.ofNullable(readings.get(transfer)).ifPresent(reading -> reading.credit(bytes));
            case Signal.Abort(long transfer, var _, var _) -> abort(transfer);
        }
        flush();
    }

    private void abort(long transfer) {
        serving(transfer).ifPresent(Serving::aborted);
        Optional.ofNullable(readings.get(transfer)).ifPresent(Reading::abort);
        boards.values().forEach(board -> board.forget(transfer));
    }

    private Optional<Serving> serving(long transfer) {
        return pastes.flatMap(all -> all.serving(transfer));
    }

    private void flush() {
        if (!inReady) {
            x.flush();
        }
    }

    private void happened(Event event) {
        switch (event) {
            case Event.OwnerChanged changed ->
                board(changed.selection()).ifPresent(board -> board.ownerChanged(changed));
            case Event.SelectionRequested requested ->
                board(requested.selection())
                        .ifPresentOrElse(
                                board -> board.requested(requested),
                                () -> pastes.ifPresent(all -> all.refuse(requested)));
            case Event.SelectionConverted converted ->
                Optional.ofNullable(server.conversions().get(converted.requestor()))
                        .ifPresent(conversion -> conversion.converted(converted));
            case Event.PropertyChanged changed -> server.windows().propertyChanged(changed);
            case Event.WindowDestroyed(int window) -> server.windows().destroyed(window);
            case Event.Other _ -> {
                // Not about selections.
            }
        }
    }

    private Optional<Board> board(int atom) {
        for (Board board : boards.values()) {
            if (board.atom() == atom) {
                return Optional.of(board);
            }
        }
        return Optional.empty();
    }

    /// Whether the server has confirmed that we hold this offer.
    boolean holds(Selection selection, OfferId offer) {
        return boards.get(selection).holder() instanceof Board.Ours(Ownership ownership)
                && ownership.offer().id().equals(offer);
    }

    /// Who holds it, as far as we know.
    Board.Holder holder(Selection selection) {
        return boards.get(selection).holder();
    }

    /// How many windows are watched and conversions under way, for the tests that nothing is left behind.
    String debris() {
        return server.windows().size() + " windows, " + server.conversions().size() + " conversions, " + readings.size()
                + " readings";
    }

    @Override
    public void close() {
        x.close();
    }
}
