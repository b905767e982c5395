package hyperclip.app.cli;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import hyperclip.app.agent.Agent;
import hyperclip.app.desktop.Desktop;
import hyperclip.app.desktop.DesktopSettings;
import hyperclip.app.guest.Guest;
import hyperclip.app.guest.SessionRule;
import hyperclip.app.guest.SpiceClipboard;
import hyperclip.app.host.Host;
import hyperclip.app.images.ImageProgram;
import hyperclip.app.link.LocalServer;
import hyperclip.app.link.Reach;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Limits;
import hyperclip.core.keep.KeepAfterExit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The commands that stay running: `guest`, `agent` and `host`.
final class Services {

    private static final String GUEST_HELP = """
            Usage: hyperclip guest [--port [PROTOCOL:]PATH]... [--spice-clipboard auto|always]
                                   [--spice-agent SOCKET] [--qemu-ga SOCKET] [--listen-qga SOCKET]...
                                   [--listen SOCKET] [--sessions RULE] [LIMITS]

            The daemon inside a virtual machine: joins every session's agent to the host.

              --port [PROTOCOL:]PATH  a virtio-serial port, or a unix socket to connect to; may be
                                      given several times. The protocol is native, or spice: that of
                                      SPICE's agent, for QEMU's own clipboard (VNC and others) and for
                                      SPICE; it goes without saying for com.redhat.spice.0. Default:
                                      /dev/virtio-ports/org.hyperclip.0, or where there is none
                                      /dev/virtio-ports/com.redhat.spice.0
              --spice-clipboard auto|always
                                      auto (default): a spice port has no clipboard while a native
                                      host is connected: both are ways to one host
              --spice-agent SOCKET    a socket that is made here for a spice-vdagentd to share a
                                      spice port (`spice-vdagentd -s SOCKET`): it gets what is not
                                      about clipboards, so that mouse, resizing and files work too
              --qemu-ga SOCKET        a real qemu-ga (`qemu-ga -m unix-listen -p SOCKET`), which gets all
                                      commands of its protocol that are not ours, one at a time
              --listen-qga SOCKET     a socket that is made here, for root and this user alone: any
                                      number of local clients speak qemu-ga's protocol there, with the
                                      commands about clipboards, guest-sync, guest-ping and guest-info
              --listen-qga-all SOCKET the same with all commands, guest-exec among them
              --listen SOCKET         where agents and commands connect. Default:
                                      /run/hyperclip/guest.sock
              --sessions RULE         which sessions get the host's copies, and give it theirs:
                                      active (default)    those in the foreground of their seat, and
                                                          those without a seat (VNC, RDP); without
                                                          systemd-logind all
                                      all                 those in the background too
                                      'user NAME...'      every session of these users
                                      'named NAME...'     those that `hyperclip sessions` calls so
                                      Never one that is locked, is being logged out, or is a login
                                      screen.

            A port that is missing or held by another process is tried again every second;
            `hyperclip status` tells. Stops on SIGTERM and Ctrl-C.

            Examples:
              hyperclip guest
              hyperclip guest --port /dev/virtio-ports/org.hyperclip.0
              hyperclip guest --port spice:/dev/virtio-ports/com.redhat.spice.0
              hyperclip guest --spice-agent /run/hyperclip/spice-agent.sock
              hyperclip guest --sessions 'user alice bob'
              hyperclip guest --port qga:/dev/virtio-ports/org.qemu.guest_agent.0 \
                              --qemu-ga /run/qemu-ga.sock
            """;

    private static final String AGENT_HELP = """
            Usage: hyperclip agent [--connect SOCKET] [--display auto|x11] [--convert-images on|off]
                                   [--keep-after-exit SIZE] [LIMITS]

            One graphical session's agent: run it in each session, as its user.

              --connect SOCKET  the daemon's. Default: /run/hyperclip/guest.sock
              --display KIND    auto (default) or x11: the display that $DISPLAY names
              --convert-images on|off
                                on (default): an image from outside is also offered as PNG, TIFF, BMP
                                and JPEG, and converted in a process of its own when it is pasted so
              --keep-after-exit SIZE
                                keep the last copy of this session for when its application ends, up
                                to SIZE bytes in memory, such as 4M (at most 16M). Not what is marked
                                as secret or is cleared. Default: nothing is kept

            Waits for the daemon where it is not there yet, and ends with the session.

            Example:
              hyperclip agent &
            """;

