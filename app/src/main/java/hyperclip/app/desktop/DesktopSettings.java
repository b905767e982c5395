package hyperclip.app.desktop;

import hyperclip.app.images.ImageProgram;
import hyperclip.core.clipboard.Limits;
import java.util.Optional;
import java.util.OptionalInt;

/// What a person may set about a desktop's part in pastes.
///
/// @param limits the hub's own
/// @param images what converts images that others offer; nothing where they stay as they are
/// @param keepBytes how much of the last copy is kept when its application ends; nothing where none is
public record DesktopSettings(Limits limits, Optional<ImageProgram> images, OptionalInt keepBytes) {}
