package hyperclip.core.clipboard;

/// A peer's own window on its hub: one place that has selections of its own.
public interface View {

    /// The peer tells the hub a signal.
    void hear(Signal signal);

    /// A number for a transfer that the peer is about to request, unique in this process.
    long newTransfer();
}
