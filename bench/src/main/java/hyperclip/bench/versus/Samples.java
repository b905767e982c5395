package hyperclip.bench.versus;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/// Times of one thing, in nanoseconds.
final class Samples {

    private final List<Long> nanos = new ArrayList<>();

    void add(long one) {
        nanos.add(one);
    }

    int count() {
        return nanos.size();
    }

    double median() {
        return at(0.5);
    }

    private double at(double part) {
        List<Long> sorted = new ArrayList<>(nanos);
        Collections.sort(sorted);
        double place = part * (sorted.size() - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.size() - 1);
        return sorted.get(below) + (place - below) * (sorted.get(above) - sorted.get(below));
    }

    /// Such as `1.23 ms (1.01 to 1.90)`: the median, and between what the middle eight of ten are.
    String times() {
        return nanos.isEmpty()
                ? "none"
                : String.format(Locale.ROOT, "%.2f ms (%.2f to %.2f)", median() / 1e6, at(0.1) / 1e6, at(0.9) / 1e6);
    }

    /// Millions of bytes a second at the median.
    double speed(long size) {
        return size / median() * 1e3;
    }

    String speeds(long size) {
        return String.format(Locale.ROOT, "%.0f MB/s", speed(size));
    }
}
