package hyperclip.display.x11;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Limits;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Copies of real applications, and what the hub hears of them.
class ReadingTest {

    static final MimeType PNG = new MimeType("image/png");

    private Xvfb xvfb;
    private Desk desk;

    @BeforeEach
    void open() throws Exception {
        xvfb = Xvfb.start();
        desk = Desk.at(xvfb);
    }

    @AfterEach
    void close() throws Exception {
        desk.close();
        xvfb.close();
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private Signal.Abort aborted(long transfer) {
        desk.until(() -> desk.outcome(transfer).isPresent(), "the transfer ends");
        return (Signal.Abort) desk.outcome(transfer).get();
    }

    @Test
    void aCopyIsOfferedAndCanBePasted() {
        xvfb.copyText("clipboard", "grüße");
        Signal.Offer offer = desk.offer(Selection.CLIPBOARD, 0);
        assertThat(offer.types()).containsExactly(MimeType.TEXT);
        assertThat(offer.standing()).isEqualTo(Standing.FRESH);
        assertThat(desk.content(desk.requests(offer, MimeType.TEXT, 1))).isEqualTo("grüße".getBytes(UTF_8));
    }

    @Test
    void selectionsAreApart() {
        xvfb.copyText("primary", "marked");
        assertThat(desk.offer(Selection.PRIMARY, 0).selection()).isEqualTo(Selection.PRIMARY);
        assertThat(desk.offers()).hasSize(1);
    }

    @Test
    void latin1OfAnOldApplicationBecomesUtf8() {
        byte[] latin1 = "£ä".repeat(300_000).getBytes(ISO_8859_1);
        xvfb.copy("clipboard", "STRING", latin1);
        Signal.Offer offer = desk.offer(Selection.CLIPBOARD, 0);
        assertThat(offer.types()).containsExactly(MimeType.TEXT);
        assertThat(desk.content(desk.requests(offer, MimeType.TEXT, 999)))
                .isEqualTo("£ä".repeat(300_000).getBytes(UTF_8));
    }

    @Test
    void twentyMegabytesArriveWhole() {
        byte[] content = random(20_000_000);
        xvfb.copy("clipboard", "image/png", content);
        Signal.Offer offer = desk.offer(Selection.CLIPBOARD, 0);
        long begin = System.nanoTime();
        byte[] got = desk.content(desk.requests(offer, PNG, 1 << 20));
        System.out.println("20 MB read by INCR in " + (System.nanoTime() - begin) / 1_000_000 + " ms");
        assertThat(got).isEqualTo(content);
        assertThat(desk.all(Signal.Chunk.class)).hasSizeGreaterThan(20_000_000 / Signal.MAX_CHUNK);
    }

    @Test
    void severalPastesOfOneCopyGoOnAtOnce() {
        // In one property each: xclip and xsel forget requests that come while they send by INCR.
        byte[] content = random(100_000);
        xvfb.copy("clipboard", "image/png", content);
        Signal.Offer offer = desk.offer(Selection.CLIPBOARD, 0);
        long one = desk.requests(offer, PNG, Desk.CREDIT);
        long two = desk.requests(offer, PNG, 5000);
        assertThat(desk.content(one)).isEqualTo(content);
        assertThat(desk.content(two)).isEqualTo(content);
    }

    @Test
    void withoutCreditNothingMoves() {
        desk.withoutCredit();
        xvfb.copy("clipboard", "image/png", random(20_000_000));
        long transfer = desk.requests(desk.offer(Selection.CLIPBOARD, 0), PNG, 100_000);
        desk.until(
                () -> desk.received.containsKey(transfer)
                        && desk.received.get(transfer).size() == 100_000,
                "credit");
        desk.quiet(100);
        assertThat(desk.received.get(transfer).size()).isEqualTo(100_000);
        // An owner that is held back by us has not stalled.
        desk.later(Limits.USUAL.stall() * 2);
        assertThat(desk.outcome(transfer)).isEmpty();
        desk.display.say(new Signal.Credit(transfer, 1));
        desk.until(() -> desk.received.get(transfer).size() == 100_001, "one byte more");
    }

    @Test
    void anAbortLeavesNothingBehind() {
        desk.withoutCredit();
        xvfb.copy("clipboard", "image/png", random(5_000_000));
        Signal.Offer offer = desk.offer(Selection.CLIPBOARD, 0);
        String before = desk.display.debris();
        long transfer = desk.requests(offer, PNG, 100_000);
        desk.until(() -> desk.received.containsKey(transfer), "some content");
        desk.display.say(new Signal.Abort(transfer, Reason.CANCELLED));
        desk.until(() -> desk.display.debris().equals(before), "the window goes");
        desk.quiet(50);
        assertThat(desk.outcome(transfer)).isEmpty();
    }

    /// The owner of these is xclip. When it writes to a window that is gone it ends, and the copy is lost; when
    /// it is not rid of its last piece it serves nobody else.
    private void assertLives(Signal.Offer offer, MimeType type, byte[] content) {
        desk.until(
                () -> desk.display.debris().equals("1 windows, 0 conversions, 0 readings"), "no window waits any more");
        assertThat(desk.content(desk.requests(offer, type, Desk.CREDIT))).isEqualTo(content);
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"CANCELLED", "TIMED_OUT"})
    void anOwnerMayAnswerWhatIsNoLongerWanted(Reason reason) {
        byte[] content = "not lost".getBytes(UTF_8);
        Process owner = xvfb.copy("clipboard", "UTF8_STRING", content);
        Signal.Offer offer = desk.offer(Selection.CLIPBOARD, 0);
        Xvfb.signal(owner, "STOP");
        long transfer = desk.requests(offer, MimeType.TEXT, 1000);
        desk.quiet(50);
        if (reason == Reason.TIMED_OUT) {
            desk.later(Limits.USUAL.firstByte());
            assertThat(aborted(transfer).reason()).isEqualTo(reason);
        } else {
            desk.display.say(new Signal.Abort(transfer, reason));
        }
        assertThat(desk.display.debris()).contains("1 conversions, 0 readings");
        Xvfb.signal(owner, "CONT");
        assertLives(offer, MimeType.TEXT, content);
    }

