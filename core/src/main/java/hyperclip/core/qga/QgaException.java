package hyperclip.core.qga;

import java.util.LinkedHashMap;
import java.util.Map;

/// A command that cannot be carried out, with the class and description that its asker is told (QEMU,
/// qapi/error.json; docs/interop/qmp-spec.rst, "Error").
final class QgaException extends Exception {

    private static final long serialVersionUID = 1L;

    /// The classes of an error that are in use here.
    enum Kind {
        GENERIC("GenericError"),
        COMMAND_NOT_FOUND("CommandNotFound");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    private final Kind kind;

    QgaException(String description) {
        this(Kind.GENERIC, description);
    }

    QgaException(Kind kind, String description) {
        // Without a stack: whoever asks for nothing but nonsense gets one for every two bytes.
        super(description, null, false, false);
        this.kind = kind;
    }

    /// @param detail a sentence about why, empty where nothing is to be said
    static QgaException notFound(String command, String detail) {
        return new QgaException(
                Kind.COMMAND_NOT_FOUND,
                "The command " + command + " has not been found" + (detail.isEmpty() ? "" : ": " + detail));
    }

    /// As qemu-ga has it for a command that there is, and is not to be carried out.
    static QgaException disabled(String command, String why) {
        return new QgaException(Kind.COMMAND_NOT_FOUND, "Command " + command + " has been disabled: " + why);
    }

    /// The member `error` of the reply.
    Map<String, Object> json() {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("class", kind.word);
        error.put("desc", getMessage());
        return error;
    }
}