    private static final String HOST_HELP = """
            Usage: hyperclip host --vm NAME=[PROTOCOL:][connect:|listen:]PATH... [--listen SOCKET]
                                  [--vm NAME=libvirt:DOMAIN]... [--display auto|x11|none] [--convert-images on|off]
                                  [--keep-after-exit SIZE] [LIMITS]

            The front end on the machine that runs the virtual machines.

              --vm NAME=PATH    a machine, and the unix socket of its port's chardev, as in
                                  -chardev socket,id=clip,path=PATH,server=on,wait=off
                                  -device virtio-serial
                                  -device virtserialport,chardev=clip,name=org.hyperclip.0
              --vm NAME=spice:PATH
                                a machine with the agent of SPICE in it instead of Hyperclip: the same
                                with name=com.redhat.spice.0. Text and images
              --vm NAME=qga:PATH
                                a machine with `hyperclip guest --port qga:PATH` at the port of
                                QEMU's guest agent: the same with name=org.qemu.guest_agent.0
              --vm NAME=libvirt:DOMAIN
                                the same where libvirt holds that port: commands go through virsh
                                (virsh's own default, or $LIBVIRT_DEFAULT_URI, says where). It is
                                asked up to four times a second what has been copied
              --vm NAME=[PROTOCOL:]listen:PATH
                                the socket is made here, and the other side connects: a chardev with
                                server=off
              --listen SOCKET   where commands connect. Default: hyperclip/host.sock under
                                $XDG_RUNTIME_DIR
              --display KIND    auto (default), x11: the display that $DISPLAY names; none: commands
                                only
              --convert-images on|off
                                on (default): an image from a machine is also offered as PNG, TIFF, BMP
                                and JPEG, and converted in a process of its own when it is pasted so
              --keep-after-exit SIZE
                                keep the last copy of this desktop for when its application ends, up
                                to SIZE bytes in memory, such as 4M (at most 16M). Not what is marked
                                as secret or is cleared. Default: nothing is kept

            What you copy is offered to every session of every machine; what is copied in a session is
            offered here, and to no other session.

            Examples:
              hyperclip host --vm work=/run/user/1000/work-clip.sock
              hyperclip host --vm windows=spice:/run/user/1000/windows-agent.sock
              hyperclip host --vm web=libvirt:web01
              hyperclip host --display none --vm a=/tmp/a.sock --vm b=/tmp/b.sock
            """;

    private static final Path DEFAULT_PORT = Path.of("/dev/virtio-ports/org.hyperclip.0");
    private static final Path SPICE_PORT = Path.of("/dev/virtio-ports/com.redhat.spice.0");
    private static final String SPICE = "spice-clipboard";
    private static final String SHARE = "spice-agent";
    private static final Pattern MACHINE = Pattern.compile("([A-Za-z0-9._:@-]{1,64})=(.+)");
    private static final String QEMU_GA = "qemu-ga";
    private static final String LISTEN_QGA = "listen-qga";
    private static final String LISTEN_QGA_ALL = "listen-qga-all";
    /// What cannot stand between two single quotes on a line of virsh's.
    private static final Pattern UNSAYABLE = Pattern.compile("['\\p{Cntrl}]");

    private static final String CONVERT = "convert-images";
    private static final String KEEP = "keep-after-exit";
    private static final long END_WITHIN_MILLIS = 2000;

    private static final System.Logger LOG = System.getLogger("hyperclip");

    private Services() {}

    /// Runs the service that this command names; empty where it names none.
    static Optional<ExitCode> run(String command, List<String> arguments, Map<String, String> environment)
            throws Complaint, IOException {
        return switch (command) {
            case "guest" ->
                Optional.of(
                        helped(arguments, GUEST_HELP + LimitOptions.HELP)
                                ? ExitCode.DONE
                                : guest(arguments, environment));
            case "agent" ->
                Optional.of(
                        helped(arguments, AGENT_HELP + LimitOptions.HELP)
                                ? ExitCode.DONE
                                : agent(arguments, environment));
            case "host" ->
                Optional.of(
                        helped(arguments, HOST_HELP + LimitOptions.HELP)
                                ? ExitCode.DONE
                                : host(arguments, environment));
            default -> Optional.empty();
        };
    }

    private static boolean helped(List<String> arguments, String help) {
        boolean wanted = arguments.contains("--help") || arguments.contains("-h");
        if (wanted) {
            System.out.print(help);
        }
        return wanted;
    }

