package hyperclip.core.session;

/// What carries a connection, and what that means for its beginning and its end.
public enum Medium {
    /// A unix socket: both sides are told when the other is gone. Bad input ends it.
    SOCKET,
    /// A virtio-serial port: nobody is told anything, and it cannot be closed to any effect. Both sides agree on an
    /// epoch by [Sync], ask each other for signs of life, and begin anew after bad input.
    PORT
}
