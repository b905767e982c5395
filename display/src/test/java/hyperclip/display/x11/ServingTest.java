package hyperclip.display.x11;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Limits;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Another machine's copy, pasted by real applications.
class ServingTest {

    private static final String TEXT = "text/plain;charset=utf-8";

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

    private byte[] paste(String type) {
        return desk.pasted(xvfb, xvfb.paste("clipboard", type));
    }

    @Test
    void textCanBePastedUnderAllItsNames() {
        desk.shows(Selection.CLIPBOARD, TEXT, "grüße €".getBytes(UTF_8));
        for (String name : List.of("UTF8_STRING", TEXT, "text/plain", "TEXT")) {
            assertThat(paste(name)).as(name).isEqualTo("grüße €".getBytes(UTF_8));
        }
        assertThat(paste("STRING")).isEqualTo("grüße ?".getBytes(ISO_8859_1));
        assertThat(new String(paste("TARGETS"), UTF_8).lines())
                .contains("TARGETS", "TIMESTAMP", "MULTIPLE", "UTF8_STRING", "STRING", Atoms.HYPERCLIP_OFFER)
                .doesNotContain("SAVE_TARGETS");
    }

    @Test
    void xselPastesToo() {
        desk.shows(Selection.PRIMARY, TEXT, "for xsel".getBytes(UTF_8));
        assertThat(desk.pasted(xvfb, xvfb.pasteTo("xsel", "-o", "-p"))).isEqualTo("for xsel".getBytes(UTF_8));
    }

    @Test
    void theOffersIdCanBeRead() {
        OfferId id = desk.shows(Selection.CLIPBOARD, TEXT, new byte[] {'x'});
        assertThat(paste(Atoms.HYPERCLIP_OFFER)).isEqualTo(id.hex().getBytes(UTF_8));
    }

    @Test
    void nothingIsStillSomething() {
        desk.shows(Selection.CLIPBOARD, TEXT, new byte[0]);
        assertThat(paste("UTF8_STRING")).isEmpty();
    }

    @Test
    void sizesAroundAPieceArriveWhole() {
        for (int size :
                new int[] {1, 3, Serving.MAX_PIECE - 1, Serving.MAX_PIECE, Serving.MAX_PIECE + 1, Serving.WINDOW}) {
            byte[] content = ReadingTest.random(size);
            desk.shows(Selection.CLIPBOARD, "image/png", content);
            assertThat(paste("image/png")).as("%d bytes", size).isEqualTo(content);
        }
    }

