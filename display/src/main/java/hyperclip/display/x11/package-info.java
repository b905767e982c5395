/// X11 selections on the wire, without native code.
///
/// This room knows one X server and the signals of a clipboard. It has no thread, selector or clock of its own,
/// knows no hub and no policy, and never decodes content beyond the charset of plain text.
///
/// Start with [hyperclip.display.x11.X11Display], then `Board` (one selection), `Conversion` (reading from an
/// owner),
/// `Serving` (writing to a requestor) and `X11Connection` (bytes and sequence numbers).
package hyperclip.display.x11;
