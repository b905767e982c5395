package hyperclip.bench.vm;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/// xclip, spice-vdagent, spice-vdagentd, the port, and this program in the place of an application on the host.
record SpiceChain(GuestApplication guest, VdagentHost host) implements Chain {

    private static final Duration OFFER = Duration.ofSeconds(30);

    @Override
    public String name() {
        return "spice-vdagent";
    }

    @Override
    public Duration toHost(Content content) throws IOException {
        host.forgetWhatWasSaid();
        guest.copy(content);
        host.await(VdagentHost.Said.Grab.class, OFFER);
        long began = System.nanoTime();
        byte[] pasted = host.request(GuestApplication.PASTE);
        long ended = System.nanoTime();
        if (!Arrays.equals(pasted, content.bytes())) {
            throw new IOException("what spice-vdagent brought to the host (%d bytes) is not what was copied (%d)"
                    .formatted(pasted.length, content.bytes().length));
        }
        return Duration.ofNanos(ended - began);
    }

    @Override
    public Duration toGuest(Content content) throws IOException {
        guest.forget();
        host.release();
        guest.awaitTargets(content, false);
        host.offer(content.bytes());
        guest.awaitTargets(content, true);
        return guest.paste(content);
    }
}
