package hyperclip.app.guest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuotaTest {

    private final Quota quota = new Quota(1_000);

    @Test
    void aBurstPassesAndWhatIsSaidOnAverage() {
        assertThat(quota.spend(Quota.BURST, 1_000)).isZero();
        for (long now = 2_000; now < 100_000; now += 1_000) {
            assertThat(quota.spend(Quota.RATE, now)).isZero();
        }
    }

    @Test
    void whoSaysMoreWaitsUntilTheAverageHoldsAgain() {
        assertThat(quota.spend(Quota.BURST + Quota.RATE / 2, 1_000)).isEqualTo(500);
        assertThat(quota.spend(0, 1_500)).isZero();
        assertThat(quota.spend(1, 1_500)).isPositive();
    }

    @Test
    void nobodyWaitsForLongerThanThat() {
        assertThat(quota.spend(1_000_000, 1_000)).isEqualTo(Quota.MAX_PAUSE);
    }

    @Test
    void itIsToldOnceInAMinute() {
        assertThat(quota.isToBeTold(1_000)).isTrue();
        assertThat(quota.isToBeTold(60_000)).isFalse();
        assertThat(quota.isToBeTold(61_000)).isTrue();
    }

    /// Else whoever connects anew would begin anew.
    @Test
    void whatWasSaidIsNotForgottenWithTheConnection() {
        quota.spend(Quota.BURST, 1_000);
        assertThat(quota.isAtRest(1_001)).isFalse();
        assertThat(quota.isAtRest(1_000 + 1_000L * Quota.BURST / Quota.RATE)).isTrue();
    }
}
