package hyperclip.core.vdagent;

import hyperclip.core.clipboard.Selection;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/// What is said in the agent's protocol about clipboards and files (vd_agent.h, VDAgent*), and the rest as
/// [Other].
///
/// The selection SECONDARY is nobody's here: what is said about it comes as [Other].
public sealed interface VdagentMessage {

    /// What a side can do.
    ///
    /// @param isRequest the other side is to answer with its own, and serials begin at 0 again
    record AnnounceCapabilities(boolean isRequest, Set<Capability> capabilities) implements VdagentMessage {
        public AnnounceCapabilities {
            capabilities = Set.copyOf(capabilities);
        }
    }

    /// This side has a copy.
    ///
    /// @param serial where both sides announce [Capability#CLIPBOARD_GRAB_SERIAL]
    /// @param types without repetition, and without those that we do not know
    record Grab(Selection selection, OptionalInt serial, List<VdagentType> types) implements VdagentMessage {
        public Grab {
            types = List.copyOf(types);
        }
    }

    /// This side wants the other's copy under this type; [VdagentType#NONE] for one that we do not know.
    record Request(Selection selection, VdagentType type) implements VdagentMessage {}

    /// This side has a copy no longer.
    record Release(Selection selection) implements VdagentMessage {}

    /// The answer to a [Request]: `size` bytes of content follow, in [Piece]s.
    record Content(Selection selection, VdagentType type, long size) implements VdagentMessage {}

    /// The most bytes of content that this side takes; negative for any number.
    record MaxClipboard(int bytes) implements VdagentMessage {}

    /// The client of a SPICE server has gone, and what it had copied with it.
    record ClientDisconnected() implements VdagentMessage {}

    /// The client has a file for the agent: `size` bytes that describe it follow, in [Piece]s: a key file
    /// (GLib, Key files) with the group `vdagent-file-xfer` and its keys `name` and `size`.
    ///
    /// @param id of the file, in all that is said of it
    record FileStart(int id, long size) implements VdagentMessage {}

    /// The agent on a file, or the client that sends no more of it.
    ///
    /// @param free how many bytes are free where it is [FileStatus.Result#NOT_ENOUGH_SPACE]; not always told
    record FileStatus(int id, Result result, OptionalLong free) implements VdagentMessage {

        /// In the order of their numbers (VD_AGENT_FILE_XFER_STATUS_*). Those after SUCCESS are told only to a
        /// client with [Capability#FILE_XFER_DETAILED_ERRORS].
        public enum Result {
            CAN_SEND_DATA,
            CANCELLED,
            ERROR,
            SUCCESS,
            NOT_ENOUGH_SPACE,
            SESSION_LOCKED,
            VDAGENT_NOT_CONNECTED,
            DISABLED
        }

        public FileStatus(int id, Result result) {
            this(id, result, OptionalLong.empty());
        }
    }

    /// The next bytes of a file: `size` of them follow, in [Piece]s.
    record FileData(int id, long size) implements VdagentMessage {}

    /// Something else, with what it has in [Piece]s.
    ///
    /// @param size how many bytes of it follow
    record Other(int type, long size) implements VdagentMessage {}

    /// The next bytes of what was announced on the same port. Whoever is told it has them until it returns.
    record Piece(ByteBuffer bytes, boolean isLast) implements VdagentMessage {}
}
