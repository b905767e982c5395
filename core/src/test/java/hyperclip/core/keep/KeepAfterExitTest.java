package hyperclip.core.keep;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/// Each rule of what is kept, with a hub, a display and a clock that are driven by hand.
class KeepAfterExitTest {

    private static final MimeType HTML = new MimeType("text/html");
    private static final MimeType PNG = new MimeType("image/png");
    private static final MimeType TIFF = new MimeType("image/tiff");
    private static final int LIMIT = 100_000;

    private long now = 1_000_000;
    private final Application application = new Application();
    private final TheHub hub = new TheHub();
    private final KeepAfterExit keep = keeper(LIMIT, () -> now);
    private int copies;

    private KeepAfterExit keeper(int limit, LongSupplier millis) {
        KeepAfterExit made = new KeepAfterExit(application::say, limit, millis);
        made.attach(hub);
        return made;
    }

    /// The display with the one application on it: it answers what it is asked for, at once and as credit allows, but
    /// only when the test lets it.
    private final class Application {
        final List<Signal> told = new ArrayList<>();
        final Map<MimeType, byte[]> contents = new HashMap<>();
        final Map<Long, ByteBuffer> rest = new LinkedHashMap<>();
        final Map<Long, Integer> credit = new HashMap<>();
        int piece = Signal.MAX_CHUNK;
        boolean answers = true;

        void say(Signal signal) {
            told.add(signal);
            switch (signal) {
                case Signal.Request request -> {
                    rest.put(request.transfer(), ByteBuffer.wrap(contents.get(request.type())));
                    credit.put(request.transfer(), request.credit());
                    moveOn();
                }
                case Signal.Credit more -> {
                    assertThat(credit.merge(more.transfer(), more.bytes(), Integer::sum))
                            .isLessThanOrEqualTo(KeepAfterExit.WINDOW);
                    moveOn();
                }
                case Signal.Abort abort -> rest.remove(abort.transfer());
                case Signal.Offer _, Signal.Release _, Signal.Chunk _, Signal.End _ -> {
                    // Recorded above.
                }
            }
        }

        void moveOn() {
            if (!answers) {
                return;
            }
            answers = false; // not while it is in this
            boolean moved = true;
            while (moved) {
                moved = false;
                for (Map.Entry<Long, ByteBuffer> one : List.copyOf(rest.entrySet())) {
                    moved |= move(one.getKey(), one.getValue());
                }
            }
            answers = true;
        }

        /// Sends a piece, or that there is none any more; false where it can do neither.
        boolean move(long transfer, ByteBuffer bytes) {
            int length = Math.min(Math.min(piece, bytes.remaining()), credit.get(transfer));
            if (length > 0) {
                credit.merge(transfer, -length, Integer::sum);
                ByteBuffer chunk = ByteBuffer.allocate(length)
                        .put(bytes.slice(bytes.position(), length))
                        .flip();
                bytes.position(bytes.position() + length);
                keep.hear(new Signal.Chunk(transfer, chunk));
            } else if (!bytes.hasRemaining()) {
                rest.remove(transfer);
                keep.hear(new Signal.End(transfer));
            }
            return length > 0 || !rest.containsKey(transfer);
        }

        List<Signal.Request> requests() {
            return all(told, Signal.Request.class);
        }
    }

    /// The hub: it records what it hears and may take part in a paste.
    private static final class TheHub implements View {
        final List<Signal> heard = new ArrayList<>();
        long last;

        @Override
        public void hear(Signal signal) {
            heard.add(signal);
        }

        @Override
        public long newTransfer() {
            return ++last;
        }
    }

