package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.clipboard.Selection;
import hyperclip.demo.Desk;
import hyperclip.demo.Outcome;
import hyperclip.demo.Program;
import hyperclip.demo.User;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The daemon as the files in `packaging` start it: as a user of its own, with as few rights as they leave it.
class ServiceFilesTest {

    private static final Path PACKAGING = Path.of(System.getProperty("hyperclip.home"), "packaging");
    private static final String UNIT = "hyperclip-guest";
    private static final String QEMU_GA = "qemu-guest-agent";
    private static final String UNITS = "/etc/systemd/system/";
    private static final String PORT = "/dev/virtio-ports/org.hyperclip.0";
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final String AGENT_PORT = "/dev/virtio-ports/" + LibvirtGuest.AGENT_PORT;

    private final SeatedGuest guest;

    ServiceFilesTest() throws IOException {
        guest = SeatedGuest.running();
    }

    @BeforeEach
    void install() throws IOException {
        guest.everybodyIn();
        guest.endHyperclip();
        install("systemd/hyperclip-guest.service", UNITS + UNIT + ".service");
        asRoot("sh", "-c", "[ -e /usr/bin/hyperclip ] || ln -s \"$(command -v hyperclip)\" /usr/bin/hyperclip");
        applyRule("udev/70-hyperclip.rules", PORT);
        asRoot("systemctl", "daemon-reload");
        asRoot("systemctl", "start", UNIT);
    }

    @AfterEach
    void end() throws IOException {
        guest.machine.run(User.ROOT, "systemctl", "stop", UNIT, QEMU_GA + ".service", QEMU_GA + ".socket");
        asRoot("rm", "-rf", UNITS + UNIT + ".service.d", UNITS + QEMU_GA + ".socket", UNITS + QEMU_GA + ".service.d");
        asRoot("systemctl", "daemon-reload");
        guest.machine.run(User.ROOT, "killall", "-q", "xclip");
        guest.endHyperclip();
    }

    private void install(String file, String path) throws IOException {
        asRoot("mkdir", "-p", Path.of(path).getParent().toString());
        guest.machine.writeFile(path, Files.readAllBytes(PACKAGING.resolve(file)));
    }

    /// Does with a port what the rule says: this guest has no udev.
    private void applyRule(String file, String port) throws IOException {
        assertThat(Files.readString(PACKAGING.resolve(file)))
                .contains("ATTR{name}==\"" + Path.of(port).getFileName() + "\"")
                .contains("GROUP=\"hyperclip\", MODE=\"0660\"");
        asRoot("sh", "-c", "chgrp hyperclip $(readlink -f " + port + ") && chmod 0660 $(readlink -f " + port + ")");
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
        awaitPaste(to, text);
    }

    private void awaitPaste(Desk desk, byte[] text) throws IOException {
        guest.await(
                "a paste on " + desk.name(),
                () -> Arrays.equals(
                        desk.paste(Program.XCLIP, Selection.CLIPBOARD).output(), text));
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

    @Test
    void qemuGaServesBehindTheDaemon() throws IOException {
        applyRule("qga/71-hyperclip-qga.rules", AGENT_PORT);
        install("qga/hyperclip-guest.conf", UNITS + UNIT + ".service.d/qga.conf");
        install("qga/qemu-guest-agent.socket", UNITS + QEMU_GA + ".socket");
        install("qga/qemu-guest-agent.conf", UNITS + QEMU_GA + ".service.d/hyperclip.conf");
        // Debian's own waits for a device that only udev can tell of.
        asRoot(
                "sh",
                "-c",
                "grep -v dev-virtio /lib/systemd/system/" + QEMU_GA + ".service > " + UNITS + QEMU_GA + ".service");
        asRoot("systemctl", "daemon-reload");
        asRoot("systemctl", "restart", QEMU_GA, UNIT);
        guest.startAgent(User.ALICE);

        byte[] written = Stage.marker("written over qemu-ga's port");
        String write = "{\"execute\":\"guest-clipboard-write\",\"arguments\":{\"buf-b64\":\"%s\"}}"
                .formatted(Base64.getEncoder().encodeToString(written));
        guest.await("alice's clipboard to be written", () -> answer(write).startsWith("{\"return\""));
        awaitPaste(guest.alice, written);

        String hostName = "{\"execute\":\"guest-get-host-name\"}";
        String itsName = "{\"return\":{\"host-name\":\"%s\"}}".formatted(asRoot("hostname"));
        assertThat(answer(hostName)).isEqualTo(itsName);
        asRoot("systemctl", "restart", QEMU_GA);
        guest.await("qemu-ga to answer anew", () -> answer(hostName).equals(itsName));
        assertThat(asRoot("stat", "-c", "%U %G %a", "/run/qemu-ga.sock")).isEqualTo("root hyperclip 660");
    }

    /// What the port answers to one command, without spaces; empty where nobody does within some seconds, as before
    /// the daemon has opened it.
    private String answer(String command) throws IOException {
        try (SocketChannel port = SocketChannel.open(UnixDomainSocketAddress.of(guest.agentPort))) {
            port.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.UTF_8)));
            port.configureBlocking(false);
            ByteBuffer answer = ByteBuffer.allocate(64 * 1024);
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < ANSWER.toNanos()) {
                if (port.read(answer) > 0 && answer.get(answer.position() - 1) == '\n') {
                    String line = new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
                    return line.replaceAll("\\s", "");
                }
                Stage.pause();
            }
            return "";
        }
    }
}
