package hyperclip.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.session.SessionMessage.Role;
import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Golden frames with faults in them: what comes out is a message or a complaint that names a position, never anything
/// else.
class HostileInputTest {

    private static final List<String> FRAMES = Golden.frames();

    private long now;

    @Test
    void theReadersTakeOrRefuseAnyDamagedFrame() {
        for (int seed = 0; seed < 100_000; seed++) {
            readDamaged(seed);
        }
    }

    private static void readDamaged(int seed) {
        Random random = new Random(seed);
        byte[] whole = Golden.bytes(FRAMES.get(seed % FRAMES.size()));
        byte[] damaged = Bytes.damaged(whole, random);
        FrameReader reader = new FrameReader(Medium.SOCKET);
        reader.restart(ByteBuffer.wrap(whole).getInt(4));
        ByteBuffer input = ByteBuffer.wrap(damaged);
        try {
            while (input.hasRemaining()) {
                Frame frame = reader.read(input);
                if (frame != null && frame.kind() == Frame.Kind.CONTROL) {
                    SessionMessage read = SessionReader.read(frame.payload(), reader.frameStart());
                    assertThat(SessionReader.read(SessionWriter.write(read), 0))
                            .as("seed %d", seed)
                            .isEqualTo(read);
                }
            }
        } catch (ProtocolException e) {
            namesAPosition(e, damaged.length, seed);
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    @Test
    void damageInsideTheJsonIsTakenOrRefusedToo() {
        for (int seed = 0; seed < 60_000; seed++) {
            Random random = new Random(seed);
            byte[] frame = Golden.bytes(FRAMES.get(seed % FRAMES.size()));
            byte[] json = Bytes.damaged(Bytes.of(ByteBuffer.wrap(frame).position(Frame.HEADER)), random);
            try {
                SessionMessage read = SessionReader.read(ByteBuffer.wrap(json), 7);
                assertThat(SessionReader.read(SessionWriter.write(read), 0))
                        .as("seed %d", seed)
                        .isEqualTo(read);
            } catch (ProtocolException e) {
                namesAPosition(e, 7, seed);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Test
    void aSocketTakesOrRefusesAnyDamagedConversation() {
        for (int seed = 0; seed < 10_000; seed++) {
            Random random = new Random(seed);
            Hub hub = new Hub(() -> now, (follower, followed) -> true);
            hub.open("display", _ -> _ -> {});
            SessionConnection connection = connection(Medium.SOCKET, hub, random);
            int sent = 0;
            try {
                for (int i = 0; i < 6; i++) {
                    byte[] frame = Golden.bytes(i == 0 ? "hello" : FRAMES.get(random.nextInt(FRAMES.size())));
                    byte[] piece = i > 0 && random.nextInt(4) == 0 ? Bytes.damaged(frame, random) : frame;
                    sent += piece.length;
                    connection.received(ByteBuffer.wrap(piece));
                    drain(connection);
                }
            } catch (ProtocolException e) {
                namesAPosition(e, sent, seed);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Test
    void aPortComesIntoStepAgainAfterAnyDamage() throws Exception {
        Random random = new Random(1);
        Hub hub = new Hub(() -> now, (follower, followed) -> true);
        hub.open("display", _ -> _ -> {});
        SessionConnection connection = connection(Medium.PORT, hub, random);
        for (int seed = 0; seed < 1_500; seed++) {
            Random chance = new Random(seed);
            PortPartner partner = new PortPartner(connection, random);
            partner.greet(Role.AGENT);
            assertThat(connection.isGreeted()).as("seed %d", seed).isTrue();
            try {
                for (int i = 0; i < 6; i++) {
                    byte[] frame = Golden.bytes(
                            Golden.names().get(chance.nextInt(Golden.names().size())));
                    if (frame[0] != Sync.MARK[0]) {
                        ByteBuffer.wrap(frame).putInt(4, partner.stamp());
                    }
                    partner.send(chance.nextInt(3) == 0 ? Bytes.damaged(frame, chance) : frame);
                    drain(connection);
                }
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
            now += SessionConnection.REST;
        }
    }

    private SessionConnection connection(Medium medium, Hub hub, Random random) {
        HeardByOwner owner = new HeardByOwner(opened -> opened.open(1, hub, "agent", Rank.HOST_SIDE));
        SessionConnection connection = new SessionConnection(medium, Role.GUEST, "", owner, random, () -> now);
        connection.start();
        return connection;
    }

    private static void drain(SessionConnection connection) {
        for (ByteBuffer[] next = connection.next(); next != null; next = connection.next()) {
            assertThat(next).isNotEmpty();
        }
    }

    private static void namesAPosition(ProtocolException e, int most, int seed) {
        if (e.position() < 0 || e.position() > most || !e.getMessage().endsWith(", at byte " + e.position())) {
            throw new AssertionError("seed " + seed + " is complained about without a position", e);
        }
    }
}
