package hyperclip.core.clipboard;

/// Why an offer is told: it decides how the offer is ranked against the one that stands.
public enum Standing {
    /// Somebody has just copied: it replaces whatever stands.
    FRESH,
    /// A copy from before, told again after a start, a cut or a restore: the younger of the two stands.
    RENEWED
}
