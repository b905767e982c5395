package hyperclip.demo;

import hyperclip.core.clipboard.Selection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// The desktop of a user of the guest.
public record GuestDesk(RemoteGuest machine, User user) implements Desk {

    /// What the front end calls the machine.
    public static final String MACHINE = "demo";

    @Override
    public String name() {
        return MACHINE + "/" + user.userName();
    }

    @Override
    public Outcome run(List<String> command, byte[] input, Duration patience) throws IOException {
        return machine.run(user, command, input, patience);
    }

    @Override
    public void copy(Program program, Selection selection, byte[] text) throws IOException {
        Outcome outcome = run(program.copying(selection), text, PASTE);
        if (outcome.exit() != 0) {
            throw new Complaint(program.word() + " could not copy on " + name() + ": " + outcome.errorText());
        }
    }
}
