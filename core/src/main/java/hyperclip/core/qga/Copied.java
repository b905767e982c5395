package hyperclip.core.qga;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A copy that came over a channel of this protocol: written, with its content, or offered, with types alone;
/// then each paste of it asks for the content.
///
/// It is shown in several sessions and pasted several times at once; its content goes with the last of them.
final class Copied {

    private final OfferId id;
    private final List<MimeType> types;
    private final Map<MimeType, Store> contents;
    private int users;

    private Copied(OfferId id, List<MimeType> types, Map<MimeType, Store> contents) {
        this.id = id;
        this.types = types;
        this.contents = contents;
    }

    static Copied written(OfferId id, Map<MimeType, Store> contents) {
        return new Copied(id, List.copyOf(contents.keySet()), new LinkedHashMap<>(contents));
    }

    static Copied offered(OfferId id, List<MimeType> types) {
        return new Copied(id, types, Map.of());
    }

    OfferId id() {
        return id;
    }

    List<MimeType> types() {
        return types;
    }

    boolean isWritten() {
        return !contents.isEmpty();
    }

    Store content(MimeType type) {
        return contents.get(type);
    }

    void use() {
        users++;
    }

    void leave() {
        users--;
        if (users == 0) {
            contents.values().forEach(Store::close);
        }
    }
}
