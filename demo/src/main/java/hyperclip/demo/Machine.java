package hyperclip.demo;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// A virtual machine with the guest of a [GuestImage] in it, and what one can do to it from outside.
///
///     new → boot ──────────→ running ── kill ──→ off ── boot, resume ──→ running
///            └── complaint → off          └── close → gone, with its disk and its sockets
///
/// Like a real machine it keeps its disk and its snapshots from one boot to the next; its sockets keep their paths.
/// Whatever happens, also at Ctrl-C, QEMU ends with this process and its folder is deleted.
public final class Machine extends RemoteGuest {

    private static final Duration QEMU_STARTS = Duration.ofSeconds(30);
    private static final Duration UNPLUG_PAUSE = Duration.ofMillis(100);
    private static final Duration SNAPSHOT = Duration.ofMinutes(2);

    /// QEMU emulates `rep movsb` and `rep stosb` byte by byte and wide vectors piece by piece. A processor that has
    /// none of them copies twice as fast: the kernel, libc and Java then take other ways.
    private static final String EMULATED_PROCESSOR = "max,-erms,-fsrm,-avx";

    private final int megabytes;
    private final Path folder;
    private final Map<String, Path> ports = new LinkedHashMap<>();
    private final List<String> viewers = new ArrayList<>();
    private final Runnable ending = this::end;

    private volatile Process qemu;
    private Monitor monitor;

    public Machine(GuestImage image) throws IOException {
        this(image, 1024);
    }

    public Machine(GuestImage image, int megabytes) throws IOException {
        super(image);
        this.megabytes = megabytes;
        this.folder = Files.createTempDirectory("hyperclip-");
        addPort(CLIPBOARD_PORT);
        AtExit.run(ending);
    }

    // Its life

    /// Adds one more virtio port, before the first boot; gives the socket at its host end.
    public Path addPort(String name) {
        // Unix sockets have short paths, so the folder's name and this one are short.
        Path socket = folder.resolve(name.equals(CLIPBOARD_PORT) ? "clipboard.sock" : name + ".sock");
        ports.put(name, socket);
        return socket;
    }

    /// Lets viewers connect over VNC and SPICE, from the next start on.
    public void admitViewers() {
        viewers.addAll(List.of(
                "-vnc",
                "unix:" + escaped(vncSocket()),
                "-spice",
                "unix=on,disable-ticketing=on,addr=" + escaped(spiceSocket())));
    }

    public Path vncSocket() {
        return folder.resolve("vnc.sock");
    }

    public Path spiceSocket() {
        return folder.resolve("spice.sock");
    }

    /// Plugs in one more virtio port while the machine runs.
    ///
    /// @param chardev what is behind it, such as `qemu-vdagent,clipboard=on`
    public void plug(String name, String chardev) throws IOException {
        tellMonitor("chardev-add " + chardev + ",id=" + name);
        tellMonitor("device_add virtserialport,chardev=%s,name=%s,id=%s".formatted(name, name, name));
        // There is no udev: the script that names the ports is asked once more.
        String device = "/dev/virtio-ports/" + name;
        Outcome named = run(
                User.ROOT,
                "sh",
                "-c",
                "for i in 1 2 3 4 5 6 7 8 9; do . /etc/hyperclip/ports; [ -c " + device + " ] && exit; sleep 1; done;"
                        + " exit 1");
        if (named.exit() != 0) {
            throw new Complaint("The port " + name + " was plugged in, and the guest does not see it.");
        }
    }

    /// Takes a port away again.
    public void unplug(String name) throws IOException {
        tellMonitor("device_del " + name);
        run(User.ROOT, "rm", "-f", "/dev/virtio-ports/" + name);
        // The port lets go of it a moment later.
        Patience.within(QEMU_STARTS, "the port to be unplugged", () -> {
            String answer = monitor.tell("chardev-remove " + name);
            while (answer.contains("busy")) {
                Thread.sleep(UNPLUG_PAUSE);
                answer = monitor.tell("chardev-remove " + name);
            }
            if (!answer.isBlank()) {
                throw new Complaint("QEMU does not remove " + name + ": " + answer.strip());
            }
            return answer;
        });
    }

