package hyperclip.bench.versus;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import hyperclip.core.clipboard.Selection;
import hyperclip.demo.HostDesk;
import hyperclip.demo.Program;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;

/// xclip to xclip on one X server: what a paste costs where nothing is between the two.
final class XclipFloor implements AutoCloseable {

    /// How long an xclip may take to copy, in milliseconds.
    private static final long STARTS = 20_000;

    /// Between two looks whether it has, in milliseconds.
    private static final long LOOK = 50;

    private final HostDesk desk;
    private final byte[] buffer = new byte[Text.MAX_PIECE];

    XclipFloor() throws IOException {
        desk = HostDesk.own();
    }

    /// An xclip copies this text, and can be pasted from when this returns.
    void copy(Driver driver, Text text) throws Complaint, IOException {
        byte[] content = new byte[Math.toIntExact(text.size())];
        for (int at = 0; at < content.length; at += Text.MAX_PIECE) {
            int length = Math.min(Text.MAX_PIECE, content.length - at);
            text.piece(at, length).get(content, at, length);
        }
        desk.copy(Program.XCLIP, Selection.CLIPBOARD, content);
        // xclip takes the selection when it has read its input.
        for (long until = driver.loop().millis() + STARTS; driver.loop().millis() < until; driver.pause(LOOK)) {
            if (arrived(text).failure().isEmpty()) {
                return;
            }
        }
        paste(text);
    }

    /// Nanoseconds of one `xclip -o`, from the start of its process to the last byte out of its pipe.
    long paste(Text text) throws Complaint, IOException {
        long start = System.nanoTime();
        Arrival arrival = arrived(text);
        if (arrival.failure().isPresent()) {
            throw new Complaint(
                    ExitCode.FAILED,
                    "xclip does not paste what xclip copied: "
                            + arrival.failure().get());
        }
        return arrival.lastByte() - start;
    }

    private Arrival arrived(Text text) throws IOException {
        Arrival arrival = new Arrival(text, () -> {});
        ProcessBuilder builder = new ProcessBuilder(Program.XCLIP.word(), "-o", "-selection", "clipboard")
                .redirectInput(new File("/dev/null"))
                .redirectError(Redirect.DISCARD);
        builder.environment().putAll(desk.environment());
        try (InputStream out = builder.start().getInputStream()) {
            for (int count = out.read(buffer); count >= 0 && !arrival.isOver(); count = out.read(buffer)) {
                arrival.piece(ByteBuffer.wrap(buffer, 0, count));
            }
        }
        arrival.end();
        return arrival;
    }

    @Override
    public void close() {
        desk.close();
    }
}