    private static ExitCode guest(List<String> arguments, Map<String, String> environment)
            throws Complaint, IOException {
        Options options = Options.read(
                "guest",
                arguments,
                Set.of("port", SPICE, SHARE, "listen", "sessions", QEMU_GA, LISTEN_QGA, LISTEN_QGA_ALL));
        Path socket = options.last("listen").map(Path::of).orElse(Sockets.GUEST);
        Limits limits = LimitOptions.read("guest", options);
        String sessions = options.last("sessions").orElse("active");
        SessionRule rule = SessionRule.of(sessions)
                .orElseThrow(() -> Options.wrong(
                        "guest",
                        "--sessions wants active, all, 'user NAME...' or 'named NAME...', not '" + sessions + "'"));
        SpiceClipboard spice = switch (options.last(SPICE).orElse("auto")) {
            case "auto" -> SpiceClipboard.AUTO;
            case "always" -> SpiceClipboard.ALWAYS;
            default -> throw Options.wrong("guest", "--" + SPICE + " is auto or always");
        };
        List<PortName> ports = new ArrayList<>();
        for (String port : options.all("port")) {
            PortName name = PortName.of(port);
            if (name.how() == Reach.How.LISTEN) {
                throw Options.wrong("guest", "'listen:' is for the host's side: a port is connected to");
            }
            if (name.protocol() == PortName.Protocol.LIBVIRT) {
                throw Options.wrong("guest", "'libvirt:' is for the host's side; its port is qga:PATH here");
            }
            ports.add(name);
        }
        if (ports.isEmpty()) {
            ports.add(PortName.usual(
                    Files.exists(DEFAULT_PORT) || !Files.exists(SPICE_PORT) ? DEFAULT_PORT : SPICE_PORT));
        }
        Optional<Path> share = options.last(SHARE).map(Path::of);
        long spicePorts = ports.stream()
                .filter(port -> port.protocol() == PortName.Protocol.SPICE)
                .count();
        if (share.isPresent() && spicePorts != 1) {
            throw Options.wrong(
                    "guest",
                    "--" + SHARE + " is for one spice port, and there are " + spicePorts + " (--port spice:PATH)");
        }
        try (Loop loop = new Loop()) {
            Guest guest = new Guest(loop, new KernelRandom(), limits, rule, spice);
            guest.follow(environment);
            Sockets.makeFolder(socket, "rwxr-xr-x");
            LocalServer server = guest.listen(socket);
            speakQga(guest, options, ports);
            for (PortName port : ports) {
                switch (port.protocol()) {
                    case NATIVE -> guest.connect(port.path());
                    case SPICE -> guest.connectSpice(port.path(), share);
                    case QGA, LIBVIRT -> {
                        // One for all of them, above; none on this side.
                    }
                }
            }
            LOG.log(System.Logger.Level.INFO, "listening on {0}", socket);
            runUntilStopped(loop, () -> {
                server.close();
                guest.close();
            });
        }
        return ExitCode.DONE;
    }

    private static void speakQga(Guest guest, Options options, List<PortName> ports) throws Complaint {
        List<Path> own = ports.stream()
                .filter(port -> port.protocol() == PortName.Protocol.QGA)
                .map(PortName::path)
                .toList();
        Map<Path, Boolean> listeners = new LinkedHashMap<>();
        for (String socket : options.all(LISTEN_QGA)) {
            listeners.put(Path.of(socket), false);
        }
        for (String socket : options.all(LISTEN_QGA_ALL)) {
            listeners.put(Path.of(socket), true);
        }
        Optional<Path> other = options.last(QEMU_GA).map(Path::of);
        if (other.isPresent() && own.isEmpty() && listeners.isEmpty()) {
            throw Options.wrong(
                    "guest",
                    "--" + QEMU_GA + " is for those that speak its protocol to us: --port qga:PATH, --" + LISTEN_QGA
                            + " SOCKET");
        }
        if (!own.isEmpty() || !listeners.isEmpty()) {
            for (Path socket : listeners.keySet()) {
                Sockets.makeFolder(socket, "rwxr-xr-x");
            }
            guest.speakQga(own, listeners, other);
        }
    }

    private static ExitCode agent(List<String> arguments, Map<String, String> environment)
            throws Complaint, IOException {
        Options options = Options.read("agent", arguments, Set.of("connect", "display", CONVERT, KEEP));
        Path socket = options.last("connect").map(Path::of).orElse(Sockets.GUEST);
        checkDisplay("agent", options, Set.of("auto", "x11"));
        DesktopSettings settings = settings("agent", options);
        try (Loop loop = new Loop()) {
            Complaint[] end = new Complaint[1];
            Agent agent = new Agent(loop, new KernelRandom(), settings, socket, environment, why -> {
                end[0] = why;
                loop.stop();
            });
            agent.start();
            runUntilStopped(loop, agent::close);
            return ended(end[0]);
        }
    }