    private void tellMonitor(String command) throws IOException {
        String answer = monitor.tell(command);
        if (!answer.isBlank()) {
            throw new Complaint("QEMU answers `" + command + "`: " + answer.strip());
        }
    }

    /// Turns it on, and waits until all desktops accept clients.
    public void boot(Consumer<String> progress) throws IOException {
        start(List.of(), progress);
    }

    /// Turns it on where [#savevm] left it, also after [#kill].
    public void resume(String snapshot, Consumer<String> progress) throws IOException {
        start(List.of("-loadvm", snapshot), progress);
    }

    private void start(List<String> more, Consumer<String> progress) throws IOException {
        if (isRunning()) {
            throw new IllegalStateException("the machine is running already");
        }
        try {
            progress.accept(
                    "booting the guest in QEMU (" + (hasKvm() ? "KVM" : "emulated: this machine has no KVM") + ")");
            startQemu(more);
            connectControl(controlSocket());
            awaitDesktops(progress);
        } catch (IOException e) {
            Complaint complaint = withConsole(e);
            kill();
            throw complaint;
        }
    }

    private void startQemu(List<String> more) throws IOException {
        Path disk = folder.resolve("root.qcow2");
        if (!Files.exists(disk)) {
            String backing = image().rootDisk().toString();
            Tool.of("qemu-img", "create", "-q", "-f", "qcow2", "-b", backing, "-F", "raw", disk.toString())
                    .run();
        }
        // We listen and QEMU connects: so its start is an event, and nobody has to ask again and again.
        Path socket = folder.resolve("qmp.sock");
        Files.deleteIfExists(socket);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            List<String> command = qemuCommand(socket, disk);
            command.addAll(more);
            qemu = new ProcessBuilder(command)
                    .redirectInput(Redirect.from(new File("/dev/null")))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("qemu.log").toFile())
                    .start();
            var _ = qemu.onExit().thenRun(() -> closeQuietly(server));
            monitor = Patience.within(QEMU_STARTS, "QEMU to start", () -> Monitor.on(server.accept()));
        } catch (IOException e) {
            throw new Complaint("QEMU did not start. It said:\n" + tail("qemu.log"), e);
        }
    }

    /// An emulated guest has one processor. With two, its kernel waits spinning for whichever of them this machine does
    /// not run just now: on a busy machine of two cores the start of a JVM then took five times as long (measured).
    private List<String> qemuCommand(Path monitorSocket, Path disk) throws Complaint {
        boolean kvm = hasKvm();
        List<String> command = new ArrayList<>(List.of(
                "setsid",
                Tool.find("qemu-system-x86_64").toString(),
                "-name",
                "hyperclip-guest",
                "-nodefaults",
                "-no-user-config",
                "-no-reboot",
                "-display",
                "none",
                "-M",
                "q35",
                "-accel",
                kvm ? "kvm" : "tcg,thread=multi",
                "-cpu",
                kvm ? "host" : EMULATED_PROCESSOR,
                "-smp",
                kvm ? "2" : "1",
                "-m",
                Integer.toString(megabytes),
                "-kernel",
                image().kernel().toString(),
                "-initrd",
                image().initrd().toString(),
                "-append",
                "console=ttyS0 quiet panic=-1 mitigations=off no_timer_check tsc=reliable random.trust_cpu=on",
                "-chardev",
                "socket,id=qmp,path=" + monitorSocket,
                "-mon",
                "chardev=qmp,mode=control",
                "-chardev",
                "file,id=console,append=on,path=" + folder.resolve("console.log"),
                "-serial",
                "chardev:console",
                "-drive",
                "if=none,id=root,format=qcow2,cache=unsafe,file=" + escaped(disk),
                "-device",
                "virtio-blk-pci,drive=root",
                "-drive",
                "if=none,id=hyperclip,format=raw,readonly=on,file=" + escaped(image().hyperclipDisk()),
                "-device",
                "virtio-blk-pci,drive=hyperclip",
                "-device",
                "virtio-serial-pci"));
        // The guest waits for the control port before it names the others: it has to be the last.
        ports.forEach((name, socket) -> addPortTo(command, name, socket));
        addPortTo(command, CONTROL_PORT, controlSocket());
        command.addAll(viewers);
        return command;
    }

    private static void addPortTo(List<String> command, String name, Path socket) {
        command.addAll(List.of(
                "-chardev", "socket,id=" + name + ",server=on,wait=off,path=" + socket,
                "-device", "virtserialport,chardev=" + name + ",name=" + name));
    }

    /// QEMU reads a comma as the end of an option unless there are two.
    private static String escaped(Path path) {
        return path.toString().replace(",", ",,");
    }

    /// `/dev/kvm` may be there, and open, and yet be of no use.
    private static boolean hasKvm() {
        Path device = Path.of("/dev/kvm");
        try (Stream<String> cpu = Files.lines(Path.of("/proc/cpuinfo"))) {
            return Files.isReadable(device)
                    && Files.isWritable(device)
                    && cpu.anyMatch(line -> line.startsWith("flags") && line.matches(".*\\b(vmx|svm)\\b.*"));
        } catch (IOException e) {
            return false;
        }
    }

    /// Ends it as a power cut would. It can be booted again.
    public void kill() throws IOException {
        Process process = qemu;
        if (process != null) {
            process.destroyForcibly();
            try {
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    throw new Complaint(
                            "QEMU (process " + process.pid() + ") did not die within 10 s of being killed.");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while QEMU died");
            }
        }
        closeControl();
        if (monitor != null) {
            monitor.close();
        }
    }

    @Override
    public void close() {
        end();
        AtExit.forget(ending);
    }

    /// Once from the shutdown and once from whoever is interrupted by it: the second finds nothing left.
    private synchronized void end() {
        try {
            kill();
            Cache.delete(folder);
        } catch (IOException e) {
            System.err.println("hyperclip demo: " + e.getMessage() + " (left behind: " + folder + ")");
        }
    }

    @Override
    public boolean isRunning() {
        return qemu != null && qemu.isAlive();
    }

    /// The process of QEMU.
    public long pid() {
        return qemu.pid();
    }

    /// The host end of the guest's clipboard port. It is a socket while the machine runs.
    public Path clipboardSocket() {
        return ports.get(CLIPBOARD_PORT);
    }

    private Path controlSocket() {
        return folder.resolve("control.sock");
    }

    // Snapshots

    /// Keeps the whole machine as it is now, under a name.
    public void savevm(String name) throws IOException {
        monitor("savevm " + name);
    }

    /// Puts the running machine back to where it was. What was asked of it meanwhile is not answered any more.
    public void loadvm(String name) throws IOException {
        monitor("loadvm " + name);
        told(() -> {
            connectControl(controlSocket());
            return null;
        });
    }

    private void monitor(String command) throws IOException {
        String answer =
                told(() -> Patience.within(SNAPSHOT, "QEMU to do `" + command + "`", () -> monitor.tell(command)));
        if (!answer.isBlank()) {
            throw new Complaint("QEMU could not do `" + command + "`: " + answer.strip());
        }
    }

    // Complaints

    @Override
    public String consoleTail() {
        return tail("console.log");
    }

    private String tail(String log) {
        try {
            String text = Files.readString(folder.resolve(log), StandardCharsets.ISO_8859_1);
            return text.isBlank() ? "(nothing)" : Tool.lastLines(text);
        } catch (IOException e) {
            return "(nothing)";
        }
    }

    private static void closeQuietly(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            // It is gone one way or another.
        }
    }
}