    private static <T> List<T> all(List<Signal> signals, Class<T> kind) {
        return signals.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private static byte[] content(List<Signal> signals, long transfer) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        all(signals, Signal.Chunk.class).stream()
                .filter(chunk -> chunk.transfer() == transfer)
                .forEach(chunk -> content.writeBytes(bytes(chunk.bytes())));
        return content.toByteArray();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private Signal.Offer offer(Selection selection, Standing standing, long age, MimeType... types) {
        return new Signal.Offer(selection, OfferId.random(new Random(++copies)), List.of(types), age, standing);
    }

    /// An application copies, a minute ago as the display has it.
    private Signal.Offer copied(MimeType... types) {
        Signal.Offer offer = offer(Selection.CLIPBOARD, Standing.FRESH, 60_000, types);
        keep.hear(offer);
        return offer;
    }

    private Signal.Offer copied(String text) {
        application.contents.put(MimeType.TEXT, text.getBytes(UTF_8));
        return copied(MimeType.TEXT);
    }

    /// The time comes at which the loop ticks.
    private void settle() {
        now += KeepAfterExit.SETTLE_MILLIS;
        while (keep.deadline() <= now) {
            keep.tick();
        }
    }

    private Signal.Offer kept(String text) {
        Signal.Offer offer = copied(text);
        settle();
        return keep.afterExit(offer.id()).orElseThrow();
    }

    private long hubPastes(Signal.Offer offer, MimeType type, int credit) {
        long transfer = hub.newTransfer();
        keep.say(new Signal.Request(transfer, offer.selection(), offer.id(), type, credit));
        return transfer;
    }

    private Reason aborted(List<Signal> signals, long transfer) {
        return all(signals, Signal.Abort.class).stream()
                .filter(abort -> abort.transfer() == transfer)
                .findFirst()
                .orElseThrow()
                .reason();
    }

    @Test
    void whatWasCopiedIsOfferedOnWithItsAgeAndPastedOnBothSides() {
        Signal.Offer offer = copied("grüße");
        settle();
        now += 5_000;
        Signal.Offer after = keep.afterExit(offer.id()).orElseThrow();
        assertThat(after)
                .isEqualTo(new Signal.Offer(
                        Selection.CLIPBOARD,
                        offer.id(),
                        List.of(MimeType.TEXT),
                        65_000 + KeepAfterExit.SETTLE_MILLIS,
                        Standing.RENEWED));
        assertThat(hub.heard).containsExactly(offer, after);
        long there = hubPastes(after, MimeType.TEXT, 1000);
        assertThat(content(hub.heard, there)).isEqualTo("grüße".getBytes(UTF_8));
        assertThat(hub.heard).endsWith(new Signal.End(there));
        keep.hear(new Signal.Request(77, Selection.CLIPBOARD, offer.id(), MimeType.TEXT, 1000));
        assertThat(content(application.told, 77)).isEqualTo("grüße".getBytes(UTF_8));
        assertThat(application.told).endsWith(new Signal.End(77));
        assertThat(all(hub.heard, Signal.Request.class)).isEmpty();
        assertThat(keep).hasToString("text/plain;charset=utf-8 (7 B)");
        assertThat(keep.deadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void anAgeThatNobodyKnowsStaysUnknown() {
        application.contents.put(MimeType.TEXT, new byte[1]);
        Signal.Offer old = offer(Selection.CLIPBOARD, Standing.RENEWED, Signal.Offer.UNKNOWN_AGE, MimeType.TEXT);
        keep.hear(old);
        settle();
        assertThat(keep.afterExit(old.id()).orElseThrow().age()).isEqualTo(Signal.Offer.UNKNOWN_AGE);
    }

    @Test
    void aCopyIsReadOnlyWhenItHasSettled() {
        copied("first");
        now += KeepAfterExit.SETTLE_MILLIS - 1;
        keep.tick();
        Signal.Offer second = copied("second");
        now += KeepAfterExit.SETTLE_MILLIS - 1;
        keep.tick();
        assertThat(application.requests()).isEmpty();
        assertThat(keep.afterExit(second.id())).isEmpty();
        assertThat(keep.deadline()).isEqualTo(++now);
        keep.tick();
        assertThat(application.requests()).extracting(Signal.Request::offer).containsExactly(second.id());
        assertThat(content(hub.heard, application.requests().getFirst().transfer()))
                .isEmpty();
    }

    @Test
    void onlyTheWantedTypesAreReadAndTheyKeepTheirOrder() {
        for (MimeType type : List.of(MimeType.TEXT, HTML, PNG)) {
            application.contents.put(type, type.name().getBytes(UTF_8));
        }
        Signal.Offer offer = copied(TIFF, PNG, MimeType.TEXT, HTML);
        settle();
        assertThat(application.requests()).extracting(Signal.Request::type).containsExactly(MimeType.TEXT, HTML, PNG);
        assertThat(keep.afterExit(offer.id()).orElseThrow().types()).containsExactly(PNG, MimeType.TEXT, HTML);
        assertThat(aborted(hub.heard, hubPastes(offer, TIFF, 1))).isEqualTo(Reason.TYPE_NOT_OFFERED);
    }

    @Test
    void theFirstTypeIsReadWhereNoneIsWanted() {
        application.contents.put(TIFF, random(10));
        Signal.Offer offer = copied(TIFF, new MimeType("image/bmp"));
        settle();
        assertThat(keep.afterExit(offer.id()).orElseThrow().types()).containsExactly(TIFF);
    }

    @Test
    void whatHasNoRoomIsReadOnAndLeftOut() {
        application.contents.put(MimeType.TEXT, random(LIMIT - 1000));
        application.contents.put(HTML, random(1_000_000));
        application.contents.put(PNG, random(1000));
        Signal.Offer offer = copied(MimeType.TEXT, HTML, PNG);
        settle();
        assertThat(all(application.told, Signal.Abort.class)).isEmpty();
        assertThat(application.rest).isEmpty();
        assertThat(keep.afterExit(offer.id()).orElseThrow().types()).containsExactly(MimeType.TEXT, PNG);
        assertThat(keep).hasToString("text/plain;charset=utf-8 (99000 B), image/png (1000 B)");
    }

    @Test
    void whatIsFarTooLargeIsNotReadToItsEnd() {
        application.contents.put(PNG, random(KeepAfterExit.MAX_DISCARDED + 10 * LIMIT));
        Signal.Offer offer = copied(PNG);
        settle();
        assertThat(all(application.told, Signal.Abort.class))
                .extracting(Signal.Abort::reason)
                .containsExactly(Reason.CANCELLED);
        assertThat(keep.afterExit(offer.id())).isEmpty();
        assertThat(hub.heard).containsExactly(offer);
    }

    @Test
    void nothingIsReadWhenAllRoomIsTaken() {
        application.contents.put(MimeType.TEXT, random(LIMIT));
        copied(MimeType.TEXT, HTML);
        settle();
        assertThat(application.requests()).hasSize(1);
    }

    @Test
    void contentIsWholeInWhateverPiecesItComesAndGoes() {
        byte[] content = random(LIMIT);
        application.contents.put(PNG, content);
        for (int piece : new int[] {1, 777, Signal.MAX_CHUNK}) {
            application.piece = piece;
            Signal.Offer offer = copied(PNG);
            settle();
            assertThat(keep.afterExit(offer.id())).isPresent();
            long transfer = hubPastes(offer, PNG, piece);
            int granted = piece;
            while (granted < LIMIT) {
                assertThat(content(hub.heard, transfer)).hasSize(granted);
                int more = Math.min(LIMIT - granted, 40_000);
                keep.say(new Signal.Credit(transfer, more));
                granted += more;
            }
            assertThat(content(hub.heard, transfer)).isEqualTo(content);
            assertThat(hub.heard).endsWith(new Signal.End(transfer));
        }
    }

    @Test
    void anEmptyTextIsKeptAsOne() {
        Signal.Offer offer = kept("");
        long transfer = hubPastes(offer, MimeType.TEXT, 10);
        assertThat(hub.heard).endsWith(new Signal.End(transfer));
        assertThat(content(hub.heard, transfer)).isEmpty();
    }

    /// Credit may come back while the chunk that it is for is being handed over.
    @Test
    void creditIsHonouredWhileSending() {
        application.contents.put(PNG, random(LIMIT));
        Signal.Offer offer = copied(PNG);
        settle();
        List<Integer> sizes = new ArrayList<>();
        KeepAfterExit[] other = new KeepAfterExit[1];
        List<Signal> told = new ArrayList<>();
        other[0] = new KeepAfterExit(
                signal -> {
                    told.add(signal);
                    if (signal instanceof Signal.Chunk chunk) {
                        sizes.add(chunk.bytes().remaining());
                        other[0].hear(new Signal.Credit(
                                chunk.transfer(), chunk.bytes().remaining()));
                    } else if (signal instanceof Signal.Request request) {
                        other[0].hear(new Signal.Chunk(request.transfer(), ByteBuffer.wrap(random(20_000))));
                        other[0].hear(new Signal.End(request.transfer()));
                    }
                },
                LIMIT,
                () -> now);
        other[0].attach(hub);
        other[0].hear(offer);
        now += KeepAfterExit.SETTLE_MILLIS;
        other[0].tick();
        assertThat(other[0].afterExit(offer.id())).isPresent();
        other[0].hear(new Signal.Request(5, Selection.CLIPBOARD, offer.id(), PNG, 5_000));
        assertThat(sizes).containsExactly(5_000, 5_000, 5_000, 5_000);
        assertThat(all(told, Signal.End.class)).containsExactly(new Signal.End(5));
    }

    @Test
    void aReleaseOfTheDisplayDropsIt() {
        Signal.Offer offer = kept("cleared");
        Signal.Release release = new Signal.Release(Selection.CLIPBOARD);
        keep.hear(release);
        assertThat(hub.heard).endsWith(release);
        assertThat(keep).hasToString("nothing");
        assertThat(keep.afterExit(offer.id())).isEmpty();
        keep.hear(new Signal.Request(9, Selection.CLIPBOARD, offer.id(), MimeType.TEXT, 10));
        assertThat(all(hub.heard, Signal.Request.class)).hasSize(1);
    }

    /// A slow or secret owner, and one that clears: the display says Release and asks for nothing.
    @Test
    void aReleaseBeforeTheExitDropsWhatWasRead() {
        Signal.Offer offer = copied("password");
        settle();
        keep.hear(new Signal.Release(Selection.CLIPBOARD));
        assertThat(keep.afterExit(offer.id())).isEmpty();
    }

    @Test
    void onlyTheExitOfTheCopyThatStandsCounts() {
        Signal.Offer first = copied("first");
        settle();
        Signal.Offer second = copied("second");
        assertThat(keep.afterExit(first.id())).isEmpty();
        settle();
        assertThat(keep.afterExit(first.id())).isEmpty();
        assertThat(keep.afterExit(second.id())).isPresent();
    }

    @Test
    void aNewCopyOfEitherSideDropsItAndEndsItsPastes() {
        Signal.Offer offer = kept("old");
        long slow = hubPastes(offer, MimeType.TEXT, 1);
        keep.hear(new Signal.Request(9, Selection.CLIPBOARD, offer.id(), MimeType.TEXT, 1));
        Signal.Offer elsewhere = offer(Selection.CLIPBOARD, Standing.FRESH, 0, PNG);
        keep.say(elsewhere);
        assertThat(application.told).endsWith(elsewhere);
        assertThat(aborted(hub.heard, slow)).isEqualTo(Reason.STALE);
        assertThat(aborted(application.told, 9)).isEqualTo(Reason.STALE);
        assertThat(keep).hasToString("nothing");
        keep.say(new Signal.Credit(slow, 2));
        assertThat(content(hub.heard, slow)).hasSize(1);

        Signal.Offer again = kept("old again");
        long other = hubPastes(again, MimeType.TEXT, 1);
        copied("new");
        assertThat(aborted(hub.heard, other)).isEqualTo(Reason.STALE);
        assertThat(keep).hasToString("");
    }

    @Test
    void primaryIsNotKeptAndLeavesTheClipboardAlone() {
        Signal.Offer marked = offer(Selection.PRIMARY, Standing.FRESH, 0, MimeType.TEXT);
        keep.hear(marked);
        settle();
        assertThat(application.requests()).isEmpty();
        assertThat(keep.afterExit(marked.id())).isEmpty();
        Signal.Offer offer = kept("stays");
        keep.hear(offer(Selection.PRIMARY, Standing.FRESH, 0, MimeType.TEXT));
        keep.hear(new Signal.Release(Selection.PRIMARY));
        keep.say(new Signal.Release(Selection.PRIMARY));
        keep.say(offer(Selection.PRIMARY, Standing.FRESH, 0, MimeType.TEXT));
        assertThat(all(application.told, Signal.Release.class)).hasSize(1);
        assertThat(content(hub.heard, hubPastes(offer, MimeType.TEXT, 10))).isEqualTo("stays".getBytes(UTF_8));
    }

    @Test
    void thatNobodyElseShowsItIsNoReasonToDropIt() {
        Signal.Offer offer = copied("stays");
        Signal.Release release = new Signal.Release(Selection.CLIPBOARD);
        keep.say(release);
        assertThat(application.told).containsExactly(release);
        settle();
        assertThat(keep.afterExit(offer.id())).isPresent();
        keep.say(release);
        assertThat(all(application.told, Signal.Release.class)).hasSize(1);
        keep.hear(new Signal.Request(9, Selection.CLIPBOARD, offer.id(), MimeType.TEXT, 10));
        assertThat(content(application.told, 9)).isEqualTo("stays".getBytes(UTF_8));
    }

    /// The hub may answer with a younger copy.
    @Test
    void whatTheHubShowsInAnswerWins() {
        Signal.Offer younger = offer(Selection.CLIPBOARD, Standing.RENEWED, 0, PNG);
        KeepAfterExit[] other = new KeepAfterExit[1];
        other[0] = new KeepAfterExit(
                signal -> {
                    if (signal instanceof Signal.Request request) {
                        other[0].hear(new Signal.End(request.transfer()));
                    }
                },
                LIMIT,
                () -> now);
        other[0].attach(new View() {
            @Override
            public void hear(Signal signal) {
                if (signal instanceof Signal.Offer offer && offer.standing() == Standing.RENEWED) {
                    other[0].say(younger);
                }
            }

            @Override
            public long newTransfer() {
                return 1;
            }
        });
        Signal.Offer offer = offer(Selection.CLIPBOARD, Standing.FRESH, 0, MimeType.TEXT);
        other[0].hear(offer);
        now += KeepAfterExit.SETTLE_MILLIS;
        other[0].tick();
        assertThat(other[0].afterExit(offer.id())).isEmpty();
        assertThat(other[0]).hasToString("nothing");
    }

    @Test
    void anExitInTheMiddleKeepsTheTypesThatAreWhole() {
        application.contents.put(MimeType.TEXT, "text".getBytes(UTF_8));
        application.contents.put(HTML, random(50_000));
        Signal.Offer offer = copied(MimeType.TEXT, HTML);
        now += KeepAfterExit.SETTLE_MILLIS;
        keep.tick();
        application.answers = false;
        keep.tick();
        long reading = application.requests().getLast().transfer();
        assertThat(application.move(reading, application.rest.get(reading))).isTrue();
        assertThat(keep.afterExit(offer.id()).orElseThrow().types()).containsExactly(MimeType.TEXT);
        keep.hear(new Signal.Abort(reading, Reason.OWNER_GONE));
        assertThat(all(hub.heard, Signal.Abort.class)).isEmpty();
        assertThat(keep).hasToString("text/plain;charset=utf-8 (4 B)");
        assertThat(keep.deadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aTypeThatIsRefusedIsLeftOut() {
        application.contents.put(HTML, random(10));
        application.contents.put(MimeType.TEXT, random(10));
        application.answers = false;
        Signal.Offer offer = copied(MimeType.TEXT, HTML);
        settle();
        long refused = application.requests().getFirst().transfer();
        application.rest.remove(refused);
        application.answers = true;
        keep.hear(new Signal.Abort(refused, Reason.OWNER_REFUSED));
        settle();
        assertThat(keep.afterExit(offer.id()).orElseThrow().types()).containsExactly(HTML);
    }

    @Test
    void whoPastesWhileATypeIsReadWaitsForItAndNoLonger() {
        application.contents.put(MimeType.TEXT, random(1000));
        application.contents.put(HTML, random(1000));
        application.answers = false;
        Signal.Offer offer = copied(MimeType.TEXT, HTML);
        settle();
        long first = hubPastes(offer, HTML, 100);
        keep.say(new Signal.Credit(first, 900));
        long cancelled = hubPastes(offer, HTML, 100);
        keep.say(new Signal.Credit(cancelled, 900));
        keep.say(new Signal.Abort(cancelled, Reason.CANCELLED));
        assertThat(application.requests()).hasSize(1);
        application.answers = true;
        application.moveOn();
        assertThat(application.requests()).hasSize(2);
        assertThat(content(hub.heard, first)).isEqualTo(application.contents.get(HTML));
        // An application that does not answer holds nobody up for ever.
        application.answers = false;
        keep.tick();
        assertThat(application.requests()).hasSize(3);
        long second = hubPastes(offer, MimeType.TEXT, 100);
        assertThat(application.requests()).hasSize(3);
        now += KeepAfterExit.PATIENCE_MILLIS;
        assertThat(keep.deadline()).isEqualTo(now);
        keep.tick();
        assertThat(application.requests())
                .last()
                .extracting(Signal.Request::transfer)
                .isEqualTo(second);
        assertThat(application.requests()).hasSize(4);
        hubPastes(offer, MimeType.TEXT, 100);
        assertThat(application.requests()).hasSize(5);
        assertThat(keep.deadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatWaitsIsPastedFromMemoryWhenTheApplicationEnds() {
        application.contents.put(MimeType.TEXT, "text".getBytes(UTF_8));
        application.contents.put(HTML, random(1000));
        Signal.Offer offer = copied(MimeType.TEXT, HTML);
        now += KeepAfterExit.SETTLE_MILLIS;
        keep.tick();
        application.answers = false;
        keep.tick();
        long text = hubPastes(offer, MimeType.TEXT, 100);
        long html = hubPastes(offer, HTML, 100);
        assertThat(keep.afterExit(offer.id())).isPresent();
        keep.hear(new Signal.Abort(application.requests().getLast().transfer(), Reason.OWNER_GONE));
        assertThat(content(hub.heard, text)).isEqualTo("text".getBytes(UTF_8));
        assertThat(aborted(hub.heard, html)).isEqualTo(Reason.TYPE_NOT_OFFERED);
        assertThat(application.requests()).hasSize(2);
    }

    @Test
    void nothingIsReadWhileSomebodyPastes() {
        application.contents.put(MimeType.TEXT, random(1000));
        Signal.Offer offer = copied(MimeType.TEXT);
        long paste = hubPastes(offer, MimeType.TEXT, 100);
        long other = hubPastes(offer, MimeType.TEXT, 100);
        settle();
        assertThat(keep.deadline()).isEqualTo(Long.MAX_VALUE);
        keep.say(new Signal.Credit(paste, 900));
        assertThat(hub.heard).endsWith(new Signal.End(paste));
        keep.say(new Signal.Abort(other, Reason.CANCELLED));
        assertThat(keep.deadline()).isLessThanOrEqualTo(now);
        keep.tick();
        assertThat(keep.afterExit(offer.id())).isPresent();
    }

    @Test
    void whatIsDroppedWhileItIsReadIsReadOnForNothing() {
        application.contents.put(MimeType.TEXT, random(1000));
        application.answers = false;
        copied(MimeType.TEXT);
        settle();
        Signal.Offer next = copied(MimeType.TEXT);
        settle();
        // One at a time.
        assertThat(application.requests()).hasSize(1);
        // A paste of the new copy has nothing to wait for: it is of another application.
        hubPastes(next, MimeType.TEXT, 1000);
        assertThat(application.requests()).hasSize(2);
        application.answers = true;
        application.moveOn();
        assertThat(all(application.told, Signal.Abort.class)).isEmpty();
        settle();
        assertThat(keep.afterExit(next.id())).isPresent();
        assertThat(keep).hasToString("text/plain;charset=utf-8 (1000 B)");
    }

    @Test
    void whatIsErasedIsOverwritten() {
        Content content = new Content();
        content.add(ByteBuffer.wrap(random(40_000)));
        ByteBuffer copy = content.chunk(0, 10);
        assertThat(bytes(copy)).isEqualTo(bytes(ByteBuffer.wrap(random(40_000), 0, 10)));
        byte[] block = content.blocks.getFirst();
        content.erase();
        assertThat(block).containsOnly(0);
        assertThat(content.size()).isZero();
        // What is on its way is another's.
        assertThat(bytes(copy)).isEqualTo(bytes(ByteBuffer.wrap(random(40_000), 0, 10)));
    }

    @Test
    void theBoundIsBounded() {
        for (int limit : new int[] {0, -1, KeepAfterExit.MAX_BYTES + 1}) {
            assertThatThrownBy(() -> keeper(limit, () -> now)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(Optional.of(keeper(KeepAfterExit.MAX_BYTES, () -> now))).isPresent();
    }
}
