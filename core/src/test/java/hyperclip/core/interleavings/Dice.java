package hyperclip.core.interleavings;

import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// The one source of chance of a machine. Every input of a machine brings a seed of its own, so that what a machine
/// does follows from its inputs alone.
final class Dice implements RandomGenerator {

    private SplittableRandom random;

    Dice(long seed) {
        random = new SplittableRandom(seed);
    }

    void reseed(long seed) {
        random = new SplittableRandom(seed);
    }

    @Override
    public long nextLong() {
        return random.nextLong();
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /// Once in so many times.
    boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }

    <T> T of(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /// From 0 to `most`, small and whole ones often.
    int portion(int most) {
        return switch (random.nextInt(4)) {
            case 0 -> Math.min(most, 1 + random.nextInt(3));
            case 1 -> Math.min(most, 1 + random.nextInt(60));
            case 2 -> random.nextInt(most + 1);
            default -> most;
        };
    }
}
