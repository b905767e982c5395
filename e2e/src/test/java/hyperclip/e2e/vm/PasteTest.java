package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.GuestDesk;
import hyperclip.demo.Outcome;
import hyperclip.demo.Program;
import hyperclip.demo.SampleText;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is copied on one side is pasted on the other, byte for byte: both directions, both selections, both
/// sessions.
class PasteTest {

    private final Stage stage;

    PasteTest() throws IOException {
        stage = Stage.running();
    }

    @ParameterizedTest
    @EnumSource
    void fromHostToBothSessions(Selection selection) throws IOException {
        byte[] text = SampleText.everyPlane(Stage.name("host"));
        Stage.copy(stage.host, stage.alice, selection, text);
        Stage.assertPastes(stage.alice, Program.XSEL, selection, text);
        Stage.untilPastes(stage.bob, selection, text, System.nanoTime());
    }

    @ParameterizedTest
    @EnumSource
    void fromEachSessionToHost(Selection selection) throws IOException {
        for (GuestDesk guest : new GuestDesk[] {stage.alice, stage.bob}) {
            byte[] text = SampleText.everyPlane(Stage.name(guest.name()));
            Stage.copy(guest, Program.XSEL, stage.host, selection, text);
            Stage.assertPastes(stage.host, Program.XCLIP, selection, text);
        }
    }

    @Test
    void tenMebibytesToTheGuest() throws IOException {
        byte[] text = SampleText.ofSize(Stage.name("large"), SampleText.LARGE);
        Stage.copy(stage.host, stage.bob, Selection.CLIPBOARD, text);
        Stage.assertPastes(stage.bob, Program.XCLIP, Selection.CLIPBOARD, text);
    }

    @Test
    void tenMebibytesToTheHost() throws IOException {
        byte[] text = SampleText.ofSize(Stage.name("large"), SampleText.LARGE);
        Stage.copy(stage.alice, stage.host, Selection.PRIMARY, text);
        Stage.assertPastes(stage.host, Program.XSEL, Selection.PRIMARY, text);
    }

    @Test
    void byCommandToOneSession() throws IOException {
        byte[] text = SampleText.everyPlane(Stage.name("command"));
        var before = stage.bob.offer(Selection.CLIPBOARD);
        Outcome copy = stage.frontEnd.run(text, "copy", "--to", stage.bob.name());
        assertThat(copy.errorText()).isEmpty();
        stage.bob.awaitOffer(Selection.CLIPBOARD, before);
        Stage.assertPastes(stage.bob, Program.XCLIP, Selection.CLIPBOARD, text);
        assertThat(stage.alice.paste(Program.XCLIP, Selection.CLIPBOARD).output())
                .isNotEqualTo(text);
    }

    @Test
    void byCommandFromOneSession() throws IOException {
        byte[] text = SampleText.everyPlane(Stage.name("alice's"));
        Stage.copy(stage.alice, stage.host, Selection.PRIMARY, text);
        // The host's desktop follows whoever copied last; the command reaches each by name.
        Stage.copy(stage.bob, stage.host, Selection.PRIMARY, Stage.marker("bob's"));
        Outcome paste = stage.frontEnd.run(new byte[0], "paste", "--primary", "--from", stage.alice.name());
        assertThat(paste.errorText()).isEmpty();
        assertThat(paste.output()).isEqualTo(text);
    }
}
