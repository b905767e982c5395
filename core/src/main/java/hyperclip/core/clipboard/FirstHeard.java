package hyperclip.core.clipboard;

import java.util.LinkedHashMap;
import java.util.Map;

/// Since when each copy has been known here, for copies that are told again.
///
/// A guest that goes back to a snapshot takes its clock along: by that clock an old copy was made a moment ago, and
/// would displace what was copied here since. Whoever heard of the copy at the time knows better.
final class FirstHeard {

    /// How many copies are remembered, the last ones. Who has more made only loses the correction.
    static final int MAX_COPIES = 1024;

    /// Ages are added up hop by hop and differ by the time on the way, in milliseconds; so much is no correction.
    static final long TOLERANCE = 1000;

    private final Map<OfferId, Long> since = new LinkedHashMap<>();

    /// The moment from which a copy is to be counted that is told to be from `told`, both on the hub's clock.
    long sinceAtLatest(OfferId id, long told) {
        Long known = since.get(id);
        return known != null && known < told - TOLERANCE ? known : told;
    }

    /// This copy has been told, and is counted from this moment.
    void note(OfferId id, long from) {
        since.merge(id, from, Math::min);
        if (since.size() > MAX_COPIES) {
            since.remove(since.keySet().iterator().next());
        }
    }
}
