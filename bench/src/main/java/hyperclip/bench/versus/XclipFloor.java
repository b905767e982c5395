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

/// xclip to xclip on one X server: what a paste costs where nothing is between the two.
final class XclipFloor implements AutoCloseable {

    private final HostDesk desk;

    XclipFloor() throws IOException {
        desk = HostDesk.own();
    }

    /// One xclip copies this text, and others paste it from now on; that it comes whole is looked at once.
    void copy(Driver driver, Text text) throws Complaint, IOException {
        byte[] content = new byte[Math.toIntExact(text.size())];
        for (int at = 0; at < content.length; at += Text.MAX_PIECE) {
            int length = Math.min(Text.MAX_PIECE, content.length - at);
            text.piece(at, length).get(content, at, length);
        }
        desk.copy(Program.XCLIP, Selection.CLIPBOARD, content);
        String last = "";
        for (long until = driver.loop().millis() + 20_000; driver.loop().millis() < until; driver.pause(50)) {
            Arrival arrival = new Arrival(text, () -> {});
            Process paste = paste(Redirect.PIPE);
            try (InputStream out = paste.getInputStream()) {
                arrival.piece(java.nio.ByteBuffer.wrap(out.readAllBytes()));
            }
            arrival.end();
            if (arrival.failure().isEmpty()) {
                return;
            }
            last = arrival.failure().get();
        }
        throw new Complaint(ExitCode.FAILED, "xclip does not paste what xclip copied: " + last);
    }

    private Process paste(Redirect output) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Program.XCLIP.word(), "-o", "-selection", "clipboard")
                .redirectInput(new File("/dev/null"))
                .redirectError(Redirect.DISCARD)
                .redirectOutput(output);
        builder.environment().putAll(desk.environment());
        return builder.start();
    }

    /// Nanoseconds of one `xclip -o`, with the start of its process.
    long paste() throws Complaint, IOException {
        long start = System.nanoTime();
        Process paste = paste(Redirect.DISCARD);
        try {
            if (paste.waitFor() != 0) {
                throw new Complaint(ExitCode.FAILED, "xclip -o ended with " + paste.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Complaint(ExitCode.FAILED, "interrupted while xclip pasted");
        }
        return System.nanoTime() - start;
    }

    @Override
    public void close() {
        desk.close();
    }
}
