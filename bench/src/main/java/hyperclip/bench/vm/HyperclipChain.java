package hyperclip.bench.vm;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.HostDesk;
import hyperclip.demo.Outcome;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// xclip, `hyperclip agent`, `hyperclip guest`, the port, `hyperclip host`, and xclip on an X server of the host.
record HyperclipChain(GuestApplication guest, HostDesk host) implements Chain {

    @Override
    public String name() {
        return "hyperclip";
    }

    @Override
    public Duration toHost(Content content) throws IOException {
        Optional<String> before = host.offer(Selection.CLIPBOARD);
        guest.copy(content);
        host.awaitOffer(Selection.CLIPBOARD, before);
        Outcome outcome = host.run(
                List.of("xclip", "-o", "-selection", "clipboard", "-t", content.target()),
                new byte[0],
                GuestApplication.PASTE);
        if (outcome.exit() != 0 || !Arrays.equals(outcome.output(), content.bytes())) {
            throw new IOException("what was pasted on the host (%d bytes) is not what was copied in the guest (%d): %s"
                    .formatted(outcome.output().length, content.bytes().length, outcome.errorText()));
        }
        return outcome.took();
    }

    @Override
    public Duration toGuest(Content content) throws IOException {
        Optional<String> before = guest.desk().offer(Selection.CLIPBOARD);
        Path file = host.folder().resolve("bench-source");
        Files.write(file, content.bytes());
        Process owner = host.start(
                List.of("xclip", "-quiet", "-i", "-selection", "clipboard", "-t", content.target()),
                Redirect.from(file.toFile()),
                Redirect.to(new File("/dev/null")));
        try {
            guest.desk().awaitOffer(Selection.CLIPBOARD, before);
            return guest.paste(content);
        } finally {
            owner.destroy();
        }
    }
}
