package hyperclip.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import hyperclip.core.session.SessionMessage.Role;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A host's end of a virtio-serial port, with a guest that is played here.
class PortConnectionTest {

    private long now = 1_000;
    private final Random random = new Random(1);
    private final List<Signal> display = new ArrayList<>();
    private final Hub hub = new Hub(() -> now, (follower, followed) -> true);
    private final View view = hub.open("display", _ -> display::add);
    private final HeardByOwner owner =
            new HeardByOwner(connection -> connection.open(3, hub, "work/alice", Rank.HOST_SIDE));
    private final SessionConnection host = new SessionConnection(Medium.PORT, Role.HOST, "", owner, random, () -> now);
    private PortPartner guest = new PortPartner(host, random);

    @BeforeEach
    void start() {
        host.start();
    }

    @Test
    void beginsWithFillerAndASync() {
        assertThat(Bytes.of(host.next())).isEqualTo(Bytes.FILLER);
        assertThat(Bytes.of(host.next())).startsWith(Sync.MARK).hasSize(Sync.LENGTH);
        assertThat(host.next()).isNull();
    }

    @Test
    void saysHelloWhenBothAreInStep() throws Exception {
        guest.begin();

        assertThat(guest.listen()).containsExactly(new SessionMessage.Hello(1, Role.HOST, "", List.of()));
        assertThat(host.isGreeted()).isFalse();
        guest.say(0, new SessionMessage.Hello(1, Role.GUEST, "", List.of()));
        assertThat(host.isGreeted()).isTrue();
    }

    @Test
    void theWholeBeginningMayComeByteByByte() throws Exception {
        host.next();
        host.next();
        Sync other = new Sync(random);
        byteByByte(Bytes.join(Bytes.FILLER, Bytes.of(other.say())));
        assertThat(other.seek(ByteBuffer.wrap(Bytes.of(host.next())))).isTrue();
        other.heard();
        byteByByte(Bytes.of(other.say()));
        byteByByte(new byte[7]);
        byteByByte(Bytes.control(0, other.epoch(), new SessionMessage.Hello(1, Role.GUEST, "", List.of())));

        assertThat(owner.lines).containsExactly("greeted by GUEST");
    }

    private void byteByByte(byte[] bytes) throws Exception {
        for (byte one : bytes) {
            host.received(ByteBuffer.wrap(new byte[] {one}));
        }
    }

    @Test
    void staleBytesAndGarbageBeforeTheSyncAreDiscarded() throws Exception {
        byte[] noise = new byte[10_000];
        random.nextBytes(noise);
        guest.send(Bytes.join(Golden.bytes("offer"), noise, Golden.bytes("hello-on-a-port"), Sync.MARK));

        guest.greet(Role.GUEST);

        assertThat(owner.lines).containsExactly("greeted by GUEST");
    }

    @Test
    void aGuestThatIsReplacedInTheMiddleOfAFrameIsHeardAtOnce() throws Exception {
        guest.greet(Role.GUEST);
        int length = Bytes.control(3, 0, offer(1)).length;
        for (int cut = 0; cut <= length; cut++) {
            byte[] offer = Bytes.control(3, guest.stamp(), offer(1));
            owner.lines.clear();
            guest.send(Arrays.copyOf(offer, cut));
            now += SessionConnection.REST;

            guest = new PortPartner(host, random);
            guest.greet(Role.GUEST);

            assertThat(owner.lines).as("cut at %d", cut).endsWith("greeted by GUEST");
            assertThat(owner.lines.getFirst()).as("cut at %d", cut).startsWith("lost: ");
        }
    }

    @Test
    void aDataFrameThatFillerCompletesEndsInNoPaste() throws Exception {
        guest.greet(Role.GUEST);
        guest.say(3, offer(1));
        view.hear(new Signal.Request(view.newTransfer(), Selection.CLIPBOARD, ID, MimeType.TEXT, 40_000));
        guest.listen();
        guest.send(Arrays.copyOf(Bytes.data(3, guest.stamp(), 1, new byte[30_000]), 5_000));

        new PortPartner(host, random).greet(Role.GUEST);

        assertThat(display).noneMatch(Signal.End.class::isInstance).contains(new Signal.Abort(1, Reason.LINK_LOST));
    }

    @Test
    void whenTheOtherSideBeginsAnewItsCopiesAreGone() throws Exception {
        guest.greet(Role.GUEST);
        guest.say(3, offer(1));
        assertThat(hub.holding("display", Selection.CLIPBOARD)).isPresent();

        guest.begin();

        assertThat(hub.holding("display", Selection.CLIPBOARD)).isEmpty();
        assertThat(hub.views()).containsExactly("display");
        assertThat(owner.lines).containsExactly("greeted by GUEST", "lost: the other side has begun anew");
    }

