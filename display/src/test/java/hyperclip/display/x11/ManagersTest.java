package hyperclip.display.x11;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Clipboard managers own again what they have read from us; it must not come back as a new copy.
class ManagersTest {

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

    /// A client reads our offer whole.
    private void reads(RawOwner client, String target, String property) {
        int before = client.events.size();
        client.convert("CLIPBOARD", target, property);
        client.until(() -> client.events.stream().skip(before).anyMatch(Event.SelectionConverted.class::isInstance));
    }

    private void takes(RawOwner client, String target) {
        client.own("CLIPBOARD");
        client.answer("TARGETS", client.atoms(target), RawOwner.ATOM);
    }

    private void takesText(RawOwner client, String text) {
        takes(client, "UTF8_STRING");
        client.answer("UTF8_STRING", text.getBytes(UTF_8), client.atom("UTF8_STRING"));
    }

    private void assertNothingIsOffered() {
        desk.quiet(100);
        assertThat(desk.offers()).isEmpty();
        assertThat(desk.all(Signal.Release.class)).isEmpty();
    }

    @Test
    void aClientThatTakesWhatItHasReadHoldsTheSameCopy() {
        try (RawOwner manager = new RawOwner(xvfb, desk)) {
            desk.shows(Selection.CLIPBOARD, TEXT, "copy".getBytes(UTF_8));
            reads(manager, "UTF8_STRING", "A");
            takesText(manager, "copy");
            assertNothingIsOffered();
            // What the hub says next counts again.
            desk.display.say(new Signal.Release(Selection.CLIPBOARD));
            assertThat(manager.owner("CLIPBOARD")).isEqualTo(manager.window);
            desk.shows(Selection.CLIPBOARD, TEXT, "next".getBytes(UTF_8));
            // As long as the copy stands, time does not matter; nor does white space at the ends.
            desk.later(60_000);
            reads(manager, "UTF8_STRING", "B");
            desk.later(60_000);
            takesText(manager, " next\n");
            assertNothingIsOffered();
            // But long after it was displaced it is the person's choice from a history.
            desk.later(Readers.RECENT_MILLIS + 1);
            takes(manager, "UTF8_STRING");
            assertThat(desk.offer(Selection.CLIPBOARD, 0).types()).containsExactly(MimeType.TEXT);
        }
    }

    @Test
    void anotherClientMayTakeWhatOneHasRead() {
        try (RawOwner reader = new RawOwner(xvfb, desk);
                RawOwner owner = new RawOwner(xvfb, desk)) {
            desk.shows(Selection.CLIPBOARD, TEXT, "copy".getBytes(UTF_8));
            reads(reader, "UTF8_STRING", "A");
            takesText(owner, "copy");
            assertNothingIsOffered();
            // But one that has more than the text is an application in which it was copied.
            owner.own("CLIPBOARD");
            owner.answer("TARGETS", owner.atoms("UTF8_STRING", "text/html"), RawOwner.ATOM);
            desk.offer(Selection.CLIPBOARD, 0);
        }
    }

    @Test
    void aClientThatRestoresWhatWeLetGoHoldsTheSameCopy() {
        try (RawOwner manager = new RawOwner(xvfb, desk)) {
            desk.shows(Selection.CLIPBOARD, TEXT, "copy".getBytes(UTF_8));
            reads(manager, "UTF8_STRING", "A");
            desk.later(60_000);
            desk.display.say(new Signal.Release(Selection.CLIPBOARD));
            takesText(manager, "copy");
            assertNothingIsOffered();
        }
    }

    @Test
    void aClientThatReadsAndTakesAnotherTextHasCopied() {
        try (RawOwner application = new RawOwner(xvfb, desk)) {
            desk.shows(Selection.CLIPBOARD, TEXT, "copy".getBytes(UTF_8));
            reads(application, "UTF8_STRING", "A");
            takesText(application, "another");
            desk.offer(Selection.CLIPBOARD, 0);
        }
    }

    @Test
    void whatHasNoTextIsTheSameCopyWhenItIsTakenSoonAfterItWasReadAtOnce() {
        try (RawOwner manager = new RawOwner(xvfb, desk)) {
            desk.shows(Selection.CLIPBOARD, "image/png", new byte[100]);
            reads(manager, "image/png", "A");
            takes(manager, "image/png");
            assertNothingIsOffered();
            // Known by now, its reading may come late.
            desk.shows(Selection.CLIPBOARD, "image/png", new byte[200]);
            desk.later(Readers.EARLY_MILLIS * 5);
            reads(manager, "image/png", "B");
            takes(manager, "image/png");
            assertNothingIsOffered();
            // But not its taking.
            desk.later(Readers.SOON_MILLIS + 1);
            takes(manager, "image/png");
            desk.offer(Selection.CLIPBOARD, 0);
        }
    }

    @Test
    void whatHasNoTextIsAnotherCopyWhenItIsReadOrTakenLater() {
        try (RawOwner application = new RawOwner(xvfb, desk)) {
            desk.shows(Selection.CLIPBOARD, "image/png", new byte[100]);
            desk.later(Readers.EARLY_MILLIS + 1);
            reads(application, "image/png", "A");
            takes(application, "image/png");
            desk.offer(Selection.CLIPBOARD, 0);
        }
        try (RawOwner quick = new RawOwner(xvfb, desk)) {
            desk.shows(Selection.CLIPBOARD, "image/png", new byte[200]);
            reads(quick, "image/png", "A");
            desk.later(Readers.SOON_MILLIS + 1);
            takes(quick, "image/png");
            desk.offer(Selection.CLIPBOARD, 1);
        }
    }

