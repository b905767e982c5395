package hyperclip.app.guest;

/// Whether the port of a SPICE agent has a clipboard.
public enum SpiceClipboard {
    /// While no native host is connected.
    AUTO,
    /// Also beside one: where a viewer and a native front end share a desktop, each hears the other's echo.
    ALWAYS
}