    @Test
    void aMarkInsideContentIsContent() throws Exception {
        guest.greet(Role.GUEST);
        guest.say(3, offer(1));
        view.hear(new Signal.Request(view.newTransfer(), Selection.CLIPBOARD, ID, MimeType.TEXT, 1_000));
        guest.listen();
        byte[] content = Bytes.join(Golden.bytes("sync-1"), Sync.MARK, new byte[20]);
        byte[] frame = Bytes.data(3, guest.stamp(), 1, content);

        for (byte one : frame) {
            guest.send(new byte[] {one});
        }

        assertThat(display.getLast())
                .isInstanceOfSatisfying(
                        Signal.Chunk.class, chunk -> assertThat(chunk.bytes()).isEqualTo(ByteBuffer.wrap(content)));
        assertThat(owner.lines).containsExactly("greeted by GUEST");
    }

    @Test
    void aFrameOfAnotherTimeMakesItBeginAnew() throws Exception {
        guest.greet(Role.GUEST);

        guest.send(Bytes.control(0, guest.stamp() + 1, new SessionMessage.Ping(1)));

        assertThat(owner.lines.getLast()).startsWith("lost: a frame of another time, at byte ");
        int before = guest.fillersHeard();
        assertThat(guest.listen()).containsExactly(new SessionMessage.Hello(1, Role.HOST, "", List.of()));
        assertThat(guest.fillersHeard()).isEqualTo(before + 1);
    }

    @Test
    void halfAMarkAndThenSomethingElseMakesItBeginAnew() throws Exception {
        guest.greet(Role.GUEST);

        guest.send("HypCsome other words".getBytes(StandardCharsets.US_ASCII));

        assertThat(owner.lines.getLast()).startsWith("lost: something that is neither a frame nor a sync, at byte ");
        guest.listen();
        assertThat(guest.inStep()).isTrue();
    }

    @Test
    void afterTenQuietSecondsItAsksForASignOfLife() throws Exception {
        guest.greet(Role.GUEST);
        assertThat(host.deadline()).isEqualTo(now + SessionConnection.QUIET);
        now += SessionConnection.QUIET - 1;
        host.tick();
        assertThat(guest.listen()).isEmpty();
        now += 1;
        host.tick();

        assertThat(guest.listen()).containsExactly(new SessionMessage.Ping(1));
        assertThat(host.deadline()).isEqualTo(now + SessionConnection.SILENCE);
    }

    @Test
    void withoutAnAnswerEveryChannelIsClosedAndItSeeksAnew() throws Exception {
        guest.greet(Role.GUEST);
        guest.say(3, offer(1));
        now += SessionConnection.QUIET;
        host.tick();
        now += SessionConnection.SILENCE;
        host.tick();

        assertThat(owner.lines.getLast()).isEqualTo("lost: no sign of life for 5 s");
        assertThat(hub.views()).containsExactly("display");
        assertThat(display.getLast()).isEqualTo(new Signal.Release(Selection.CLIPBOARD));
        assertThat(Bytes.of(host.next())).isEqualTo(Bytes.FILLER);
        assertThat(Bytes.of(host.next())).startsWith(Sync.MARK);
    }

    @Test
    void aFrameIsASignOfLife() throws Exception {
        guest.greet(Role.GUEST);
        now += SessionConnection.QUIET;
        host.tick();
        now += SessionConnection.SILENCE - 1;
        guest.say(0, new SessionMessage.Pong(1));
        now += 1;
        host.tick();

        assertThat(host.isGreeted()).isTrue();
        assertThat(host.deadline()).isEqualTo(now - 1 + SessionConnection.QUIET);
    }

    @Test
    void aLooseByteIsNone() throws Exception {
        guest.greet(Role.GUEST);
        now += SessionConnection.QUIET;
        host.tick();
        now += SessionConnection.SILENCE - 1;
        guest.send(new byte[] {FrameReader.FILLER});
        now += 1;
        host.tick();

        assertThat(host.isGreeted()).isFalse();
    }

    @Test
    void aRequestAsksForASignOfLife() throws Exception {
        guest.greet(Role.GUEST);
        guest.say(3, offer(1));
        guest.listen();

        view.hear(new Signal.Request(view.newTransfer(), Selection.CLIPBOARD, ID, MimeType.TEXT, 10));
        view.hear(new Signal.Request(view.newTransfer(), Selection.CLIPBOARD, ID, MimeType.TEXT, 10));

        assertThat(guest.listen())
                .filteredOn(SessionMessage.Ping.class::isInstance)
                .hasSize(1);
        now += SessionConnection.SILENCE;
        host.tick();
        assertThat(display).contains(new Signal.Abort(1, Reason.LINK_LOST), new Signal.Abort(2, Reason.LINK_LOST));
    }

    @Test
    void twoOfDifferentVersionsRefuseEachOtherAtMostOnceASecond() throws Exception {
        for (int step = 0; step < 100; step++) {
            guest.begin();
            guest.listen();
            if (guest.inStep()) {
                guest.say(0, new SessionMessage.Hello(2, Role.GUEST, "", List.of()));
            }
            guest.listen();
            now += 50;
            host.tick();
        }

        assertThat(guest.fillersHeard()).isBetween(4, 7);
        assertThat(owner.lines)
                .filteredOn(line -> !line.equals("lost: the other side has begun anew"))
                .hasSizeBetween(4, 7)
                .allMatch(line -> line.startsWith("lost: session protocol version 2, this side speaks 1: "));
    }

