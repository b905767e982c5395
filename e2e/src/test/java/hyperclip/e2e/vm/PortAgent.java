package hyperclip.e2e.vm;

import hyperclip.demo.User;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Who answers at the port of QEMU's guest agent in a [LibvirtGuest].
enum PortAgent {

    /// Debian's qemu-ga, as it is.
    QEMU_GA {
        @Override
        List<Long> start(LibvirtGuest guest) throws IOException {
            return List.of(startQemuGa(guest, "virtio-serial", DEVICE));
        }
    },

    /// Our daemon in its place, which passes on to a qemu-ga what it does not know itself.
    HYPERCLIP {
        @Override
        List<Long> start(LibvirtGuest guest) throws IOException {
            guest.run(User.ROOT, "rm", "-f", SOCKET);
            long qemuGa = startQemuGa(guest, "unix-listen", SOCKET);
            guest.awaitFile(SOCKET, Stage.PATIENCE);
            return List.of(guest.startDaemon("--port", "qga:" + DEVICE, "--qemu-ga", SOCKET), qemuGa);
        }
    };

    private static final String SOCKET = "/run/qemu-ga.sock";
    private static final String DEVICE = "/dev/virtio-ports/" + LibvirtGuest.AGENT_PORT;

    /// Starts its processes, and gives their pids; what they say is in logs of the guest. libvirt may not have seen
    /// them yet.
    abstract List<Long> start(LibvirtGuest guest) throws IOException;

    /// Its flag for frozen file systems and its log are not on one that it freezes.
    private static long startQemuGa(LibvirtGuest guest, String method, String path) throws IOException {
        guest.beginLog("qemu-ga");
        List<String> command = new ArrayList<>(List.of("qemu-ga", "--method", method, "--path", path));
        command.addAll(List.of("--statedir", "/run", "--pidfile", "/run/qemu-ga.pid", "--logfile", "/run/qemu-ga.log"));
        return guest.start(User.ROOT, "qemu-ga", command.toArray(String[]::new));
    }
}
