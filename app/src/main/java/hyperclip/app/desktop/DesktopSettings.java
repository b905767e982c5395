package hyperclip.app.desktop;

import hyperclip.app.images.ImageProgram;
import hyperclip.core.clipboard.Limits;
import java.util.Optional;

/// What a person may set about a desktop's part in pastes.
///
/// @param limits how long applications may take over a paste
/// @param images what converts images that others offer; nothing where they stay as they are
public record DesktopSettings(Limits limits, Optional<ImageProgram> images) {}
