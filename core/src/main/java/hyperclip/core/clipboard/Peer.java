package hyperclip.core.clipboard;

/// The translator between a hub and one other side: a display, a link to another hub, a person at the command line.
///
/// A peer is told signals here and tells its own through the [View] that it was opened with. Both sides run on the
/// thread that owns the hub, and neither may block. A peer may tell the hub something while it is being told: the hub
/// finishes what it is doing first.
public interface Peer {

    void say(Signal signal);
}
