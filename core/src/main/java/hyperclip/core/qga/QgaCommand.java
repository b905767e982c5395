package hyperclip.core.qga;

import hyperclip.core.wire.Spool;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// A command, checked as QEMU checks one (qapi/qmp-dispatch.c): which members it has, and that its arguments are an
/// object.
///
/// @param id what its reply repeats, any value; empty where there is none
record QgaCommand(String name, Map<String, Object> arguments, Optional<Object> id) {

    private static final String EXECUTE = "execute";
    private static final String ARGUMENTS = "arguments";
    static final String ID = "id";

    /// What stands behind a value that was read, so that a complaint can be given its id.
    ///
    /// @param failure empty where there is a command
    record Read(Optional<QgaCommand> command, Optional<Object> id, Optional<QgaException> failure) {}

    static Read read(byte[] bytes, int length) {
        Optional<Object> id = Optional.empty();
        try {
            if (!(Json.read(bytes, length) instanceof Map<?, ?> read)) {
                throw new QgaException("QMP input must be a JSON object");
            }
            Map<String, Object> members = members(read);
            id = Optional.ofNullable(members.get(ID));
            return new Read(Optional.of(checked(members, id)), id, Optional.empty());
        } catch (QgaException e) {
            return new Read(Optional.empty(), id, Optional.of(e));
        }
    }

    private static QgaCommand checked(Map<String, Object> members, Optional<Object> id) throws QgaException {
        for (String name : members.keySet()) {
            if (!Set.of(EXECUTE, ARGUMENTS, ID).contains(name)) {
                throw new QgaException("QMP input member '" + name + "' is unexpected");
            }
        }
        if (!members.containsKey(EXECUTE)) {
            throw new QgaException("QMP input lacks member 'execute'");
        }
        if (!(members.get(EXECUTE) instanceof String name)) {
            throw new QgaException("QMP input member 'execute' must be a string");
        }
        Object arguments = members.getOrDefault(ARGUMENTS, Map.of());
        if (!(arguments instanceof Map<?, ?> map)) {
            throw new QgaException("QMP input member 'arguments' must be an object");
        }
        return new QgaCommand(name, members(map), id);
    }

    static Map<String, Object> members(Map<?, ?> read) {
        Map<String, Object> members = new LinkedHashMap<>();
        read.forEach((name, value) -> members.put((String) name, value));
        return members;
    }

    /// The line that asks for it.
    byte[] line() {
        return Json.line(members());
    }

    /// The same into a spool.
    ///
    /// @return false where there is no room
    boolean writeTo(Spool spool) {
        return Json.line(members(), spool);
    }

    private Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put(EXECUTE, name);
        if (!arguments.isEmpty()) {
            members.put(ARGUMENTS, arguments);
        }
        id.ifPresent(value -> members.put(ID, value));
        return members;
    }

    /// @throws QgaException where there is an argument of another name
    void allow(List<String> names) throws QgaException {
        for (String name : arguments.keySet()) {
            if (!names.contains(name)) {
                throw new QgaException("Parameter '" + name + "' is unexpected");
            }
        }
    }

    Optional<String> text(String name) throws QgaException {
        return switch (arguments.get(name)) {
            case null -> Optional.empty();
            case String text -> Optional.of(text);
            default -> throw wrongKind(name, "string");
        };
    }

    Optional<Boolean> truth(String name) throws QgaException {
        return switch (arguments.get(name)) {
            case null -> Optional.empty();
            case Boolean truth -> Optional.of(truth);
            default -> throw wrongKind(name, "boolean");
        };
    }

    /// A whole number of 64 bits, of any size.
    OptionalLong integer(String name) throws QgaException {
        return switch (arguments.get(name)) {
            case null -> OptionalLong.empty();
            case Long number -> OptionalLong.of(number);
            default -> throw wrongKind(name, "integer");
        };
    }

    /// A whole number within bounds.
    OptionalLong integer(String name, long least, long most) throws QgaException {
        OptionalLong number = integer(name);
        if (number.isPresent() && (number.getAsLong() < least || number.getAsLong() > most)) {
            throw new QgaException("Parameter '" + name + "' expects a whole number from " + least + " to " + most);
        }
        return number;
    }

    Optional<List<String>> texts(String name, int most) throws QgaException {
        Object value = arguments.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof List<?> items)) {
            throw wrongKind(name, "array");
        }
        if (items.isEmpty() || items.size() > most) {
            throw new QgaException("Parameter '" + name + "' expects 1 to " + most + " strings");
        }
        for (Object item : items) {
            if (!(item instanceof String)) {
                throw wrongKind(name, "array of string");
            }
        }
        return Optional.of(items.stream().map(String.class::cast).toList());
    }

    /// What a base64 text stands for.
    Optional<byte[]> content(String name) throws QgaException {
        Optional<String> text = text(name);
        try {
            return text.map(Base64.getDecoder()::decode);
        } catch (IllegalArgumentException e) {
            throw new QgaException("Parameter '" + name + "' expects base64");
        }
    }

    private static QgaException wrongKind(String name, String kind) {
        return new QgaException("Invalid parameter type for '" + name + "', expected: " + kind);
    }

    static QgaException missing(String name) {
        return new QgaException("Parameter '" + name + "' is missing");
    }
}
