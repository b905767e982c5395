package hyperclip.bench.vm;

import java.io.IOException;
import java.time.Duration;

/// A way for what is copied by an application in the guest to an application on the host, and back.
sealed interface Chain permits HyperclipChain, SpiceChain {

    String name();

    /// Copies in the guest and pastes on the host.
    ///
    /// @return from the beginning of the paste to its end
    Duration toHost(Content content) throws IOException;

    /// Copies on the host and pastes in the guest. The paste is a process, and its start and end count.
    Duration toGuest(Content content) throws IOException;
}
