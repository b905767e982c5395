package hyperclip.app.cli;

import hyperclip.app.link.Reach;
import java.nio.file.Path;
import java.util.List;

/// A port as people write it: `[PROTOCOL:][connect:|listen:]PATH`.
record PortName(Protocol protocol, Reach.How how, Path path) {

    private static final String CONNECT = "connect:";
    private static final String LISTEN = "listen:";

    enum Protocol {
        NATIVE("native:"),
        SPICE("spice:"),
        QGA("qga:"),
        /// The same, where libvirt holds the port: a domain stands in the place of the path.
        LIBVIRT("libvirt:");

        private final String prefix;

        Protocol(String prefix) {
            this.prefix = prefix;
        }
    }

    static PortName of(String written) {
        for (Protocol protocol : Protocol.values()) {
            if (written.startsWith(protocol.prefix)) {
                String rest = written.substring(protocol.prefix.length());
                return new PortName(protocol, how(rest), path(rest));
            }
        }
        return new PortName(usual(path(written)).protocol(), how(written), path(written));
    }

    /// With the protocol that goes without saying for this path.
    static PortName usual(Path path) {
        Protocol protocol = Protocol.NATIVE;
        if (path.endsWith("com.redhat.spice.0")) {
            protocol = Protocol.SPICE;
        } else if (path.endsWith("org.qemu.guest_agent.0")) {
            protocol = Protocol.QGA;
        }
        return new PortName(protocol, Reach.How.CONNECT, path);
    }

    private static Reach.How how(String written) {
        return written.startsWith(LISTEN) ? Reach.How.LISTEN : Reach.How.CONNECT;
    }

    private static Path path(String written) {
        for (String how : List.of(CONNECT, LISTEN)) {
            if (written.startsWith(how)) {
                return Path.of(written.substring(how.length()));
            }
        }
        return Path.of(written);
    }
}
