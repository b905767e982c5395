package hyperclip.e2e.path;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.core.session.SessionMessage.Question;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A daemon that speaks qemu-ga's protocol, an agent on a screen, and a real qemu-ga behind them. A socket stands in
/// the place of the port: who has this is the host.
final class QgaGuest implements AutoCloseable {

    final Folder folder = Folder.make();
    final Screen screen = new Screen();
    final QemuGa qemuGa = new QemuGa(folder);
    final Hyperclip daemon;
    private final ServerSocketChannel port;
    private final Hyperclip agent;

    private QgaGuest() {
        try {
            port = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            port.bind(UnixDomainSocketAddress.of(folder.file("port.sock")), 1);
            port.configureBlocking(false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon = Hyperclip.start(
                folder.file("guest.log"),
                Map.of(),
                "guest",
                "--port",
                "qga:" + folder.file("port.sock"),
                "--qemu-ga",
                qemuGa.socket().toString(),
                "--listen-qga",
                restricted().toString(),
                "--listen-qga-all",
                all().toString(),
                "--listen",
                socket().toString(),
                "--sessions",
                "all");
        agent = newAgent(screen);
    }

    /// With all of it there.
    static QgaGuest whole() {
        QgaGuest guest = withoutQemuGa();
        guest.startQemuGa();
        return guest;
    }

    /// With a daemon that looks for a qemu-ga in vain.
    static QgaGuest withoutQemuGa() {
        QgaGuest guest = new QgaGuest();
        Await.until("a session", () -> guest.sessions() == 1);
        return guest;
    }

    void startQemuGa() {
        qemuGa.start();
        Await.until("qemu-ga is reached", () -> qemuGaState().equals("connected"));
    }

    String qemuGaState() {
        return state("qemu-ga");
    }

    String state(String protocol) {
        return Inquirer.ask(socket(), Question.STATUS, "").stream()
                .filter(row -> protocol.equals(row.get("protocol")))
                .map(row -> row.get("state"))
                .findFirst()
                .orElse("");
    }

    private long sessions() {
        return Inquirer.ask(socket(), Question.SESSIONS, "").size();
    }

    /// One more session's.
    Hyperclip newAgent(Screen other) {
        return Hyperclip.start(
                folder.file("agent" + other.display() + ".log"),
                other.environment(),
                "agent",
                "--connect",
                socket().toString());
    }

    private Path socket() {
        return folder.file("guest.sock");
    }

    /// Where local clients may ask for commands about clipboards.
    Path restricted() {
        return folder.file("some.sock");
    }

    /// Where they may ask for all.
    Path all() {
        return folder.file("all.sock");
    }

    /// The host's end of the port: the daemon has connected to it, which it does once, and again a second after this
    /// was closed.
    QgaClient port() {
        SocketChannel[] accepted = new SocketChannel[1];
        Await.until("the daemon opens its port", () -> (accepted[0] = port.accept()) != null);
        return new QgaClient(accepted[0]);
    }

    /// Nothing in the logs says that Hyperclip itself is at fault.
    void assertNoFaults() {
        for (Hyperclip one : List.of(daemon, agent)) {
            assertThat(one.isAlive()).as(one.log()).isTrue();
            assertThat(one.log()).doesNotContain("a fault in Hyperclip").doesNotContain("\tat ");
        }
    }

    @Override
    public void close() {
        agent.close();
        daemon.close();
        qemuGa.close();
        screen.close();
        try {
            port.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        folder.close();
    }
}
