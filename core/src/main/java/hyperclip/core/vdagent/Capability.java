package hyperclip.core.vdagent;

import java.util.EnumSet;
import java.util.Set;

/// What a side can do, by the number of its bit (vd_agent.h, VD_AGENT_CAP_*). Bits after these are not looked at.
public enum Capability {
    MOUSE_STATE(0),
    MONITORS_CONFIG(1),
    REPLY(2),
    CLIPBOARD(3),
    DISPLAY_CONFIG(4),
    /// Content is sent when it is asked for. Without it there is no clipboard.
    CLIPBOARD_BY_DEMAND(5),
    /// Where both sides have it, every message about a clipboard begins with its selection.
    CLIPBOARD_SELECTION(6),
    SPARSE_MONITORS_CONFIG(7),
    GUEST_LINEEND_LF(8),
    GUEST_LINEEND_CRLF(9),
    MAX_CLIPBOARD(10),
    AUDIO_VOLUME_SYNC(11),
    MONITORS_CONFIG_POSITION(12),
    FILE_XFER_DISABLED(13),
    FILE_XFER_DETAILED_ERRORS(14),
    GRAPHICS_DEVICE_INFO(15),
    /// This side does not release before it grabs again.
    CLIPBOARD_NO_RELEASE_ON_REGRAB(16),
    /// Where both sides have it, a grab carries a serial.
    CLIPBOARD_GRAB_SERIAL(17);

    private final int bit;

    Capability(int number) {
        bit = 1 << number;
    }

    static Set<Capability> ofBits(int bits) {
        Set<Capability> set = EnumSet.noneOf(Capability.class);
        for (Capability one : values()) {
            if ((bits & one.bit) != 0) {
                set.add(one);
            }
        }
        return set;
    }

    static int bits(Set<Capability> set) {
        int bits = 0;
        for (Capability one : set) {
            bits |= one.bit;
        }
        return bits;
    }
}
