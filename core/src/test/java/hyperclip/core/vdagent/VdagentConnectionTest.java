package hyperclip.core.vdagent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.Limits;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import hyperclip.core.vdagent.VdagentMessage.FileStatus.Result;
import hyperclip.core.wire.ProtocolException;
import hyperclip.core.wire.Spool;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The odd things that the other sides do, one by one (docs/vdagent.md), at a hub with one application beside.
class VdagentConnectionTest implements VdagentConnection.Owner {

    private static final MimeType PNG = new MimeType("image/png");
    private static final MimeType HTML = new MimeType("text/html");
    private static final Set<Capability> QEMUS = Set.of(
            Capability.MOUSE_STATE,
            Capability.CLIPBOARD_BY_DEMAND,
            Capability.CLIPBOARD_SELECTION,
            Capability.CLIPBOARD_GRAB_SERIAL);
    private static final Set<Capability> CLIENTS = Set.of(
            Capability.REPLY,
            Capability.CLIPBOARD_BY_DEMAND,
            Capability.CLIPBOARD_SELECTION,
            Capability.CLIPBOARD_NO_RELEASE_ON_REGRAB,
            Capability.CLIPBOARD_GRAB_SERIAL);
    private static final Set<Capability> WINDOWS =
            Set.of(Capability.CLIPBOARD_BY_DEMAND, Capability.CLIPBOARD_SELECTION, Capability.GUEST_LINEEND_CRLF);

    private long now = 1_000_000;
    private Hub hub;
    private VdagentConnection connection;
    private final VdagentReader reader = new VdagentReader();
    private final VdagentWriter writer = new VdagentWriter();
    private final List<Signal> application = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<MemorySpool> spools = new ArrayList<>();
    private View applications;
    private int room = Integer.MAX_VALUE;
    private boolean isReadable = true;
    private boolean isFollowed = true;

    /// A spool without a file.
    private final class MemorySpool implements Spool {
        private final ByteArrayOutputStream all = new ByteArrayOutputStream();
        private int taken;
        private boolean isClosed;

        @Override
        public boolean add(ByteBuffer bytes) {
            if (size() + bytes.remaining() > room) {
                return false;
            }
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            all.writeBytes(copy);
            return true;
        }

        @Override
        public boolean take(ByteBuffer into) {
            if (!isReadable) {
                return false;
            }
            int length = (int) Math.min(into.remaining(), size());
            into.put(all.toByteArray(), taken, length);
            taken += length;
            return true;
        }

        @Override
        public long size() {
            return (long) all.size() - taken;
        }

        @Override
        public void close() {
            isClosed = true;
        }
    }

    @BeforeEach
    void open() {
        hub = new Hub(
                () -> now, (follower, followed) -> isFollowed, Limits.USUAL, refusal -> notes.add(refusal.sentence()));
        applications = hub.open("application", view -> application::add);
    }

    @Override
    public void greeted(boolean hasClipboard) {
        notes.add("greeted, clipboard: " + hasClipboard);
    }

    @Override
    public void left() {
        notes.add("left");
    }

    @Override
    public View open(Function<View, Peer> peer) {
        return hub.open("other side", peer);
    }

    @Override
    public void close(View view) {
        hub.close(view, Reason.LINK_LOST);
    }

    @Override
    public void hasToSend() {}

    @Override
    public void notCarried(Selection selection, List<MimeType> types) {
        if (!types.isEmpty()) {
            notes.add("not carried: " + types);
        }
    }

    @Override
    public void tooLarge(MimeType type, String why) {
        notes.add(type + ": " + why);
    }

    @Override
    public void portLost(String why) {
        notes.add("port lost: " + why);
    }

    // ---- what the other side does ----

    private void begin(VdagentRole role) {
        connection = new VdagentConnection(
                role,
                this,
                () -> {
                    MemorySpool spool = new MemorySpool();
                    spools.add(spool);
                    return spool;
                },
                new Random(1),
                () -> now);
        connection.start();
    }

    /// Our side greets another that has these.
    private void greet(VdagentRole role, Set<Capability> capabilities) throws ProtocolException {
        begin(role);
        say(new VdagentMessage.AnnounceCapabilities(role == VdagentRole.GUEST, capabilities));
        boolean selections = capabilities.contains(Capability.CLIPBOARD_SELECTION);
        boolean serials = capabilities.contains(Capability.CLIPBOARD_GRAB_SERIAL);
        reader.agree(selections, serials);
        writer.agree(selections, serials);
        heard();
    }

    private void say(VdagentMessage message) throws ProtocolException {
        say(message, new byte[0]);
    }

    private void say(VdagentMessage message, byte[] content) throws ProtocolException {
        say(1, message, content, 0);
    }

