package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.Desk;
import hyperclip.demo.Outcome;
import hyperclip.demo.Program;
import hyperclip.demo.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The daemon as `packaging/systemd/hyperclip-guest.service` starts it: as a user of its own, with as few rights as
/// the file leaves it.
class ServiceFilesTest {

    private static final Path PACKAGING = Path.of(System.getProperty("hyperclip.home"), "packaging");
    private static final String UNIT = "hyperclip-guest";
    private static final String PORT = "/dev/virtio-ports/org.hyperclip.0";

    private final SeatedGuest guest;

    ServiceFilesTest() throws IOException {
        guest = SeatedGuest.running();
    }

    @BeforeEach
    void install() throws IOException {
        guest.everybodyIn();
        guest.endHyperclip();
        guest.machine.writeFile(
                "/etc/systemd/system/" + UNIT + ".service",
                Files.readAllBytes(PACKAGING.resolve("systemd/" + UNIT + ".service")));
        asRoot("sh", "-c", "[ -e /usr/bin/hyperclip ] || ln -s \"$(command -v hyperclip)\" /usr/bin/hyperclip");
        // What the udev rule does: this guest has no udev.
        String rule = Files.readString(PACKAGING.resolve("udev/70-hyperclip.rules"));
        assertThat(rule).contains("GROUP=\"hyperclip\", MODE=\"0660\"");
        asRoot("sh", "-c", "chgrp hyperclip $(readlink -f " + PORT + ") && chmod 0660 $(readlink -f " + PORT + ")");
        asRoot("systemctl", "daemon-reload");
        asRoot("systemctl", "start", UNIT);
    }

    @AfterEach
    void end() throws IOException {
        guest.machine.run(User.ROOT, "systemctl", "stop", UNIT);
        guest.machine.run(User.ROOT, "killall", "-q", "xclip");
        guest.endHyperclip();
    }

    private String asRoot(String... command) throws IOException {
        Outcome outcome = guest.machine.run(User.ROOT, command);
        assertThat(outcome.exit())
                .as("%s, which said: %s", String.join(" ", command), outcome.errorText())
                .isZero();
        return outcome.text().strip();
    }

    private String property(String name) throws IOException {
        return asRoot("systemctl", "show", "--value", "-p", name, UNIT);
    }

    private void awaitPastes(Desk from, Desk to, String what) throws IOException {
        byte[] text = Stage.marker(what);
        from.copy(Program.XCLIP, Selection.CLIPBOARD, text);
        guest.await(
                "a paste on " + to.name(),
                () -> Arrays.equals(to.paste(Program.XCLIP, Selection.CLIPBOARD).output(), text));
    }

    @Test
    void theDaemonDoesItsWorkWithTheRightsOfTheFile() throws IOException {
        guest.startAgent(User.ALICE);
        awaitPastes(guest.host, guest.alice, "to a daemon with few rights");
        awaitPastes(guest.alice, guest.host, "from a daemon with few rights");
        String pid = property("MainPID");
        assertThat(asRoot("stat", "-c", "%U", "/proc/" + pid)).isEqualTo("hyperclip");
        assertThat(asRoot("grep", "-E", "^(CapBnd|CapEff|NoNewPrivs|Seccomp):", "/proc/" + pid + "/status")
                        .replaceAll("\\s+", " "))
                .isEqualTo("CapEff: 0000000000000000 CapBnd: 0000000000000000 NoNewPrivs: 1 Seccomp: 2");
        // It hears logind.
        guest.lock(User.ALICE);
        guest.await("alice to be locked", () -> asRoot("hyperclip", "sessions").contains("locked"));
        guest.unlock(User.ALICE);
        // It comes back when it is killed, and its end is no failure.
        asRoot("kill", "-KILL", property("MainPID"));
        guest.await("it to be started again", () -> property("NRestarts").equals("1"));
        awaitPastes(guest.host, guest.alice, "after the kill");
        asRoot("systemctl", "stop", UNIT);
        assertThat(property("Result")).isEqualTo("success");
    }
}
