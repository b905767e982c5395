package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.session.SessionMessage.Question;
import hyperclip.e2e.path.Hyperclip.Command;
import hyperclip.e2e.path.RawOwner.Manner;
import hyperclip.e2e.path.Way.Course;
import hyperclip.e2e.path.Way.Direction;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// A paste that ends before its end, from either side and for every reason: the reason is carried to the other side,
/// and nothing is left behind. That the processes on its way are killed is in [RestartTest].
class CancellationsTest {

    private static final String TYPE = "application/x-large";
    private static final byte[] LARGE = Way.letters(3_000_000);

    /// As docs/session-protocol.md has it.
    private static final int MAX_PASTES = 32;

    private static Screen there;
    private static Screen here;
    private static Way way;
    private static int copies;

    private Map<Hyperclip, Long> descriptors;
    private int windowsThere;
    private int windowsHere;

    @BeforeAll
    static void open() {
        here = new Screen();
        there = new Screen();
        way = Way.between(here, there);
        // What is loaded with the first paste stays open.
        for (Direction direction : Direction.values()) {
            Course course = way.course(direction, there);
            try (RawOwner _ = owner(course, Manner.ANSWERS);
                    Command paste = course.paste(TYPE)) {
                assertThat(paste.result().text()).isEqualTo(new String(LARGE, UTF_8));
            }
        }
        awaitNothingOffered();
    }

    @AfterAll
    static void close() {
        way.assertNoFaults();
        way.close();
        there.close();
        here.close();
    }

    @BeforeEach
    void count() {
        descriptors = way.descriptors();
        windowsThere = there.windows();
        windowsHere = here.windows();
    }

    @AfterEach
    void nothingIsLeftBehind() {
        way.relay.letGo();
        way.awaitNoTransfers();
        awaitNothingOffered();
        Way.awaitDescriptors(descriptors);
        Await.until("no window is left", () -> there.windows() <= windowsThere && here.windows() <= windowsHere);
    }

    /// Another one on each side: what was pasted there a moment ago would be taken for a clipboard manager's.
    private static String text(Direction direction) {
        return "copied in " + direction + " " + ++copies;
    }

    /// It is gone when this returns: whoever asks one that is not yet waits for an answer that never comes.
    private static void ended(Process owner) {
        owner.destroyForcibly();
        Await.ended(owner, Await.GENEROUS, "a killed owner");
    }

    private static void awaitNothingOffered() {
        for (Screen screen : List.of(there, here)) {
            Await.until("nothing is offered", () -> screen.targets("clipboard").isEmpty());
        }
    }

    /// Its offer has come to the other side when this returns.
    private static RawOwner owner(Course course, Manner manner) {
        RawOwner owner = new RawOwner(course.from(), "CLIPBOARD", Map.of(TYPE, LARGE), Map.of(TYPE, manner));
        course.awaitOffer(TYPE);
        return owner;
    }

    /// What is told of the end of a transfer by whoever came in at this side of the relay.
    private record Told(Relay.Side side, Reason reason, int before) {
        static Told by(Relay.Side side, Reason reason) {
            return new Told(side, reason, side.ended(reason));
        }

        void awaitTimes(int count) {
            Await.until(
                    "the other side is told " + reason + " " + count + " times; the logs say:\n" + way.logs(),
                    () -> side.ended(reason) == before + count);
        }
    }

    private static void awaitServed(RawOwner owner, int count) {
        Await.until(
                "the owner is asked " + count + " times", () -> owner.served().size() == count);
    }

    /// The owner gets rid of what nobody wants any more: there are some that serve nobody else before that.
    private static void assertGetsRid(RawOwner owner, int count) {
        owner.answerAll();
        Await.until(
                "the owner is rid of " + count + " pastes", () -> owner.taken().size() == count);
        assertThat(owner.open()).isEmpty();
    }

