package hyperclip.display.x11;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// An application that ends leaves its copy to whoever keeps it; one that clears it does not.
class ExitTest {

    private static final MimeType HTML = new MimeType("text/html");

    private Xvfb xvfb;
    private Desk desk;
    private final List<OfferId> ended = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        xvfb = Xvfb.start();
        desk = Desk.at(xvfb);
        desk.stopClock();
        desk.afterExit = id -> {
            ended.add(id);
            return Optional.of(new Signal.Offer(Selection.CLIPBOARD, id, List.of(HTML), 0, Standing.RENEWED));
        };
    }

    @AfterEach
    void close() throws Exception {
        desk.close();
        xvfb.close();
    }

    private void takes(RawOwner owner, String... targets) {
        owner.own("CLIPBOARD");
        owner.answer("TARGETS", owner.atoms(targets), RawOwner.ATOM);
    }

    /// An application has copied, has been told, and has ended.
    private OfferId kept() {
        Signal.Offer offer;
        try (RawOwner owner = new RawOwner(xvfb, desk)) {
            takes(owner, "UTF8_STRING", "text/html");
            offer = desk.offer(Selection.CLIPBOARD, desk.offers().size());
        }
        desk.until(() -> desk.display.holds(Selection.CLIPBOARD, offer.id()), "what is kept is held");
        return offer.id();
    }

    private long releases() {
        return desk.all(Signal.Release.class).size();
    }

    @Test
    void theCopyOfAnApplicationThatEndsGoesOn() throws Exception {
        Process owner = xvfb.copyText("clipboard", "x");
        OfferId id = desk.offer(Selection.CLIPBOARD, 0).id();
        Xvfb.signal(owner, "KILL");
        desk.until(() -> desk.display.holds(Selection.CLIPBOARD, id), "what is kept is held");
        assertThat(ended).containsExactly(id);
        assertThat(releases()).isZero();
        assertThat(desk.offers()).hasSize(1);
        // Under the types that are kept, and by asking the one who keeps it.
        desk.handsOut(id, "<b>x</b>".getBytes(UTF_8));
        Process pasted = xvfb.paste("clipboard", "text/html");
        assertThat(desk.pasted(xvfb, pasted)).isEqualTo("<b>x</b>".getBytes(UTF_8));
        Process none = xvfb.paste("clipboard", "UTF8_STRING");
        assertThat(desk.pasted(xvfb, none)).isEmpty();
    }

    @Test
    void aWindowThatGoesIsAnEndToo() {
        try (RawOwner owner = new RawOwner(xvfb, desk)) {
            takes(owner, "UTF8_STRING");
            OfferId id = desk.offer(Selection.CLIPBOARD, 0).id();
            Requests.destroyWindow(owner.x, owner.window);
            owner.sync();
            desk.until(() -> desk.display.holds(Selection.CLIPBOARD, id), "what is kept is held");
        }
    }

    @Test
    void nothingIsKeptWhereNobodyKeeps() {
        desk.afterExit = id -> Optional.empty();
        try (RawOwner owner = new RawOwner(xvfb, desk)) {
            takes(owner, "UTF8_STRING");
            desk.offer(Selection.CLIPBOARD, 0);
        }
        desk.until(() -> releases() == 1, "a release");
        assertThat(desk.display.holder(Selection.CLIPBOARD)).isInstanceOf(Board.Nobody.class);
    }

    @Test
    void whatIsClearedIsNotKept() {
        try (RawOwner owner = new RawOwner(xvfb, desk)) {
            takes(owner, "UTF8_STRING");
            desk.offer(Selection.CLIPBOARD, 0);
            owner.disown("CLIPBOARD");
            desk.until(() -> releases() == 1, "a release");
        }
        desk.quiet(50);
        assertThat(ended).isEmpty();
        assertThat(desk.display.holder(Selection.CLIPBOARD)).isInstanceOf(Board.Nobody.class);
    }

    /// The end of an application of which nothing was told yet is not the end of the one before.
    @Test
    void theEndOfAnotherIsNoEndOfTheOneThatWasTold() {
        try (RawOwner first = new RawOwner(xvfb, desk)) {
            takes(first, "UTF8_STRING");
            desk.offer(Selection.CLIPBOARD, 0);
            try (RawOwner second = new RawOwner(xvfb, desk)) {
                second.own("CLIPBOARD");
            }
            desk.until(() -> releases() == 1, "a release of the first");
            try (RawOwner secret = new RawOwner(xvfb, desk)) {
                takes(secret, "UTF8_STRING", Atoms.PASSWORD_HINT);
                secret.answer(Atoms.PASSWORD_HINT, "secret".getBytes(UTF_8), RawOwner.STRING);
                desk.quiet(50);
            }
            desk.until(() -> desk.display.holder(Selection.CLIPBOARD) instanceof Board.Nobody, "its end");
        }
        assertThat(ended).isEmpty();
    }

    @Test
    void whatIsKeptCanBeCleared() {
        kept();
        Process cleared = xvfb.run("xsel", "--clipboard", "--clear");
        desk.until(() -> releases() == 1, "a release");
        desk.until(() -> !cleared.isAlive(), "xsel's end");
        assertThat(desk.display.holder(Selection.CLIPBOARD)).isInstanceOf(Board.Nobody.class);
    }

    @Test
    void aSecretEndsWhatIsKept() {
        kept();
        try (RawOwner secret = new RawOwner(xvfb, desk)) {
            takes(secret, "UTF8_STRING", Atoms.PASSWORD_HINT);
            secret.answer(Atoms.PASSWORD_HINT, "secret".getBytes(UTF_8), RawOwner.STRING);
            desk.until(() -> releases() == 1, "a release");
            assertThat(secret.owner("CLIPBOARD")).isEqualTo(secret.window);
        }
        desk.until(() -> desk.display.holder(Selection.CLIPBOARD) instanceof Board.Nobody, "its end");
        assertThat(desk.offers()).hasSize(1);
        assertThat(ended).hasSize(1);
    }

    @Test
    void aSlowOwnerEndsWhatIsKept() {
        kept();
        try (RawOwner slow = new RawOwner(xvfb, desk)) {
            slow.own("CLIPBOARD");
            slow.ignore("TARGETS");
            assertThat(releases()).isZero();
            desk.later(Examination.SLOW_MILLIS);
            desk.until(() -> releases() == 1, "a release");
        }
    }

    @Test
    void aManagerThatIsTooSlowEndsWhatIsKept() {
        kept();
        try (RawOwner manager = new RawOwner(xvfb, desk)) {
            manager.convert("CLIPBOARD", "text/html", "A");
            desk.later(1);
            manager.own("CLIPBOARD");
            manager.ignore("TARGETS");
            desk.later(Examination.SLOW_MILLIS + Board.MANAGER_SLACK_MILLIS);
            assertThat(releases()).isEqualTo(1);
        }
    }

    @Test
    void aNewCopyTakesThePlaceOfWhatIsKept() {
        OfferId id = kept();
        try (RawOwner other = new RawOwner(xvfb, desk)) {
            takes(other, "UTF8_STRING");
            Signal.Offer next = desk.offer(Selection.CLIPBOARD, 1);
            assertThat(next.id()).isNotEqualTo(id);
            assertThat(next.standing()).isEqualTo(Standing.FRESH);
            assertThat(desk.display.holder(Selection.CLIPBOARD)).isEqualTo(new Board.Foreign(other.window));
        }
        assertThat(releases()).isZero();
        // And is kept in turn.
        desk.until(
                () -> desk.display.holds(
                        Selection.CLIPBOARD, desk.offers().get(1).id()),
                "it is held");
    }

    @Test
    void whatTheHubShowsTakesThePlaceOfWhatIsKept() {
        kept();
        desk.shows(Selection.CLIPBOARD, "text/html", "elsewhere".getBytes(UTF_8));
        assertThat(releases()).isZero();
        desk.display.say(new Signal.Release(Selection.CLIPBOARD));
        try (RawOwner observer = new RawOwner(xvfb, desk)) {
            assertThat(observer.owner("CLIPBOARD")).isZero();
        }
        assertThat(releases()).isZero();
    }

    /// It goes on telling of the copy, because it stands: the manager has it on this display, and whoever keeps it has
    /// it for the others.
    @Test
    void aManagerThatTakesOverWhatIsKeptEndsNothing() {
        OfferId id = kept();
        desk.handsOut(id, "<b>x</b>".getBytes(UTF_8));
        try (RawOwner manager = new RawOwner(xvfb, desk)) {
            manager.convert("CLIPBOARD", "text/html", "A");
            manager.until(() -> manager.events.stream().anyMatch(Event.SelectionConverted.class::isInstance));
            manager.own("CLIPBOARD");
            Event.SelectionRequested asked = manager.asked("TARGETS");
            desk.later(Examination.SLOW_MILLIS + Board.MANAGER_SLACK_MILLIS - 1);
            byte[] targets = manager.atoms("text/html", Atoms.HYPERCLIP_OFFER);
            manager.reply(asked, targets, RawOwner.ATOM, Requests.Format.WORDS);
            manager.answer(Atoms.HYPERCLIP_OFFER, id.hex().getBytes(UTF_8), RawOwner.STRING);
            desk.until(
                    () -> desk.display.holder(Selection.CLIPBOARD).equals(new Board.Kept(id)), "the manager holds it");
            assertThat(releases()).isZero();
            assertThat(manager.owner("CLIPBOARD")).isEqualTo(manager.window);
            manager.disown("CLIPBOARD");
            desk.until(() -> releases() == 1, "a release, when the manager clears it");
        }
        assertThat(desk.offers()).hasSize(1);
    }

    /// A manager that read the application itself, and not us, has a copy of its own.
    @Test
    void aManagerThatIsThereFirstWins() throws Exception {
        try (RawOwner manager = new RawOwner(xvfb, desk)) {
            Process owner = xvfb.copyText("clipboard", "x");
            OfferId id = desk.offer(Selection.CLIPBOARD, 0).id();
            // It takes the selection before we have the server's time for it.
            desk.afterExit = offer -> {
                manager.lets();
                manager.own("CLIPBOARD");
                manager.lets(desk);
                return Optional.of(
                        new Signal.Offer(Selection.CLIPBOARD, offer, List.of(MimeType.TEXT), 0, Standing.RENEWED));
            };
            Xvfb.signal(owner, "KILL");
            manager.answer("TARGETS", manager.atoms("UTF8_STRING"), RawOwner.ATOM);
            Signal.Offer its = desk.offer(Selection.CLIPBOARD, 1);
            assertThat(its.id()).isNotEqualTo(id);
            assertThat(manager.owner("CLIPBOARD")).isEqualTo(manager.window);
        }
    }

    @Test
    void aCopyThatIsShownWithFewerTypesIsHeldWithFewer() {
        OfferId id = desk.shows(Selection.CLIPBOARD, "text/html", "x".getBytes(UTF_8));
        try (RawOwner observer = new RawOwner(xvfb, desk)) {
            int before = observer.owner("CLIPBOARD");
            Signal.Offer same = new Signal.Offer(Selection.CLIPBOARD, id, List.of(HTML), 9, Standing.RENEWED);
            desk.display.say(same);
            desk.quiet(50);
            assertThat(observer.owner("CLIPBOARD")).isEqualTo(before);
            desk.display.say(new Signal.Offer(Selection.CLIPBOARD, id, List.of(MimeType.TEXT), 9, Standing.RENEWED));
            observer.until(() -> observer.owner("CLIPBOARD") != before);
            observer.convert("CLIPBOARD", "text/html", "A");
            observer.until(() -> observer.converted().isPresent());
            assertThat(observer.converted().get().property()).isZero();
        }
    }
}
