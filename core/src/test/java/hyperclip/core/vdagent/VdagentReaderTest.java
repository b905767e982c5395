package hyperclip.core.vdagent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import hyperclip.core.clipboard.Selection;
import hyperclip.core.vdagent.VdagentMessage.FileStatus.Result;
import hyperclip.core.wire.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the reader makes of bytes: of real ones, cut anywhere, damaged, and of sizes that nobody sends.
class VdagentReaderTest {

    /// Mutations of each golden message; `-Dhyperclip.mutations=1000000` for the whole.
    private static final int MUTATIONS = Integer.getInteger("hyperclip.mutations", 20_000);

    /// A message as a person compares it: content in one piece.
    private record Heard(VdagentMessage message, String content) {}

    private static VdagentReader reader() {
        VdagentReader reader = new VdagentReader();
        reader.agree(true, false);
        return reader;
    }

    private static List<Heard> read(byte[] bytes) throws ProtocolException {
        return read(reader(), bytes, bytes.length);
    }

    /// @param first so many bytes come first, the others after them
    private static List<Heard> read(VdagentReader reader, byte[] bytes, int first) throws ProtocolException {
        List<Heard> heard = new ArrayList<>();
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (ByteBuffer part : List.of(
                ByteBuffer.wrap(bytes, 0, first).slice(),
                ByteBuffer.wrap(bytes, first, bytes.length - first).slice())) {
            for (VdagentMessage message = reader.read(part); message != null; message = reader.read(part)) {
                if (message instanceof VdagentMessage.Piece(ByteBuffer piece, boolean isLast)) {
                    byte[] copy = new byte[piece.remaining()];
                    piece.get(copy);
                    content.writeBytes(copy);
                    if (isLast) {
                        heard.add(new Heard(heard.removeLast().message(), content.toString(UTF_8)));
                        content.reset();
                    }
                } else {
                    heard.add(new Heard(message, ""));
                }
            }
        }
        return heard;
    }