    /// The same on a port, as one chunk, the last of which does not come.
    private void say(int port, VdagentMessage message, byte[] content, int missing) throws ProtocolException {
        ByteBuffer head = writer.write(message);
        ByteBuffer chunk = ByteBuffer.allocate(8 + head.remaining() + content.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(port)
                .putInt(head.remaining() + content.length + missing);
        connection.received(chunk.put(head).put(content).flip());
    }

    private void grab(Selection selection, int serial, VdagentType... types) throws ProtocolException {
        say(new VdagentMessage.Grab(selection, OptionalInt.of(serial), List.of(types)));
    }

    private void answer(String text) throws ProtocolException {
        answer(text.getBytes(UTF_8));
    }

    private void answer(byte[] content) throws ProtocolException {
        say(new VdagentMessage.Content(Selection.CLIPBOARD, VdagentType.UTF8_TEXT, content.length), content);
    }

    /// What it has heard since it was asked last; content as text.
    private List<String> heard() throws ProtocolException {
        List<String> heard = new ArrayList<>();
        StringBuilder content = new StringBuilder();
        for (ByteBuffer[] next = connection.next(); next != null; next = connection.next()) {
            VdagentMessage message = reader.read(next[0]);
            for (; message != null; message = reader.read(next[0])) {
                if (message instanceof VdagentMessage.Piece(ByteBuffer bytes, boolean isLast)) {
                    content.append(UTF_8.decode(bytes));
                    if (isLast) {
                        heard.add(content.toString());
                        content.setLength(0);
                    }
                } else {
                    heard.add(word(message));
                }
            }
        }
        return heard;
    }

    private static String word(VdagentMessage message) {
        return switch (message) {
            case VdagentMessage.AnnounceCapabilities(boolean isRequest, Set<Capability> _) ->
                isRequest ? "capabilities?" : "capabilities";
            case VdagentMessage.Grab(Selection selection, OptionalInt serial, List<VdagentType> types) ->
                "grab " + selection.word()
                        + serial.stream().mapToObj(one -> " " + one).findFirst().orElse("") + " " + types;
            case VdagentMessage.Request(Selection selection, VdagentType type) ->
                "request " + selection.word() + " " + type;
            case VdagentMessage.Release(Selection selection) -> "release " + selection.word();
            case VdagentMessage.Content(Selection selection, VdagentType type, long size) ->
                "content " + selection.word() + " " + type + " " + size;
            case VdagentMessage.MaxClipboard(int bytes) -> "at most " + bytes;
            case VdagentMessage.ClientDisconnected _ -> "gone";
            case VdagentMessage.FileStart start -> "file " + start.id();
            case VdagentMessage.FileStatus status -> "file " + status.id() + " " + status.result();
            case VdagentMessage.FileData data -> "file " + data.id() + " of " + data.size();
            case VdagentMessage.Other(int type, long _) -> "other " + type;
            case VdagentMessage.Piece _ -> "piece";
        };
    }

    // ---- what the application does ----

    private void copy(Selection selection, Standing standing, MimeType... types) {
        long age = standing == Standing.FRESH ? 0 : 60_000;
        applications.hear(
                new Signal.Offer(selection, OfferId.random(new Random(now++)), List.of(types), age, standing));
    }

    private Signal.Offer shown(Selection selection) {
        return hub.holding("application", selection)
                .filter(holding -> holding.holder().equals("other side"))
                .map(Hub.Holding::offer)
                .orElse(null);
    }

    private long paste(MimeType type, int credit) {
        long transfer = applications.newTransfer();
        applications.hear(new Signal.Request(
                transfer, Selection.CLIPBOARD, shown(Selection.CLIPBOARD).id(), type, credit));
        return transfer;
    }

    private String pasted(long transfer) {
        StringBuilder text = new StringBuilder();
        for (Signal signal : application) {
            switch (signal) {
                case Signal.Chunk(long of, ByteBuffer bytes)
                when of == transfer -> text.append(UTF_8.decode(bytes.duplicate()));
                case Signal.End(long of) when of == transfer -> text.append(" END");
                case Signal.Abort abort
                when abort.transfer() == transfer -> text.append(' ').append(abort.reason());
                default -> {}
            }
        }
        return text.toString();
    }

    /// Hands out to the last request of the other side.
    private void handOut(String text) {
        Signal.Request request = application.stream()
                .filter(Signal.Request.class::isInstance)
                .map(Signal.Request.class::cast)
                .reduce((first, second) -> second)
                .orElseThrow();
        applications.hear(new Signal.Chunk(request.transfer(), ByteBuffer.wrap(text.getBytes(UTF_8))));
        applications.hear(new Signal.End(request.transfer()));
    }

    private void pass(long millis) throws ProtocolException {
        now += millis;
        connection.tick();
        hub.tick();
    }

    // ---- greeting ----

    @Test
    void qemuIsToldCapabilitiesOnceBecauseASecondTimeResetsIt() throws ProtocolException {
        begin(VdagentRole.GUEST);
        assertThat(heard()).isEmpty();
        say(new VdagentMessage.AnnounceCapabilities(true, QEMUS));
        assertThat(heard()).containsExactly("capabilities");
        pass(5_000);
        assertThat(heard()).isEmpty();
        assertThat(notes).containsExactly("greeted, clipboard: true");
    }

    @Test
    void aHostThatDoesNotAskIsAskedAfterASecond() throws ProtocolException {
        begin(VdagentRole.GUEST);
        pass(VdagentConnection.ANNOUNCE_AFTER - 1);
        assertThat(heard()).isEmpty();
        pass(1);
        assertThat(heard()).containsExactly("capabilities?");
        say(new VdagentMessage.AnnounceCapabilities(false, CLIENTS));
        assertThat(heard()).isEmpty();
    }

    @Test
    void aClientSpeaksFirst() throws ProtocolException {
        begin(VdagentRole.HOST);
        assertThat(heard()).containsExactly("capabilities?");
    }

    @Test
    void aSideWithoutClipboardIsToldOf() throws ProtocolException {
        greet(VdagentRole.GUEST, Set.of(Capability.MOUSE_STATE));
        assertThat(notes).containsExactly("greeted, clipboard: false");
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        assertThat(heard()).isEmpty();
    }

    @Test
    void whatWasCopiedBeforeIsToldToAHostAfterASecondUnlessItHasGrabbed() throws ProtocolException {
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        copy(Selection.PRIMARY, Standing.FRESH, MimeType.TEXT);
        greet(VdagentRole.GUEST, CLIENTS);
        grab(Selection.PRIMARY, 0, VdagentType.UTF8_TEXT);
        assertThat(heard()).isEmpty();
        pass(VdagentPeer.GREETING);
        assertThat(heard()).containsExactly("grab clipboard 0 [UTF8_TEXT]");
        assertThat(shown(Selection.PRIMARY)).isNotNull();
    }

    @Test
    void aSideThatBeginsAnewHoldsNothingAndIsToldAgain() throws ProtocolException {
        greet(VdagentRole.HOST, CLIENTS);
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        grab(Selection.PRIMARY, 0, VdagentType.UTF8_TEXT);
        assertThat(heard()).containsExactly("grab clipboard 0 [UTF8_TEXT]");
        say(new VdagentMessage.AnnounceCapabilities(true, CLIENTS));
        assertThat(shown(Selection.PRIMARY)).isNull();
        assertThat(heard()).containsExactly("capabilities?");
        say(new VdagentMessage.AnnounceCapabilities(false, CLIENTS));
        assertThat(heard()).containsExactly("grab clipboard 0 [UTF8_TEXT]");
    }

    /// Where only its port was closed and opened, as for another session.
    @Test
    void spiceVdagentdGoesOnCountingUntilItIsAsked() throws ProtocolException {
        greet(VdagentRole.HOST, CLIENTS);
        for (int i = 0; i < 3; i++) {
            copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
            heard();
        }
        say(new VdagentMessage.AnnounceCapabilities(true, CLIENTS));
        copy(Selection.CLIPBOARD, Standing.FRESH, PNG);
        // What it said before it was asked.
        grab(Selection.PRIMARY, 3, VdagentType.UTF8_TEXT);
        assertThat(heard()).containsExactly("capabilities?");
        assertThat(shown(Selection.PRIMARY)).isNotNull();
        say(new VdagentMessage.AnnounceCapabilities(false, CLIENTS));
        assertThat(heard()).containsExactly("grab clipboard 0 [IMAGE_PNG]");
        grab(Selection.PRIMARY, 0, VdagentType.IMAGE_PNG);
        assertThat(shown(Selection.PRIMARY).types()).containsExactly(PNG);
    }

    @Test
    void whoDoesNotAnswerAfterABeginningIsToldAllTheSame() throws ProtocolException {
        greet(VdagentRole.HOST, CLIENTS);
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        heard();
        say(new VdagentMessage.AnnounceCapabilities(true, CLIENTS));
        assertThat(heard()).containsExactly("capabilities?");
        assertThat(connection.deadline()).isEqualTo(now + VdagentPeer.HELD_BACK);
        pass(VdagentPeer.HELD_BACK);
        assertThat(heard()).containsExactly("grab clipboard 0 [UTF8_TEXT]");
        assertThat(connection.deadline()).isEqualTo(Long.MAX_VALUE);
    }

    /// What it reads next it takes for the beginning of a chunk.
    @Test
    void anAgentThatBeginsAnewInTheMidstOfAMessageIsDialledAnew() throws ProtocolException {
        greet(VdagentRole.HOST, CLIENTS);
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        heard();
        say(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.UTF8_TEXT));
        handOut("x".repeat(100_000));
        connection.next();
        assertThatThrownBy(() -> say(new VdagentMessage.AnnounceCapabilities(true, CLIENTS)))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("in the midst of a message");
    }

