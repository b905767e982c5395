package hyperclip.app.link;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import hyperclip.app.loop.Loop;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import jdk.net.ExtendedSocketOptions;

/// Listens on a unix socket and tells who has connected, by the kernel's word.
///
/// A lock file beside the socket decides who serves it; a socket that a killed process left behind is replaced.
public final class LocalServer implements Loop.Handler, AutoCloseable {

    /// Connections that may wait to be accepted; a connect to a full backlog fails at once and is tried again.
    private static final int BACKLOG = 128;

    /// Connections at a time, of all users.
    public static final int MAX_CONNECTIONS = 256;

    /// Users that are being looked up at a time, each by a thread of its own; further connections wait to be accepted.
    private static final int MAX_LOOK_UPS = 16;

    private static final System.Logger LOG = System.getLogger("hyperclip");

    private final Loop loop;
    private final Path path;
    private final FileChannel lockFile;
    private final ServerSocketChannel server;
    private final BiConsumer<SocketChannel, String> onConnect;
    private final SelectionKey key;
    private int lookUps;

    /// @param permissions of the socket, such as `rw-rw-rw-`: who may connect
    /// @param onConnect told on the loop: the connection and the name of its user
    public LocalServer(Loop loop, Path path, String permissions, BiConsumer<SocketChannel, String> onConnect)
            throws Complaint {
        this.loop = loop;
        this.path = path;
        this.onConnect = onConnect;
        try {
            lockFile = lock(path);
            // Where the socket is, it accepts connections, from those who may connect alone, and at every moment.
            Path unseen = path.resolveSibling(path.getFileName() + ".new");
            Files.deleteIfExists(unseen);
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(unseen), BACKLOG);
            Set<PosixFilePermission> set = PosixFilePermissions.fromString(permissions);
            Files.setPosixFilePermissions(unseen, set);
            Files.move(unseen, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            key = loop.register(server, SelectionKey.OP_ACCEPT, this);
        } catch (IOException e) {
            throw new Complaint(
                    ExitCode.FAILED,
                    "cannot listen on " + path + ": " + e.getMessage()
                            + "; check that its folder may be written by this user, or name another socket with"
                            + " --listen");
        }
    }

    private static FileChannel lock(Path path) throws IOException, Complaint {
        FileChannel file = FileChannel.open(
                path.resolveSibling(path.getFileName() + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = file.tryLock();
        if (lock == null) {
            file.close();
            throw new Complaint(
                    ExitCode.ALREADY_RUNNING,
                    "another Hyperclip serves " + path + " already; stop it first, or name another socket with"
                            + " --listen");
        }
        return file;
    }

    @Override
    public void ready() throws IOException {
        SocketChannel channel = server.accept();
        if (channel == null) {
            return;
        }
        if (++lookUps == MAX_LOOK_UPS) {
            key.interestOps(0);
        }
        // Naming the user may ask a directory service, and must not hold up the loop.
        Thread.ofPlatform().daemon().name("user look-up").start(() -> {
            Optional<String> user = userOf(channel);
            loop.post(() -> lookedUp(channel, user));
        });
    }

    private Optional<String> userOf(SocketChannel channel) {
        try {
            return Optional.of(
                    channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "who has connected to {0} is not known: {1}", path, e.getMessage());
            return Optional.empty();
        }
    }

    private void lookedUp(SocketChannel channel, Optional<String> user) {
        lookUps--;
        if (key.isValid()) {
            key.interestOps(SelectionKey.OP_ACCEPT);
        }
        user.ifPresentOrElse(name -> onConnect.accept(channel, name), () -> closeQuietly(channel));
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing a socket failed", e);
        }
    }

    @Override
    public void failed(Exception e) {
        LOG.log(System.Logger.Level.WARNING, "accepting a connection on {0} failed: {1}", path, e.getMessage());
    }

    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(path);
            lockFile.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "closing {0} failed: {1}", path, e.getMessage());
        }
    }
}
