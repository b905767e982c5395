package hyperclip.core.vdagent;

import hyperclip.core.clipboard.MimeType;
import java.util.Map;
import java.util.Optional;

/// The types that the protocol has, with their numbers (vd_agent.h, VD_AGENT_CLIPBOARD_*). There are no others: HTML
/// and all else cannot be carried.
public enum VdagentType {
    /// As an answer: there is nothing to hand out.
    NONE(0),
    UTF8_TEXT(1),
    IMAGE_PNG(2),
    IMAGE_BMP(3),
    IMAGE_TIFF(4),
    IMAGE_JPG(5),
    /// Paths in a shared folder, not bytes: not carried here.
    FILE_LIST(6);

    private static final Map<VdagentType, MimeType> CARRIED = Map.of(
            UTF8_TEXT, MimeType.TEXT,
            IMAGE_PNG, new MimeType("image/png"),
            IMAGE_BMP, new MimeType("image/bmp"),
            IMAGE_TIFF, new MimeType("image/tiff"),
            IMAGE_JPG, new MimeType("image/jpeg"));

    private final int number;

    VdagentType(int number) {
        this.number = number;
    }

    /// The same in our own words, where we carry it.
    public Optional<MimeType> mime() {
        return Optional.ofNullable(CARRIED.get(this));
    }

    int number() {
        return number;
    }

    /// The type of this number; [#NONE] for one that we do not know.
    static VdagentType ofNumber(int number) {
        for (VdagentType type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        return NONE;
    }

    static Optional<VdagentType> of(MimeType mime) {
        for (VdagentType type : values()) {
            if (mime.equals(CARRIED.get(type))) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
