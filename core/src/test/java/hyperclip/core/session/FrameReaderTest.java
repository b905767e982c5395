package hyperclip.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hyperclip.core.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {

    private static final int CONTROL = 1;
    private static final int DATA = 2;

    @ParameterizedTest
    @MethodSource("hyperclip.core.session.Golden#frames")
    void aFrameMayBeCutAtAnyByte(String name) throws Exception {
        byte[] bytes = Golden.bytes(name);
        for (int cut = 0; cut <= bytes.length; cut++) {
            assertThat(read(bytes, stampOf(bytes), cut, cut))
                    .as("cut at %d", cut)
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("hyperclip.core.session.Golden#frames")
    void aFrameMayComeInThreePieces(String name) throws Exception {
        byte[] bytes = Golden.bytes(name);
        for (int first = 0; first <= bytes.length; first++) {
            for (int second = first; second <= bytes.length; second++) {
                assertThat(read(bytes, stampOf(bytes), first, second))
                        .as("cut at %d and %d", first, second)
                        .singleElement()
                        .returns(read(bytes, stampOf(bytes), 0, 0).getFirst().payload(), Frame::payload);
            }
        }
    }

    @Test
    void severalFramesMayComeInOnePiece() throws Exception {
        byte[] bytes = Bytes.join(Golden.bytes("ping"), Golden.bytes("data"), Golden.bytes("done"));

        assertThat(read(bytes, 0, 0, 0).stream().map(Frame::kind))
                .containsExactly(Frame.Kind.CONTROL, Frame.Kind.DATA, Frame.Kind.CONTROL);
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "1, 40960", "2, 9", "2, 131080"})
    void aLengthAtItsBoundIsTaken(int kind, int length) throws Exception {
        byte[] bytes = Bytes.join(Bytes.header(kind, 0, 0, 0, length), new byte[length]);

        assertThat(read(bytes, 0, 0, 0))
                .singleElement()
                .returns(length, frame -> frame.payload().remaining());
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "1, 1", "1, 40961", "1, -1", "1, -2147483648", "2, 0", "2, 8", "2, 131081", "2, -1"})
    void aLengthBeyondItsBoundIsRefused(int kind, int length) {
        refused(Bytes.header(kind, 0, 0, 0, length), "a frame of " + Integer.toUnsignedString(length) + " bytes");
    }

    @Test
    void aHeaderThatAnnouncesFourGigabytesIsRefusedByItsTwelveBytes() {
        FrameReader reader = new FrameReader(Medium.SOCKET);
        ByteBuffer header = ByteBuffer.wrap(Bytes.header(DATA, 0, 1, 0, 0xFFFFFFFF));

        assertThatThrownBy(() -> reader.read(header))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("a frame of 4294967295 bytes, 9 to 131080 allowed, at byte 0");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4, 0x48, 0x7B, 0x80, 0xFF})
    void anUnknownKindIsRefused(int kind) {
        refused(Bytes.header(kind, 0, 0, 0, 9), "a frame of unknown kind " + kind);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 0x80, 0xFF})
    void aSecondByteThatIsNotZeroIsRefused(int second) {
        refused(Bytes.header(CONTROL, second, 0, 0, 9), "a frame whose second byte is not zero");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -1, 0x10101010})
    void anotherStampIsRefused(int stamp) {
        refused(Bytes.header(CONTROL, 0, 0, stamp, 9), "a frame of another time");
    }

    @Test
    void onAPortEachFrameCarriesTheNextStampAndAfterTheGreatestComesZero() throws Exception {
        byte[] bytes = Bytes.join(done(-2), done(-1), done(0), done(1));

        assertThat(read(bytes, -2, 5, 20)).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void onAPortALostFrameIsFoundOutByTheNext(int lost) throws Exception {
        FrameReader reader = new FrameReader(Medium.PORT);
        reader.restart(7);
        for (int i = 0; i < lost; i++) {
            assertThat(reader.read(ByteBuffer.wrap(done(7 + i)))).isNotNull();
        }

        assertThatThrownBy(() -> reader.read(ByteBuffer.wrap(done(7 + lost + 1))))
                .isInstanceOf(ProtocolException.class)
                .hasMessageStartingWith("a frame of another time");
    }

    @Test
    void onAPortARepeatedFrameIsRefused() throws Exception {
        FrameReader reader = new FrameReader(Medium.PORT);
        reader.restart(7);
        assertThat(reader.read(ByteBuffer.wrap(done(7)))).isNotNull();
        assertThat(reader.read(ByteBuffer.wrap(done(8)))).isNotNull();

        for (int stamp : new int[] {7, 8}) {
            assertThatThrownBy(() -> reader.read(ByteBuffer.wrap(done(stamp))))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageStartingWith("a frame of another time");
        }
    }

    private static byte[] done(int stamp) {
        return Bytes.control(0, stamp, new SessionMessage.Done());
    }

    @Test
    void theComplaintNamesTheByteAtWhichTheFrameBegan() throws Exception {
        FrameReader reader = new FrameReader(Medium.SOCKET);
        byte[] good = Golden.bytes("ping");
        assertThat(reader.read(ByteBuffer.wrap(good))).isNotNull();
        byte[] bad = Bytes.header(9, 0, 0, 0, 9);
        assertThat(reader.read(ByteBuffer.wrap(bad, 0, 5))).isNull();

        assertThatThrownBy(() -> reader.read(ByteBuffer.wrap(bad, 5, 7)))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.position()).isEqualTo(good.length))
                .hasMessageEndingWith("at byte " + good.length);
    }

    @Test
    void nothingIsReadAfterARefusalUntilARestart() throws Exception {
        FrameReader reader = new FrameReader(Medium.SOCKET);
        assertThatThrownBy(() -> reader.read(ByteBuffer.wrap(Bytes.header(9, 0, 0, 0, 9))))
                .isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> reader.read(Golden.buffer("ping"))).isInstanceOf(ProtocolException.class);

        reader.restart(0);

        assertThat(reader.read(Golden.buffer("ping"))).isNotNull();
    }

    @Test
    void aChannelIsUnsigned() throws Exception {
        byte[] bytes = Bytes.control(0xFFFF, 0, new SessionMessage.Done());

        assertThat(read(bytes, 0, 0, 0)).singleElement().returns(0xFFFF, Frame::channel);
    }

    private static void refused(byte[] header, String complaint) {
        assertThatThrownBy(() -> read(header, 0, 0, 0))
                .isInstanceOf(ProtocolException.class)
                .hasMessageStartingWith(complaint)
                .hasMessageEndingWith(", at byte 0");
    }

    private static int stampOf(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getInt(4);
    }

    private static List<Frame> read(byte[] bytes, int stamp, int firstCut, int secondCut) throws ProtocolException {
        FrameReader reader = new FrameReader(stamp == 0 ? Medium.SOCKET : Medium.PORT);
        reader.restart(stamp);
        List<Frame> frames = new ArrayList<>();
        for (byte[] piece : List.of(
                Arrays.copyOf(bytes, firstCut),
                Arrays.copyOfRange(bytes, firstCut, secondCut),
                Arrays.copyOfRange(bytes, secondCut, bytes.length))) {
            ByteBuffer input = ByteBuffer.wrap(piece);
            while (input.hasRemaining()) {
                Frame frame = reader.read(input);
                if (frame != null) {
                    frames.add(frame);
                }
            }
        }
        return frames;
    }
}
