package hyperclip.demo;

import hyperclip.core.clipboard.Selection;
import java.util.List;

/// The two ordinary programs that copy and paste. They speak X11 differently: xclip offers one type and asks for one,
/// xsel knows several.
public enum Program {
    XCLIP("xclip") {
        @Override
        List<String> copying(Selection selection) {
            return List.of("xclip", "-i", "-selection", selection.word());
        }

        @Override
        List<String> copyingInForeground(Selection selection) {
            return List.of("xclip", "-quiet", "-i", "-selection", selection.word());
        }

        @Override
        List<String> pasting(Selection selection) {
            return List.of("xclip", "-o", "-selection", selection.word());
        }
    },
    XSEL("xsel") {
        @Override
        List<String> copying(Selection selection) {
            return List.of("xsel", "--input", "--" + selection.word());
        }

        @Override
        List<String> copyingInForeground(Selection selection) {
            return List.of("xsel", "--nodetach", "--input", "--" + selection.word());
        }

        @Override
        List<String> pasting(Selection selection) {
            return List.of("xsel", "--output", "--" + selection.word());
        }
    };

    private final String word;

    Program(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }

    /// Reads what to copy, takes the selection, and stays behind as its owner in a process of its own.
    abstract List<String> copying(Selection selection);

    /// The same, but it is this very process that stays.
    abstract List<String> copyingInForeground(Selection selection);

    abstract List<String> pasting(Selection selection);
}
