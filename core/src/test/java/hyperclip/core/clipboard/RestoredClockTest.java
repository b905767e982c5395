package hyperclip.core.clipboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A guest that went back to a snapshot says of an old copy that it was made a moment ago.
class RestoredClockTest {

    private final Random random = new Random(5);
    private long now = 1_000_000;
    private final Hub hub = new Hub(() -> now, (follower, followed) -> true);
    private final List<Signal> toldDesktop = new ArrayList<>();
    private final List<Signal> toldGuest = new ArrayList<>();
    private final View desktop = hub.open("desktop", view -> toldDesktop::add);

    @Test
    void itsOldCopyDoesNotDisplaceWhatWasCopiedSince() {
        View guest = hub.open("guest", view -> signal -> {});
        Signal.Offer old = offer(0, Standing.FRESH);
        guest.hear(old);
        now += 3_600_000;
        Signal.Offer newer = offer(0, Standing.FRESH);
        desktop.hear(newer);
        now += 60_000;
        hub.close(guest, Reason.LINK_LOST);
        toldDesktop.clear();

        View restored = hub.open("guest", view -> toldGuest::add);
        restored.hear(old.told(10_000, Standing.RENEWED));

        assertThat(toldDesktop).isEmpty();
        assertThat(toldGuest).containsExactly(newer.told(60_000, Standing.RENEWED), newer.told(60_000, Standing.FRESH));
    }

    /// Else a session could let another's old copy displace what the host has.
    @Test
    void whatOnePlaceSaysOfACopyIsNoneOfAnothers() {
        List<Signal> toldHost = new ArrayList<>();
        Hub guests = new Hub(() -> now, (follower, followed) -> follower.equals("host") != followed.equals("host"));
        View host = guests.open("host", view -> toldHost::add);
        Signal.Offer hosts = offer(0, Standing.FRESH);
        host.hear(hosts);
        View liar = guests.open("liar", view -> signal -> {});
        liar.hear(new Signal.Offer(
                Selection.PRIMARY, hosts.id(), hosts.types(), Signal.Offer.UNKNOWN_AGE, Standing.RENEWED));
        now += 60_000;
        View bob = guests.open("bob", view -> signal -> {});
        bob.hear(offer(120_000, Standing.RENEWED));
        toldHost.clear();
        host.hear(hosts.told(60_000, Standing.RENEWED));
        assertThat(toldHost).isEmpty();
        assertThat(guests.holding("bob", Selection.CLIPBOARD).map(Hub.Holding::holder))
                .contains("host");
    }

    @Test
    void aCopyThatNobodyKnewIsBelieved() {
        desktop.hear(offer(0, Standing.FRESH));
        now += 60_000;
        View guest = hub.open("guest", view -> toldGuest::add);
        Signal.Offer younger = offer(10_000, Standing.RENEWED);
        guest.hear(younger);

        assertThat(toldDesktop).containsExactly(younger);
        assertThat(toldGuest).hasSize(1);
    }

    private Signal.Offer offer(long age, Standing standing) {
        return new Signal.Offer(Selection.CLIPBOARD, OfferId.random(random), List.of(MimeType.TEXT), age, standing);
    }
}
