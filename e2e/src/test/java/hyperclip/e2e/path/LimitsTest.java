package hyperclip.e2e.path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Limits;
import hyperclip.core.clipboard.Reason;
import hyperclip.e2e.path.Hyperclip.Command;
import hyperclip.e2e.path.Hyperclip.Result;
import hyperclip.e2e.path.RawOwner.Manner;
import hyperclip.e2e.path.Way.Course;
import hyperclip.e2e.path.Way.Direction;
import hyperclip.e2e.path.Way.Station;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a paste may take, on each station of its way: whoever exceeds it is refused as his protocol has it, and the
/// station tells who, what, how much and over which limit.
class LimitsTest {

    private static final int MAX_SIZE = 3_000_000;
    private static final String FITS = "application/x-fits";
    private static final String TOO_LARGE = "application/x-too-large";
    private static final String SILENT = "application/x-silent";
    private static final String STOPS = "application/x-stops";
    private static final String LARGE = "application/x-large";

    private static Screen there;
    private static Screen here;

    @BeforeAll
    static void open() {
        here = new Screen();
        there = new Screen();
    }

    @AfterAll
    static void close() {
        there.close();
        here.close();
    }

    /// A way with this on one station.
    private static Way limited(Station station, String... options) {
        return Way.between(Map.of(station, List.of(options)), here, there);
    }

    private static void assertOver(Way way) {
        way.awaitNoTransfers();
        way.assertNoFaults();
    }

    @ParameterizedTest
    @EnumSource(Station.class)
    void aSize(Station station) {
        try (Way way = limited(station, "--max-size", String.valueOf(MAX_SIZE))) {
            for (Direction direction : Direction.values()) {
                aSize(way, station, way.course(direction, there));
            }
            assertOver(way);
        }
    }

    private static void aSize(Way way, Station station, Course course) {
        byte[] fits = Way.letters(MAX_SIZE);
        Map<String, byte[]> types = Map.of(FITS, fits, TOO_LARGE, Way.letters(MAX_SIZE + 1));
        try (RawOwner _ = new RawOwner(course.from(), "CLIPBOARD", types);
                RawRequestor requestor = new RawRequestor(course.to(), "CLIPBOARD", TOO_LARGE)) {
            course.awaitOffer(TOO_LARGE);
            requestor.ask().takePieces(1).takeUntilOwnerGone();
            // One too large hinders none that fits.
            assertThat(course.to().paste("clipboard", FITS)).isEqualTo(fits);
            if (isOnTheWayOfCommands(station, course)) {
                byCommand(course, new String(fits, UTF_8));
            }
            String size = String.valueOf(MAX_SIZE + 1);
            assertThat(way.process(station, there).log())
                    .containsPattern(TOO_LARGE + " .* " + size + " bytes.*" + Reason.TOO_LARGE.sentence() + ".* "
                            + MAX_SIZE + " bytes")
                    .doesNotContain(FITS);
            // An agent has no status of its own.
            if (station != Station.AGENT) {
                assertThat(statusOf(way, station)).contains(TOO_LARGE, size, "at most " + MAX_SIZE + " bytes");
            }
        }
    }

    /// A command in the guest talks to the daemon, and not to an agent.
    private static boolean isOnTheWayOfCommands(Station station, Course course) {
        return station != Station.AGENT || course.to().equals(here);
    }

    private static void byCommand(Course course, String fits) {
        try (Command tooLarge = course.paste(TOO_LARGE);
                Command paste = course.paste(FITS)) {
            Result result = tooLarge.result();
            assertThat(result.code()).isEqualTo(1);
            assertThat(result.text().length()).isLessThanOrEqualTo(MAX_SIZE);
            assertThat(result.errors())
                    .contains(
                            TOO_LARGE,
                            " after " + result.text().length() + " bytes",
                            Reason.TOO_LARGE.sentence(),
                            "at most " + MAX_SIZE + " bytes",
                            "--max-size");
            assertThat(paste.result()).isEqualTo(new Result(0, fits, ""));
        }
    }

    private static String statusOf(Way way, Station station) {
        Path socket = station == Station.HOST ? way.hostSocket() : way.guestSocket();
        return Hyperclip.run(Map.of(), new byte[0], "status", "--connect", socket.toString())
                .text();
    }

    /// A small one has not begun when it turns out to be too large: the application is told that it gets nothing.
    @ParameterizedTest
    @EnumSource(Direction.class)
    void aSmallSize(Direction direction) {
        byte[] fits = Way.letters(1024);
        try (Way way = limited(Station.DAEMON, "--max-size=1K");
                RawOwner _ = new RawOwner(
                        way.course(direction, there).from(),
                        "CLIPBOARD",
                        Map.of(FITS, fits, TOO_LARGE, Way.letters(1025)))) {
            Course course = way.course(direction, there);
            course.awaitOffer(TOO_LARGE);
            assertThat(course.to().paste("clipboard", TOO_LARGE)).isEmpty();
            assertThat(course.to().paste("clipboard", FITS)).isEqualTo(fits);
            assertOver(way);
        }
    }

