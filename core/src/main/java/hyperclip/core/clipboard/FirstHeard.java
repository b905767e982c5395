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

    private final Map<Copy, Long> since = new LinkedHashMap<>();

    /// A copy, and who told of it: what one place says of a copy is none of another's.
    private record Copy(String place, OfferId id) {}

    /// The moment from which a copy is to be counted that a place tells to be from `told`, both on the hub's clock.
    long sinceAtLatest(String place, OfferId id, long told) {
        Long known = since.get(new Copy(place, id));
        return known != null && known < told - TOLERANCE ? known : told;
    }

    /// This copy has been told by a place, and is counted from this moment.
    void note(String place, OfferId id, long from) {
        since.merge(new Copy(place, id), from, Math::min);
        if (since.size() > MAX_COPIES) {
            since.remove(since.keySet().iterator().next());
        }
    }
}
