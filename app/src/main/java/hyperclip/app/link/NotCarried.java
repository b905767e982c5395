package hyperclip.app.link;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.Selection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What the other side of a link cannot be offered of the copies that stand, for `status`.
public final class NotCarried {

    /// So many types are named.
    private static final int NAMED = 4;

    private final Map<Selection, List<MimeType>> types = new EnumMap<>(Selection.class);

    public void note(Selection selection, List<MimeType> notCarried) {
        types.put(selection, notCarried);
    }

    public void clear() {
        types.clear();
    }

    /// For a person; empty where everything is carried.
    public String sentence() {
        return types.entrySet().stream()
                .filter(one -> !one.getValue().isEmpty())
                .map(one -> one.getKey().word() + ": " + named(one.getValue()) + " not carried by vdagent")
                .collect(Collectors.joining("; "));
    }

    private static String named(List<MimeType> types) {
        String first = types.stream().limit(NAMED).map(MimeType::name).collect(Collectors.joining(", "));
        int more = types.size() - NAMED;
        return more > 0 ? first + " and " + more + " more" : first;
    }
}
