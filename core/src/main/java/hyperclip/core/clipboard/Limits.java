package hyperclip.core.clipboard;

import java.util.OptionalLong;

/// What a transfer may take, in one process.
///
/// @param firstByte milliseconds from the request to the first content
/// @param stall milliseconds without any movement after that
/// @param maxSize bytes of content; none where it may be of any size
public record Limits(long firstByte, long stall, OptionalLong maxSize) {

    /// Applications that start up while they are asked, or render an image first, have been seen to take several
    /// seconds; a person who has pasted waits hardly longer.
    public static final Limits USUAL = new Limits(10_000, 10_000, OptionalLong.empty());

    /// The longest of the times.
    public static final long MAX_MILLIS = 3_600_000;

    public Limits {
        if (firstByte < 1 || firstByte > MAX_MILLIS || stall < 1 || stall > MAX_MILLIS) {
            throw new IllegalArgumentException("a time-out is 1 to " + MAX_MILLIS + " ms");
        }
        if (maxSize.isPresent() && (maxSize.getAsLong() < 1 || maxSize.getAsLong() > Signal.MAX_LIMIT)) {
            throw new IllegalArgumentException("a size is 1 to " + Signal.MAX_LIMIT + " bytes");
        }
    }

    /// The same with more time, in milliseconds, as far as there is more.
    public Limits later(long millis) {
        return new Limits(Math.min(firstByte + millis, MAX_MILLIS), Math.min(stall + millis, MAX_MILLIS), maxSize);
    }

    boolean exceeds(long size) {
        return maxSize.isPresent() && size > maxSize.getAsLong();
    }
}
