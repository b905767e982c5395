package hyperclip.e2e.path;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.Struct;
import org.freedesktop.dbus.annotations.DBusInterfaceName;
import org.freedesktop.dbus.annotations.Position;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.interfaces.Properties;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;

/// A message bus with somebody on it who speaks as logind does, as far as the product listens (org.freedesktop.login1
/// (5)). The real one is in the virtual machine of [hyperclip.e2e.vm.SeatedGuestTest].
final class PlayedLogind implements AutoCloseable {

    private static final String SERVICE = "org.freedesktop.login1";
    private static final String PATH = "/org/freedesktop/login1";
    private static final String SESSION = SERVICE + ".Session";

    private final Folder folder = Folder.make();
    private final Path socket = folder.file("bus.sock");
    private final Process bus;
    private final DBusConnection connection;
    private final Map<String, Session> sessions = new LinkedHashMap<>();

    /// One row of ListSessions: "(susso)".
    public static final class Row extends Struct {
        @Position(0)
        public final String id;

        @Position(1)
        public final UInt32 uid;

        @Position(2)
        public final String user;

        @Position(3)
        public final String seat;

        @Position(4)
        public final DBusPath path;

        Row(String id, String user, String path) {
            this.id = id;
            this.uid = new UInt32(0);
            this.user = user;
            this.seat = "seat0";
            this.path = new DBusPath(path);
        }
    }

    /// "(so)".
    public static final class Seat extends Struct {
        @Position(0)
        public final String id;

        @Position(1)
        public final DBusPath path;

        Seat(String id) {
            this.id = id;
            this.path = new DBusPath(PATH + "/seat/" + id);
        }
    }

    @DBusInterfaceName(SERVICE + ".Manager")
    public interface Manager extends DBusInterface {
        List<Row> ListSessions();
    }

    private final class TheManager implements Manager {
        @Override
        public List<Row> ListSessions() {
            synchronized (sessions) {
                return sessions.values().stream()
                        .map(session -> new Row(session.id, session.user, session.getObjectPath()))
                        .toList();
            }
        }

        @Override
        public String getObjectPath() {
            return PATH;
        }
    }

    /// A session's object.
    private static final class Session implements Properties {
        final String id;
        final String user;
        final Map<String, Variant<?>> properties = new HashMap<>();

        Session(String id, String user) {
            this.id = id;
            this.user = user;
        }

        @Override
        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // as the library has it
        public <A> A Get(String face, String name) {
            return (A) properties.get(name).getValue();
        }

        @Override
        public <A> void Set(String face, String name, A value) {
            throw new UnsupportedOperationException(name);
        }

        @Override
        public Map<String, Variant<?>> GetAll(String face) {
            synchronized (properties) {
                return Map.copyOf(properties);
            }
        }

        @Override
        public String getObjectPath() {
            return PATH + "/session/" + id;
        }
    }

    PlayedLogind() {
        try {
            Path configuration = Files.writeString(folder.file("bus.conf"), """
                    <busconfig>
                      <type>system</type>
                      <listen>unix:path=%s</listen>
                      <auth>EXTERNAL</auth>
                      <policy context="default">
                        <allow own="*"/>
                        <allow send_destination="*"/>
                        <allow receive_sender="*"/>
                      </policy>
                    </busconfig>
                    """.formatted(socket));
            bus = new ProcessBuilder("dbus-daemon", "--nofork", "--config-file=" + configuration)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.file("bus.log").toFile())
                    .start();
            Await.until("the bus", () -> Files.exists(socket));
            connection = DBusConnectionBuilder.forAddress("unix:path=" + socket)
                    .withShared(false)
                    .build();
            connection.exportObject(new TheManager());
        } catch (IOException e) {
            throw Programs.missing("dbus-daemon", e);
        } catch (DBusException e) {
            throw new AssertionError(e);
        }
    }

    /// For the environment of a process that is to find it.
    Map<String, String> environment() {
        return Map.of("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=" + socket);
    }

    /// It begins to answer.
    void appear() {
        try {
            connection.requestBusName(SERVICE);
        } catch (DBusException e) {
            throw new AssertionError(e);
        }
    }

    /// It answers no longer, as while it is restarted.
    void disappear() {
        try {
            connection.releaseBusName(SERVICE);
        } catch (DBusException e) {
            throw new AssertionError(e);
        }
    }

    /// A login of this user's, in the foreground and not locked.
    void add(String id, String user, String display) {
        Session session = new Session(id, user);
        session.properties.putAll(Map.of(
                "Id", new Variant<>(id),
                "Name", new Variant<>(user),
                "Type", new Variant<>("x11"),
                "Class", new Variant<>("user"),
                "Display", new Variant<>(display),
                "State", new Variant<>("active"),
                "Active", new Variant<>(true),
                "LockedHint", new Variant<>(false),
                "Seat", new Variant<>(new Seat("seat0"), "(so)"),
                "IdleSinceHint", new Variant<>(new UInt32(7))));
        synchronized (sessions) {
            sessions.put(id, session);
        }
        try {
            connection.exportObject(session);
        } catch (DBusException e) {
            throw new AssertionError(e);
        }
        changed(session, "State");
    }

    /// A property gets another value, and everybody is told.
    void set(String id, String property, Object value) {
        Session session;
        synchronized (sessions) {
            session = sessions.get(id);
        }
        synchronized (session.properties) {
            session.properties.put(property, new Variant<>(value));
        }
        changed(session, property);
    }

    private void changed(Session session, String property) {
        try {
            connection.sendMessage(new Properties.PropertiesChanged(
                    session.getObjectPath(), SESSION, Map.of(property, session.properties.get(property)), List.of()));
        } catch (DBusException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        connection.disconnect();
        bus.destroyForcibly();
        folder.close();
    }
}