    /// With a piece asked for, or while what asks for it is still on its way to the server.
    @ParameterizedTest
    @ValueSource(longs = {0, 50})
    void anOwnerMaySendAPieceThatIsNoLongerWanted(long quietMillis) {
        byte[] content = random(5_000_000);
        desk.withoutCredit();
        Process owner = xvfb.copy("clipboard", "image/png", content);
        Signal.Offer offer = desk.offer(Selection.CLIPBOARD, 0);
        long transfer = desk.requests(offer, PNG, 100_000);
        desk.until(() -> desk.received.containsKey(transfer), "some content");
        Xvfb.signal(owner, "STOP");
        desk.display.say(new Signal.Credit(transfer, content.length));
        desk.quiet(quietMillis);
        desk.display.say(new Signal.Abort(transfer, Reason.CANCELLED));
        assertThat(desk.display.debris()).contains("1 conversions, 0 readings");
        Xvfb.signal(owner, "CONT");
        desk.withCredit();
        assertLives(offer, PNG, content);
    }

    /// Two copies before we have looked at the first: the question for it goes to the owner of the second.
    @Test
    void aCopyRightAfterAnotherIsNotLost() {
        try (RawOwner first = new RawOwner(xvfb)) {
            byte[] content = "not lost".getBytes(UTF_8);
            first.own("CLIPBOARD");
            xvfb.copy("clipboard", "UTF8_STRING", content);
            int window = first.window;
            while (first.owner("CLIPBOARD") == window) {
                first.sync();
            }
            assertLives(desk.offer(Selection.CLIPBOARD, 0), MimeType.TEXT, content);
        }
    }

