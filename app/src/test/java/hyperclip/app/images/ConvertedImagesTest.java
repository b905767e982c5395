package hyperclip.app.images;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.app.images.DisplaySide.Paste;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// An image is offered to the display in more types than it has, and comes in each of them, through a real process.
@Timeout(60)
class ConvertedImagesTest {

    private static final long GENEROUS = 20_000;
    private static final int WINDOW = 100_000;

    private static final MimeType PNG = new MimeType("image/png");
    private static final MimeType TIFF = new MimeType("image/tiff");
    private static final MimeType BMP = new MimeType("image/bmp");
    private static final MimeType JPEG = new MimeType("image/jpeg");

    private final HubSide hub = new HubSide();
    private final DisplaySide display = new DisplaySide();
    private Loop loop;

    @BeforeEach
    void open() throws Exception {
        loop = new Loop();
        ImageProgram installed = ImageProgram.installed();
        stand(new ImageProgram(
                installed.java(),
                Path.of(hyperclip.image.Main.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())));
    }

    private void stand(ImageProgram program) {
        ConvertedImages images = new ConvertedImages(loop, program, hub, display);
        hub.images = images;
        display.images = images;
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        await(() -> children().isEmpty());
        await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("image ")));
        loop.close();
    }

    private static List<ProcessHandle> children() {
        return ProcessHandle.current().children().toList();
    }

    private void await(BooleanSupplier holds) throws IOException {
        long end = loop.millis() + GENEROUS;
        while (!loop.runUntil(holds, Math.min(end, loop.millis() + 20))) {
            assertThat(loop.millis()).isLessThan(end);
        }
    }

    private void offer(MimeType... types) {
        hub.images.say(new Signal.Offer(
                Selection.CLIPBOARD, OfferId.random(RandomGenerator.getDefault()), List.of(types), 7, Standing.FRESH));
    }

    private byte[] pasted(MimeType type) throws IOException {
        Paste paste = display.paste(type, WINDOW);
        await(paste::isOver);
        assertThat(paste.reason).isNull();
        return paste.content.toByteArray();
    }

    @Test
    void theTypesThatAreMissingComeLast() {
        offer(new MimeType("text/html"), PNG, new MimeType("x/y"));
        assertThat(display.offered().types())
                .containsExactly(new MimeType("text/html"), PNG, new MimeType("x/y"), TIFF, BMP, JPEG);
        assertThat(display.offered().age()).isEqualTo(7);
        offer(JPEG, PNG);
        assertThat(display.offered().types()).containsExactly(JPEG, PNG, TIFF, BMP);
        offer(MimeType.TEXT, new MimeType("image/gif"));
        assertThat(display.offered().types()).containsExactly(MimeType.TEXT, new MimeType("image/gif"));
    }

    @Test
    void noOfferHasMoreTypesThanItMay() {
        MimeType[] types = Stream.concat(
                        Stream.of(BMP), IntStream.range(2, Signal.MAX_TYPES).mapToObj(n -> new MimeType("x/" + n)))
                .toArray(MimeType[]::new);
        offer(types);
        assertThat(display.offered().types()).hasSize(Signal.MAX_TYPES).endsWith(PNG);
    }

    @Test
    void whatIsOfferedIsNotTouched() throws IOException {
        hub.content = new byte[] {1, 2, 3};
        offer(PNG);
        assertThat(pasted(PNG)).containsExactly(1, 2, 3);
        assertThat(((Signal.Request) hub.heard.getFirst()).credit()).isEqualTo(WINDOW);
        assertThat(children()).isEmpty();
    }

    @Test
    void comesInTheOtherTypes() throws IOException {
        byte[] bitmap = Bitmap.noise(640, 480);
        hub.content = bitmap;
        offer(BMP);
        byte[] png = pasted(PNG);
        assertThat(Arrays.copyOf(png, 4)).containsExactly(0x89, 'P', 'N', 'G');
        assertThat(Arrays.copyOf(pasted(JPEG), 2)).containsExactly(0xff, 0xd8);
        byte[] tiff = pasted(TIFF);
        for (MimeType from : List.of(PNG, TIFF)) {
            hub.content = from.equals(PNG) ? png : tiff;
            offer(from);
            assertThat(Bitmap.pixels(pasted(BMP)).equals(Bitmap.pixels(bitmap))).isTrue();
        }
    }

    @Test
    void theBestIsConvertedFrom() throws IOException {
        hub.content = Bitmap.noise(64, 64);
        offer(JPEG, BMP);
        pasted(PNG);
        assertThat(((Signal.Request) hub.heard.getFirst()).type()).isEqualTo(BMP);
    }

    /// What is not paid for does not come: the two sides of the test see to it, too.
    @Test
    void aSlowReaderSlowsTheOwner() throws IOException {
        byte[] bitmap = Bitmap.noise(1200, 1000);
        hub.content = bitmap;
        offer(BMP);
        Paste paste = display.paste(PNG, 1000);
        paste.pays = false;
        await(() -> paste.content.size() == 1000 && hub.position == bitmap.length);
        for (int paid = 0; paid < 5; paid++) {
            int before = paste.content.size();
            display.pay(paste);
            await(() -> paste.content.size() == before + 1000);
        }
        assertThat(paste.isOver()).isFalse();
        display.abort(paste);
    }

    @Test
    void anOwnerThatWaitsIsWaitedFor() throws IOException {
        byte[] bitmap = Bitmap.noise(1200, 1000);
        hub.content = bitmap;
        hub.stopAt(bitmap.length / 2);
        offer(BMP);
        Paste paste = display.paste(PNG, WINDOW);
        await(() -> hub.position == bitmap.length / 2 && !children().isEmpty());
        assertThat(paste.isOver()).isFalse();
        assertThat(paste.content.size()).isZero();
        hub.images.say(new Signal.Abort(paste.transfer, Reason.OWNER_GONE));
        assertThat(paste.reason).isEqualTo(Reason.OWNER_GONE);
    }

    @Test
    void whoeverPastedIsGone() throws IOException {
        hub.content = Bitmap.noise(1200, 1000);
        hub.stopAt(1000);
        offer(BMP);
        Paste paste = display.paste(PNG, WINDOW);
        await(() -> !children().isEmpty());
        display.abort(paste);
        assertThat(hub.heard.getLast()).isEqualTo(new Signal.Abort(paste.transfer, Reason.REQUESTER_GONE));
        await(() -> children().isEmpty());
        assertThat(paste.isOver()).isFalse();
    }

    @Test
    void whatIsNoImageIsRefused() throws IOException {
        for (byte[] content :
                new byte[][] {{}, {1, 2, 3}, Arrays.copyOf(Bitmap.noise(64, 64), 500), new byte[5_000_000]}) {
            hub.content = content;
            offer(BMP);
            Paste paste = display.paste(PNG, WINDOW);
            await(paste::isOver);
            assertThat(paste.reason).isEqualTo(Reason.OWNER_REFUSED);
            assertThat(paste.content.size()).isZero();
        }
        // The last one was not read to its end: its owner is told.
        assertThat(hub.heard.getLast()).isInstanceOf(Signal.Abort.class);
    }

    @Test
    void aProcessThatIsKilledRefuses() throws IOException {
        hub.content = Bitmap.noise(1200, 1000);
        hub.stopAt(1000);
        offer(BMP);
        Paste paste = display.paste(PNG, WINDOW);
        await(() -> !children().isEmpty());
        children().forEach(ProcessHandle::destroyForcibly);
        await(paste::isOver);
        assertThat(paste.reason).isEqualTo(Reason.OWNER_REFUSED);
        assertThat(hub.heard.getLast()).isEqualTo(new Signal.Abort(paste.transfer, Reason.CANCELLED));
    }

    @Test
    void fewAtATimeAndTheOthersWait() throws IOException {
        hub.content = Bitmap.noise(64, 64);
        hub.stopAt(1000);
        offer(BMP);
        List<Paste> pastes = new ArrayList<>();
        for (int i = 0; i < ConvertedImages.MAX_AT_ONCE + ConvertedImages.MAX_WAITING; i++) {
            pastes.add(display.paste(PNG, WINDOW));
        }
        assertThat(requests()).isEqualTo(ConvertedImages.MAX_AT_ONCE);
        assertThat(display.paste(PNG, WINDOW).reason).isEqualTo(Reason.TOO_MANY);
        await(() -> children().size() == ConvertedImages.MAX_AT_ONCE);
        // One that has not begun is as good as never asked for.
        display.abort(pastes.removeLast());
        assertThat(requests()).isEqualTo(ConvertedImages.MAX_AT_ONCE);
        hub.stopAt(Integer.MAX_VALUE);
        display.abort(pastes.removeFirst());
        display.abort(pastes.removeFirst());
        await(() -> pastes.stream().allMatch(paste -> paste.whole));
    }

    /// How many contents have been asked for.
    private long requests() {
        return hub.heard.stream().filter(Signal.Request.class::isInstance).count();
    }

    @Test
    void whereItCannotBeDoneNothingIsAdded() {
        stand(new ImageProgram(ImageProgram.installed().java(), Path.of("/nonexistent/hyperclip-image.jar")));
        offer(PNG);
        assertThat(display.offered().types()).containsExactly(PNG);
    }

    /// The program was there when the image was offered, and is no more.
    @Test
    void aProcessThatCannotBeStartedRefuses() throws IOException {
        Path java = Files.createTempFile("hyperclip", "java");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
        stand(new ImageProgram(java, java));
        hub.content = Bitmap.noise(64, 64);
        offer(BMP);
        assertThat(display.offered().types()).contains(PNG);
        Files.delete(java);
        Paste paste = display.paste(PNG, WINDOW);
        await(paste::isOver);
        assertThat(paste.reason).isEqualTo(Reason.OWNER_REFUSED);
    }
}
