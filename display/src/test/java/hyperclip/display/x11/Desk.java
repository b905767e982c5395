package hyperclip.display.x11;

import hyperclip.core.clipboard.Limits;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/// A display that a test drives by hand: it plays the hub, records what it hears, and pumps until a condition
/// holds.
///
/// The clock is real, with an offset that a test may add to so as not to wait for time-outs.
final class Desk implements View, AutoCloseable {

    static final int CREDIT = 256 * 1024;
    private static final long GENEROUS_MILLIS = 30_000;

    final X11Display display;
    final List<Signal> heard = new ArrayList<>();
    final Map<Long, ByteArrayOutputStream> received = new HashMap<>();
    private final Selector selector;
    private final SelectionKey key;
    private long transfers = 100;
    private long offset;
    private Optional<Long> stopped = Optional.empty();
    private Optional<Runnable> alongside = Optional.empty();
    private boolean credits = true;
    private final Map<OfferId, byte[]> contents = new HashMap<>();
    private final Map<Long, Supply> supplies = new HashMap<>();
    Function<OfferId, Optional<Signal.Offer>> afterExit = offer -> Optional.empty();
    private Function<Signal.Request, Optional<Signal>> answer = request -> Optional.empty();

    /// Content on its way to an application, as credit allows.
    private static final class Supply {
        final ByteBuffer rest;
        long credit;

        Supply(byte[] content, long credit) {
            rest = ByteBuffer.wrap(content);
            this.credit = credit;
        }
    }

    private Desk(Map<String, String> environment) throws X11Exception, IOException {
        display = X11Display.open(environment, new Random(7), this::millis, Limits.USUAL);
        selector = Selector.open();
        key = display.channel().register(selector, display.interest());
    }

    static Desk at(Xvfb xvfb) throws X11Exception, IOException {
        Desk desk = new Desk(xvfb.environment());
        desk.display.attach(desk, offer -> desk.afterExit.apply(offer));
        return desk;
    }

    long millis() {
        return stopped.orElseGet(() -> System.nanoTime() / 1_000_000) + offset;
    }

    /// From now on time passes only by [#later]: a slow machine is then no slow application.
    void stopClock() {
        stopped = Optional.of(System.nanoTime() / 1_000_000);
    }

    /// Time passes at once.
    void later(long millis) {
        offset += millis;
        display.tick();
    }

    @Override
    public void hear(Signal signal) {
        heard.add(signal);
        switch (signal) {
            case Signal.Chunk(long transfer, ByteBuffer bytes) -> {
                int length = bytes.remaining();
                byte[] copy = new byte[length];
                bytes.get(copy);
                received.computeIfAbsent(transfer, t -> new ByteArrayOutputStream())
                        .writeBytes(copy);
                if (credits) {
                    display.say(new Signal.Credit(transfer, length));
                }
            }
            case Signal.Request request -> {
                Optional<Signal> refusal = answer.apply(request);
                byte[] content = contents.get(request.offer());
                if (refusal.isPresent()) {
                    display.say(refusal.get());
                } else if (content != null) {
                    supplies.put(request.transfer(), new Supply(content, request.credit()));
                    supply(request.transfer());
                }
            }
            case Signal.Credit(long transfer, int bytes) -> {
                Supply supply = supplies.get(transfer);
                if (supply != null) {
                    supply.credit += bytes;
                    supply(transfer);
                }
            }
            case Signal.Offer _, Signal.Release _, Signal.End _, Signal.Abort _ -> {
                // Recorded above.
            }
        }
    }

    private void supply(long transfer) {
        Supply supply = supplies.get(transfer);
        while (supply.rest.hasRemaining() && supply.credit > 0) {
            int length = (int) Math.min(Math.min(supply.credit, Signal.MAX_CHUNK), supply.rest.remaining());
            byte[] chunk = new byte[length];
            supply.rest.get(chunk);
            supply.credit -= length;
            display.say(new Signal.Chunk(transfer, ByteBuffer.wrap(chunk)));
        }
        if (!supply.rest.hasRemaining()) {
            supplies.remove(transfer);
            display.say(new Signal.End(transfer));
        }
    }