    @Test
    void afterItsRestItBeginsAnewByItself() throws Exception {
        guest.greet(Role.GUEST);
        guest.send(Bytes.header(9, 0, 0, 0, 0));
        guest.listen();
        guest.send(Bytes.header(9, 0, 0, 0, 0));
        assertThat(host.hasToSend()).isFalse();
        assertThat(host.deadline()).isEqualTo(now + SessionConnection.REST);
        now += SessionConnection.REST;
        host.tick();

        assertThat(guest.listen()).containsExactly(new SessionMessage.Hello(1, Role.HOST, "", List.of()));
        guest.say(0, new SessionMessage.Hello(1, Role.GUEST, "", List.of()));
        assertThat(host.isGreeted()).isTrue();
    }

    @Test
    void aPortThatEchoesIsNoPartner() throws Exception {
        for (int round = 0; round < 10; round++) {
            for (ByteBuffer[] next = host.next(); next != null; next = host.next()) {
                host.received(ByteBuffer.wrap(Bytes.of(next)));
            }
        }

        assertThat(owner.lines).isEmpty();
        guest.greet(Role.GUEST);
        assertThat(owner.lines).containsExactly("greeted by GUEST");
    }

    @Test
    void anAnswerToNoRequestMakesItBeginAnew() throws Exception {
        guest.greet(Role.GUEST);
        guest.say(3, offer(1));

        guest.send(Bytes.data(3, guest.stamp(), 9, new byte[1]));

        assertThat(owner.lines.getLast()).startsWith("lost: an answer to a request that was never made, at byte ");
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void contentUnderANumberBeyondAllThatWereGivenMakesItBeginAnew(long transfer) throws Exception {
        guest.greet(Role.GUEST);
        guest.say(3, offer(1));

        guest.send(Bytes.data(3, guest.stamp(), transfer, new byte[1]));

        assertThat(owner.lines.getLast()).startsWith("lost: an answer to a request that was never made, at byte ");
    }

    @Test
    void aNumberOfAChannelIsNotGivenTwiceInAnEpoch() throws Exception {
        guest.greet(Role.GUEST);
        host.close(3);

        assertThat(host.hasChannel(3)).isFalse();
        assertThat(host.isUsed(3)).isTrue();
        assertThatThrownBy(() -> host.open(3, hub, "work/bob", Rank.HOST_SIDE))
                .isInstanceOf(IllegalStateException.class);

        guest.greet(Role.GUEST);
        assertThat(host.hasChannel(3)).isTrue();
    }

    @Test
    void aWordThatHasLostIsFollowedByASignOfLife() throws Exception {
        guest.greet(Role.GUEST);
        view.hear(mine());
        guest.listen();

        guest.say(3, offer(1));

        assertThat(guest.listen()).containsExactly(new SessionMessage.Ping(1));
        guest.say(3, offer(1));
        assertThat(guest.listen()).containsExactly(new SessionMessage.Ping(2));
    }

    @Test
    void withoutAPartnerNothingIsRepeatedThatTheLinkHasNotTaken() throws Exception {
        assertThat(host.deadline()).isEqualTo(Long.MAX_VALUE);
        assertThat(Bytes.of(host.next())).isEqualTo(Bytes.FILLER);
        now += 1_000_000;
        host.tick();
        assertThat(host.deadline()).isEqualTo(Long.MAX_VALUE);

        assertThat(Bytes.of(host.next())).startsWith(Sync.MARK).hasSize(Sync.LENGTH);
        assertThat(host.next()).isNull();
        assertThat(host.deadline()).isEqualTo(now + SessionConnection.SILENCE);
        now += SessionConnection.SILENCE;
        host.tick();

        assertThat(Bytes.of(host.next())).isEqualTo(Bytes.FILLER);
        assertThat(Bytes.of(host.next())).startsWith(Sync.MARK);
    }

    private static Signal.Offer mine() {
        return new Signal.Offer(Selection.CLIPBOARD, OTHER, List.of(MimeType.TEXT), 0, Standing.FRESH);
    }

    private static final OfferId OTHER = new OfferId("ffeeddccbbaa99887766554433221100");
    private static final OfferId ID = new OfferId("00112233445566778899aabbccddeeff");

    private static SessionMessage offer(long serial) {
        return SessionMessage.offer(Selection.CLIPBOARD, serial, ID, List.of(MimeType.TEXT), 0, Standing.FRESH);
    }

    @Test
    void aGuestThatBeginsAnewWithoutEndIsNotHeardForAWhile() throws Exception {
        for (int i = 0; i <= SessionConnection.MAX_ANEW; i++) {
            guest.greet(Role.GUEST);
            assertThat(host.isGreeted()).isTrue();
        }
        guest.begin();
        assertThat(guest.listen()).isEmpty();
        assertThat(host.isGreeted()).isFalse();
        now += SessionConnection.REST;
        host.tick();
        guest.greet(Role.GUEST);
        assertThat(host.isGreeted()).isTrue();
    }
}