    private static void assertTold(Command paste, int code, Reason reason) {
        Hyperclip.Result result = paste.result();
        assertThat(result.errors()).contains(reason.sentence());
        assertThat(result.code()).isEqualTo(code);
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void theApplicationThatPastesDiesHalfWay(Direction direction) {
        Course course = way.course(direction, there);
        Told told = Told.by(course.ofRequestor(), Reason.REQUESTER_GONE);
        try (RawOwner owner = owner(course, Manner.ANSWERS)) {
            course.ofOwner().holdAfter(LARGE.length / 2);
            Process paste = course.to().beginPaste("clipboard", TYPE).process();
            Await.until("half of it", way.relay::isHeld);
            paste.destroyForcibly();
            way.relay.letGo();
            told.awaitTimes(1);
            assertGetsRid(owner, 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void theApplicationThatPastesDiesBeforeTheAnswer(Direction direction) {
        Course course = way.course(direction, there);
        Told told = Told.by(course.ofRequestor(), Reason.REQUESTER_GONE);
        try (RawOwner owner = owner(course, Manner.IS_SILENT)) {
            Process paste = course.to().beginPaste("clipboard", TYPE).process();
            awaitServed(owner, 1);
            paste.destroyForcibly();
            told.awaitTimes(1);
            assertGetsRid(owner, 1);
        }
    }

    /// xclip would wait for ever: it does not watch the owner's window.
    @ParameterizedTest
    @EnumSource(Direction.class)
    void theOwnerDiesHalfWay(Direction direction) {
        Course course = way.course(direction, there);
        Told told = Told.by(course.ofOwner(), Reason.OWNER_GONE);
        try (RawOwner owner = owner(course, Manner.STOPS);
                RawRequestor requestor = new RawRequestor(course.to(), "CLIPBOARD", TYPE);
                Command paste = course.paste(TYPE)) {
            requestor.ask().takePieces(1);
            Await.until("some of it", () -> paste.written() > 0);
            owner.die();
            requestor.awaitOwnerGone();
            assertTold(paste, 4, Reason.OWNER_GONE);
            told.awaitTimes(2);
        }
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void theOwnerDiesBeforeItsAnswer(Direction direction) {
        Course course = way.course(direction, there);
        Told told = Told.by(course.ofOwner(), Reason.OWNER_GONE);
        try (RawOwner owner = owner(course, Manner.IS_SILENT);
                Command paste = course.paste(TYPE)) {
            Screen.Paste pasted = course.to().beginPaste("clipboard", TYPE);
            awaitServed(owner, 2);
            owner.die();
            assertThat(pasted.content()).isEmpty();
            assertTold(paste, 4, Reason.OWNER_GONE);
            told.awaitTimes(2);
        }
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void theOwnerRefuses(Direction direction) {
        Course course = way.course(direction, there);
        Told told = Told.by(course.ofOwner(), Reason.OWNER_REFUSED);
        try (RawOwner _ = owner(course, Manner.REFUSES);
                Command paste = course.paste(TYPE)) {
            assertThat(course.to().paste("clipboard", TYPE)).isEmpty();
            assertTold(paste, 4, Reason.OWNER_REFUSED);
            told.awaitTimes(2);
        }
    }

    /// A command that owns a copy is an application, and its end is the owner's.
    @ParameterizedTest
    @EnumSource(Direction.class)
    void aCommandThatOwnsTheCopyIsKilledHalfWay(Direction direction) throws IOException {
        Course course = way.course(direction, there);
        Told told = Told.by(course.ofOwner(), Reason.OWNER_GONE);
        String socket = course.copying().toString();
        try (Command copy = Hyperclip.begin("copy", "--foreground", "-t", TYPE, "--connect", socket)) {
            try (OutputStream input = copy.process().getOutputStream()) {
                input.write(LARGE);
            }
            course.awaitOffer(TYPE);
            course.ofOwner().holdAfter(LARGE.length / 2);
            try (Command paste = course.paste(TYPE)) {
                Await.until("half of it", way.relay::isHeld);
                copy.process().destroyForcibly();
                way.relay.letGo();
                assertTold(paste, 4, Reason.OWNER_GONE);
                told.awaitTimes(1);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TO_HOST, INT, 130, CANCELLED",
        "TO_GUEST, INT, 130, CANCELLED",
        "TO_HOST, TERM, 143, CANCELLED",
        "TO_GUEST, KILL, 137, REQUESTER_GONE"
    })
    void aPasteIsEndedByASignal(Direction direction, String signal, int code, Reason reason) {
        Course course = way.course(direction, there);
        Told told = Told.by(course.ofRequestor(), reason);
        try (RawOwner owner = owner(course, Manner.STOPS);
                Command paste = course.paste(TYPE)) {
            Await.until("some of it", () -> paste.written() > 0);
            Programs.signal(paste.process().pid(), signal);
            assertThat(paste.result().code()).isEqualTo(code);
            told.awaitTimes(1);
            assertGetsRid(owner, 1);
        }
    }

    /// Somebody copies while a request is on its way: nobody pastes another copy than the one he saw.
    @ParameterizedTest
    @EnumSource(Direction.class)
    void theSelectionChangesOwnerBetweenOfferAndRequest(Direction direction) {
        Course course = way.course(direction, there);
        Told told = Told.by(course.ofOwner(), Reason.STALE);
        try (RawOwner owner = owner(course, Manner.ANSWERS);
                Gate gate = new Gate(way.folder.file("gate of " + direction), course.pasting());
                Command paste = course.pasteBy(gate.path(), TYPE)) {
            // What is held counts as silence after some seconds, in which a process may not have started.
            gate.awaitKnock();
            way.relay.hold();
            String text = text(direction);
            Process next = course.from().copy("clipboard", text);
            awaitCopied(course, "text/plain");
            Screen.Paste pasted = course.to().beginPaste("clipboard", TYPE);
            gate.open();
            Way.awaitTransfers(course.pasting(), 2);
            way.relay.letGo();
            assertThat(pasted.content()).isEmpty();
            assertTold(paste, 4, Reason.STALE);
            told.awaitTimes(2);
            assertThat(owner.served()).isEmpty();
            course.to().awaitPaste("clipboard", text);
            ended(next);
        }
    }

    /// What was asked for comes, whole; whoever pastes after it gets the new copy.
    @ParameterizedTest
    @EnumSource(Direction.class)
    void theSelectionChangesOwnerHalfWay(Direction direction) {
        Course course = way.course(direction, there);
        try (RawOwner _ = owner(course, Manner.ANSWERS)) {
            course.ofOwner().holdAfter(LARGE.length / 2);
            Screen.Paste pasted = course.to().beginPaste("clipboard", TYPE);
            Await.until("half of it", way.relay::isHeld);
            String text = text(direction);
            Process next = course.from().copy("clipboard", text);
            awaitCopied(course, "text/plain");
            way.relay.letGo();
            course.to().awaitPaste("clipboard", text);
            assertThat(pasted.content()).isEqualTo(LARGE);
            ended(next);
        }
    }

    /// Somebody copies on the side where it is pasted.
    @ParameterizedTest
    @EnumSource(Direction.class)
    void theSelectionChangesOwnerHalfWayWhereItIsPasted(Direction direction) {
        Course course = way.course(direction, there);
        try (RawOwner _ = owner(course, Manner.ANSWERS)) {
            course.ofOwner().holdAfter(LARGE.length / 2);
            Screen.Paste pasted = course.to().beginPaste("clipboard", TYPE);
            Await.until("half of it", way.relay::isHeld);
            String text = text(direction);
            Process next = course.to().copy("clipboard", text);
            course.to().awaitPaste("clipboard", text);
            way.relay.letGo();
            course.from().awaitPaste("clipboard", text);
            assertThat(pasted.content()).isEqualTo(LARGE);
            ended(next);
        }
    }

    /// What the side that copies has to offer is of this type.
    private static void awaitCopied(Course course, String type) {
        Await.until(
                "the copy is known where it was made",
                () -> Inquirer.ask(course.copying(), Question.TYPES, "").stream()
                        .anyMatch(row -> row.get("type").startsWith(type)));
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void onePasteTooMany(Direction direction) {
        Course course = way.course(direction, there);
        Told told = Told.by(course.ofRequestor(), Reason.REQUESTER_GONE);
        try (RawOwner owner = owner(course, Manner.IS_SILENT);
                Rogue client = Rogue.client(course.pasting())) {
            client.greet();
            client.paste(TYPE, MAX_PASTES + 1);
            client.until("a refusal", () -> client.heard(Signal.Abort.class) > 0);
            assertThat(client.aborts()).containsExactly(Reason.TOO_MANY);
            awaitServed(owner, MAX_PASTES);
            client.hangUp();
            told.awaitTimes(MAX_PASTES);
            assertGetsRid(owner, MAX_PASTES);
        }
    }
}