    @Override
    public long newTransfer() {
        return ++transfers;
    }

    /// The hub gives no more credit than it began with.
    void withoutCredit() {
        credits = false;
    }

    void withCredit() {
        credits = true;
    }

    /// How requests are answered that have no content here.
    void answering(Function<Signal.Request, Optional<Signal>> how) {
        answer = how;
    }

    /// The hub has another machine's copy, and hands it out.
    OfferId shows(Selection selection, String type, byte[] content) {
        OfferId id = OfferId.random(new Random(contents.size() + 1));
        contents.put(id, content);
        display.say(new Signal.Offer(selection, id, List.of(new MimeType(type)), 0, Standing.FRESH));
        until(() -> display.holds(selection, id), "the selection is held");
        return id;
    }

    /// What is handed out under an offer from now on: of the hub's, or of one of ours that is kept.
    void handsOut(OfferId offer, byte[] content) {
        contents.put(offer, content);
    }

    long requests(Signal.Offer offer, MimeType type, int credit) {
        long transfer = newTransfer();
        display.say(new Signal.Request(transfer, offer.selection(), offer.id(), type, credit));
        return transfer;
    }

    byte[] content(long transfer) {
        until(() -> outcome(transfer).isPresent(), "transfer ends");
        if (outcome(transfer).get() instanceof Signal.Abort abort) {
            throw new AssertionError("aborted: " + abort);
        }
        return received.getOrDefault(transfer, new ByteArrayOutputStream()).toByteArray();
    }

    Optional<Signal> outcome(long transfer) {
        return heard.stream()
                .filter(s -> switch (s) {
                    case Signal.End(long t) -> t == transfer;
                    case Signal.Abort(long t, var _, var _) -> t == transfer;
                    default -> false;
                })
                .findFirst();
    }

    <T extends Signal> List<T> all(Class<T> kind) {
        return heard.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    List<Signal.Offer> offers() {
        return all(Signal.Offer.class);
    }

    /// The next offer on this selection beyond those heard before.
    Signal.Offer offer(Selection selection, int nth) {
        Supplier<List<Signal.Offer>> here =
                () -> offers().stream().filter(o -> o.selection() == selection).toList();
        until(() -> here.get().size() > nth, "offer " + nth + " on " + selection);
        return here.get().get(nth);
    }

    void until(BooleanSupplier condition, String what) {
        long limit = System.nanoTime() / 1_000_000 + GENEROUS_MILLIS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() / 1_000_000 > limit) {
                throw new AssertionError("not within " + GENEROUS_MILLIS / 1000 + " s: " + what + "; heard "
                        + heard.stream()
                                .filter(s -> !(s instanceof Signal.Chunk))
                                .toList());
            }
            pump(20);
        }
    }

    /// Lets everything happen that happens within a real time, where a test holds that nothing does.
    void quiet(long millis) {
        long end = System.nanoTime() / 1_000_000 + millis;
        while (System.nanoTime() / 1_000_000 < end) {
            pump(20);
        }
    }

    /// Something that has to go on while this display is pumped.
    void alongside(Runnable other) {
        alongside = Optional.of(other);
    }

    private void pump(long longest) {
        alongside.ifPresent(Runnable::run);
        long most = alongside.isPresent() ? 1 : longest;
        try {
            key.interestOps(display.interest());
            long wait = Math.max(1, Math.min(most, display.deadline() - millis()));
            if (selector.select(wait) > 0) {
                selector.selectedKeys().clear();
                display.ready();
            }
            if (millis() >= display.deadline()) {
                display.tick();
            }
        } catch (IOException e) {
            throw new AssertionError("the X server is gone", e);
        }
    }

    byte[] pasted(Xvfb xvfb, Process process) {
        until(() -> !process.isAlive(), "the paste ends");
        return xvfb.output(process);
    }

    @Override
    public void close() throws IOException {
        display.close();
        selector.close();
    }
}
