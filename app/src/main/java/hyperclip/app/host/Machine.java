package hyperclip.app.host;

import hyperclip.app.link.Troubles;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.session.SessionMessage;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// One virtual machine: the socket of its port, and the sessions that are known of it.
interface Machine {

    /// A session that is known.
    ///
    /// @param view its name in the hub, and for people
    /// @param user empty where it is not known
    /// @param display empty where it is not known
    /// @param since when it came, on the loop's clock
    record Session(String view, String user, String display, long since) {}

    /// Connects, and goes on trying to.
    void start();

    /// Leaves no socket behind.
    void close();

    String name();

    /// What is spoken with it, such as `native`.
    String protocol();

    Path path();

    String state();

    /// What it cannot be offered of the copy that stands; empty where it can be offered everything.
    String notCarried();

    List<Troubles.Trouble> troubles();

    Collection<Session> sessions();

    /// Takes a file: the content that is offered next in this hub, where a view of its own is opened.
    ///
    /// @param outcome told once: why the machine does not have it, as a sentence, or nothing where it has it
    void take(Hub hub, String view, SessionMessage.Send file, Consumer<Optional<String>> outcome);
}
