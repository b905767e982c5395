package hyperclip.e2e.vm;

import hyperclip.demo.GuestImage;
import hyperclip.demo.Outcome;
import hyperclip.demo.RemoteGuest;
import hyperclip.demo.User;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The guest as a domain of libvirt, which starts QEMU and holds the host's end of the port of QEMU's guest
/// agent. It is libvirt as an ordinary user has it, `qemu:///session`, and a daemon of this test's own: root,
/// who would be given that of the whole system, is nobody here.
///
/// A port is told to libvirt to be connected when a program of the guest opens it.
final class LibvirtGuest extends RemoteGuest {

    /// What the guest needs more than the demo's has.
    static final List<String> PACKAGES = List.of("qemu-guest-agent");

    static final String AGENT_PORT = "org.qemu.guest_agent.0";

    /// What libvirt calls the domain.
    static final String DOMAIN = "g";

    private static final String URI = "qemu:///session";

    /// The first start of a libvirtd asks QEMU what it can do, which takes seconds.
    private static final Duration PATIENCE = Stage.PATIENCE;

    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private static final String KERNEL_LINE =
            "console=ttyS0 quiet panic=-1 mitigations=off no_timer_check tsc=reliable random.trust_cpu=on";

    /// What QEMU's agent calls, and busybox has not. It returns before anything is ended: of one that is killed the
    /// agent says that it failed.
    private static final String SHUTDOWN = "#!/bin/sh\n(sleep 1; exec poweroff) > /dev/null 2>&1 &\n";

    /// Who says something in libvirt's log, and how bad it is: `2026-01-31 12:00:00.000+0000: 123: error :
    /// name:1 : …`.
    private static final Pattern FAULT = Pattern.compile("[^ ]+ [^ ]+ \\d+: (?:warning|error) : (.*)");

    /// That a command was only passed on, which it says once of each domain.
    private static final String PASSED_ON = "is tainted: custom-ga-command";

    private static final Pattern AGENT_STATE = Pattern.compile("name='" + AGENT_PORT + "' state='([a-z]+)'");

    private final Path folder;
    private final Thread ending = new Thread(this::end, "end libvirt");
    private Process libvirtd;
    private int faultsRead;

