package hyperclip.core.clipboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a hub does when a rule has changed: who may see something no longer loses it with the pastes of it, and
/// who may now is told.
class ReconsiderTest {

    private final Set<String> parted = new HashSet<>();
    private final Map<String, List<Signal>> told = new HashMap<>();
    private final Map<String, View> views = new HashMap<>();
    private long now = 1_000;
    private final Hub hub = new Hub(
            () -> now,
            (follower, followed) ->
                    !parted.contains(follower) && !parted.contains(followed) && !follower.equals(followed));

    private void open(String... names) {
        for (String name : names) {
            told.put(name, new ArrayList<>());
            views.put(name, hub.open(name, view -> signal -> told.get(name).add(signal)));
        }
    }

    private OfferId copy(String place) {
        OfferId id = OfferId.random(new Random(now++));
        views.get(place).hear(new Signal.Offer(Selection.CLIPBOARD, id, List.of(MimeType.TEXT), 0, Standing.FRESH));
        return id;
    }

    private long paste(String place, OfferId offer) {
        long transfer = views.get(place).newTransfer();
        views.get(place).hear(new Signal.Request(transfer, Selection.CLIPBOARD, offer, MimeType.TEXT, 100));
        return transfer;
    }

    /// It would be held on its way, and cost whoever does it nothing.
    @Test
    void nobodyIsHandedOutWhatHeOffersHimself() {
        open("one", "other");
        OfferId id = copy("one");
        long own = paste("one", id);
        assertThat(told.get("one")).containsExactly(new Signal.Abort(own, Reason.NOTHING_OFFERED));
        assertThat(hub.transfers()).isZero();
    }

    private void part(String place) {
        parted.add(place);
        hub.reconsider(views.get(place));
    }

    private void join(String place) {
        parted.remove(place);
        hub.reconsider(views.get(place));
    }

    private String holds(String place) {
        return hub.holding(place, Selection.CLIPBOARD).map(Hub.Holding::holder).orElse("nothing");
    }

    @Test
    void whoMaySeeItNoLongerLosesItWithThePastesOfIt() {
        open("host", "alice", "bob");
        OfferId id = copy("host");
        long alices = paste("alice", id);
        long bobs = paste("bob", id);
        part("alice");
        assertThat(holds("alice")).isEqualTo("nothing");
        assertThat(told.get("alice"))
                .contains(new Signal.Release(Selection.CLIPBOARD), new Signal.Abort(alices, Reason.STALE));
        assertThat(holds("bob")).isEqualTo("host");
        views.get("host").hear(new Signal.Chunk(bobs, ByteBuffer.wrap(new byte[] {1})));
        assertThat(told.get("bob")).anyMatch(Signal.Chunk.class::isInstance);
        assertThat(hub.transfers()).isEqualTo(1);
    }

    @Test
    void whatItHasCopiedIsItsOwnAndNobodyElses() {
        open("host", "alice");
        copy("alice");
        assertThat(holds("host")).isEqualTo("alice");
        part("alice");
        assertThat(holds("alice")).isEqualTo("alice");
        assertThat(holds("host")).isEqualTo("nothing");
        join("alice");
        assertThat(holds("host")).isEqualTo("alice");
    }

    @Test
    void whoComesBackIsToldTheYoungerOfBoth() {
        open("host", "alice");
        copy("alice");
        part("alice");
        now += 500;
        copy("host");
        now += 500;
        join("alice");
        assertThat(holds("alice")).isEqualTo("host");
        part("alice");
        copy("alice");
        now += 500;
        join("alice");
        assertThat(holds("host")).isEqualTo("alice");
        assertThat(told.get("host").getLast())
                .isInstanceOfSatisfying(
                        Signal.Offer.class,
                        offer -> assertThat(offer.standing()).isEqualTo(Standing.RENEWED));
    }

    /// Other rules than the others': `watcher` follows `alice` alone.
    @Test
    void whoFollowedItDoesNotGoOnShowingWhatItHoldsNoLonger() {
        List<Signal> watcher = new ArrayList<>();
        Hub chain = new Hub(() -> now, (follower, followed) -> switch (follower) {
            case "alice" -> followed.equals("host") && !parted.contains("alice");
            case "watcher" -> followed.equals("alice");
            default -> false;
        });
        View host = chain.open("host", view -> signal -> {});
        View alice = chain.open("alice", view -> signal -> {});
        chain.open("watcher", view -> watcher::add);
        parted.add("alice");
        for (View place : List.of(alice, host)) {
            place.hear(new Signal.Offer(
                    Selection.CLIPBOARD, OfferId.random(new Random(now++)), List.of(MimeType.TEXT), 0, Standing.FRESH));
        }
        parted.remove("alice");
        watcher.clear();
        chain.reconsider(alice);
        assertThat(chain.holding("alice", Selection.CLIPBOARD).map(Hub.Holding::holder))
                .hasValue("host");
        assertThat(watcher).containsExactly(new Signal.Release(Selection.CLIPBOARD));
        assertThat(chain.holding("watcher", Selection.CLIPBOARD)).isEmpty();
    }

    @Test
    void whereNothingHasChangedNobodyIsTold() {
        open("host", "alice", "bob");
        copy("host");
        told.values().forEach(List::clear);
        views.values().forEach(hub::reconsider);
        assertThat(told.values()).allMatch(List::isEmpty);
    }

    /// `paste --from alice` of a program that follows nobody.
    @Test
    void aPasteByNameOfWhatAViewHasCopiedItselfGoesOnAndOfWhatItWasShownEnds() {
        open("host", "alice", "command");
        parted.add("command");
        OfferId shown = copy("host");
        long ofHosts = views.get("command").newTransfer();
        hub.request(
                views.get("command"),
                "alice",
                new Signal.Request(ofHosts, Selection.CLIPBOARD, shown, MimeType.TEXT, 100));
        OfferId own = copy("alice");
        long ofAlices = views.get("command").newTransfer();
        hub.request(
                views.get("command"),
                "alice",
                new Signal.Request(ofAlices, Selection.CLIPBOARD, own, MimeType.TEXT, 100));
        part("alice");
        assertThat(told.get("command")).containsExactly(new Signal.Abort(ofHosts, Reason.STALE));
        assertThat(hub.transfers()).isEqualTo(1);
    }
}
