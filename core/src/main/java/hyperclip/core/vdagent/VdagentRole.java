package hyperclip.core.vdagent;

import java.util.Set;

/// Which end of the protocol this side is.
public enum VdagentRole {
    /// The agent's, in a guest. A client's grab wins a tie.
    GUEST(32 * 1024),

    /// The client's, on a host.
    HOST(2048);

    /// The most bytes in a chunk that this side sends. spice-vdagentd refuses more than 2048 from a host
    /// (VD_AGENT_MAX_DATA_SIZE); QEMU and spice-server take any number, and QEMU asks for so much memory.
    final int maxChunk;

    VdagentRole(int maxChunk) {
        this.maxChunk = maxChunk;
    }

    /// What this side can do, and no more: mouse and display are for others.
    Set<Capability> capabilities() {
        return switch (this) {
            case GUEST ->
                Set.of(
                        Capability.CLIPBOARD_BY_DEMAND,
                        Capability.CLIPBOARD_SELECTION,
                        Capability.GUEST_LINEEND_LF,
                        Capability.MAX_CLIPBOARD,
                        Capability.FILE_XFER_DISABLED,
                        Capability.CLIPBOARD_NO_RELEASE_ON_REGRAB,
                        Capability.CLIPBOARD_GRAB_SERIAL);
            case HOST ->
                Set.of(
                        Capability.CLIPBOARD_BY_DEMAND,
                        Capability.CLIPBOARD_SELECTION,
                        Capability.FILE_XFER_DETAILED_ERRORS,
                        Capability.CLIPBOARD_NO_RELEASE_ON_REGRAB,
                        Capability.CLIPBOARD_GRAB_SERIAL);
        };
    }
}
