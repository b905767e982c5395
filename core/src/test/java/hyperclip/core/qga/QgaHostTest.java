package hyperclip.core.qga;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.View;
import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A host and a guest that speak with each other by commands alone.
class QgaHostTest implements QgaHostConnection.Owner, QgaHost.Sessions {

    private static final String TEXT = "text/plain;charset=utf-8";

    private final GuestWorld world = new GuestWorld();
    private final Hub hub = new Hub(() -> world.now, QgaHostTest::follows);
    private final Application desktop = new Application(3);
    private final List<String> notes = new ArrayList<>();
    private GuestWorld.Channel guest = world.channel();
    private QgaHostConnection host = new QgaHostConnection(this, () -> world.now);
    private boolean isPolled;
    private int commands;

    private static boolean follows(String follower, String followed) {
        return follower.equals("desktop") != followed.equals("desktop");
    }

    @BeforeEach
    void open() {
        desktop.view = hub.open("desktop", view -> desktop);
    }

    private void begin() {
        host.start();
        exchange();
    }

    /// Until neither has something to say.
    private void exchange() {
        boolean goesOn = true;
        while (goesOn) {
            goesOn = false;
            while (host.hasToSend()) {
                goesOn = true;
                commands++;
                for (ByteBuffer piece : host.next()) {
                    guest.connection.received(piece);
                }
            }
            while (guest.connection.hasToSend()) {
                goesOn = true;
                for (ByteBuffer piece : guest.connection.next()) {
                    host.received(piece);
                }
            }
        }
    }

    private void pass(long millis) throws ProtocolException {
        for (long end = world.now + millis; world.now < end; world.now += 10) {
            if (host.deadline() <= world.now) {
                host.tick();
            }
            if (guest.connection.deadline() <= world.now) {
                guest.connection.tick();
            }
            exchange();
        }
    }

    @Override
    public void joined() {
        notes.add("joined");
    }

    @Override
    public void left(String why) {
        notes.add("left: " + why);
    }

    @Override
    public long random() {
        return 4;
    }

    @Override
    public QgaHost begin(QgaHost.Carrier carrier) {
        return new QgaHost(carrier, this, !isPolled, 30_000, () -> world.now);
    }

    @Override
    public void hasToSend() {
        // It is looked for what there is.
    }

    @Override
    public View open(String session, String user, String display, Function<View, Peer> peer) {
        notes.add("come: " + session);
        return hub.open("work/" + session, peer);
    }

    @Override
    public void close(String session, View view) {
        notes.add("gone: " + session);
        hub.close(view, Reason.LINK_LOST);
    }

    private static byte[] content(int size) {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return content;
    }

