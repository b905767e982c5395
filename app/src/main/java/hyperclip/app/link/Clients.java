package hyperclip.app.link;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.session.Rank;
import hyperclip.core.session.SessionConnection;
import hyperclip.core.session.SessionMessage;
import hyperclip.core.session.SessionMessage.Row;
import hyperclip.core.wire.ProtocolException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The commands that talk to a daemon or front end: it answers their questions and lets them copy and paste.
///
/// A client that attaches becomes a view of its own, which follows nothing: what it offers is shown where the
/// places say, what it requests is what the place holds that it named.
public final class Clients {

    /// The channel on which a client copies and pastes.
    public static final int CHANNEL = 1;

    /// A client that leaves more messages unread is answered nothing more: an answer may have many rows.
    private static final int MAX_UNREAD = 128;

    private final Hub hub;
    private final Places places;
    private final Map<String, String> attached = new HashMap<>();
    private long last;

    /// What clients may ask for, and where.
    public interface Places {

        /// The hub's view behind a name that a person wrote; empty where there is none that this user may reach.
        ///
        /// @param place such as `alice` or `work/alice`; empty for the one that goes without saying
        Optional<String> view(String user, String place);

        List<Map<String, String>> sessions(String user);

        List<Map<String, String>> status(String user);

        /// A client that is attached to nothing wants to send a file, and waits for how that ends.
        default void send(SessionConnection client, SessionMessage.Send file) {
            client.say(new SessionMessage.Refusal(
                    "files are sent into a machine from the host, by its front end (`hyperclip host`)"));
        }
    }

    public Clients(Hub hub, Places places) {
        this.hub = hub;
        this.places = places;
    }

    /// The view for which a client copies, where `view` is a client's.
    public Optional<String> targetOf(String view) {
        return Optional.ofNullable(attached.get(view));
    }

    /// The views of the clients that copy for this one.
    public List<String> attachedTo(String target) {
        return attached.entrySet().stream()
                .filter(entry -> entry.getValue().equals(target))
                .map(Map.Entry::getKey)
                .toList();
    }

    /// A client has said something on channel 0.
    public void said(SessionConnection connection, String user, SessionMessage message, long position)
            throws ProtocolException {
        if (message instanceof SessionMessage.Send file) {
            if (connection.hasChannel(CHANNEL)) {
                connection.say(new SessionMessage.Refusal("this client is attached, or sends a file already"));
            } else {
                places.send(connection, file);
            }
            return;
        }
        if (!(message instanceof SessionMessage.Ask(SessionMessage.Question question, String place))) {
            throw new ProtocolException("a message that a client has no use for", position);
        }
        if (connection.waiting() > MAX_UNREAD) {
            connection.say(new SessionMessage.Refusal("the answers to the questions before this one wait to be read"));
            return;
        }
        switch (question) {
            case STATUS -> answer(connection, places.status(user));
            case SESSIONS -> answer(connection, places.sessions(user));
            case TYPES ->
                places.view(user, place)
                        .ifPresentOrElse(view -> answer(connection, types(view)), () -> unknown(connection, place));
            case ATTACH ->
                places.view(user, place)
                        .ifPresentOrElse(view -> attach(connection, view), () -> unknown(connection, place));
        }
    }

    /// The client is gone.
    public void left(SessionConnection connection) {
        attached.keySet().removeIf(view -> !hub.views().contains(view));
    }

    private void attach(SessionConnection connection, String view) {
        if (connection.hasChannel(CHANNEL)) {
            connection.say(new SessionMessage.Refusal("this client is attached already"));
            return;
        }
        String name = "client:" + ++last;
        attached.put(name, view);
        connection.open(
                CHANNEL, hub, name, Rank.HOST_SIDE, view, () -> connection.say(new SessionMessage.Close(CHANNEL)));
        connection.say(new SessionMessage.Done());
    }

    private static void unknown(SessionConnection connection, String place) {
        connection.say(new SessionMessage.Refusal(
                place.isEmpty()
                        ? "no session of yours is connected here; `hyperclip sessions` lists those that are"
                        : "no session " + place + " is connected here, or it is not yours; `hyperclip sessions` lists"
                                + " those that are"));
    }

    private static void answer(SessionConnection connection, List<Map<String, String>> rows) {
        rows.forEach(row -> connection.say(new Row(row)));
        connection.say(new SessionMessage.Done());
    }

    private List<Map<String, String>> types(String view) {
        List<Map<String, String>> rows = new ArrayList<>();
        for (Selection selection : Selection.values()) {
            hub.holding(view, selection).ifPresent(holding -> {
                for (MimeType type : holding.offer().types()) {
                    rows.add(Map.of(
                            "selection", selection.word(),
                            "offer", holding.offer().id().hex(),
                            "type", type.name()));
                }
            });
        }
        return rows;
    }

    /// What a view holds, for `status` and `sessions`: types and ages, never content.
    public static Map<String, String> describe(Hub hub, String view, Map<String, String> about) {
        Map<String, String> row = new TreeMap<>(about);
        for (Selection selection : Selection.values()) {
            hub.holding(view, selection).ifPresent(holding -> {
                String whose = holding.holder().equals(view) ? "own" : "shown";
                String first = holding.offer().types().getFirst().name();
                int more = holding.offer().types().size() - 1;
                row.put(
                        selection.word(),
                        whose + ", " + first + (more == 0 ? "" : " and " + more + " more") + ", "
                                + ago(holding.offer().age()));
            });
        }
        return row;
    }

    /// An age as people say it.
    public static String ago(long millis) {
        long seconds = millis / 1000;
        if (seconds < 60) {
            return seconds + " s ago";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min ago";
        }
        return seconds < 172_800 ? seconds / 3600 + " h ago" : "long ago";
    }
}