    @Test
    void capabilitiesThatComeLaterCount() throws ProtocolException {
        greet(VdagentRole.HOST, CLIENTS);
        copy(Selection.PRIMARY, Standing.FRESH, MimeType.TEXT);
        assertThat(heard()).containsExactly("grab primary 0 [UTF8_TEXT]");
        Set<Capability> one = EnumSet.copyOf(CLIENTS);
        one.remove(Capability.CLIPBOARD_SELECTION);
        say(new VdagentMessage.AnnounceCapabilities(false, one));
        copy(Selection.PRIMARY, Standing.FRESH, PNG);
        assertThat(connection.next()).isNull();
        one.remove(Capability.CLIPBOARD_BY_DEMAND);
        say(new VdagentMessage.AnnounceCapabilities(false, one));
        say(new VdagentMessage.AnnounceCapabilities(false, CLIENTS));
        assertThat(heard()).containsExactly("grab primary 0 [IMAGE_PNG]");
        assertThat(notes)
                .containsExactly("greeted, clipboard: true", "greeted, clipboard: false", "greeted, clipboard: true");
    }

    @Test
    void aClientThatHasGoneHoldsNothing() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT);
        assertThat(shown(Selection.CLIPBOARD)).isNotNull();
        say(new VdagentMessage.ClientDisconnected());
        assertThat(shown(Selection.CLIPBOARD)).isNull();
        assertThat(notes).endsWith("left");
    }

    /// A viewer that is killed while it sends an image. The server says it on its own port.
    @Test
    void aClientThatGoesInTheMidstOfAMessageDoesNotMakeUsDeafToTheNext() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        grab(Selection.CLIPBOARD, 0, VdagentType.IMAGE_PNG);
        paste(PNG, 1_000_000);
        say(new VdagentMessage.Content(Selection.CLIPBOARD, VdagentType.IMAGE_PNG, 100_000_000), new byte[100]);
        say(2, new VdagentMessage.ClientDisconnected(), new byte[0], 0);
        assertThat(notes).endsWith("left");
        heard();
        say(new VdagentMessage.AnnounceCapabilities(true, CLIENTS));
        assertThat(heard()).containsExactly("capabilities");
        assertThat(notes).endsWith("greeted, clipboard: true");
    }

    @Test
    void withoutTheCapabilityOfSelectionsThereIsNoPrimary() throws ProtocolException {
        greet(VdagentRole.HOST, Set.of(Capability.CLIPBOARD_BY_DEMAND));
        copy(Selection.PRIMARY, Standing.FRESH, MimeType.TEXT);
        assertThat(heard()).isEmpty();
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        assertThat(heard()).containsExactly("grab clipboard [UTF8_TEXT]");
    }

    // ---- grabs and releases ----

    @Test
    void aReleaseIsFourBytesLong() throws ProtocolException {
        greet(VdagentRole.GUEST, QEMUS);
        copy(Selection.PRIMARY, Standing.FRESH, MimeType.TEXT);
        heard();
        applications.hear(new Signal.Release(Selection.PRIMARY));
        byte[] expected = Golden.of(Golden.CAPTURED, "release").clone();
        expected[28] = 1;
        ByteBuffer sent = connection.next()[0];
        assertThat(sent.remaining()).isEqualTo(expected.length);
        assertThat(sent).isEqualTo(ByteBuffer.wrap(expected));
    }

    /// A grab has room for each type once.
    @Test
    void typesThatAreRepeatedAreToldOnce() throws ProtocolException {
        greet(VdagentRole.GUEST, QEMUS);
        copy(
                Selection.CLIPBOARD,
                Standing.FRESH,
                Stream.generate(() -> MimeType.TEXT).limit(Signal.MAX_TYPES).toArray(MimeType[]::new));
        assertThat(heard()).containsExactly("grab clipboard 0 [UTF8_TEXT]");
    }

    /// A session is locked and unlocked, or another host comes and goes: nobody shows the copy for a while.
    @Test
    void whatNobodyShowsForAWhileCanBePastedAfterIt() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT);
        isFollowed = false;
        hub.reconsider(applications);
        assertThat(shown(Selection.CLIPBOARD)).isNull();
        isFollowed = true;
        hub.reconsider(applications);
        long paste = paste(MimeType.TEXT, 1000);
        assertThat(heard()).containsExactly("request clipboard UTF8_TEXT");
        answer("as before");
        assertThat(pasted(paste)).isEqualTo("as before END");
    }

    @Test
    void whatIsCopiedInQuickSuccessionIsOneGrab() throws ProtocolException {
        greet(VdagentRole.GUEST, QEMUS);
        for (int i = 0; i < 10; i++) {
            copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        }
        assertThat(heard()).containsExactly("grab clipboard 0 [UTF8_TEXT]");
    }

    @Test
    void whereTwoGrabsCrossTheClientsWinsAtTheAgent() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        assertThat(heard()).containsExactly("grab clipboard 0 [UTF8_TEXT]");
        grab(Selection.CLIPBOARD, 0, VdagentType.IMAGE_PNG);
        assertThat(shown(Selection.CLIPBOARD).types()).containsExactly(PNG);
        grab(Selection.CLIPBOARD, -2, VdagentType.UTF8_TEXT);
        assertThat(shown(Selection.CLIPBOARD).types())
                .as("an older one is dropped")
                .containsExactly(PNG);
    }

    @Test
    void whereTwoGrabsCrossTheClientsWinsAtTheClient() throws ProtocolException {
        greet(VdagentRole.HOST, CLIENTS);
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        assertThat(heard()).containsExactly("grab clipboard 0 [UTF8_TEXT]");
        grab(Selection.CLIPBOARD, 0, VdagentType.IMAGE_PNG);
        assertThat(shown(Selection.CLIPBOARD)).isNull();
        grab(Selection.CLIPBOARD, 1, VdagentType.IMAGE_PNG);
        assertThat(shown(Selection.CLIPBOARD).types()).containsExactly(PNG);
    }

    @Test
    void qemuGoesOnWithTheSerialThatItWasToldLast() throws ProtocolException {
        greet(VdagentRole.GUEST, QEMUS);
        for (int serial = 0; serial < 4; serial++) {
            copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
            assertThat(heard()).containsExactly("grab clipboard " + serial + " [UTF8_TEXT]");
            grab(Selection.CLIPBOARD, serial, VdagentType.UTF8_TEXT);
            assertThat(shown(Selection.CLIPBOARD)).isNotNull();
        }
    }

    @Test
    void serialsGoOnAfterTheGreatest() throws ProtocolException {
        greet(VdagentRole.HOST, CLIENTS);
        grab(Selection.CLIPBOARD, Integer.MAX_VALUE, VdagentType.UTF8_TEXT);
        grab(Selection.CLIPBOARD, -1, VdagentType.UTF8_TEXT);
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        assertThat(heard()).containsExactly("grab clipboard 0 [UTF8_TEXT]");
        grab(Selection.CLIPBOARD, 1, VdagentType.UTF8_TEXT);
        assertThat(shown(Selection.CLIPBOARD)).isNotNull();
    }

    @Test
    void theWindowsAgentHasNoSerialsAndReleasesBeforeItGrabsAgain() throws ProtocolException {
        greet(VdagentRole.HOST, WINDOWS);
        grab(Selection.CLIPBOARD, 7, VdagentType.UTF8_TEXT);
        application.clear();
        say(new VdagentMessage.Release(Selection.CLIPBOARD));
        pass(VdagentPeer.RELEASE_SETTLES - 1);
        grab(Selection.CLIPBOARD, 7, VdagentType.IMAGE_PNG);
        pass(VdagentPeer.RELEASE_SETTLES);
        assertThat(application).noneMatch(Signal.Release.class::isInstance);
        say(new VdagentMessage.Release(Selection.CLIPBOARD));
        pass(VdagentPeer.RELEASE_SETTLES);
        assertThat(shown(Selection.CLIPBOARD)).isNull();
    }

    @Test
    void whatIsNotCarriedIsSaidAndTheRestIsGrabbed() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        copy(Selection.CLIPBOARD, Standing.FRESH, new MimeType("text/plain"), MimeType.TEXT, HTML, PNG);
        assertThat(heard()).containsExactly("grab clipboard 0 [UTF8_TEXT, IMAGE_PNG]");
        assertThat(notes).endsWith("not carried: [text/html]");
        copy(Selection.CLIPBOARD, Standing.FRESH, HTML);
        assertThat(heard()).as("what stood there before is gone").containsExactly("release clipboard");
    }

    // ---- pastes of the other side's copy ----

    @Test
    void oneRequestOfASelectionIsUnderWayAtATime() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT, VdagentType.IMAGE_PNG);
        long text = paste(MimeType.TEXT, 1000);
        long image = paste(PNG, 1000);
        assertThat(heard()).containsExactly("request clipboard UTF8_TEXT");
        answer("first");
        assertThat(heard()).containsExactly("request clipboard IMAGE_PNG");
        say(new VdagentMessage.Content(Selection.CLIPBOARD, VdagentType.IMAGE_PNG, 3), "png".getBytes(UTF_8));
        assertThat(pasted(text)).isEqualTo("first END");
        assertThat(pasted(image)).isEqualTo("png END");
    }

    @Test
    void whatIsNotAskedForYetIsNotAskedOfTheNextCopy() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT, VdagentType.IMAGE_PNG);
        long text = paste(MimeType.TEXT, 1000);
        long image = paste(PNG, 1000);
        assertThat(heard()).containsExactly("request clipboard UTF8_TEXT");
        grab(Selection.CLIPBOARD, 1, VdagentType.UTF8_TEXT, VdagentType.IMAGE_PNG);
        assertThat(pasted(image)).isEqualTo(" STALE");
        answer("of the copy before");
        assertThat(pasted(text)).isEqualTo("of the copy before END");
        assertThat(heard()).isEmpty();
    }

    /// After a grab of ours the other side has nothing to hand out.
    @Test
    void whatIsNotAskedForYetIsNotAskedAfterOurGrab() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT, VdagentType.IMAGE_PNG);
        paste(MimeType.TEXT, 1000);
        long second = paste(PNG, 1000);
        assertThat(heard()).containsExactly("request clipboard UTF8_TEXT");
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        assertThat(pasted(second)).isEqualTo(" STALE");
        answer("the first");
        assertThat(heard()).containsExactly("grab clipboard 1 [UTF8_TEXT]");
    }

    /// The other side was reset, or taken back to an earlier state, while it answered; its port does not tell.
    @Test
    void anAnswerThatIsBrokenOffDoesNotSwallowAllThatComesAfterIt() throws ProtocolException {
        greet(VdagentRole.HOST, CLIENTS);
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT);
        long paste = paste(MimeType.TEXT, 1000);
        heard();
        say(
                1,
                new VdagentMessage.Content(Selection.CLIPBOARD, VdagentType.UTF8_TEXT, 50_000_000),
                new byte[100],
                50_000_000 - 100);
        pass(5_000);
        // Somebody has what has come so far, and then not even that.
        pass(Limits.USUAL.stall() - 5_000);
        assertThat(pasted(paste)).endsWith("TIMED_OUT");
        assertThat(connection.deadline()).isLessThanOrEqualTo(now + VdagentPeer.BROKEN_OFF);
        assertThatThrownBy(() -> pass(VdagentPeer.BROKEN_OFF))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("broken off");
    }

    @Test
    void anAnswerThatComesTooLateIsNotTakenForTheNextOne() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT);
        long cancelled = paste(MimeType.TEXT, 1000);
        heard();
        applications.hear(new Signal.Abort(cancelled, Reason.CANCELLED));
        grab(Selection.CLIPBOARD, 1, VdagentType.UTF8_TEXT);
        long next = paste(MimeType.TEXT, 1000);
        assertThat(heard()).isEmpty();
        answer("of the copy before");
        assertThat(heard()).containsExactly("request clipboard UTF8_TEXT");
        answer("of this copy");
        assertThat(pasted(next)).isEqualTo("of this copy END");
    }

    @Test
    void whatIsNeverAnsweredEndsByItsTimeOutAndTheNextIsAsked() throws ProtocolException {
        greet(VdagentRole.GUEST, QEMUS);
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT, VdagentType.IMAGE_PNG);
        long never = paste(PNG, 1000);
        heard();
        pass(10_000);
        assertThat(pasted(never)).isEqualTo(" TIMED_OUT");
        long next = paste(MimeType.TEXT, 1000);
        pass(VdagentPeer.LATE_BY - 1);
        assertThat(heard()).isEmpty();
        pass(1);
        assertThat(heard()).containsExactly("request clipboard UTF8_TEXT");
        answer("text");
        assertThat(pasted(next)).isEqualTo("text END");
    }

    @Test
    void anAnswerRightAfterItsTimeOutIsNotTakenForTheNextOne() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT);
        long late = paste(MimeType.TEXT, 1000);
        heard();
        pass(10_000);
        assertThat(pasted(late)).isEqualTo(" TIMED_OUT");
        grab(Selection.CLIPBOARD, 1, VdagentType.UTF8_TEXT);
        long next = paste(MimeType.TEXT, 1000);
        pass(1);
        answer("of the copy before");
        assertThat(heard()).containsExactly("request clipboard UTF8_TEXT");
        answer("of this copy");
        assertThat(pasted(next)).isEqualTo("of this copy END");
    }

    @Test
    void aPasteThatIsRepeatedTakesTheAnswerThatIsOnItsWay() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT);
        applications.hear(new Signal.Abort(paste(MimeType.TEXT, 1000), Reason.CANCELLED));
        long again = paste(MimeType.TEXT, 1000);
        assertThat(heard()).containsExactly("request clipboard UTF8_TEXT");
        answer("once");
        assertThat(pasted(again)).isEqualTo("once END");
    }

    @Test
    void noneAndNothingAreRefusals() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT);
        long first = paste(MimeType.TEXT, 1000);
        say(new VdagentMessage.Content(Selection.CLIPBOARD, VdagentType.NONE, 0));
        long second = paste(MimeType.TEXT, 1000);
        answer("");
        assertThat(pasted(first)).isEqualTo(" OWNER_REFUSED");
        assertThat(pasted(second)).isEqualTo(" OWNER_REFUSED");
    }

    @Test
    void contentThatNobodyAskedForIsLetPass() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT);
        answer("unasked");
        long paste = paste(MimeType.TEXT, 1000);
        answer("asked");
        assertThat(pasted(paste)).isEqualTo("asked END");
    }

    @Test
    void whatExceedsTheCreditWaitsInASpoolAndComesInOrder() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT);
        long paste = paste(MimeType.TEXT, 4);
        answer("abcdefghij");
        assertThat(pasted(paste)).isEqualTo("abcd");
        applications.hear(new Signal.Credit(paste, 3));
        assertThat(pasted(paste)).isEqualTo("abcdefg");
        applications.hear(new Signal.Credit(paste, 100));
        assertThat(pasted(paste)).isEqualTo("abcdefghij END");
        assertThat(spools).hasSize(1).allMatch(spool -> spool.isClosed);
    }

    @Test
    void whatFindsNoRoomIsRefused() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT);
        room = 5;
        long paste = paste(MimeType.TEXT, 4);
        answer("abcdefghij");
        assertThat(pasted(paste)).isEqualTo("abcd TOO_LARGE");
        assertThat(spools).allMatch(spool -> spool.isClosed);
    }

    @Test
    void qemusEndOfACStringIsNotPasted() throws ProtocolException {
        greet(VdagentRole.GUEST, QEMUS);
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT);
        long paste = paste(MimeType.TEXT, 1000);
        answer("text\0");
        assertThat(pasted(paste)).isEqualTo("text END");
    }

    @Test
    void theLineEndsOfVncAreTurnedAndThoseOfASpiceClientAreItsOwn() throws ProtocolException {
        greet(VdagentRole.GUEST, QEMUS);
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT);
        long vnc = paste(MimeType.TEXT, 1000);
        answer("a\r\nb\rc\r");
        assertThat(pasted(vnc)).isEqualTo("a\nb\rc\r END");
        say(new VdagentMessage.AnnounceCapabilities(true, CLIENTS));
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT);
        long spice = paste(MimeType.TEXT, 1000);
        answer("a\r\nb");
        assertThat(pasted(spice)).isEqualTo("a\r\nb END");
    }

    @Test
    void theLineEndsOfAWindowsGuestAreTurnedBothWaysWhereverTheyAreCut() throws ProtocolException {
        greet(VdagentRole.HOST, WINDOWS);
        grab(Selection.CLIPBOARD, 0, VdagentType.UTF8_TEXT);
        long paste = paste(MimeType.TEXT, 1000);
        byte[] text = "one\r\ntwo\r\n".getBytes(UTF_8);
        ByteBuffer head =
                writer.write(new VdagentMessage.Content(Selection.CLIPBOARD, VdagentType.UTF8_TEXT, text.length));
        ByteBuffer chunk = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
        chunk.putInt(1)
                .putInt(head.remaining() + text.length)
                .put(head)
                .put(text)
                .flip();
        while (chunk.hasRemaining()) {
            connection.received(chunk.slice(chunk.position(), 1));
            chunk.position(chunk.position() + 1);
        }
        assertThat(pasted(paste)).isEqualTo("one\ntwo\n END");
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        heard();
        say(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.UTF8_TEXT));
        handOut("one\ntwo\r\n");
        assertThat(heard()).containsExactly("content clipboard UTF8_TEXT 10", "one\r\ntwo\r\n");
    }

    // ---- pastes of the other side ----

    @Test
    void contentIsSentWhenItIsWhole() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        heard();
        say(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.UTF8_TEXT));
        assertThat(heard()).isEmpty();
        handOut("whole");
        assertThat(heard()).containsExactly("content clipboard UTF8_TEXT 5", "whole");
        assertThat(spools).hasSize(1).allMatch(spool -> spool.isClosed);
    }

    @Test
    void moreThanTheOtherSideTakesIsRefusedAndSaid() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        say(new VdagentMessage.MaxClipboard(4));
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        heard();
        say(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.UTF8_TEXT));
        handOut("five!");
        assertThat(heard()).containsExactly("content clipboard UTF8_TEXT 0");
        assertThat(notes).endsWith(MimeType.TEXT + ": it takes at most 4 bytes");
        say(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.UTF8_TEXT));
        handOut("four");
        assertThat(heard()).containsExactly("content clipboard UTF8_TEXT 4", "four");
    }

    @Test
    void whatFindsNoRoomHereIsSaidToBeOurLimit() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        heard();
        room = 3;
        say(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.UTF8_TEXT));
        handOut("four");
        assertThat(heard()).containsExactly("content clipboard UTF8_TEXT 0");
        assertThat(notes).endsWith(MimeType.TEXT + ": there is no room here to keep all of it until it is whole");
        assertThat(spools).allMatch(spool -> spool.isClosed);
    }

    /// Half a message can only end with its connection.
    @Test
    void whatCannotBeReadAgainIsNotReplacedByNoughts() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        heard();
        say(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.UTF8_TEXT));
        handOut("four");
        isReadable = false;
        assertThat(connection.hasToSend()).isTrue();
        assertThat(connection.next()[0].remaining()).isEqualTo(8 + 20 + 8);
        assertThat(connection.isOverfull()).isTrue();
        assertThat(connection.hasToSend()).isFalse();
    }

    @Test
    void whatIsAskedForBeforeOurCopyIsToldIsRefused() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        say(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.UTF8_TEXT));
        assertThat(heard()).containsExactly("content clipboard UTF8_TEXT 0", "grab clipboard 0 [UTF8_TEXT]");
        assertThat(application).noneMatch(Signal.Request.class::isInstance);
    }

    @Test
    void aSideThatBeginsAnewGetsNoAnswersToItsOldQuestions() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        grab(Selection.PRIMARY, 0, VdagentType.UTF8_TEXT);
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        heard();
        say(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.UTF8_TEXT));
        handOut("for the one before");
        applications.hear(new Signal.Request(
                applications.newTransfer(),
                Selection.PRIMARY,
                shown(Selection.PRIMARY).id(),
                MimeType.TEXT,
                1000));
        say(new VdagentMessage.AnnounceCapabilities(true, CLIENTS));
        assertThat(heard()).containsExactly("capabilities");
        assertThat(spools).allMatch(spool -> spool.isClosed);
        pass(VdagentPeer.GREETING);
        assertThat(heard()).containsExactly("grab clipboard 0 [UTF8_TEXT]");
    }

    @Test
    void whatCannotBeHandedOutIsAnsweredWithNothingOfItsTypeBecauseNoneIsPassedOver() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        say(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.UTF8_TEXT));
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        heard();
        say(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.IMAGE_PNG));
        say(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.UTF8_TEXT));
        Optional<Signal> request =
                application.stream().filter(Signal.Request.class::isInstance).findFirst();
        long transfer = ((Signal.Request) request.orElseThrow()).transfer();
        applications.hear(new Signal.Abort(transfer, Reason.OWNER_GONE));
        assertThat(heard()).containsExactly("content clipboard IMAGE_PNG 0", "content clipboard UTF8_TEXT 0");
    }

    @Test
    void aClientsChunksAreSmallBecauseSpiceVdagentdRefusesLargerOnes() throws ProtocolException {
        greet(VdagentRole.HOST, CLIENTS);
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        heard();
        say(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.UTF8_TEXT));
        handOut("x".repeat(10_000));
        ByteBuffer sent = connection.next()[0].order(ByteOrder.LITTLE_ENDIAN);
        int chunks = 0;
        for (; sent.hasRemaining(); chunks++) {
            assertThat(sent.getInt()).isEqualTo(1);
            int size = sent.getInt();
            assertThat(size).isBetween(1, 2048);
            sent.position(sent.position() + size);
        }
        assertThat(chunks).isEqualTo(5);
    }

    @Test
    void aSideThatAsksAndDoesNotReadIsOverfull() throws ProtocolException {
        greet(VdagentRole.GUEST, CLIENTS);
        for (int i = 0; i <= VdagentOutbox.MAX_WAITING; i++) {
            assertThat(connection.isOverfull()).isFalse();
            say(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.UTF8_TEXT));
        }
        assertThat(connection.isOverfull()).isTrue();
    }

    // ---- files ----

    /// A file of a client's: what it is asked for, and how it ended.
    private final class Client {
        private final Hub files = new Hub(() -> now, (follower, followed) -> true, Limits.USUAL, refusal -> {});
        private final List<Signal> heard = new ArrayList<>();
        private final List<String> outcome = new ArrayList<>();
        private final View view = files.open("client", opened -> heard::add);

        Client(String name, long size) {
            connection.send(files, "machine", name, size, why -> outcome.add(why.orElse("it has it")));
            view.hear(new Signal.Offer(
                    Selection.CLIPBOARD, OfferId.random(new Random(9)), List.of(PNG), 0, Standing.FRESH));
        }

        private long asked() {
            return heard.stream()
                    .filter(Signal.Request.class::isInstance)
                    .mapToLong(signal -> ((Signal.Request) signal).transfer())
                    .findFirst()
                    .orElse(-1);
        }

        private void handOut(String text) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                int length = Math.min(Signal.MAX_CHUNK, bytes.remaining());
                view.hear(new Signal.Chunk(asked(), bytes.slice(bytes.position(), length)));
                bytes.position(bytes.position() + length);
            }
        }

        private void end() {
            view.hear(new Signal.End(asked()));
        }

        private long granted() {
            return heard.stream()
                    .filter(Signal.Credit.class::isInstance)
                    .mapToLong(signal -> ((Signal.Credit) signal).bytes())
                    .sum();
        }
    }

    private void status(Result result) throws ProtocolException {
        say(new VdagentMessage.FileStatus(1, result));
    }

    /// An agent that takes files says so by saying nothing about them.
    private Client clientOf(String name, long size) throws ProtocolException {
        greet(VdagentRole.HOST, CLIENTS);
        heard();
        return new Client(name, size);
    }

    @Test
    void aFileIsDescribedAndThenSentAsTheAgentWantsIt() throws ProtocolException {
        Client client = clientOf("letter.txt", 7);
        assertThat(heard()).containsExactly("file 1", "[vdagent-file-xfer]\nname=letter.txt\nsize=7\n\0");
        assertThat(client.asked()).isNegative();
        status(Result.CAN_SEND_DATA);
        client.handOut("let");
        client.handOut("ters");
        client.end();
        assertThat(heard()).containsExactly("file 1 of 3", "let", "file 1 of 4", "ters");
        assertThat(client.outcome).isEmpty();
        status(Result.SUCCESS);
        assertThat(client.outcome).containsExactly("it has it");
    }

    @Test
    void theNamesOfFilesAreWrittenAsGlibReadsThem() throws ProtocolException {
        clientOf("  a\\n;b=c #", 7);
        assertThat(heard()).contains("[vdagent-file-xfer]\nname=\\s a\\\\n;b=c #\nsize=7\n\0");
    }

    @Test
    void anEmptyFileIsAPieceOfNothing() throws ProtocolException {
        Client client = clientOf("empty", 0);
        heard();
        status(Result.CAN_SEND_DATA);
        client.end();
        assertThat(heard()).containsExactly("file 1 of 0");
        status(Result.SUCCESS);
        assertThat(client.outcome).containsExactly("it has it");
    }

    @Test
    void ofAFileNoMoreIsAskedForThanHasLeft() throws ProtocolException {
        Client client = clientOf("large", 1_000_000);
        heard();
        status(Result.CAN_SEND_DATA);
        client.handOut("x".repeat(VdagentFile.WINDOW));
        assertThat(client.granted()).isZero();
        assertThat(heard())
                .filteredOn(line -> line.startsWith("file"))
                .hasSize(8)
                .allMatch("file 1 of 65536"::equals);
        assertThat(client.granted()).isEqualTo(VdagentFile.WINDOW);
    }

    @ParameterizedTest
    @CsvSource({
        "CANCELLED, cancelled in the machine",
        "ERROR, could not write it",
        "NOT_ENOUGH_SPACE, not enough space",
        "SESSION_LOCKED, locked",
        "VDAGENT_NOT_CONNECTED, no session in the machine",
        "DISABLED, takes no files"
    })
    void theAgentsRefusalsAreUnderstood(Result result, String why) throws ProtocolException {
        Client client = clientOf("file", 7);
        heard();
        status(result);
        assertThat(client.outcome).singleElement().asString().contains(why);
        // As well where it is half sent.
        Client other = new Client("other", 7);
        heard();
        say(new VdagentMessage.FileStatus(2, Result.CAN_SEND_DATA));
        other.handOut("half");
        heard();
        say(new VdagentMessage.FileStatus(2, result));
        assertThat(other.outcome).singleElement().asString().contains(why);
        assertThat(other.heard).last().isInstanceOf(Signal.Abort.class);
        assertThat(heard()).isEmpty();
    }

    @Test
    void howMuchSpaceThereIsIsSaid() throws ProtocolException {
        Client client = clientOf("file", 7);
        say(new VdagentMessage.FileStatus(1, Result.NOT_ENOUGH_SPACE, OptionalLong.of(1234)));
        assertThat(client.outcome).singleElement().asString().contains("1,234 bytes are free");
    }

    @Test
    void aClientThatGoesTakesItsFileBack() throws ProtocolException {
        Client client = clientOf("file", 700_000);
        heard();
        status(Result.CAN_SEND_DATA);
        client.handOut("x".repeat(VdagentFile.WINDOW));
        client.files.closeGone(client.view);
        assertThat(heard()).containsExactly("file 1 CANCELLED");
        assertThat(client.outcome).hasSize(1);
    }

    @Test
    void aFileThatWasNotEvenAnnouncedIsNotTakenBack() throws ProtocolException {
        Client client = clientOf("file", 7);
        client.files.closeGone(client.view);
        assertThat(heard()).isEmpty();
        assertThat(client.outcome).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"short, shorter", "much too long, longer"})
    void aFileThatChangesMeanwhileIsTakenBack(String text, String why) throws ProtocolException {
        Client client = clientOf("file", 7);
        heard();
        status(Result.CAN_SEND_DATA);
        client.handOut(text);
        client.end();
        assertThat(heard()).contains("file 1 CANCELLED");
        assertThat(client.outcome).singleElement().asString().contains(why);
    }

    @Test
    void anAgentThatDoesNotAnswerIsNotWaitedForForEver() throws ProtocolException {
        Client client = clientOf("file", 4);
        heard();
        pass(VdagentFile.ANSWER_WITHIN);
        assertThat(client.outcome).singleElement().asString().contains("not answered");
        assertThat(heard()).containsExactly("file 1 CANCELLED");
        Client other = new Client("other", 4);
        say(new VdagentMessage.FileStatus(2, Result.CAN_SEND_DATA));
        other.handOut("text");
        other.end();
        heard();
        pass(VdagentFile.STORED_WITHIN - 1);
        assertThat(other.outcome).isEmpty();
        pass(1);
        assertThat(other.outcome).singleElement().asString().contains("that it has all");
    }

    /// A port carries one message at a time, and a paste of the machine's may be large.
    @Test
    void aFileWaitsBehindALargePasteAndIsNotGivenUpForIt() throws ProtocolException {
        greet(VdagentRole.HOST, CLIENTS);
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        heard();
        say(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.UTF8_TEXT));
        handOut("x".repeat(100_000));
        ByteBuffer beginning = connection.next()[0];
        while (beginning.hasRemaining()) {
            reader.read(beginning);
        }
        Client client = new Client("file", 4);
        pass(2 * VdagentFile.ANSWER_WITHIN);
        assertThat(client.outcome).isEmpty();
        assertThat(heard()).contains("file 1");
        pass(VdagentFile.ANSWER_WITHIN);
        assertThat(client.outcome).singleElement().asString().contains("not answered");
    }

    @Test
    void filesAndPastesTakeTurns() throws ProtocolException {
        greet(VdagentRole.HOST, CLIENTS);
        copy(Selection.CLIPBOARD, Standing.FRESH, MimeType.TEXT);
        heard();
        Client client = new Client("file", 200_000);
        heard();
        status(Result.CAN_SEND_DATA);
        client.handOut("x".repeat(200_000));
        for (int i = 0; i < 3; i++) {
            say(new VdagentMessage.Request(Selection.CLIPBOARD, VdagentType.UTF8_TEXT));
            handOut("text");
        }
        assertThat(heard())
                .filteredOn(line -> line.startsWith("file") || line.startsWith("content"))
                .containsSubsequence(
                        "content clipboard UTF8_TEXT 4", "file 1 of 65536", "content clipboard UTF8_TEXT 4")
                .containsSubsequence("file 1 of 65536", "content clipboard UTF8_TEXT 4", "file 1 of 65536");
    }

    /// It counts the bytes itself.
    @Test
    void anAgentThatIsQuickerThanTheEndHasTheFile() throws ProtocolException {
        Client client = clientOf("file", 4);
        heard();
        status(Result.CAN_SEND_DATA);
        client.handOut("text");
        heard();
        status(Result.SUCCESS);
        assertThat(client.outcome).containsExactly("it has it");
        client.end();
        assertThat(heard()).isEmpty();
    }

    @Test
    void aFileWhoseContentIsNeverOfferedHoldsNoPlace() throws ProtocolException {
        greet(VdagentRole.HOST, CLIENTS);
        List<String> outcome = new ArrayList<>();
        connection.send(hub, "machine", "file", 4, why -> outcome.add(why.orElse("it has it")));
        pass(VdagentFile.OFFER_WITHIN - 1);
        assertThat(outcome).isEmpty();
        pass(1);
        assertThat(outcome).singleElement().asString().contains("not offered");
        assertThat(connection.deadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void withItsAgentAFileIsLost() throws ProtocolException {
        Client client = clientOf("file", 7);
        heard();
        status(Result.CAN_SEND_DATA);
        say(new VdagentMessage.AnnounceCapabilities(true, CLIENTS));
        assertThat(client.outcome).singleElement().asString().contains("lost");
        assertThat(client.heard).last().isInstanceOf(Signal.Abort.class);
        Client other = new Client("other", 7);
        connection.closeAll();
        assertThat(other.outcome).singleElement().asString().contains("lost");
    }

    @Test
    void anAgentThatTakesNoFilesIsNotAsked() throws ProtocolException {
        Set<Capability> disabled = EnumSet.copyOf(CLIENTS);
        disabled.add(Capability.FILE_XFER_DISABLED);
        greet(VdagentRole.HOST, disabled);
        heard();
        assertThat(new Client("file", 7).outcome).singleElement().asString().contains("takes no files");
        assertThat(heard()).isEmpty();
    }

    @Test
    void tooManyFilesAtATimeAreRefused() throws ProtocolException {
        clientOf("file", 7);
        for (int i = 1; i < VdagentConnection.MAX_FILES; i++) {
            assertThat(new Client("file", 7).outcome).isEmpty();
        }
        assertThat(new Client("file", 7).outcome).singleElement().asString().contains("on their way already");
        status(Result.ERROR);
        assertThat(new Client("file", 7).outcome).isEmpty();
    }

    /// A viewer would wait for an answer to the file that was dropped on it.
    @Test
    void anAgentHereTakesNoFiles() throws ProtocolException {
        Set<Capability> detailed = EnumSet.copyOf(CLIENTS);
        detailed.add(Capability.FILE_XFER_DETAILED_ERRORS);
        greet(VdagentRole.GUEST, detailed);
        heard();
        byte[] description = VdagentFile.describe("letter.txt", 7).getBytes(UTF_8);
        say(new VdagentMessage.FileStart(1, description.length), description);
        assertThat(heard()).containsExactly("file 1 DISABLED");
        connection.closeAll();
        greet(VdagentRole.GUEST, QEMUS);
        heard();
        say(new VdagentMessage.FileStart(1, description.length), description);
        assertThat(heard()).containsExactly("file 1 ERROR");
    }
}
