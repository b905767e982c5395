package hyperclip.bench.versus;

import hyperclip.core.clipboard.Selection;

/// Something that copies and pastes: an application on an X display, or the host's end of a port. What is measured is
/// the way from one place to another.
public interface Place {

    /// Offers this text from now on, and hands it out to whoever pastes.
    void copy(Selection selection, Text text);

    /// Does this once, when the other side offers something here next.
    void onOffer(Selection selection, Runnable then);

    /// Pastes what the other side has offered here last.
    void paste(Selection selection, Arrival arrival);
}
