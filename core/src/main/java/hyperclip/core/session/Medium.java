package hyperclip.core.session;

/// What carries a connection, and what that means for its beginning and its end.
public enum Medium {
    /// A unix socket: both sides are told when the other is gone. Bad input ends it.
    SOCKET,
    /// A virtio-serial port: nobody is told anything, and it cannot be closed to any effect. Both sides agree on an
    /// epoch by [Sync], ask each other for signs of life, and begin anew after bad input.
    PORT;

    /// The stamp of the frame after one of this stamp. On a port frames are counted from the epoch on: a machine that
    /// went back in time goes on in an epoch that the other side knows, but not with the next count.
    int stampAfter(int stamp) {
        return this == SOCKET ? 0 : stamp + 1;
    }
}
