package hyperclip.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The guests that there are. They differ in what starts their sessions; kernel, remote control and Hyperclip are
/// the same.
public enum Guest {

    /// An init of its own, and nobody who knows what a session is: it boots quickest.
    PLAIN,

    /// systemd with logind, and sessions as PAM opens them: alice and bob take turns at the screen of seat0, each
    /// on a VT, and carol comes over the network to a VNC server. [User#GREETER]'s session starts on demand.
    SEATED;

    /// This and the next two: resources, each with its path in the guest after the first folder.
    private static final List<String> EVERYWHERE = List.of(
            "files/etc/hosts",
            "files/etc/nsswitch.conf",
            "files/etc/hyperclip/control",
            "files/etc/hyperclip/initramfs-init",
            "files/etc/hyperclip/ports");

    private static final List<String> WITHOUT_SEATS = List.of(
            "files/etc/group",
            "files/etc/inittab",
            "files/etc/passwd",
            "files/etc/hyperclip/boot",
            "files/etc/hyperclip/session");

    private static final List<String> WITH_SEATS = List.of(
            "seated/etc/group",
            "seated/etc/machine-id",
            "seated/etc/passwd",
            "seated/etc/hyperclip/boot",
            "seated/etc/hyperclip/desktop",
            "seated/etc/hyperclip/desktop-ended",
            "seated/etc/hyperclip/in-session",
            "seated/etc/pam.d/desktop",
            "seated/etc/pam.d/login",
            "seated/etc/pam.d/other",
            "seated/etc/systemd/logind.conf",
            "seated/etc/systemd/system.conf",
            "seated/etc/systemd/system/boot.service",
            "seated/etc/systemd/system/control.service",
            "seated/etc/systemd/system/default.target",
            "seated/etc/systemd/system/desktop@.service",
            "seated/etc/systemd/system/desktop@alice.service.d/seat.conf",
            "seated/etc/systemd/system/desktop@bob.service.d/seat.conf",
            "seated/etc/systemd/system/desktop@carol.service.d/seat.conf",
            "seated/etc/systemd/system/desktop@greeter.service.d/seat.conf");

    /// Who has a desktop as soon as it has booted.
    public List<User> desktops() {
        return switch (this) {
            case PLAIN -> List.of(User.ALICE, User.BOB);
            case SEATED -> List.of(User.ALICE, User.BOB, User.CAROL);
        };
    }

    /// What the cache calls its root disk.
    String disk() {
        return switch (this) {
            case PLAIN -> "root";
            case SEATED -> "seated";
        };
    }

    /// What it is made of, besides a kernel.
    List<String> packages() {
        List<String> packages = new ArrayList<>(Recipe.lines("packages"));
        if (this == SEATED) {
            packages.addAll(Recipe.lines("seated/packages"));
        }
        return packages;
    }

    /// The files that are ours: their paths in the guest, and the resources that they are.
    Map<String, String> files() {
        Map<String, String> files = new TreeMap<>();
        Stream.concat(EVERYWHERE.stream(), (this == SEATED ? WITH_SEATS : WITHOUT_SEATS).stream())
                .forEach(resource -> files.put(resource.substring(resource.indexOf('/') + 1), resource));
        return files;
    }

    /// The parts of systemd that are to do nothing, below `/etc/systemd`.
    List<String> masked() {
        return this == SEATED ? Recipe.lines("seated/masked") : List.of();
    }

    /// The command that, given to root, runs this one as the user; where there are sessions, in the user's own:
    /// else what a desktop's programs ask of logind would be asked by a program of the system.
    List<String> as(User user, List<String> command) {
        if (this == PLAIN || user == User.ROOT) {
            return user.as(command);
        }
        List<String> all = new ArrayList<>(List.of("/etc/hyperclip/in-session", user.userName()));
        all.addAll(user.as(command));
        return all;
    }
}
