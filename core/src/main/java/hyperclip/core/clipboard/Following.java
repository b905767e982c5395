package hyperclip.core.clipboard;

/// The rule of a hub: whose copies are shown where. It is asked anew at every copy.
@FunctionalInterface
public interface Following {

    /// Whether what `followed` copies is offered to `follower`. The names are those the views were opened with.
    boolean follows(String follower, String followed);
}