    private static ExitCode host(List<String> arguments, Map<String, String> environment)
            throws Complaint, IOException {
        Options options = Options.read("host", arguments, Set.of("vm", "listen", "display", CONVERT, KEEP));
        Path socket = options.last("listen").map(Path::of).orElseGet(() -> Sockets.host(environment));
        String display = checkDisplay("host", options, Set.of("auto", "x11", "none"));
        Map<String, PortName> machines = machines(options.all("vm"));
        DesktopSettings settings = settings("host", options);
        if (settings.keepBytes().isPresent() && display.equals("none")) {
            throw Options.wrong("host", "--" + KEEP + " keeps what was copied on a display, and there is none");
        }
        try (Loop loop = new Loop()) {
            Host host = new Host(loop, new KernelRandom(), settings);
            Sockets.makeFolder(socket, "rwx------");
            LocalServer server = host.listen(socket);
            Complaint[] end = new Complaint[1];
            Runnable leave = () -> {};
            if (display.equals("none")) {
                host.joinNone();
            } else {
                leave = join(host, loop, environment, end, server)::close;
            }
            machines.forEach((name, port) -> {
                switch (port.protocol()) {
                    case NATIVE -> host.connect(name, port.how(), port.path());
                    case SPICE -> host.connectSpice(name, port.how(), port.path());
                    case QGA -> host.connectQga(name, port.how(), port.path());
                    case LIBVIRT -> host.connectLibvirt(name, port.path().toString());
                }
            });
            LOG.log(System.Logger.Level.INFO, "listening on {0}", socket);
            runUntilStopped(loop, leave, host::close, server::close);
            return ended(end[0]);
        }
    }

    private static Desktop join(
            Host host, Loop loop, Map<String, String> environment, Complaint[] end, LocalServer server)
            throws Complaint {
        try {
            return host.join(environment, why -> {
                end[0] = new Complaint(ExitCode.FAILED, why);
                loop.stop();
            });
        } catch (Complaint e) {
            server.close();
            throw new Complaint(e.code(), e.getMessage() + " Without a desktop, for commands only: --display none.");
        }
    }

    private static ExitCode ended(Complaint why) throws Complaint {
        if (why != null) {
            throw why;
        }
        return ExitCode.DONE;
    }

    private static Map<String, PortName> machines(List<String> arguments) throws Complaint {
        Map<String, PortName> machines = new HashMap<>();
        for (String argument : arguments) {
            Matcher parts = MACHINE.matcher(argument);
            if (!parts.matches()) {
                throw Options.wrong("host", "--vm wants NAME=PATH, such as work=/run/work.sock, not " + argument);
            }
            PortName port = PortName.of(parts.group(2));
            if (port.protocol() == PortName.Protocol.LIBVIRT
                    && UNSAYABLE.matcher(parts.group(2)).find()) {
                throw Options.wrong("host", "a domain that virsh is asked for has no ' and no control characters");
            }
            if (machines.put(parts.group(1), port) != null) {
                throw Options.wrong("host", "two machines are called " + parts.group(1));
            }
        }
        return machines;
    }

    private static String checkDisplay(String command, Options options, Set<String> kinds) throws Complaint {
        String kind = options.last("display").orElse("auto");
        if (!kinds.contains(kind)) {
            throw Options.wrong(command, "--display " + kind + " is not there (" + String.join(", ", kinds) + ")");
        }
        return kind;
    }

    private static DesktopSettings settings(String command, Options options) throws Complaint {
        String convert = options.last(CONVERT).orElse("on");
        Optional<ImageProgram> images = switch (convert) {
            case "on" -> Optional.of(ImageProgram.installed());
            case "off" -> Optional.empty();
            default -> throw Options.wrong(command, "--" + CONVERT + " is on or off, not " + convert);
        };
        OptionalLong keep = LimitOptions.size(command, options, KEEP, KeepAfterExit.MAX_BYTES);
        return new DesktopSettings(
                LimitOptions.read(command, options),
                images,
                keep.isPresent() ? OptionalInt.of((int) keep.getAsLong()) : OptionalInt.empty());
    }

    /// Runs the loop; on SIGTERM or Ctrl-C ends it in good order.
    private static void runUntilStopped(Loop loop, Runnable... endings) throws IOException {
        Runnable late = () -> LOG.log(System.Logger.Level.WARNING, "did not end in good order within 2 s");
        Stopping.run(loop::stop, END_WITHIN_MILLIS, late, () -> {
            try {
                loop.run();
            } finally {
                for (Runnable ending : endings) {
                    ending.run();
                }
            }
        });
    }
}
