package hyperclip.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.wire.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PortGreetingTest implements SessionConnection.Owner {

    private static final int MANY = 100;

    private final SplittableRandom random = new SplittableRandom(1);
    private long now;
    private int losses;
    private boolean hostIsOfNextRelease = true;

    private final SessionConnection host = connection(SessionMessage.Role.HOST);
    private final SessionConnection guest = connection(SessionMessage.Role.GUEST);

    @Test
    void releasesThatDoNotUnderstandEachOtherGreetAtIntervals() throws ProtocolException {
        host.start();
        guest.start();

        assertThat(exchange()).isLessThan(MANY);
        assertThat(losses).isPositive();
        assertThat(guest.isGreeted()).isFalse();

        hostIsOfNextRelease = false;
        now += SessionConnection.SILENCE;
        guest.tick();
        exchange();
        assertThat(guest.isGreeted()).isTrue();
        assertThat(host.isGreeted()).isTrue();
    }

    /// Both say what they have to say, at a standstill of time.
    ///
    /// @return how many rounds that took
    private int exchange() throws ProtocolException {
        int rounds = 0;
        while ((host.hasToSend() || guest.hasToSend()) && rounds < MANY) {
            rounds++;
            guest.received(sent(host));
            host.received(sent(guest));
        }
        return rounds;
    }

    private ByteBuffer sent(SessionConnection from) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (ByteBuffer[] frame = from.next(); frame != null; frame = from.next()) {
            for (ByteBuffer part : frame) {
                byte[] piece = new byte[part.remaining()];
                part.get(piece);
                bytes.writeBytes(piece);
            }
        }
        String text = bytes.toString(StandardCharsets.ISO_8859_1);
        if (from == host && hostIsOfNextRelease) {
            text = text.replace("\"version\":1", "\"version\":2");
        }
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private SessionConnection connection(SessionMessage.Role role) {
        return new SessionConnection(Medium.PORT, role, "", this, random, () -> now);
    }

    @Override
    public void greeted(SessionConnection connection, SessionMessage.Hello theirs) {}

    @Override
    public void said(SessionConnection connection, SessionMessage message, long position) {}

    @Override
    public void lost(SessionConnection connection, String why) {
        losses++;
    }

    @Override
    public void hasToSend(SessionConnection connection) {}
}