    @Test
    void noSizeUnlessItIsSet() {
        byte[] content = Way.letters(70_000_000);
        try (Way way = Way.between(here, there);
                RawOwner _ = new RawOwner(there, "CLIPBOARD", Map.of(LARGE, content))) {
            way.course(Direction.TO_HOST, there).awaitOffer(LARGE);
            assertThat(here.paste("clipboard", LARGE)).isEqualTo(content);
            assertOver(way);
        }
    }

    /// With a time on one station, and on the others more than a test waits.
    private static Way timed(Station station, int seconds) {
        Map<Station, List<String>> options = new EnumMap<>(Station.class);
        for (Station one : Station.values()) {
            String time = String.valueOf(one == station ? seconds : 120);
            options.put(one, List.of("--first-byte-timeout", time, "--stall-timeout", time));
        }
        return Way.between(options, here, there);
    }

    @ParameterizedTest
    @EnumSource(Station.class)
    void aTime(Station station) {
        try (Way way = timed(station, 2)) {
            for (Direction direction : Direction.values()) {
                aTime(way, station, way.course(direction, there));
            }
            assertOver(way);
        }
    }

    private static void aTime(Way way, Station station, Course course) {
        byte[] content = Way.letters(3_000_000);
        int told = timeOuts(course);
        List<String> ended = new ArrayList<>(List.of(SILENT, STOPS, LARGE));
        long lines = way.process(station, there).log().lines().count();
        try (RawOwner owner = new RawOwner(
                        course.from(),
                        "CLIPBOARD",
                        Map.of(SILENT, content, STOPS, content, LARGE, content),
                        Map.of(SILENT, Manner.IS_SILENT, STOPS, Manner.STOPS));
                RawRequestor fromOneThatStops = new RawRequestor(course.to(), "CLIPBOARD", STOPS);
                RawRequestor oneThatStops = new RawRequestor(course.to(), "CLIPBOARD", LARGE)) {
            course.awaitOffer(LARGE);
            Screen.Paste refused = course.to().beginPaste("clipboard", SILENT);
            fromOneThatStops.ask().takePieces(1);
            oneThatStops.ask().takePieces(1);
            if (isOnTheWayOfCommands(station, course)) {
                ended.addAll(List.of(SILENT, STOPS));
                try (Command silent = course.paste(SILENT);
                        Command stops = course.paste(STOPS)) {
                    assertTimedOut(silent);
                    assertTimedOut(stops);
                }
            }
            assertThat(refused.content()).isEmpty();
            fromOneThatStops.awaitOwnerGone();
            oneThatStops.awaitOwnerGone();
            owner.answerAll();
            Await.until("the owner is rid of all", () -> owner.taken().size() == ended.size());
            assertThat(owner.taken()).containsExactlyInAnyOrderElementsOf(ended);
        }
        Await.until("the other side is told of all", () -> timeOuts(course) - told == ended.size());
        assertThat(way.process(station, there).log().lines().skip(lines).toList())
                .filteredOn(line -> line.contains(Reason.TIMED_OUT.sentence()))
                .hasSameSizeAs(ended)
                .anyMatch(line -> line.contains(SILENT) && line.contains(" 0 bytes"))
                .anyMatch(line -> line.contains(STOPS))
                .anyMatch(line -> line.contains(LARGE));
    }

    /// Whichever side of the relay the station is on.
    private static int timeOuts(Course course) {
        return course.ofOwner().ended(Reason.TIMED_OUT) + course.ofRequestor().ended(Reason.TIMED_OUT);
    }

    private static void assertTimedOut(Command paste) {
        Result result = paste.result();
        assertThat(result.errors()).contains(Reason.TIMED_OUT.sentence());
        assertThat(result.code()).isEqualTo(6);
    }

    /// Longer than the usual, and than any that a command or a display would have of its own.
    @Test
    void aLongTime() {
        byte[] content = Way.letters(1000);
        try (Way way = timed(Station.HOST, 120);
                RawOwner owner =
                        new RawOwner(there, "CLIPBOARD", Map.of(SILENT, content), Map.of(SILENT, Manner.IS_SILENT))) {
            Course course = way.course(Direction.TO_HOST, there);
            course.awaitOffer(SILENT);
            try (Command command = course.paste(SILENT)) {
                Screen.Paste paste = here.beginPaste("clipboard", SILENT);
                Await.until("both are asked for", () -> owner.served().size() == 2);
                Await.pass(Duration.ofMillis(Limits.USUAL.firstByte()).plusSeconds(2));
                owner.answerAll();
                assertThat(paste.content()).isEqualTo(content);
                assertThat(command.result().text()).hasSize(content.length);
            }
            assertOver(way);
        }
    }
}
