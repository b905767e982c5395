package hyperclip.demo;

import hyperclip.core.clipboard.Selection;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Optional;

/// Copies and pastes for a person to see: a table with a line for each paste, as it happens.
final class Pastes {

    private static final String TEXT = "UTF8_STRING";

    private final HostDesk host;
    private final FrontEnd frontEnd;
    private final PrintStream out;
    private int done;
    private int wrong;

    Pastes(HostDesk host, FrontEnd frontEnd, PrintStream out) {
        this.host = host;
        this.frontEnd = frontEnd;
        this.out = out;
    }

    private interface Copying {
        void copy(byte[] content) throws IOException;
    }

    private interface Pasting {
        Outcome paste() throws IOException;
    }

    /// Does them all, and tells whether every paste arrived byte for byte.
    boolean all(GuestDesk alice, GuestDesk bob) throws IOException {
        out.println("ms: from the start of the pasting program to its end, the start of its process included (by the"
                + " guest's clock, if it pastes there).");
        row("from", "to", "selection", "copied → pasted with", "type", "bytes", "ms", "compared");
        for (GuestDesk guest : new GuestDesk[] {alice, bob}) {
            for (Selection selection : Selection.values()) {
                between(host, Program.XCLIP, guest, Program.XSEL, selection, everyPlane());
                between(guest, Program.XSEL, host, Program.XCLIP, selection, everyPlane());
            }
        }
        between(host, Program.XSEL, alice, Program.XCLIP, Selection.CLIPBOARD, large());
        between(alice, Program.XCLIP, host, Program.XSEL, Selection.CLIPBOARD, large());
        between(host, Program.XCLIP, bob, Program.XSEL, Selection.PRIMARY, large());
        // Not with xsel: as an owner it hands out 4 kB at a time, which takes it longer than all the rest together.
        between(bob, Program.XCLIP, host, Program.XSEL, Selection.PRIMARY, large());
        copyTo(bob);
        pasteFrom(alice);
        return wrong == 0;
    }

    private byte[] everyPlane() {
        return SampleText.everyPlane("copy " + (done + 1));
    }

    private byte[] large() {
        return SampleText.ofSize("copy " + (done + 1), SampleText.LARGE);
    }

    private void between(Desk from, Program copies, Desk to, Program pastes, Selection selection, byte[] text)
            throws IOException {
        String programs = copies.word() + " → " + pastes.word();
        paste(
                new Trip(from.name(), to.name(), selection, programs, TEXT, text, to),
                content -> from.copy(copies, selection, content),
                () -> to.paste(pastes, selection));
    }

    private void copyTo(GuestDesk to) throws IOException {
        paste(
                new Trip("command", to.name(), Selection.CLIPBOARD, "hyperclip copy → xclip", TEXT, everyPlane(), to),
                content -> check(frontEnd.run(content, "copy", "--to", to.name())),
                () -> to.paste(Program.XCLIP, Selection.CLIPBOARD));
    }

    private void pasteFrom(GuestDesk from) throws IOException {
        paste(
                new Trip(
                        from.name(),
                        "command",
                        Selection.CLIPBOARD,
                        "xclip → hyperclip paste",
                        "text/plain",
                        everyPlane(),
                        host),
                content -> from.copy(Program.XCLIP, Selection.CLIPBOARD, content),
                () -> frontEnd.run(new byte[0], "paste", "--from", from.name()));
    }

    private static void check(Outcome outcome) throws Complaint {
        if (outcome.exit() != 0) {
            throw new Complaint("a command failed with exit code " + outcome.exit() + ": " + outcome.errorText());
        }
    }

    /// @param sees the desk on which the arrival of the offer can be seen
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Trip(
            String from, String to, Selection selection, String programs, String type, byte[] content, Desk sees) {}

    private void paste(Trip trip, Copying copying, Pasting pasting) throws IOException {
        Optional<String> before = trip.sees.offer(trip.selection);
        copying.copy(trip.content);
        trip.sees.awaitOffer(trip.selection, before);
        Outcome outcome = pasting.paste();
        boolean equal = outcome.exit() == 0 && Arrays.equals(outcome.output(), trip.content);
        done++;
        wrong += equal ? 0 : 1;
        row(
                trip.from,
                trip.to,
                trip.selection.word(),
                trip.programs,
                trip.type,
                Integer.toString(outcome.output().length),
                Long.toString(outcome.took().toMillis()),
                equal ? "every byte: equal" : difference(trip.content, outcome));
    }

    private static String difference(byte[] wanted, Outcome outcome) {
        int at = Arrays.mismatch(wanted, outcome.output());
        return at >= 0
                ? "DIFFERENT from byte %d on (%d were copied)".formatted(at, wanted.length)
                : "FAILED with exit code %d: %s"
                        .formatted(outcome.exit(), outcome.errorText().strip());
    }

    private void row(String... cells) {
        out.println("%-11s %-11s %-10s %-24s %-12s %10s %7s  %s".formatted((Object[]) cells));
        out.flush();
    }

    String summary() {
        return wrong == 0
                ? "All %d pastes arrived byte for byte.".formatted(done)
                : "%d of %d pastes did NOT arrive as they were copied.".formatted(wrong, done);
    }
}
