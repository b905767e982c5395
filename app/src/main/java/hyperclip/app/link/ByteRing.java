package hyperclip.app.link;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A bounded store of bytes between a thread that may block and the loop, which may not.
final class ByteRing {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final byte[] bytes;
    private int start;
    private int count;

    ByteRing(int capacity) {
        bytes = new byte[capacity];
    }

    /// Puts in what fits, without waiting, and wakes whoever takes from it once.
    ///
    /// @return whether the ring was empty before: then whoever takes from it may have to be told
    boolean offer(ByteBuffer... parts) {
        lock.lock();
        try {
            boolean wasEmpty = count == 0;
            for (ByteBuffer part : parts) {
                put(part);
            }
            changed.signalAll();
            return wasEmpty;
        } finally {
            lock.unlock();
        }
    }

    /// Puts in all of it, waiting for room.
    ///
    /// @return whether the ring was empty before
    boolean putAll(ByteBuffer from) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            boolean wasEmpty = count == 0;
            while (from.hasRemaining()) {
                while (count == bytes.length) {
                    changed.await();
                }
                wasEmpty |= count == 0;
                put(from);
                changed.signalAll();
            }
            return wasEmpty;
        } finally {
            lock.unlock();
        }
    }

    /// Takes what is there and fits, without waiting.
    void poll(ByteBuffer into) {
        lock.lock();
        try {
            take(into);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Takes what is there and fits, waiting until there is something.
    void takeSome(ByteBuffer into) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (count == 0) {
                changed.await();
            }
            take(into);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    int room() {
        lock.lock();
        try {
            return bytes.length - count;
        } finally {
            lock.unlock();
        }
    }

    void clear() {
        lock.lock();
        try {
            count = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void put(ByteBuffer from) {
        while (from.hasRemaining() && count < bytes.length) {
            int end = (start + count) % bytes.length;
            int run = Math.min(from.remaining(), Math.min(bytes.length - count, bytes.length - end));
            from.get(bytes, end, run);
            count += run;
        }
    }

    private void take(ByteBuffer into) {
        while (into.hasRemaining() && count > 0) {
            int run = Math.min(into.remaining(), Math.min(count, bytes.length - start));
            into.put(bytes, start, run);
            start = (start + run) % bytes.length;
            count -= run;
        }
    }
}
