/// The language of the system and the hub that passes it on.
///
/// This room knows no protocol, no socket, no display and no clock: peers translate between its signals and what their
/// own other side speaks.
package hyperclip.core.clipboard;
