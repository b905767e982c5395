package hyperclip.e2e.path;

import org.junit.jupiter.api.Test;

/// Applications copy while others paste what was there before. The question for the old copy can reach the new owner,
/// who must not be harmed by answering it: xclip ends by an error of the X server.
class CopyDuringPastesTest {

    private static final int COPIES = 60;

    @Test
    void whatWasCopiedJustNowStays() {
        try (Screen host = new Screen();
                Screen guest = new Screen();
                Way way = Way.between(host, guest)) {
            for (int i = 0; i < COPIES; i++) {
                String text = "copy " + i;
                guest.copy("clipboard", text);
                host.awaitPaste("clipboard", text);
                host.copy("primary", text);
                guest.awaitPaste("primary", text);
            }
            way.assertNoFaults();
        }
    }
}