    @Test
    void twentyMegabytesArriveWhole() {
        byte[] content = ReadingTest.random(20_000_000);
        desk.shows(Selection.CLIPBOARD, "image/png", content);
        long begin = System.nanoTime();
        byte[] got = paste("image/png");
        System.out.println("20 MB served by INCR in " + (System.nanoTime() - begin) / 1_000_000 + " ms");
        assertThat(got).isEqualTo(content);
        assertThat(desk.display.deadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void longLatin1IsConvertedAcrossChunks() {
        // Of three bytes each, so that chunks break them.
        desk.shows(Selection.CLIPBOARD, TEXT, "€".repeat(500_001).getBytes(UTF_8));
        assertThat(paste("STRING")).isEqualTo("?".repeat(500_001).getBytes(UTF_8));
    }

    @Test
    void manyPastesAtOnce() {
        byte[] content = ReadingTest.random(700_000);
        desk.shows(Selection.CLIPBOARD, "image/png", content);
        List<Process> pastes = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            pastes.add(xvfb.paste("clipboard", "image/png"));
        }
        for (Process paste : pastes) {
            assertThat(desk.pasted(xvfb, paste)).isEqualTo(content);
        }
    }

    @Test
    void aRefusalBeforeTheFirstByteReachesTheApplication() {
        desk.answering(request -> Optional.of(new Signal.Abort(request.transfer(), Reason.OWNER_REFUSED)));
        desk.shows(Selection.CLIPBOARD, TEXT, new byte[] {'x'});
        Process paste = xvfb.paste("clipboard", "UTF8_STRING");
        assertThat(desk.pasted(xvfb, paste)).isEmpty();
        assertThat(paste.exitValue()).isNotZero();
    }

    @Test
    void aRequestorThatIsKilledIsGone() {
        desk.answering(request -> Optional.of(new Signal.Credit(1, 1))); // which means nothing: silence
        desk.shows(Selection.CLIPBOARD, TEXT, new byte[0]);
        Process paste = xvfb.paste("clipboard", "UTF8_STRING");
        desk.until(() -> !desk.all(Signal.Request.class).isEmpty(), "a request");
        Xvfb.signal(paste, "KILL");
        desk.until(() -> !desk.all(Signal.Abort.class).isEmpty(), "an abort");
        assertThat(desk.all(Signal.Abort.class).getFirst().reason()).isEqualTo(Reason.REQUESTER_GONE);
    }

    /// A request that the test answers by hand, from a paste by INCR whose first piece has been put out.
    private Signal.Request halfway() {
        desk.answering(request -> Optional.of(new Signal.Credit(1, 1)));
        int before = desk.all(Signal.Request.class).size();
        desk.until(() -> desk.all(Signal.Request.class).size() > before, "a request");
        Signal.Request request = desk.all(Signal.Request.class).getLast();
        for (int sent = 0; sent < Serving.MAX_PIECE; sent += Signal.MAX_CHUNK) {
            desk.display.say(new Signal.Chunk(request.transfer(), ByteBuffer.allocate(Signal.MAX_CHUNK)));
        }
        return request;
    }

    @Test
    void aRequestorKilledHalfwayIsGone() {
        desk.shows(Selection.CLIPBOARD, "image/png", new byte[0]);
        Process paste = xvfb.paste("clipboard", "image/png");
        Signal.Request request = halfway();
        desk.until(() -> !desk.all(Signal.Credit.class).isEmpty(), "a piece is taken");
        Xvfb.signal(paste, "KILL");
        desk.until(() -> desk.outcome(request.transfer()).isPresent(), "an abort");
        assertThat(desk.outcome(request.transfer()).get())
                .isEqualTo(new Signal.Abort(request.transfer(), Reason.REQUESTER_GONE));
    }

    @Test
    void aStoppedRequestorTimesOut() {
        byte[] content = ReadingTest.random(5_000_000);
        desk.shows(Selection.CLIPBOARD, "image/png", content);
        Process paste = xvfb.paste("clipboard", "image/png");
        desk.until(() -> !desk.all(Signal.Credit.class).isEmpty(), "a piece is taken");
        Xvfb.signal(paste, "STOP");
        desk.quiet(100);
        desk.later(Limits.USUAL.stall());
        desk.until(() -> !desk.all(Signal.Abort.class).isEmpty(), "an abort");
        assertThat(desk.all(Signal.Abort.class).getFirst().reason()).isEqualTo(Reason.TIMED_OUT);
        Xvfb.signal(paste, "CONT");
    }

    @Test
    void anAbortHalfwayEndsTheWindowAndKeepsTheOffer() {
        OfferId id = desk.shows(Selection.CLIPBOARD, "image/png", "whole".getBytes(UTF_8));
        try (RawOwner app = new RawOwner(xvfb, desk)) {
            int owner = app.owner("CLIPBOARD");
            boolean[] destroyed = {false};
            app.watchEnd(owner, () -> destroyed[0] = true);
            app.convert("CLIPBOARD", "image/png");
            Signal.Request request = halfway();
            app.until(() -> app.converted().isPresent());
            desk.display.say(new Signal.Abort(request.transfer(), Reason.LINK_LOST));
            app.until(() -> destroyed[0]);
            assertThat(app.owner("CLIPBOARD")).isNotZero().isNotEqualTo(owner);
            assertThat(desk.display.holds(Selection.CLIPBOARD, id)).isTrue();
        }
        desk.answering(request -> Optional.empty());
        assertThat(paste("image/png")).isEqualTo("whole".getBytes(UTF_8));
        assertThat(desk.offers()).isEmpty();
    }

    /// The new offer is asked for, and the server has not told yet, when the old one has to be held by another
    /// window.
    @Test
    void anAbortHalfwayThatCrossesANewOfferKeepsTheNewOne() {
        desk.shows(Selection.CLIPBOARD, "image/png", "old".getBytes(UTF_8));
        try (RawOwner app = new RawOwner(xvfb, desk)) {
            app.convert("CLIPBOARD", "image/png");
            Signal.Request request = halfway();
            app.until(() -> app.converted().isPresent());
            Signal.Offer newer = new Signal.Offer(
                    Selection.CLIPBOARD,
                    OfferId.random(new java.util.Random(77)),
                    List.of(new hyperclip.core.clipboard.MimeType("image/png")),
                    0,
                    hyperclip.core.clipboard.Standing.FRESH);
            desk.display.say(newer);
            desk.display.say(new Signal.Abort(request.transfer(), Reason.LINK_LOST));
            desk.until(() -> desk.display.holds(Selection.CLIPBOARD, newer.id()), "the new one is held");
            desk.quiet(100);
            assertThat(desk.display.holds(Selection.CLIPBOARD, newer.id())).isTrue();
            assertThat(app.owner("CLIPBOARD")).isNotZero();
        }
    }

    /// As Chromium does after a second, and Qt: both have one property for all they ask.
    @Test
    void whoAsksIntoAPropertyAgainHasGivenUpWhatHeAskedBefore() {
        desk.shows(Selection.CLIPBOARD, "image/png", new byte[0]);
        try (RawOwner app = new RawOwner(xvfb, desk)) {
            app.convert("CLIPBOARD", "image/png", "ONE");
            Signal.Request first = halfway();
            app.until(() -> app.converted().isPresent());
            app.convert("CLIPBOARD", "image/png", "ONE");
            desk.until(() -> desk.outcome(first.transfer()).isPresent(), "the first is given up");
            assertThat(desk.outcome(first.transfer()))
                    .contains(new Signal.Abort(first.transfer(), Reason.REQUESTER_GONE));
            desk.until(() -> desk.all(Signal.Request.class).size() == 2, "the second is asked for");
        }
    }

    @Test
    void pastesUnderWayGoOnWhenSomebodyElseCopies() {
        desk.shows(Selection.CLIPBOARD, "image/png", new byte[0]);
        Process paste = xvfb.paste("clipboard", "image/png");
        Signal.Request request = halfway();
        xvfb.copyText("clipboard", "newer");
        desk.offer(Selection.CLIPBOARD, 0);
        desk.display.say(new Signal.End(request.transfer()));
        assertThat(desk.pasted(xvfb, paste)).hasSize(Serving.MAX_PIECE);
    }

    @Test
    void aReleaseGivesTheSelectionUp() {
        desk.shows(Selection.CLIPBOARD, TEXT, new byte[] {'x'});
        desk.display.say(new Signal.Release(Selection.CLIPBOARD));
        try (RawOwner app = new RawOwner(xvfb, desk)) {
            assertThat(app.owner("CLIPBOARD")).isZero();
            app.own("CLIPBOARD");
            desk.display.say(new Signal.Release(Selection.CLIPBOARD));
            assertThat(app.owner("CLIPBOARD")).isEqualTo(app.window);
        }
    }

    @Test
    void theSameOfferAgainChangesNothing() {
        OfferId id = desk.shows(Selection.CLIPBOARD, TEXT, new byte[] {'x'});
        try (RawOwner app = new RawOwner(xvfb, desk)) {
            int owner = app.owner("CLIPBOARD");
            desk.display.say(new Signal.Offer(
                    Selection.CLIPBOARD,
                    id,
                    List.of(hyperclip.core.clipboard.MimeType.TEXT),
                    5,
                    hyperclip.core.clipboard.Standing.RENEWED));
            assertThat(app.owner("CLIPBOARD")).isEqualTo(owner);
        }
    }

    @Test
    void severalTargetsAtOnce() {
        desk.shows(Selection.CLIPBOARD, TEXT, "grüße".getBytes(UTF_8));
        try (RawOwner app = new RawOwner(xvfb, desk)) {
            int one = app.atom("ONE");
            int two = app.atom("TWO");
            int three = app.atom("THREE");
            app.put(
                    "PAIRS",
                    RawOwner.words(app.atom("UTF8_STRING"), one, app.atom("NONSENSE"), two, RawOwner.STRING, three));
            app.convert("CLIPBOARD", "MULTIPLE", "PAIRS");
            app.until(() -> app.converted().isPresent());
            assertThat(app.get("ONE")).isEqualTo("grüße".getBytes(UTF_8));
            assertThat(app.get("THREE")).isEqualTo("grüße".getBytes(ISO_8859_1));
            assertThat(app.get("PAIRS"))
                    .isEqualTo(RawOwner.words(app.atom("UTF8_STRING"), one, 0, two, RawOwner.STRING, three));
        }
    }

    @Test
    void anObsoleteClientNamesNoProperty() {
        desk.shows(Selection.CLIPBOARD, TEXT, "old".getBytes(UTF_8));
        try (RawOwner app = new RawOwner(xvfb, desk)) {
            app.convert("CLIPBOARD", "UTF8_STRING", "");
            app.until(() -> app.converted().isPresent());
            assertThat(app.converted().get().property()).isEqualTo(app.atom("UTF8_STRING"));
            assertThat(app.get("UTF8_STRING")).isEqualTo("old".getBytes(UTF_8));
        }
    }

    @Test
    void aRequestFromBeforeTheCopyIsRefused() {
        try (RawOwner app = new RawOwner(xvfb, desk)) {
            int early = app.own("PRIMARY");
            app.own("PRIMARY"); // and a little later
            desk.shows(Selection.CLIPBOARD, TEXT, "old".getBytes(UTF_8));
            Requests.convertSelection(
                    app.x, app.window, app.atom("CLIPBOARD"), app.atom("UTF8_STRING"), app.atom("X"), early);
            app.until(() -> app.converted().isPresent());
            assertThat(app.converted().get().property()).isZero();
        }
    }

    @Test
    void tooManyPastesAreRefused() {
        desk.answering(request -> Optional.of(new Signal.Credit(1, 1)));
        desk.shows(Selection.CLIPBOARD, TEXT, new byte[0]);
        try (RawOwner app = new RawOwner(xvfb, desk)) {
            for (int i = 0; i <= Serving.MAX_AT_ONCE; i++) {
                app.convert("CLIPBOARD", "UTF8_STRING", "P" + i);
            }
            app.until(() -> app.converted().isPresent());
            assertThat(app.converted().get().property()).isZero();
            assertThat(desk.all(Signal.Request.class)).hasSize(Serving.MAX_AT_ONCE);
        }
    }

    @Test
    void ourOwnOffersAreNeverHeardBack() {
        desk.shows(Selection.CLIPBOARD, TEXT, new byte[] {'x'});
        desk.shows(Selection.PRIMARY, TEXT, new byte[] {'y'});
        desk.quiet(100);
        assertThat(desk.heard).isEmpty();
    }

    @Test
    void anApplicationThatCopiesWhileWeAreAboutToKeepsTheSelection() {
        try (RawOwner app = new RawOwner(xvfb)) {
            app.own("CLIPBOARD"); // of which the desk, not being pumped, does not know
            OfferId id = OfferId.random(new java.util.Random(3));
            desk.display.say(new Signal.Offer(
                    Selection.CLIPBOARD,
                    id,
                    List.of(hyperclip.core.clipboard.MimeType.TEXT),
                    0,
                    hyperclip.core.clipboard.Standing.FRESH));
            app.lets(desk);
            app.answer("TARGETS", app.atoms("UTF8_STRING"), RawOwner.ATOM);
            desk.offer(Selection.CLIPBOARD, 0);
            assertThat(app.owner("CLIPBOARD")).isEqualTo(app.window);
            assertThat(desk.display.holds(Selection.CLIPBOARD, id)).isFalse();
        }
    }

    @Test
    void aReleaseOvertakesAnOfferThatIsBeingTaken() {
        OfferId id = OfferId.random(new java.util.Random(3));
        for (int pumps = 0; pumps < 4; pumps++) {
            desk.display.say(new Signal.Offer(
                    Selection.CLIPBOARD,
                    id,
                    List.of(hyperclip.core.clipboard.MimeType.TEXT),
                    0,
                    hyperclip.core.clipboard.Standing.FRESH));
            desk.quiet(pumps);
            desk.display.say(new Signal.Release(Selection.CLIPBOARD));
            desk.quiet(20);
            try (RawOwner app = new RawOwner(xvfb, desk)) {
                assertThat(app.owner("CLIPBOARD")).isZero();
            }
            assertThat(desk.display.holds(Selection.CLIPBOARD, id)).isFalse();
        }
        assertThat(desk.heard).isEmpty();
    }

    @Test
    void aNewOfferOvertakesOneThatIsBeingTaken() {
        for (int i = 0; i < 5; i++) {
            desk.display.say(new Signal.Offer(
                    Selection.CLIPBOARD,
                    OfferId.random(new java.util.Random(50 + i)),
                    List.of(hyperclip.core.clipboard.MimeType.TEXT),
                    0,
                    hyperclip.core.clipboard.Standing.FRESH));
        }
        OfferId last = desk.shows(Selection.CLIPBOARD, TEXT, "last".getBytes(UTF_8));
        desk.quiet(20);
        assertThat(desk.display.holds(Selection.CLIPBOARD, last)).isTrue();
        assertThat(paste("UTF8_STRING")).isEqualTo("last".getBytes(UTF_8));
        desk.display.say(new Signal.Release(Selection.CLIPBOARD));
        nothingIsLeft();
    }

    private void nothingIsLeft() {
        desk.until(
                () -> desk.display.debris().equals("1 windows, 0 conversions, 0 readings"),
                "nothing is left; there is " + desk.display.debris());
    }

    @Test
    void whatFailsAgainAndAgainIsGivenUp() {
        OfferId id = desk.shows(Selection.CLIPBOARD, "image/png", new byte[0]);
        try (RawOwner app = new RawOwner(xvfb, desk)) {
            for (int i = 0; i <= Ownership.MAX_RENEWALS; i++) {
                desk.until(() -> desk.display.holds(Selection.CLIPBOARD, id), "it is taken");
                int owner = app.owner("CLIPBOARD");
                app.convert("CLIPBOARD", "image/png", "P" + i);
                Signal.Request request = halfway();
                desk.display.say(new Signal.Abort(request.transfer(), Reason.LINK_LOST));
                desk.until(() -> app.owner("CLIPBOARD") != owner, "it is taken by another window, or given up");
            }
            assertThat(app.owner("CLIPBOARD")).isZero();
        }
        nothingIsLeft();
    }
}
