package hyperclip.display.x11;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.Signal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What an owner can convert its selection to, as MIME types.
///
/// The five names under which X11 applications offer text count as one type, [MimeType#TEXT]. Lists of files are
/// left out: paths mean nothing on another machine.
///
/// @param hasXmus whether the owner answers Xmu's standard targets, as xterm and autocutsel do
record Targets(Map<MimeType, Integer> types, boolean hasXmus) {

    private static final Set<String> XMUS = Set.of("LENGTH", "LIST_LENGTH", "CLASS");

    private static final String UTF8_STRING = "UTF8_STRING";
    private static final String PLAIN = "text/plain";

    /// The names of text, the best to read first. COMPOUND_TEXT is not among them: ISO 2022 is nobody's wish.
    private static final List<String> TEXT = List.of(UTF8_STRING, MimeType.TEXT.name(), PLAIN, "TEXT", "STRING");

    private static final Set<String> FILES = Set.of(
            "text/uri-list",
            "application/x-kde-cutselection",
            "application/x-kde4-urilist",
            "application/vnd.portal.filetransfer",
            "application/vnd.portal.files",
            Atoms.HYPERCLIP_OFFER);

    private static final String FILE_MANAGERS = "x-special/";

    record Named(String name, int atom) {}

    static Targets of(List<Named> targets) {
        Map<MimeType, Integer> types = new LinkedHashMap<>();
        Optional<Named> text = bestText(targets);
        Set<String> names = new HashSet<>();
        targets.forEach(target -> names.add(target.name()));
        for (Named target : targets) {
            if (types.size() == Signal.MAX_TYPES) {
                break;
            }
            if (text.isPresent() && isText(target.name())) {
                types.putIfAbsent(MimeType.TEXT, text.get().atom());
            } else if (!FILES.contains(target.name()) && !target.name().startsWith(FILE_MANAGERS)) {
                MimeType.of(target.name()).ifPresent(type -> types.putIfAbsent(type, target.atom()));
            }
        }
        return new Targets(types, names.containsAll(XMUS));
    }

    private static Optional<Named> bestText(List<Named> targets) {
        for (String name : TEXT) {
            for (Named target : targets) {
                if (canonical(target.name()).equals(name)) {
                    return Optional.of(target);
                }
            }
        }
        return Optional.empty();
    }

    /// Plain text in another charset is the same text again.
    private static boolean isText(String name) {
        String canonical = canonical(name);
        return TEXT.contains(canonical) || canonical.startsWith("text/plain;charset=");
    }

    /// Types are compared without case and space: Qt and Java write `text/plain;charset=UTF-8`.
    private static String canonical(String name) {
        return name.indexOf('/') < 0
                ? name
                : name.toLowerCase(Locale.ROOT).replace(" ", "").replace("\"", "");
    }

    boolean isEmpty() {
        return types.isEmpty();
    }

    /// Whether there is text and nothing else.
    boolean isPlainText() {
        return types.size() == 1 && types.containsKey(MimeType.TEXT);
    }

    Optional<Integer> target(MimeType type) {
        return Optional.ofNullable(types.get(type));
    }

    /// How a target of ours is written into a property.
    enum Encoding {
        AS_IS,
        UTF8_STRING,
        LATIN1
    }

    /// One target that we answer for one type of an offer.
    record Served(String target, MimeType type, Encoding encoding) {}

    /// All names under which an offer of ours can be had, in the order of its types.
    static List<Served> served(List<MimeType> types) {
        List<Served> served = new ArrayList<>();
        for (MimeType type : types) {
            if (type.equals(MimeType.TEXT)) {
                served.add(new Served(UTF8_STRING, type, Encoding.UTF8_STRING));
                served.add(new Served(type.name(), type, Encoding.AS_IS));
                served.add(new Served("TEXT", type, Encoding.UTF8_STRING));
                served.add(new Served("STRING", type, Encoding.LATIN1));
                if (!types.contains(new MimeType(PLAIN))) {
                    served.add(new Served(PLAIN, type, Encoding.AS_IS));
                }
            } else {
                served.add(new Served(type.name(), type, Encoding.AS_IS));
            }
        }
        return served;
    }
}