    /// xsel does, and ends by an error of the X server where the window is gone.
    @Test
    void anOwnerMaySayAtTheEndOfItsPiecesThatItHasAnswered() {
        desk.stopClock();
        try (RawOwner owner = new RawOwner(xvfb, desk)) {
            owner.own("CLIPBOARD");
            owner.answer("TARGETS", owner.atoms("UTF8_STRING"), RawOwner.ATOM);
            Signal.Offer offer = desk.offer(Selection.CLIPBOARD, 0);
            for (int i = 0; i < Conversion.MAX_ABANDONED_AT_ONCE + 3; i++) {
                long transfer = desk.requests(offer, MimeType.TEXT, 1000);
                Event.SelectionRequested question = owner.asked("UTF8_STRING");
                owner.reply(question, RawOwner.words(4), owner.atom("INCR"), Requests.Format.WORDS);
                owner.put(question, "text".getBytes(UTF_8));
                owner.put(question, new byte[0]);
                assertThat(new String(desk.content(transfer), UTF_8)).isEqualTo("text");
                if (i == 0) {
                    assertThat(desk.display.debris()).contains("1 conversions, 0 readings");
                    Requests.sendSelectionNotify(
                            owner.x,
                            question.requestor(),
                            question.selection(),
                            question.target(),
                            question.property(),
                            question.time());
                    owner.sync();
                    desk.until(() -> desk.display.debris().contains("0 conversions"), "it has been heard");
                }
            }
            assertThat(desk.display.debris()).contains(", %d conversions".formatted(Conversion.MAX_ABANDONED_AT_ONCE));
            desk.later(Conversion.LINGERING_MILLIS);
            assertThat(desk.display.debris()).isEqualTo("1 windows, 0 conversions, 0 readings");
        }
    }

    @Test
    void noAnswerIsWaitedForForEverNorAnyNumber() {
        Process owner = xvfb.copyText("clipboard", "x");
        Signal.Offer offer = desk.offer(Selection.CLIPBOARD, 0);
        Xvfb.signal(owner, "STOP");
        for (int i = 0; i < Conversion.MAX_ABANDONED_AT_ONCE + 3; i++) {
            desk.display.say(new Signal.Abort(desk.requests(offer, MimeType.TEXT, 1000), Reason.CANCELLED));
            desk.quiet(1);
        }
        assertThat(desk.display.debris()).contains(", %d conversions".formatted(Conversion.MAX_ABANDONED_AT_ONCE));
        desk.later(Conversion.ABANDONED_MILLIS);
        assertThat(desk.display.debris()).isEqualTo("1 windows, 0 conversions, 0 readings");
        Xvfb.signal(owner, "CONT");
    }

    @Test
    void whatIsNotOfferedIsRefused() {
        xvfb.copyText("clipboard", "x");
        Signal.Offer offer = desk.offer(Selection.CLIPBOARD, 0);
        assertThat(aborted(desk.requests(offer, PNG, 1)).reason()).isEqualTo(Reason.TYPE_NOT_OFFERED);
        Signal.Offer other =
                new Signal.Offer(Selection.CLIPBOARD, OfferId.random(new Random(1)), List.of(PNG), 0, Standing.FRESH);
        assertThat(aborted(desk.requests(other, PNG, 1)).reason()).isEqualTo(Reason.STALE);
    }

    @Test
    void anOwnerThatEndsReleases() {
        Process owner = xvfb.copyText("clipboard", "x");
        desk.offer(Selection.CLIPBOARD, 0);
        Xvfb.signal(owner, "KILL");
        desk.until(() -> !desk.all(Signal.Release.class).isEmpty(), "a release");
    }

    @Test
    void anOwnerKilledHalfwayAborts() {
        desk.withoutCredit();
        Process owner = xvfb.copy("clipboard", "image/png", random(20_000_000));
        long transfer = desk.requests(desk.offer(Selection.CLIPBOARD, 0), PNG, 100_000);
        desk.until(() -> desk.received.containsKey(transfer), "some content");
        Xvfb.signal(owner, "KILL");
        desk.until(() -> !desk.all(Signal.Release.class).isEmpty(), "a release");
        assertThat(aborted(transfer).reason()).isEqualTo(Reason.OWNER_GONE);
    }

