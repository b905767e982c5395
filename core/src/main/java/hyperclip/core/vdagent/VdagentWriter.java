package hyperclip.core.vdagent;

import hyperclip.core.clipboard.Selection;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Messages to bytes: the header of a message and its body up to its content ([VdagentReader] draws them).
/// Cutting it into chunks is the outbox's.
final class VdagentWriter {

    static final int CLIPBOARD = 4;
    static final int ANNOUNCE_CAPABILITIES = 6;
    static final int CLIPBOARD_GRAB = 7;
    static final int CLIPBOARD_REQUEST = 8;
    static final int CLIPBOARD_RELEASE = 9;
    static final int FILE_XFER_START = 10;
    static final int FILE_XFER_STATUS = 11;
    static final int FILE_XFER_DATA = 12;
    static final int CLIENT_DISCONNECTED = 13;
    static final int MAX_CLIPBOARD = 14;

    /// The most bytes of content that one message can have, whatever stands before it.
    static final long MAX_CONTENT = 0xFFFF_FFFFL - 8;

    private static final int MAX_FIXED = 64;

    private boolean selections;
    private boolean serials;

    /// Both sides have said what they can do.
    void agree(boolean withSelections, boolean withSerials) {
        selections = withSelections;
        serials = withSerials;
    }

    /// The message up to its content, of which as many bytes are to follow as the message says.
    ByteBuffer write(VdagentMessage message) {
        ByteBuffer bytes = ByteBuffer.allocate(MAX_FIXED).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(VdagentReader.MESSAGE_HEADER);
        long content = 0;
        int type = switch (message) {
            case VdagentMessage.AnnounceCapabilities announcement -> {
                bytes.putInt(announcement.isRequest() ? 1 : 0).putInt(Capability.bits(announcement.capabilities()));
                yield ANNOUNCE_CAPABILITIES;
            }
            case VdagentMessage.Grab(Selection selection, OptionalInt serial, List<VdagentType> types) -> {
                putSelection(bytes, selection);
                if (serials) {
                    bytes.putInt(serial.orElseThrow());
                }
                types.forEach(one -> bytes.putInt(one.number()));
                yield CLIPBOARD_GRAB;
            }
            case VdagentMessage.Request(Selection selection, VdagentType wanted) -> {
                putSelection(bytes, selection);
                bytes.putInt(wanted.number());
                yield CLIPBOARD_REQUEST;
            }
            case VdagentMessage.Release(Selection selection) -> {
                putSelection(bytes, selection);
                yield CLIPBOARD_RELEASE;
            }
            case VdagentMessage.Content(Selection selection, VdagentType of, long size) -> {
                putSelection(bytes, selection);
                bytes.putInt(of.number());
                content = size;
                yield CLIPBOARD;
            }
            case VdagentMessage.MaxClipboard(int most) -> {
                bytes.putInt(most);
                yield MAX_CLIPBOARD;
            }
            case VdagentMessage.ClientDisconnected _ -> CLIENT_DISCONNECTED;
            case VdagentMessage.FileStart(int id, long size) -> {
                bytes.putInt(id);
                content = size;
                yield FILE_XFER_START;
            }
            case VdagentMessage.FileStatus(int id, VdagentMessage.FileStatus.Result result, OptionalLong free) -> {
                bytes.putInt(id).putInt(VdagentReader.numberOf(result));
                free.ifPresent(bytes::putLong);
                yield FILE_XFER_STATUS;
            }
            case VdagentMessage.FileData(int id, long size) -> {
                bytes.putInt(id).putLong(size);
                content = size;
                yield FILE_XFER_DATA;
            }
            case VdagentMessage.Other(int other, long size) -> {
                content = size;
                yield other;
            }
            case VdagentMessage.Piece _ -> throw new IllegalArgumentException("not a message, but a part of one");
        };
        bytes.flip();
        bytes.putInt(0, VdagentReader.PROTOCOL).putInt(4, type).putLong(8, 0);
        bytes.putInt(16, (int) (bytes.remaining() - VdagentReader.MESSAGE_HEADER + content));
        return bytes;
    }

    private void putSelection(ByteBuffer bytes, Selection selection) {
        if (selections) {
            bytes.putInt(
                    switch (selection) {
                        case CLIPBOARD -> 0;
                        case PRIMARY -> 1;
                    });
        }
    }
}
