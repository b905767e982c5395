package hyperclip.e2e.path;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Signal;
import hyperclip.e2e.path.Hyperclip.Command;
import hyperclip.e2e.path.RawOwner.Manner;
import hyperclip.e2e.path.Way.Course;
import hyperclip.e2e.path.Way.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// After 1,000 abandoned transfers everything is as it was before.
class AbandonedTest {

    private static final String LARGE = "application/x-large";
    private static final String SILENT = "application/x-silent";
    private static final byte[] CONTENT = Way.letters(1_000_000);

    private static final int ROUNDS = 2;
    private static final int OF_A_KIND = 128;

    /// In both directions, of four kinds.
    private static final int IN_A_ROUND = 2 * 4 * OF_A_KIND;

    /// So many at once, which is less than may be under way on one channel: the end of one may still be on its way
    /// while the next begin.
    private static final int AT_ONCE = 16;

    /// What a process may grow by in a round, in kB: the greatest heap that it has is 64 MB, and the first round has
    /// used it.
    private static final long MOST_GROWTH = 30_000;

    @Test
    void nothingIsLeftOfAThousand() {
        try (Screen here = new Screen();
                Screen there = new Screen();
                Way way = Way.between(here, there)) {
            assertThat(IN_A_ROUND).isGreaterThan(1_000);
            pasteBothWays(way, there, "before");
            int windows = here.windows() + there.windows();
            Map<Hyperclip, Long> descriptors = way.descriptors();
            Map<Hyperclip, Long> memory = Map.of();
            long start = System.nanoTime();
            for (int round = 0; round < ROUNDS; round++) {
                memory = way.all().stream().collect(Collectors.toMap(one -> one, Hyperclip::residentKilobytes));
                for (Direction direction : Direction.values()) {
                    abandon(way.course(direction, there));
                }
            }
            System.out.printf(
                    "%d transfers abandoned in %d ms%n", ROUNDS * IN_A_ROUND, (System.nanoTime() - start) / 1_000_000);
            way.awaitNoTransfers();
            Await.until("all have been told of", () -> abandoned(way) == ROUNDS * IN_A_ROUND);
            Way.awaitDescriptors(descriptors);
            memory.forEach(AbandonedTest::assertNoMoreThanBefore);
            pasteBothWays(way, there, "after");
            Await.until("no window is left", () -> here.windows() + there.windows() <= windows);
            way.assertNoFaults();
        }
    }

    private static void assertNoMoreThanBefore(Hyperclip process, long before) {
        long now = process.residentKilobytes();
        System.out.printf("resident: %d kB before the last round, %d after it%n", before, now);
        assertThat(now - before).isLessThan(MOST_GROWTH);
    }

    private static int abandoned(Way way) {
        return way.relay.guest.ended(Reason.REQUESTER_GONE)
                + way.relay.host.ended(Reason.REQUESTER_GONE)
                + way.relay.guest.ended(Reason.OWNER_GONE)
                + way.relay.host.ended(Reason.OWNER_GONE);
    }

    private static void pasteBothWays(Way way, Screen there, String when) {
        for (Direction direction : Direction.values()) {
            Course course = way.course(direction, there);
            String text = when + " " + direction;
            Process owner = course.from().copy("clipboard", text);
            course.to().awaitPaste("clipboard", text);
            try (Command paste = course.paste("text/plain")) {
                assertThat(paste.result().text()).isEqualTo(text);
            }
            owner.destroyForcibly();
            awaitNothingOffered(course);
        }
    }

    private static RawOwner owner(Course course) {
        Map<String, byte[]> types = Map.of(LARGE, CONTENT, SILENT, CONTENT);
        RawOwner owner = new RawOwner(course.from(), "CLIPBOARD", types, Map.of(SILENT, Manner.IS_SILENT));
        course.awaitOffer(LARGE);
        return owner;
    }

    private static void abandon(Course course) {
        try (RawOwner owner = owner(course)) {
            for (int done = 0; done < OF_A_KIND; done += AT_ONCE) {
                requestorsDieBeforeTheAnswer(course);
                requestorsDieHalfWay(course);
                clientsHangUp(course);
            }
            Await.until("the owner was asked for all", () -> owner.served().size() == 3 * OF_A_KIND);
            owner.answerAll();
            Await.until("the owner is rid of all", () -> owner.open().isEmpty());
        }
        awaitNothingOffered(course);
        for (int done = 0; done < OF_A_KIND; done += AT_ONCE) {
            ownerDiesHalfWay(course);
            awaitNothingOffered(course);
        }
    }

    /// Else the next owner's offer would be taken for there when it is the last one's.
    private static void awaitNothingOffered(Course course) {
        Await.until("nothing is offered", () -> course.to().targets("clipboard").isEmpty());
    }

    private static List<RawRequestor> requestors(Course course, String type) {
        List<RawRequestor> requestors = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            requestors.add(new RawRequestor(course.to(), "CLIPBOARD", type).ask());
        }
        return requestors;
    }

    private static void requestorsDieBeforeTheAnswer(Course course) {
        requestors(course, SILENT).forEach(RawClient::die);
    }

    private static void requestorsDieHalfWay(Course course) {
        List<RawRequestor> requestors = requestors(course, LARGE);
        requestors.forEach(requestor -> requestor.takePieces(1).die());
    }

    private static void clientsHangUp(Course course) {
        for (int i = 0; i < AT_ONCE; i++) {
            try (Rogue client = Rogue.client(course.pasting())) {
                client.greet();
                client.paste(LARGE, 1);
                client.until("the first of it", () -> client.heard(Signal.Chunk.class) > 0);
            }
        }
    }

    private static void ownerDiesHalfWay(Course course) {
        List<RawRequestor> requestors;
        try (RawOwner _ = owner(course)) {
            requestors = requestors(course, LARGE);
            requestors.forEach(requestor -> requestor.takePieces(1));
        }
        requestors.forEach(requestor -> {
            requestor.awaitOwnerGone();
            requestor.die();
        });
    }
}
