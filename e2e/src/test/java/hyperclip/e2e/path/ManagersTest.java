package hyperclip.e2e.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Clipboard managers on either side, or on both: each copy is offered once on the other side, nothing comes back, and
/// nothing of one session reaches another.
///
/// The managers look every half a second, so that a copy takes about as long: `-Dhyperclip.copies=200` runs the full
/// number in every setting.
class ManagersTest {

    private static final int FEWER = Integer.getInteger("hyperclip.copies", 10);
    private static final int MOST = Integer.getInteger("hyperclip.copies", 40);

    private static final Duration LOOKING = Duration.ofMillis(550);
    private static final Duration STARTING = Duration.ofMillis(1500);

    private enum Manager {
        AUTOCUTSEL {
            @Override
            List<Process> start(Screen screen) {
                return List.of(
                        screen.program("autocutsel", "-selection", "CLIPBOARD"),
                        screen.program("autocutsel", "-selection", "PRIMARY"));
            }
        },
        PARCELLITE {
            @Override
            List<Process> start(Screen screen) {
                try {
                    Path config = Files.createDirectories(screen.folder().file("config/parcellite"));
                    Files.writeString(
                            config.resolve("parcelliterc"),
                            "[rc]\nuse_copy=true\nuse_primary=false\nrestore_empty=true\nsynchronize=false\n");
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
                return List.of(screen.program("parcellite", "-n"));
            }
        };

        abstract List<Process> start(Screen screen);
    }

    private static final List<Manager> BOTH = List.of(Manager.values());

    @Test
    void inTheGuest() {
        copyInTurn(FEWER, List.of(), BOTH);
    }

    @Test
    void onTheHost() {
        copyInTurn(FEWER, BOTH, List.of());
    }

    @Test
    @Tag("quiet")
    void onBothSides() {
        copyInTurn(MOST, BOTH, BOTH);
    }

    private static void copyInTurn(int copies, List<Manager> onHost, List<Manager> inGuest) {
        try (Screen here = new Screen();
                Screen there = new Screen();
                Screen other = new Screen();
                Way way = Way.between(here, there, other)) {
            other.copy("clipboard", "the other session's own");
            here.awaitPaste("clipboard", "the other session's own");
            List<Process> managers = new ArrayList<>();
            onHost.forEach(manager -> managers.addAll(manager.start(here)));
            inGuest.forEach(manager -> managers.addAll(manager.start(there)));
            here.copy("clipboard", "begin on the host");
            there.awaitPaste("clipboard", "begin on the host");
            Await.pass(STARTING);
            int guestOffersBefore = way.relay.guest.offers();
            int hostOffersBefore = way.relay.host.offers();
            List<String> faults = new ArrayList<>();
            long begin = System.nanoTime();
            for (int i = 0; i < copies; i++) {
                boolean host = i % 2 == 0;
                Screen from = host ? here : there;
                Screen to = host ? there : here;
                int guestOffers = way.relay.guest.offers();
                int hostOffers = way.relay.host.offers();
                String text = "copy " + i + " of " + (host ? "the host" : "the guest");
                from.copy("clipboard", text);
                to.awaitPaste("clipboard", text);
                // Until the managers have looked, and what they do has come through.
                Await.pass(LOOKING);
                int fromGuest = way.relay.guest.offers() - guestOffers;
                int fromHost = way.relay.host.offers() - hostOffers;
                // The host offers to both sessions what it copies itself.
                if (fromGuest != (host ? 0 : 1) || fromHost != (host ? 2 : 0)) {
                    faults.add(text + ": " + fromGuest + " offers of the guest, " + fromHost + " of the host");
                }
                assertThat(to.paste("clipboard")).isEqualTo(text);
                assertThat(from.paste("clipboard")).isEqualTo(text);
                if (!host) {
                    assertThat(other.paste("clipboard")).doesNotContain("of the guest");
                }
            }
            System.out.printf(
                    "%d copies with %s here and %s there in %d s, %d not offered once%n",
                    copies, onHost, inGuest, (System.nanoTime() - begin) / 1_000_000_000, faults.size());
            assertThat(faults).isEmpty();
            Await.pass(STARTING);
            assertThat(way.relay.guest.offers() - guestOffersBefore).isEqualTo(copies / 2);
            assertThat(way.relay.host.offers() - hostOffersBefore).isEqualTo(copies);
            assertThat(managers).allMatch(Process::isAlive);
            way.assertNoFaults();
        }
    }
}
