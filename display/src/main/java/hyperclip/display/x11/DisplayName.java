package hyperclip.display.x11;

/// Where an X server listens.
record DisplayName(String name) {}