    @Test
    void aStoppedOwnerTimesOut() {
        Process owner = xvfb.copyText("clipboard", "x");
        Signal.Offer offer = desk.offer(Selection.CLIPBOARD, 0);
        Xvfb.signal(owner, "STOP");
        long transfer = desk.requests(offer, MimeType.TEXT, 1000);
        desk.quiet(50);
        assertThat(desk.outcome(transfer)).isEmpty();
        desk.later(Limits.USUAL.firstByte());
        assertThat(aborted(transfer).reason()).isEqualTo(Reason.TIMED_OUT);
        Xvfb.signal(owner, "CONT");
    }

    @Test
    void theOldOfferGoesWhileASlowOwnerThinks() {
        xvfb.copyText("clipboard", "old");
        desk.offer(Selection.CLIPBOARD, 0);
        try (RawOwner slow = new RawOwner(xvfb, desk)) {
            slow.own("CLIPBOARD");
            desk.until(() -> desk.all(Signal.Release.class).size() == 1, "a release of the old");
            assertThat(desk.offers()).hasSize(1);
            slow.answer("TARGETS", slow.atoms("UTF8_STRING", "text/html"), RawOwner.ATOM);
            assertThat(desk.offer(Selection.CLIPBOARD, 1).types())
                    .containsExactly(MimeType.TEXT, new MimeType("text/html"));
        }
    }

