package hyperclip.core.clipboard;

/// A transfer that a hub has ended over its own [Limits]: for whoever keeps a log.
///
/// @param asker the view that pasted
/// @param holder the view whose copy it was
/// @param passed bytes of content that had passed by then
public record Refusal(String asker, String holder, MimeType type, long passed, Signal.Abort abort) {

    /// For a person: who, what type, how much, and over which limit.
    public String sentence() {
        return "a paste of " + type + " by " + asker + " from " + holder + " was ended after " + passed + " bytes: "
                + abort.sentence();
    }
}