    @Test
    void whatSpiceVdagentSays() throws ProtocolException {
        Map<String, byte[]> golden = Golden.of(Golden.CAPTURED);
        Set<Capability> agents = Set.of(
                Capability.MOUSE_STATE,
                Capability.MONITORS_CONFIG,
                Capability.REPLY,
                Capability.CLIPBOARD_BY_DEMAND,
                Capability.CLIPBOARD_SELECTION,
                Capability.SPARSE_MONITORS_CONFIG,
                Capability.GUEST_LINEEND_LF,
                Capability.MAX_CLIPBOARD,
                Capability.AUDIO_VOLUME_SYNC,
                Capability.GRAPHICS_DEVICE_INFO,
                Capability.CLIPBOARD_NO_RELEASE_ON_REGRAB,
                Capability.CLIPBOARD_GRAB_SERIAL);
        assertThat(read(golden.get("announcement, asked and answered")))
                .containsExactly(
                        new Heard(new VdagentMessage.AnnounceCapabilities(true, agents), ""),
                        new Heard(new VdagentMessage.AnnounceCapabilities(false, agents), ""));
        // The agent does not wait for its serial to be agreed on: both sides announced that they count.
        VdagentReader counting = new VdagentReader();
        counting.agree(true, true);
        byte[] grab = golden.get("grab of a PNG in PRIMARY");
        assertThat(read(counting, grab, grab.length))
                .containsExactly(new Heard(grab(Selection.PRIMARY, OptionalInt.of(0), VdagentType.IMAGE_PNG), ""));
        assertThat(read(golden.get("content, text")))
                .containsExactly(
                        new Heard(new VdagentMessage.Content(Selection.CLIPBOARD, VdagentType.UTF8_TEXT, 7), "Grüße"));
        assertThat(read(golden.get("content of type NONE: there is none")))
                .containsExactly(new Heard(new VdagentMessage.Content(Selection.CLIPBOARD, VdagentType.NONE, 0), ""));
        assertThat(read(golden.get("release")))
                .containsExactly(new Heard(new VdagentMessage.Release(Selection.CLIPBOARD), ""));
        assertThat(read(golden.get("request of text")))
                .containsExactly(new Heard(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.UTF8_TEXT), ""));
        assertThat(read(golden.get("content, PNG")))
                .first()
                .extracting(Heard::message)
                .isEqualTo(new VdagentMessage.Content(Selection.PRIMARY, VdagentType.IMAGE_PNG, 8));
    }

    /// vdagentd.c, release_clipboards, of which QEMU hears nothing.
    @Test
    void aReleaseOfOneByte() throws ProtocolException {
        assertThat(read(Golden.of(Golden.CAPTURED, "release of one byte, as the agent leaves")))
                .containsExactly(new Heard(new VdagentMessage.Release(Selection.PRIMARY), ""));
    }

    @Test
    void whatTheHeaderAllowsBesides() throws ProtocolException {
        Map<String, byte[]> golden = Golden.of(Golden.FROM_SPEC);
        assertThat(read(golden.get("the most that is taken, without a bound")))
                .containsExactly(new Heard(new VdagentMessage.MaxClipboard(-1), ""));
        assertThat(read(golden.get("the most that is taken, 100 MiB")))
                .containsExactly(new Heard(new VdagentMessage.MaxClipboard(100 << 20), ""));
        assertThat(read(golden.get("the client has gone")))
                .containsExactly(new Heard(new VdagentMessage.ClientDisconnected(), ""));
        assertThat(read(golden.get("grab of four images")))
                .containsExactly(new Heard(
                        grab(
                                Selection.CLIPBOARD,
                                OptionalInt.empty(),
                                VdagentType.IMAGE_PNG,
                                VdagentType.IMAGE_BMP,
                                VdagentType.IMAGE_TIFF,
                                VdagentType.IMAGE_JPG),
                        ""));
        assertThat(read(golden.get("grab of files")))
                .containsExactly(new Heard(grab(Selection.CLIPBOARD, OptionalInt.empty(), VdagentType.FILE_LIST), ""));
        assertThat(read(golden.get("request of an image in PRIMARY")))
                .containsExactly(new Heard(new VdagentMessage.Request(Selection.PRIMARY, VdagentType.IMAGE_BMP), ""));
        assertThat(read(golden.get("request of a type that is not known")))
                .containsExactly(new Heard(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.NONE), ""));
        assertThat(read(golden.get("grab of SECONDARY")))
                .containsExactly(new Heard(new VdagentMessage.Other(VdagentWriter.CLIPBOARD_GRAB, 0), ""));
        assertThat(read(golden.get("state of the mouse")))
                .first()
                .extracting(Heard::message)
                .isEqualTo(new VdagentMessage.Other(1, 13));
    }

    @Test
    void whatIsSaidOfFiles() throws ProtocolException {
        Map<String, byte[]> golden = Golden.all();
        assertThat(read(golden.get("file: it may be sent")))
                .containsExactly(new Heard(new VdagentMessage.FileStatus(1, Result.CAN_SEND_DATA), ""));
        assertThat(read(golden.get("file: all of it is there")))
                .containsExactly(new Heard(new VdagentMessage.FileStatus(1, Result.SUCCESS), ""));
        assertThat(read(golden.get("file: not enough space")))
                .containsExactly(new Heard(
                        new VdagentMessage.FileStatus(2, Result.NOT_ENOUGH_SPACE, OptionalLong.of(82_637_008_896L)),
                        ""));
        assertThat(read(golden.get("file: letter.txt of 7 bytes")))
                .containsExactly(new Heard(new VdagentMessage.FileStart(1, 44), VdagentFile.describe("letter.txt", 7)));
        assertThat(read(golden.get("file: its content")))
                .containsExactly(new Heard(new VdagentMessage.FileData(1, 7), "Grüße"));
        assertThat(read(golden.get("file: cancelled")))
                .containsExactly(new Heard(new VdagentMessage.FileStatus(1, Result.CANCELLED), ""));
        assertThat(read(golden.get("file: the session is locked")))
                .containsExactly(new Heard(new VdagentMessage.FileStatus(1, Result.SESSION_LOCKED), ""));
        assertThat(read(golden.get("file: of a result that is not known")))
                .containsExactly(new Heard(new VdagentMessage.FileStatus(1, Result.ERROR), ""));
    }

    private static VdagentMessage grab(Selection selection, OptionalInt serial, VdagentType... types) {
        return new VdagentMessage.Grab(selection, serial, List.of(types));
    }

    @Test
    void everyMessageCutAtEveryByteIsTheSame() throws ProtocolException {
        for (Map.Entry<String, byte[]> golden : Golden.all().entrySet()) {
            List<Heard> whole = read(golden.getValue());
            for (int cut = 0; cut <= golden.getValue().length; cut++) {
                assertThat(read(reader(), golden.getValue(), cut))
                        .as(golden.getKey() + ", cut after " + cut)
                        .isEqualTo(whole);
            }
        }
    }

    @Test
    void chunksOfBothPortsMayTakeTurns() throws ProtocolException {
        byte[] text = Golden.of(Golden.CAPTURED, "content, text");
        byte[] release = Golden.of(Golden.CAPTURED, "release");
        ByteBuffer mixed = ByteBuffer.allocate(text.length + release.length + 8).order(ByteOrder.LITTLE_ENDIAN);
        int half = 30;
        mixed.putInt(2).putInt(half).put(text, 8, half);
        mixed.put(release);
        mixed.putInt(2).putInt(text.length - 8 - half).put(text, 8 + half, text.length - 8 - half);
        VdagentReader reader = reader();
        List<String> heard = new ArrayList<>();
        ByteBuffer bytes = mixed.flip();
        for (VdagentMessage message = reader.read(bytes); message != null; message = reader.read(bytes)) {
            heard.add(message.getClass().getSimpleName() + " on " + reader.port());
        }
        assertThat(heard).containsExactly("Content on 2", "Piece on 2", "Release on 1", "Piece on 2");
    }

    /// In the time of a test nobody could move them: what is announced is only counted.
    @Test
    void fourGibibytesAreAnnouncedAndCostNothing() throws ProtocolException {
        VdagentReader reader = reader();
        ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(1).putInt(-1); // a chunk of 4 GiB - 1
        bytes.putInt(1).putInt(VdagentWriter.CLIPBOARD).putLong(0).putInt(-21);
        bytes.putInt(0).putInt(1).put((byte) 'a').put((byte) 'b');
        bytes.flip();
        assertThat(reader.read(bytes))
                .isEqualTo(new VdagentMessage.Content(Selection.CLIPBOARD, VdagentType.UTF8_TEXT, 0xFFFF_FFFFL - 28));
        assertThat(reader.read(bytes)).isInstanceOf(VdagentMessage.Piece.class);
        assertThat(reader.read(bytes)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "0000000004000000, a chunk for port 0",
        "0300000004000000, a chunk for port 3",
        "0100000014000000 02000000 06000000 0000000000000000 08000000, a message of protocol 2",
        "010000001c000000 01000000 07000000 0000000000000000 00100000, at most 1024",
        "0100000018000000 01000000 08000000 0000000000000000 04000000 00000000, shorter than its fields",
        "0100000019000000 01000000 09000000 0000000000000000 04000000 0000000000, goes on for 1 bytes"
    })
    void badBytesAreRefusedAndLocated(String hex, String complaint) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> read(bytes))
                .withMessageContaining(complaint)
                .withMessageContaining("at byte 0");
    }

    /// Whatever bytes do to the reader, it is a message or a complaint that names a place in them.
    @Test
    void damagedMessagesAreMessagesOrLocatedComplaints() {
        Random random = new Random(5);
        for (byte[] golden : Golden.all().values()) {
            for (int i = 0; i < MUTATIONS; i++) {
                byte[] damaged = damaged(golden, random);
                VdagentReader reader = new VdagentReader();
                reader.agree(random.nextBoolean(), random.nextBoolean());
                try {
                    read(reader, damaged, random.nextInt(damaged.length + 1));
                    assertThat(reader.position()).isEqualTo(damaged.length);
                } catch (ProtocolException e) {
                    assertThat(e.position()).isBetween(0L, (long) damaged.length);
                }
            }
        }
    }

    private static byte[] damaged(byte[] golden, Random random) {
        byte[] damaged = golden.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(4) == 0 ? Arrays.copyOf(damaged, random.nextInt(2 * damaged.length)) : damaged;
    }
}
