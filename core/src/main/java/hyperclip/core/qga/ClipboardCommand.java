package hyperclip.core.qga;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The commands that are added to those of qemu-ga. docs/qga.md has them with what each does.
@SuppressWarnings("ImmutableEnumChecker") // The lists are List.of's, which nobody can change.
enum ClipboardCommand {
    SESSIONS("guest-clipboard-sessions", "['ClipboardSession']"),
    TYPES("guest-clipboard-types", "['ClipboardHolding']", "*session: str", "*selection: ClipboardSelection"),
    READ(
            "guest-clipboard-read",
            "ClipboardPiece",
            "*session: str",
            "*selection: ClipboardSelection",
            "*type: str",
            "*offset: int",
            "*count: int",
            "*offer: str"),
    OPEN("guest-clipboard-open", "int", "*session: str", "*selection: ClipboardSelection"),
    WRITE(
            "guest-clipboard-write",
            "ClipboardWritten",
            "*handle: int",
            "*session: str",
            "*selection: ClipboardSelection",
            "*type: str",
            "buf-b64: str"),
    COMMIT("guest-clipboard-commit", "ClipboardOffered", "handle: int"),
    CANCEL("guest-clipboard-cancel", "", "handle: int"),
    CLEAR("guest-clipboard-clear", "", "*session: str", "*selection: ClipboardSelection"),
    OFFER(
            "guest-clipboard-offer",
            "ClipboardOffered",
            "*session: str",
            "*selection: ClipboardSelection",
            "types: ['str']",
            "*age: int"),
    SUPPLY(
            "guest-clipboard-supply",
            "ClipboardWaiting",
            "request: int",
            "*buf-b64: str",
            "*eof: bool",
            "*refusal: str"),
    CHANGES("guest-clipboard-changes", "ClipboardChanges", "*since: int"),
    WAIT("guest-clipboard-wait", "ClipboardChanges", "*since: int", "*timeout: int"),
    SUBSCRIBE("guest-clipboard-subscribe", "", "*enable: bool");

    private static final Map<String, ClipboardCommand> BY_NAME = new LinkedHashMap<>();

    static {
        for (ClipboardCommand command : values()) {
            BY_NAME.put(command.word, command);
        }
    }

    private final String word;
    private final String returned;
    private final List<String> members;
    private final List<String> names;

    /// @param returned the type of what it returns, empty for nothing
    /// @param members as a QAPI schema has them, optional ones behind an asterisk
    ClipboardCommand(String word, String returned, String... members) {
        this.word = word;
        this.returned = returned;
        this.members = List.of(members);
        this.names = this.members.stream()
                .map(member -> member.substring(member.startsWith("*") ? 1 : 0, member.indexOf(':')))
                .toList();
    }

    static Optional<ClipboardCommand> of(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    String word() {
        return word;
    }

    /// Checks that there is no argument of another name, and each that has to be there.
    void check(QgaCommand command) throws QgaException {
        command.allow(names);
        for (int i = 0; i < names.size(); i++) {
            if (!members.get(i).startsWith("*") && !command.arguments().containsKey(names.get(i))) {
                throw QgaCommand.missing(names.get(i));
            }
        }
    }

    /// As a QAPI schema has it (QEMU, docs/devel/qapi-code-gen.rst, "Commands").
    String schema() {
        List<String> data = new ArrayList<>();
        for (String member : members) {
            int colon = member.indexOf(':');
            String type = member.substring(colon + 2);
            data.add("'" + member.substring(0, colon) + "': " + quoted(type));
        }
        return "{ 'command': '" + word + "'"
                + (data.isEmpty() ? "" : ",\n  'data': { " + String.join(",\n            ", data) + " }")
                + (returned.isEmpty() ? "" : ",\n  'returns': " + quoted(returned)) + " }";
    }

    private static String quoted(String type) {
        return type.startsWith("[") ? type : "'" + type + "'";
    }
}
