package hyperclip.core.clipboard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The pastes that are under way in one hub.
///
/// A transfer moves `credit → chunk → credit → … → end`; either side may abort at any point. The hub holds none of the
/// content: a chunk that has been paid for is passed on at once.
///
/// @param <P> what stands at both ends
final class Transfers<P> {

    /// The most transfers that one requester may have under way.
    static final int MAX_PER_REQUESTER = 128;

    private final Map<Long, Transfer<P>> byId = new HashMap<>();
    private long lastId;

    long newId() {
        return ++lastId;
    }

    /// Enters a transfer; nothing where its requester has too many already.
    boolean begin(Signal.Request request, P requester, P asked, P owner, long now) {
        int mine = 0;
        for (Transfer<P> transfer : byId.values()) {
            if (transfer.requester().equals(requester)) {
                mine++;
            }
        }
        if (mine >= MAX_PER_REQUESTER) {
            return false;
        }
        byId.put(
                request.transfer(),
                new Transfer<>(request.transfer(), requester, asked, owner, request.type(), request.credit(), now));
        return true;
    }

    /// The transfer of this number, or null where it is over or this side has no part in it.
    Transfer<P> of(P side, long id) {
        Transfer<P> transfer = byId.get(id);
        return transfer != null
                        && (transfer.owner().equals(side)
                                || transfer.requester().equals(side))
                ? transfer
                : null;
    }

    Transfer<P> ownedBy(P owner, long id) {
        Transfer<P> transfer = byId.get(id);
        return transfer != null && transfer.owner().equals(owner) ? transfer : null;
    }

    Transfer<P> requestedBy(P requester, long id) {
        Transfer<P> transfer = byId.get(id);
        return transfer != null && transfer.requester().equals(requester) ? transfer : null;
    }

    List<Transfer<P>> of(P side) {
        return byId.values().stream()
                .filter(transfer ->
                        transfer.owner().equals(side) || transfer.requester().equals(side))
                .toList();
    }

    List<Transfer<P>> all() {
        return List.copyOf(byId.values());
    }

    void remove(Transfer<P> transfer) {
        byId.remove(transfer.id());
    }

    /// When the first of them will have stood still for too long; `Long.MAX_VALUE` where there is none.
    long firstDue(Limits limits) {
        // No stream: it is asked for at every turn of the loop.
        long first = Long.MAX_VALUE;
        for (Transfer<P> transfer : byId.values()) {
            first = Math.min(first, transfer.dueAt(limits));
        }
        return first;
    }

    List<Transfer<P>> due(Limits limits, long now) {
        return byId.values().stream()
                .filter(transfer -> transfer.dueAt(limits) <= now)
                .toList();
    }

    int size() {
        return byId.size();
    }
}