    /// The hub wants its own shown while an application's copy is being looked over. What it is told is what
    /// the server has in the end: either the application has lost the selection and is not told of, or it is
    /// and keeps it.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theHubIsToldOfNoCopyThatItTakesAway(boolean nameIsKnown) {
        MimeType type = new MimeType("text/x-known");
        desk.shows(Selection.CLIPBOARD, type.name(), new byte[0]);
        try (RawOwner owner = new RawOwner(xvfb, desk)) {
            byte[] targets = owner.atoms("UTF8_STRING");
            owner.own("CLIPBOARD");
            owner.answer("TARGETS", targets, RawOwner.ATOM);
            desk.offer(Selection.CLIPBOARD, 0);
            owner.own("CLIPBOARD");
            Event.SelectionRequested question = owner.asked("TARGETS");
            // From here on the display finds what has come all at once.
            owner.lets();
            owner.reply(question, targets, RawOwner.ATOM, Requests.Format.WORDS);
            owner.sync();
            Signal.Offer hubs = new Signal.Offer(
                    Selection.CLIPBOARD,
                    OfferId.random(new Random(99)),
                    List.of(nameIsKnown ? type : new MimeType("text/x-unknown")),
                    0,
                    Standing.FRESH);
            desk.display.say(hubs);
            owner.sync();
            desk.quiet(100);
            boolean taken = owner.owner("CLIPBOARD") != owner.window;
            assertThat(desk.display.holds(Selection.CLIPBOARD, hubs.id())).isEqualTo(taken);
            assertThat(desk.offers()).hasSize(taken ? 1 : 2);
            assertThat(taken).isEqualTo(nameIsKnown);
        }
    }

    @Test
    void aSecretIsNotTold() {
        xvfb.copyText("clipboard", "old");
        desk.offer(Selection.CLIPBOARD, 0);
        try (RawOwner keeper = new RawOwner(xvfb, desk)) {
            keeper.own("CLIPBOARD");
            keeper.answer("TARGETS", keeper.atoms("UTF8_STRING", Atoms.PASSWORD_HINT), RawOwner.ATOM);
            keeper.answer(Atoms.PASSWORD_HINT, "secret\n".getBytes(UTF_8), RawOwner.STRING);
            desk.until(() -> desk.all(Signal.Release.class).size() == 1, "a release of the old");
            desk.quiet(50);
            assertThat(desk.offers()).hasSize(1);
            // Marked as no secret.
            keeper.own("CLIPBOARD");
            keeper.answer("TARGETS", keeper.atoms("UTF8_STRING", Atoms.PASSWORD_HINT), RawOwner.ATOM);
            keeper.answer(Atoms.PASSWORD_HINT, "public".getBytes(UTF_8), RawOwner.STRING);
            desk.offer(Selection.CLIPBOARD, 1);
            // The hint that cannot be read counts as secret.
            keeper.own("CLIPBOARD");
            keeper.answer("TARGETS", keeper.atoms("UTF8_STRING", Atoms.PASSWORD_HINT), RawOwner.ATOM);
            keeper.ignore(Atoms.PASSWORD_HINT);
            desk.later(Examination.DETAIL_MILLIS);
            desk.quiet(50);
            assertThat(desk.offers()).hasSize(2);
        }
    }

    @Test
    void filesAreNotOffered() {
        try (RawOwner manager = new RawOwner(xvfb, desk)) {
            manager.own("CLIPBOARD");
            manager.answer(
                    "TARGETS",
                    manager.atoms("text/uri-list", "x-special/gnome-copied-files", "image/png", "TIMESTAMP"),
                    RawOwner.ATOM);
            assertThat(desk.offer(Selection.CLIPBOARD, 0).types()).containsExactly(PNG);
        }
    }

    @Test
    void aRefusalIsPassedOn() {
        try (RawOwner owner = new RawOwner(xvfb, desk)) {
            owner.own("CLIPBOARD");
            owner.answer("TARGETS", owner.atoms("image/png"), RawOwner.ATOM);
            long transfer = desk.requests(desk.offer(Selection.CLIPBOARD, 0), PNG, 1);
            owner.refuse("image/png");
            assertThat(aborted(transfer).reason()).isEqualTo(Reason.OWNER_REFUSED);
        }
    }

    @Test
    void anotherHyperclipsOfferIsNotPassedOn() {
        OfferId id = OfferId.random(new Random(99));
        xvfb.copyText("clipboard", "a person's");
        desk.offer(Selection.CLIPBOARD, 0);
        try (RawOwner other = new RawOwner(xvfb, desk)) {
            other.own("CLIPBOARD");
            other.answer("TARGETS", other.atoms("UTF8_STRING", Atoms.HYPERCLIP_OFFER), RawOwner.ATOM);
            other.answer(Atoms.HYPERCLIP_OFFER, id.hex().getBytes(UTF_8), RawOwner.STRING);
            desk.until(() -> !desk.all(Signal.Release.class).isEmpty(), "the release of the person's copy");
            other.own("CLIPBOARD");
            other.answer("TARGETS", other.atoms("UTF8_STRING", Atoms.HYPERCLIP_OFFER), RawOwner.ATOM);
            other.ignore(Atoms.HYPERCLIP_OFFER);
            desk.later(Examination.DETAIL_MILLIS);
            desk.quiet(50);
            assertThat(desk.offers()).hasSize(1);
        }
    }

    @Test
    void whatWasThereBeforeIsRenewedWithItsAge() throws Exception {
        try (Xvfb other = Xvfb.start();
                RawOwner owner = new RawOwner(other)) {
            int time = owner.own("PRIMARY");
            other.copyText("clipboard", "x");
            owner.awaitOwner("CLIPBOARD");
            try (Desk watcher = Desk.at(other)) {
                watcher.until(() -> !watcher.offers().isEmpty(), "xclip's offer"); // which has no TIMESTAMP
                assertThat(watcher.offers().getFirst().age()).isEqualTo(Signal.Offer.UNKNOWN_AGE);
                owner.lets(watcher);
                owner.answer("TARGETS", owner.atoms("UTF8_STRING", "TIMESTAMP"), RawOwner.ATOM);
                owner.answer("TIMESTAMP", RawOwner.words(time), 19);
                watcher.until(() -> watcher.offers().size() == 2, "the other");
                assertThat(watcher.offers().get(1).age()).isBetween(0L, 20_000L);
                assertThat(watcher.offers()).allMatch(o -> o.standing() == Standing.RENEWED);
            }
        }
    }

    @Test
    void aStormOfPrimaryIsThinnedAndTheLastIsTold() {
        try (RawOwner mouse = new RawOwner(xvfb, desk)) {
            mouse.alwaysAnswer("TARGETS", mouse.atoms("UTF8_STRING"), RawOwner.ATOM);
            desk.alongside(mouse::answered);
            long begin = desk.millis();
            for (int i = 0; i < 60; i++) {
                mouse.own("PRIMARY");
            }
            long most = 2 + (desk.millis() - begin) / Pace.SPACING_MILLIS;
            assertThat(desk.offers()).hasSizeBetween(1, (int) most);
            mouse.alwaysAnswer("TARGETS", mouse.atoms("UTF8_STRING", "text/html"), RawOwner.ATOM);
            mouse.own("PRIMARY");
            desk.until(() -> desk.offers().getLast().types().size() == 2, "the last");
            assertThat(desk.display.deadline()).isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test
    void aPasteDuringTheStormIsServedFromTheNewest() {
        try (RawOwner mouse = new RawOwner(xvfb, desk)) {
            mouse.alwaysAnswer("TARGETS", mouse.atoms("UTF8_STRING"), RawOwner.ATOM);
            mouse.alwaysAnswer("UTF8_STRING", "newest".getBytes(UTF_8), mouse.atom("UTF8_STRING"));
            desk.alongside(mouse::answered);
            desk.stopClock();
            mouse.own("PRIMARY");
            Signal.Offer first = desk.offer(Selection.PRIMARY, 0);
            mouse.own("PRIMARY");
            long transfer = desk.requests(first, MimeType.TEXT, 1000);
            long other = desk.requests(first, PNG, 1000);
            desk.until(
                    () -> {
                        mouse.answered();
                        return desk.outcome(transfer).isPresent()
                                && desk.outcome(other).isPresent();
                    },
                    "both end");
            assertThat(desk.content(transfer)).isEqualTo("newest".getBytes(UTF_8));
            assertThat(aborted(other).reason()).isIn(Reason.STALE, Reason.TYPE_NOT_OFFERED);
        }
    }

    @Test
    void idleMeansIdle() {
        xvfb.copyText("clipboard", "x");
        desk.offer(Selection.CLIPBOARD, 0);
        desk.quiet(50);
        assertThat(desk.display.deadline()).isEqualTo(Long.MAX_VALUE);
        assertThat(desk.display.interest()).isEqualTo(java.nio.channels.SelectionKey.OP_READ);
        assertThat(desk.display.debris()).isEqualTo("1 windows, 0 conversions, 0 readings");
    }

    /// Announces four gigabytes, sends three pieces and dies in the fourth.
    @Test
    void theSizeThatAnOwnerAnnouncesIsNotBelieved() {
        try (RawOwner liar = new RawOwner(xvfb, desk)) {
            liar.own("CLIPBOARD");
            liar.answer("TARGETS", liar.atoms("image/png"), RawOwner.ATOM);
            long transfer = desk.requests(desk.offer(Selection.CLIPBOARD, 0), PNG, Desk.CREDIT);
            Event.SelectionRequested request = liar.asked("image/png");
            liar.reply(request, RawOwner.words(-1), liar.atom("INCR"), Requests.Format.WORDS);
            for (int i = 1; i <= 3; i++) {
                int size = 10 * i;
                liar.put(request, random(10));
                desk.until(
                        () -> desk.received.containsKey(transfer)
                                && desk.received.get(transfer).size() == size,
                        "it");
            }
            liar.put(request, new byte[0]);
            assertThat(desk.content(transfer)).hasSize(30);
        }
    }
}