    @Test
    void aClientThatNeverReadIsNone() {
        desk.shows(Selection.CLIPBOARD, TEXT, "copy".getBytes(UTF_8));
        xvfb.copyText("clipboard", "other");
        desk.offer(Selection.CLIPBOARD, 0);
    }

    @Test
    void copiesWithoutEndAreNotPassedOn() {
        try (RawOwner mad = new RawOwner(xvfb, desk)) {
            mad.alwaysAnswer("TARGETS", mad.atoms("UTF8_STRING"), RawOwner.ATOM);
            desk.alongside(mad::answered);
            for (int i = 0; i < Pace.MAX_BURST + 10; i++) {
                mad.own("CLIPBOARD");
                desk.quiet(10);
            }
            assertThat(desk.offers()).hasSize(Pace.MAX_BURST);
            desk.later(Pace.BURST_MILLIS);
            assertThat(desk.offers()).hasSize(Pace.MAX_BURST + 1);
            assertThat(desk.display.deadline()).isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test
    void autocutselDoesNotSendOurOfferBackOnTheOtherSelection() {
        xvfb.run("autocutsel");
        xvfb.run("autocutsel", "-selection", "PRIMARY");
        try (RawOwner observer = new RawOwner(xvfb, desk)) {
            desk.shows(Selection.CLIPBOARD, TEXT, "from elsewhere".getBytes(UTF_8));
            observer.awaitOwner("PRIMARY");
        }
        desk.quiet(1500);
        assertThat(desk.offers()).isEmpty();
        assertThat(desk.display.holder(Selection.PRIMARY)).isInstanceOf(Board.Kept.class);
        // A copy of an application's own goes through it and is told.
        xvfb.copyText("primary", "copied here");
        Signal.Offer marked = desk.offer(Selection.PRIMARY, 0);
        assertThat(desk.content(desk.requests(marked, MimeType.TEXT, 100))).isEqualTo("copied here".getBytes(UTF_8));
        Signal.Offer carried = desk.offer(Selection.CLIPBOARD, 0);
        assertThat(desk.content(desk.requests(carried, MimeType.TEXT, 100))).isEqualTo("copied here".getBytes(UTF_8));
    }

    /// PRIMARY hands out its newest content under one offer while it moves: an autocutsel on it reads each, and
    /// the one on the other selection takes that.
    @Test
    void autocutselDoesNotSendBackWhatHasChangedUnderOneOffer() {
        xvfb.run("autocutsel");
        xvfb.run("autocutsel", "-selection", "PRIMARY");
        OfferId offer = desk.shows(Selection.PRIMARY, TEXT, "from elsewhere".getBytes(UTF_8));
        desk.until(() -> desk.display.holder(Selection.CLIPBOARD) instanceof Board.Kept, "CLIPBOARD is taken");
        try (RawOwner application = new RawOwner(xvfb, desk)) {
            application.alwaysAnswer("TARGETS", application.atoms("image/png"), RawOwner.ATOM);
            application.alwaysRefusesTheRest();
            application.own("CLIPBOARD");
            desk.alongside(application::answered);
            desk.offer(Selection.CLIPBOARD, 0);
            desk.handsOut(offer, "new from elsewhere".getBytes(UTF_8));
            desk.until(
                    () -> desk.display.holder(Selection.CLIPBOARD) instanceof Board.Kept, "CLIPBOARD is taken again");
            assertThat(desk.offers()).hasSize(1);
        }
    }

    private void parcellite(String synchronize) throws IOException {
        Path config = Files.createDirectories(xvfb.home().resolve("config/parcellite"));
        Files.writeString(
                config.resolve("parcelliterc"),
                "[rc]\nuse_copy=true\nuse_primary=true\nrestore_empty=true\nsynchronize=" + synchronize + "\n");
        xvfb.run("parcellite", "-n");
        desk.quiet(1500);
    }

    @Test
    void parcelliteThatSynchronizesDoesNotSendOurOfferBack() throws Exception {
        parcellite("true");
        desk.shows(Selection.CLIPBOARD, TEXT, "from elsewhere".getBytes(UTF_8));
        desk.until(() -> desk.display.holder(Selection.PRIMARY) instanceof Board.Kept, "parcellite takes PRIMARY");
        desk.shows(Selection.CLIPBOARD, TEXT, "and more from elsewhere".getBytes(UTF_8));
        desk.quiet(1500);
        assertThat(desk.offers()).isEmpty();
        // A copy of an application's own is told, on both.
        xvfb.copyText("clipboard", "copied here");
        desk.offer(Selection.CLIPBOARD, 0);
        Signal.Offer carried = desk.offer(Selection.PRIMARY, 0);
        assertThat(desk.content(desk.requests(carried, MimeType.TEXT, 100))).isEqualTo("copied here".getBytes(UTF_8));
    }

    @Test
    void parcelliteDoesNotSendOurOfferBack() throws Exception {
        parcellite("false");
        desk.shows(Selection.CLIPBOARD, TEXT, "from elsewhere".getBytes(UTF_8));
        desk.until(() -> !desk.all(Signal.Request.class).isEmpty(), "parcellite reads unasked");
        desk.quiet(1500);
        assertThat(desk.offers()).isEmpty();
        desk.display.say(new Signal.Release(Selection.CLIPBOARD));
        desk.until(() -> desk.display.holder(Selection.CLIPBOARD) instanceof Board.Kept, "parcellite keeps it");
        desk.quiet(1500);
        assertThat(desk.offers()).isEmpty();
    }
}