    /// Not running yet.
    LibvirtGuest(GuestImage image) throws IOException {
        super(image);
        // QEMU's sockets lie four folders below it, and a unix socket has a short path.
        folder = Files.createTempDirectory("hc-");
        Runtime.getRuntime().addShutdownHook(ending);
        try {
            for (String name : List.of("run", "config/libvirt")) {
                Files.createDirectories(folder.resolve(name));
            }
            Files.writeString(folder.resolve("domain.xml"), domain());
            // Else each user's virtlogd is started, and outlives the test.
            Files.writeString(folder.resolve("config/libvirt/qemu.conf"), "stdio_handler = \"file\"\n");
            Files.writeString(
                    folder.resolve("libvirtd.conf"),
                    "log_level = 3\nlog_outputs = \"3:file:%s\"\n".formatted(folder.resolve("libvirtd.log")));
            // Whoever runs QEMU may be kept from the cache, and may write to a copy.
            copy(image.kernel(), "kernel");
            copy(image.initrd(), "initrd");
            copy(image.rootDisk(), "root.img");
            copy(image.hyperclipDisk(), "hyperclip.img");
            if (ROOT) {
                run(List.of("chown", "-R", "nobody:nogroup", folder.toString()));
            }
            startLibvirtd();
            virshOrFail("define", folder.resolve("domain.xml").toString());
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void copy(Path from, String to) throws IOException {
        run(List.of(
                "cp",
                "--sparse=always",
                "--reflink=auto",
                from.toString(),
                folder.resolve(to).toString()));
    }

    private void startLibvirtd() throws IOException {
        libvirtd = start(List.of("libvirtd", "--config", file("libvirtd.conf")), "libvirtd.out", "libvirtd.out");
        await("libvirtd to listen", () -> {
            if (!libvirtd.isAlive()) {
                throw new AssertionError("libvirtd has ended. It said:\n" + read("libvirtd.out"));
            }
            return Files.exists(listening());
        });
    }

    private Path listening() {
        return folder.resolve("run/libvirt/libvirt-sock");
    }

    /// The same machine as the other tests have: see `Machine`.
    private String domain() {
        return """
                <domain type='qemu'>
                  <name>%s</name>
                  <memory unit='MiB'>1024</memory>
                  <vcpu>1</vcpu>
                  <os>
                    <type arch='x86_64' machine='q35'>hvm</type>
                    <kernel>%s</kernel>
                    <initrd>%s</initrd>
                    <cmdline>%s</cmdline>
                  </os>
                  <features><acpi/></features>
                  <cpu mode='maximum'>
                    <feature policy='disable' name='erms'/>
                    <feature policy='disable' name='fsrm'/>
                    <feature policy='disable' name='avx'/>
                  </cpu>
                  <on_reboot>destroy</on_reboot>
                  <devices>
                    <disk type='file' device='disk'>
                      <driver name='qemu' type='raw' cache='unsafe'/>
                      <source file='%s'/>
                      <target dev='vda' bus='virtio'/>
                      <address type='pci' bus='0' slot='2'/>
                    </disk>
                    <disk type='file' device='disk'>
                      <driver name='qemu' type='raw'/>
                      <source file='%s'/>
                      <target dev='vdb' bus='virtio'/>
                      <readonly/>
                      <address type='pci' bus='0' slot='3'/>
                    </disk>
                    <controller type='virtio-serial'><address type='pci' bus='0' slot='4'/></controller>
                    <controller type='usb' model='none'/>
                    <serial type='file'><source path='%s'/></serial>
                    <channel type='unix'><target type='virtio' name='%s'/></channel>
                    <channel type='unix'>
                      <source mode='bind' path='%s'/>
                      <target type='virtio' name='%s'/>
                    </channel>
                    <audio id='1' type='none'/>
                    <video><model type='none'/></video>
                    <memballoon model='none'/>
                  </devices>
                </domain>
                """.formatted(
                        DOMAIN,
                        file("kernel"),
                        file("initrd"),
                        KERNEL_LINE,
                        file("root.img"),
                        file("hyperclip.img"),
                        file("console.log"),
                        AGENT_PORT,
                        file("control.sock"),
                        CONTROL_PORT);
    }

    // Its life

    /// Turns it on, and waits until all desktops accept clients.
    void boot() throws IOException {
        virshOrFail("start", DOMAIN);
        connectControl(folder.resolve("control.sock"));
        awaitDesktops(Stage::say);
        writeFile("/usr/sbin/shutdown", SHUTDOWN.getBytes(StandardCharsets.UTF_8));
        run(User.ROOT, "chmod", "755", "/usr/sbin/shutdown");
    }

    /// Ends libvirtd as a crash does, and starts it again; the guest runs on.
    void crashLibvirt() throws IOException {
        libvirtd.destroyForcibly();
        waitFor(libvirtd, "libvirtd to end");
        Files.delete(listening());
        startLibvirtd();
        awaitState("running");
        awaitAgent();
    }

    @Override
    public boolean isRunning() {
        return qemu().map(ProcessHandle::isAlive).orElse(false);
    }

    private Optional<ProcessHandle> qemu() {
        try {
            return ProcessHandle.of(
                    Long.parseLong(Files.readString(folder.resolve("run/libvirt/qemu/run/" + DOMAIN + ".pid"))
                            .strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    @Override
    public String consoleTail() {
        List<String> lines = read("console.log").lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 25), lines.size()));
    }

    /// libvirtd leaves what it runs behind: QEMU is ended apart.
    @Override
    public void close() throws IOException {
        closeControl();
        end();
        Runtime.getRuntime().removeShutdownHook(ending);
    }

    private void end() {
        List<ProcessHandle> all = new ArrayList<>();
        if (libvirtd != null) {
            all.add(libvirtd.toHandle());
        }
        qemu().ifPresent(all::add);
        for (ProcessHandle process : all) {
            process.destroyForcibly();
            process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            Stage.say("left behind: " + folder + " (" + e.getMessage() + ")");
        }
    }

    // libvirt

    /// What a program needs in its environment to find this libvirt, if it runs as its user.
    Map<String, String> environment() {
        return Map.of(
                "HOME", folder.toString(),
                "XDG_RUNTIME_DIR", file("run"),
                "XDG_CONFIG_HOME", file("config"),
                "XDG_CACHE_HOME", file("config"),
                "LIBVIRT_DEFAULT_URI", URI,
                "PATH", "/usr/sbin:/usr/bin:/sbin:/bin",
                "LANG", "C.UTF-8");
    }

    /// Where root finds it.
    String uri() {
        return "qemu+unix:///session?socket=" + listening();
    }

    /// The command that runs this one as the user whose libvirt it is.
    static List<String> asUser(List<String> command) {
        List<String> all = new ArrayList<>();
        if (ROOT) {
            all.addAll(List.of("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"));
        }
        all.addAll(command);
        return all;
    }

    Outcome virsh(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("virsh", "-q"));
        command.addAll(List.of(arguments));
        long begun = System.nanoTime();
        Process process = start(command, "virsh.out", "virsh.err");
        int exit = waitFor(process, "virsh " + String.join(" ", arguments));
        return new Outcome(
                exit,
                Files.readAllBytes(folder.resolve("virsh.out")),
                Files.readAllBytes(folder.resolve("virsh.err")),
                Duration.ofNanos(System.nanoTime() - begun));
    }

    private String virshOrFail(String... arguments) throws IOException {
        Outcome outcome = virsh(arguments);
        if (outcome.exit() != 0) {
            throw new AssertionError(
                    "`virsh %s` failed: %s".formatted(String.join(" ", arguments), outcome.errorText()));
        }
        return outcome.text().strip();
    }

    /// Passes this to whoever answers at the agent's port, and gives the answer as libvirt has read it.
    Outcome command(String json) throws IOException {
        return virsh("qemu-agent-command", DOMAIN, "--timeout", "20", json);
    }

    /// `running`, `shut off`.
    String state() throws IOException {
        return virshOrFail("domstate", DOMAIN);
    }

    /// Whether a program of the guest has the agent's port open, as libvirt knows it.
    boolean isAgentThere() throws IOException {
        Matcher matcher = AGENT_STATE.matcher(virshOrFail("dumpxml", DOMAIN));
        return matcher.find() && matcher.group(1).equals("connected");
    }

    void awaitState(String state) throws IOException {
        await("the domain to be " + state, () -> state().equals(state));
    }

    void awaitAgent() throws IOException {
        await("libvirt to see the agent's port opened", this::isAgentThere);
    }

    void awaitNoAgent() throws IOException {
        await("libvirt to see the agent's port closed", () -> !isAgentThere());
    }

    /// The warnings and errors that libvirt has logged since this was last asked, the time left out.
    List<String> newFaults() {
        List<String> all = read("libvirtd.log")
                .lines()
                .map(FAULT::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .filter(fault -> !fault.endsWith(PASSED_ON))
                .toList();
        List<String> unread = all.subList(faultsRead, all.size());
        faultsRead = all.size();
        return unread;
    }

    // Programs of this machine

    private Process start(List<String> command, String out, String err) throws IOException {
        // Ctrl-C is not for them: their end is ours to tell.
        List<String> all = new ArrayList<>(List.of("setsid"));
        all.addAll(asUser(command));
        ProcessBuilder builder = new ProcessBuilder(all).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment());
        builder.redirectInput(Redirect.from(new File("/dev/null")))
                .redirectOutput(folder.resolve(out).toFile());
        if (out.equals(err)) {
            builder.redirectErrorStream(true);
        } else {
            builder.redirectError(folder.resolve(err).toFile());
        }
        return builder.start();
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectInput(Redirect.from(new File("/dev/null")))
                .inheritIO()
                .start();
        if (waitFor(process, String.join(" ", command)) != 0) {
            throw new AssertionError("failed: " + String.join(" ", command));
        }
    }

    private static int waitFor(Process process, String what) throws IOException {
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("Not done after %d s: %s".formatted(PATIENCE.toSeconds(), what));
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + what);
        }
    }

    void await(String what, SeatedGuest.Condition condition) throws IOException {
        long begun = System.nanoTime();
        while (!condition.holds()) {
            if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                throw new AssertionError("Waited %d s for %s, in vain. libvirt said:%n%s%nThe console said last:%n%s"
                        .formatted(PATIENCE.toSeconds(), what, read("libvirtd.log"), consoleTail()));
            }
            Stage.pause();
        }
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private String read(String name) {
        try {
            return Files.readString(folder.resolve(name), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