    @Test
    void itsSessionsAreKnown() {
        begin();

        assertThat(notes).containsExactly("joined", "come: alice", "come: bob");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 29_999, 30_000, 30_001, 1_000_000})
    void whatASessionCopiesIsPastedOnTheHost(int size) {
        begin();
        world.alice.copy(Selection.PRIMARY, "image/png", content(size));
        exchange();
        desktop.paste(Selection.PRIMARY, "image/png");
        exchange();

        assertThat(desktop.ended().orElseThrow()).isInstanceOf(Signal.End.class);
        assertThat(desktop.pasted()).isEqualTo(content(size));
        assertThat(hub.transfers() + world.hub.transfers()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 29_999, 30_000, 30_001, 3_000_000})
    void whatTheHostCopiesIsPastedInASession(int size) throws ProtocolException {
        begin();
        desktop.copy(Selection.CLIPBOARD, "image/png", content(size));
        exchange();
        world.bob.paste(Selection.CLIPBOARD, "image/png");
        exchange();
        pass(1_000);

        assertThat(world.bob.ended().orElseThrow()).isInstanceOf(Signal.End.class);
        assertThat(world.bob.pasted()).isEqualTo(content(size));
        assertThat(hub.transfers() + world.hub.transfers()).isZero();
    }

    @Test
    void noContentMovesBeforeSomebodyPastes() {
        begin();
        desktop.copy(Selection.CLIPBOARD, TEXT, "secret".getBytes(UTF_8));
        exchange();

        assertThat(world.alice.shown(Selection.CLIPBOARD)).isPresent();
        assertThat(world.stores.stream().filter(store -> store.size() > 0)).isEmpty();
    }

    @Test
    void whatIsReleasedOnTheHostIsGoneInTheGuest() throws ProtocolException {
        begin();
        desktop.copy(Selection.CLIPBOARD, TEXT, "a".getBytes(UTF_8));
        exchange();
        desktop.view.hear(new Signal.Release(Selection.CLIPBOARD));
        pass(1_000);

        assertThat(world.alice.shown(Selection.CLIPBOARD)).isEmpty();
    }

    @Test
    void whatASessionLetsGoIsGoneOnTheHost() {
        begin();
        world.alice.copy(Selection.CLIPBOARD, TEXT, "a".getBytes(UTF_8));
        exchange();
        assertThat(desktop.shown(Selection.CLIPBOARD)).isPresent();
        world.alice.view.hear(new Signal.Release(Selection.CLIPBOARD));
        exchange();

        assertThat(desktop.shown(Selection.CLIPBOARD)).isEmpty();
    }

    @Test
    void ofTwoCopiesTheYoungerOneStandsWhereTheyMeet() throws ProtocolException {
        world.alice.copy(Selection.CLIPBOARD, TEXT, "older".getBytes(UTF_8));
        world.now += 500;
        desktop.copy(Selection.CLIPBOARD, TEXT, "younger".getBytes(UTF_8));
        world.now += 500;
        begin();
        pass(100);

        assertThat(desktop.shown(Selection.CLIPBOARD)).isEmpty();
        world.alice.paste(Selection.CLIPBOARD, TEXT);
        exchange();
        assertThat(world.alice.pastedText()).isEqualTo("younger");
    }

    @Test
    void aCopyDoesNotComeBack() throws ProtocolException {
        begin();
        desktop.copy(Selection.CLIPBOARD, TEXT, "a".getBytes(UTF_8));
        pass(3_000);

        assertThat(desktop.shown(Selection.CLIPBOARD)).isEmpty();
        assertThat(world.alice.shown(Selection.CLIPBOARD)).isPresent();
    }

    @Test
    void aPasteOfWhatTheOwnerRefusesEnds() {
        begin();
        world.alice.copy(Selection.CLIPBOARD, TEXT, "a".getBytes(UTF_8));
        exchange();
        world.clipboards.setFrozen(true);
        desktop.paste(Selection.CLIPBOARD, TEXT);
        exchange();

        assertThat(desktop.ended().orElseThrow()).isInstanceOf(Signal.Abort.class);
    }

    @Test
    void aDaemonThatBeginsAnewIsJoinedAnew() throws ProtocolException {
        begin();
        guest.connection.closeAll();
        GuestWorld next = new GuestWorld();
        guest = next.channel();
        pass(QgaHost.WAIT + QgaHost.LATE_BY + QgaHostConnection.SYNC_AGAIN + 20);

        assertThat(notes)
                .containsSubsequence(
                        "gone: alice", "gone: bob", "left: it does not answer any more", "joined", "come: alice");
    }

    @Test
    void theCopiesOfADaemonThatBeginsAnewAreNotPassedOver() throws ProtocolException {
        isPolled = true;
        begin();
        guest.connection.closeAll();
        GuestWorld next = new GuestWorld();
        next.bob.copy(Selection.CLIPBOARD, TEXT, "a".getBytes(UTF_8));
        guest = next.channel();
        pass(2 * QgaHost.POLL_AT_LAST);

        assertThat(desktop.shown(Selection.CLIPBOARD)).isPresent();
    }

    @Test
    void aReplyThatComesTooLateIsNoReplyToAnythingElse() {
        begin();
        world.alice.copy(Selection.CLIPBOARD, TEXT, "a".getBytes(UTF_8));
        exchange();
        host.received(ByteBuffer.wrap("{\"return\":{},\"id\":12345}\n".getBytes(UTF_8)));
        desktop.paste(Selection.CLIPBOARD, TEXT);
        exchange();

        assertThat(desktop.pastedText()).isEqualTo("a");
        assertThat(notes).noneMatch(note -> note.startsWith("left"));
    }

    @Test
    void whatChangesIsKnownWhileALongPasteGoesOn() throws ProtocolException {
        isPolled = true;
        begin();
        world.alice.copy(Selection.CLIPBOARD, TEXT, content(3_000_000));
        pass(QgaHost.POLL_AT_LAST + 20);
        desktop.paste(Selection.CLIPBOARD, TEXT);
        for (int i = 0; i < 40; i++) {
            guest.connection.received(host.next()[0]);
            world.now += 20;
            if (i == 5) {
                world.bob.copy(Selection.PRIMARY, TEXT, "b".getBytes(UTF_8));
            }
            while (guest.connection.hasToSend()) {
                host.received(guest.connection.next()[0]);
            }
        }

        assertThat(desktop.ended()).isEmpty();
        assertThat(desktop.shown(Selection.PRIMARY)).isPresent();
    }

    @Test
    void aPasteInASessionThatGoesEnds() throws ProtocolException {
        begin();
        desktop.copy(Selection.CLIPBOARD, TEXT, content(3_000_000));
        exchange();
        world.bob.window = 1;
        world.bob.paste(Selection.CLIPBOARD, TEXT);
        world.clipboards.leave("bob");
        pass(1_000);

        assertThat(hub.transfers()).isZero();
        assertThat(host.deadline()).isGreaterThan(world.now + QgaHost.MOMENT);
    }

    @Test
    void aPollThatFindsNothingBecomesRarer() throws ProtocolException {
        isPolled = true;
        begin();
        pass(60_000);
        int before = commands;
        pass(60_000);
        assertThat(commands - before).isBetween(29, 31);

        world.alice.copy(Selection.CLIPBOARD, TEXT, "a".getBytes(UTF_8));
        pass(QgaHost.POLL_AT_LAST + 20);
        assertThat(desktop.shown(Selection.CLIPBOARD)).isPresent();
        before = commands;
        pass(500);
        assertThat(commands - before).isEqualTo(1);
    }

    @Test
    void aPasteInAPolledGuestComesWithTheNextPoll() throws ProtocolException {
        isPolled = true;
        begin();
        desktop.copy(Selection.CLIPBOARD, TEXT, content(100_000));
        pass(100);
        world.alice.paste(Selection.CLIPBOARD, TEXT);
        pass(QgaHost.POLL_AT_LAST + 20);

        assertThat(world.alice.pasted()).isEqualTo(content(100_000));
    }

    @Test
    void hostileRepliesEndTheMachineAndNothingElse() {
        Random random = new Random(2);
        for (int i = 0; i < 2_000; i++) {
            GuestWorld one = new GuestWorld();
            one.alice.copy(Selection.CLIPBOARD, TEXT, "a".getBytes(UTF_8));
            GuestWorld.Channel channel = one.channel();
            host = new QgaHostConnection(this, () -> world.now);
            host.start();
            for (int j = 0; j < 20 && (host.hasToSend() || j == 0); j++) {
                while (host.hasToSend()) {
                    channel.connection.received(host.next()[0]);
                }
                while (channel.connection.hasToSend()) {
                    ByteBuffer reply = channel.connection.next()[0];
                    if (random.nextInt(3) == 0) {
                        reply.put(random.nextInt(reply.remaining()), (byte) random.nextInt(256));
                    }
                    host.received(reply);
                }
            }
            host.closeAll();
            assertThat(hub.views()).containsExactly("desktop");
        }
    }
}
