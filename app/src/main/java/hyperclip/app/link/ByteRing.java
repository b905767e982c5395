package hyperclip.app.link;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A bounded store of bytes between a thread that may block and the loop, which may not.
///
/// One thread puts in and one takes out, each in the ring's own memory, so that a device reads and writes it without a
/// copy: whoever is lent a part of it says how much of that has been [put in][#added] or [taken out][#taken]. Nobody
/// else touches the part meanwhile.
final class ByteRing {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final int capacity;
    private final ByteBuffer roomView;
    private final ByteBuffer contentView;
    private int start;
    private int count;
    private int lent;
    private int wanted = 1;

    ByteRing(int capacity) {
        this.capacity = capacity;
        this.roomView = ByteBuffer.allocateDirect(capacity);
        this.contentView = roomView.duplicate();
    }

    // ---- putting in ----

    /// Puts in what fits, without waiting. Whoever takes out is not woken: [#wake] does, once for several.
    void offer(ByteBuffer... parts) {
        lock.lock();
        try {
            for (ByteBuffer part : parts) {
                while (part.hasRemaining() && count < capacity) {
                    ByteBuffer room = lendRoom();
                    int fits = Math.min(part.remaining(), room.remaining());
                    room.put(part.slice(part.position(), fits));
                    part.position(part.position() + fits);
                    count += fits;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// Wakes whoever waits to take out.
    void wake() {
        lock.lock();
        try {
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// A free part of the ring to put something into, waiting until there is one.
    ByteBuffer awaitRoom() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (count == capacity) {
                changed.await();
            }
            return lendRoom();
        } finally {
            lock.unlock();
        }
    }

    /// So much was put into the part that was lent.
    ///
    /// @return whether there is now as much as whoever takes out [wants][#enough], and was not before
    boolean added(int bytes) {
        lock.lock();
        try {
            boolean told = count >= wanted;
            changed.signal();
            count += bytes;
            return !told && count >= wanted;
        } finally {
            lock.unlock();
        }
    }

    private ByteBuffer lendRoom() {
        int end = (start + count) % capacity;
        int free = Math.min(capacity - count, capacity - end);
        return roomView.limit(end + free).position(end);
    }

    // ---- taking out ----

    /// What comes next and lies in one piece, nothing where there is nothing.
    ByteBuffer content(int most) {
        lock.lock();
        try {
            return lendContent(most);
        } finally {
            lock.unlock();
        }
    }

    /// The same, waiting until there is something.
    ByteBuffer awaitContent(int most) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (count == 0) {
                changed.await();
            }
            return lendContent(most);
        } finally {
            lock.unlock();
        }
    }

    private ByteBuffer lendContent(int most) {
        lent = Math.min(Math.min(count, most), capacity - start);
        return contentView.limit(start + lent).position(start);
    }

    /// So much of what was lent is needed no more.
    void taken(int bytes) {
        lock.lock();
        try {
            if (count == capacity) {
                changed.signal();
            }
            start = (start + bytes) % capacity;
            count -= bytes;
            lent = 0;
        } finally {
            lock.unlock();
        }
    }

    /// Whoever takes out has no use for less than so many bytes.
    ///
    /// @return whether there are as many already; if not, [#added] says when there are
    boolean enough(int bytes) {
        lock.lock();
        try {
            wanted = Math.min(bytes, capacity);
            return count >= wanted;
        } finally {
            lock.unlock();
        }
    }

    // ---- both ----

    int room() {
        lock.lock();
        try {
            return capacity - count;
        } finally {
            lock.unlock();
        }
    }

    /// Forgets all but what is lent to whoever takes out.
    void clear() {
        lock.lock();
        try {
            if (count == capacity && lent < capacity) {
                changed.signal();
            }
            count = lent;
        } finally {
            lock.unlock();
        }
    }
}
