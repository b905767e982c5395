package hyperclip.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// systemd-logind's sessions, as they are and whenever they change (org.freedesktop.login1(5)).
///
/// Any signal of logind's is a reason to read everything anew: nothing that was missed is missed for long, and what is
/// told is never put together from two times. On a thread of its own, which waits on the bus.
public final class Logind {

    /// The most sessions that are looked at: those of people, not of services.
    static final int MAX_SESSIONS = 512;

    /// How often they are read anew at the most: one change comes as several signals.
    private static final long PACE_MILLIS = 50;

    private static final long FIRST_RETRY_MILLIS = 1_000;
    private static final long LAST_RETRY_MILLIS = 30_000;

    private static final String SERVICE = "org.freedesktop.login1";
    private static final String PATH = "/org/freedesktop/login1";
    private static final String SESSION = SERVICE + ".Session";

    /// Where the bus is when the environment does not say (D-Bus specification, System message bus).
    private static final Path BUS = Path.of("/run/dbus/system_bus_socket");

    private static final String ADDRESS = "DBUS_SYSTEM_BUS_ADDRESS";
    private static final String UNIX = "unix:path=";

    private static final Path BOOTED = Path.of("/run/systemd/system");

    private final Map<String, String> environment;
    private final Consumer<News> listener;

    /// What there is to say of logind.
    public sealed interface News permits Logins, Silence {}

    /// Every session that it knows now.
    public record Logins(List<Login> all) implements News {
        public Logins {
            all = List.copyOf(all);
        }
    }

    /// It does not answer, and is asked again in a while.
    ///
    /// @param why for a person
    /// @param isExpected whether this system has one (sd_booted(3)), and the environment names no other bus
    public record Silence(String why, boolean isExpected) implements News {}

    private Logind(Map<String, String> environment, Consumer<News> listener) {
        this.environment = environment;
        this.listener = listener;
    }

    /// Begins to watch, for as long as the process runs.
    ///
    /// @param listener called on a thread of its own
    public static void watch(Map<String, String> environment, Consumer<News> listener) {
        Logind logind = new Logind(Map.copyOf(environment), listener);
        Thread.ofPlatform().daemon().name("logind").start(logind::watch);
    }

    private void watch() {
        long pause = FIRST_RETRY_MILLIS;
        while (true) {
            long begun = System.nanoTime();
            try {
                listen();
            } catch (IOException e) {
                listener.accept(new Silence(e.getMessage(), isExpected()));
            }
            boolean lasted = System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(LAST_RETRY_MILLIS);
            pause = lasted ? FIRST_RETRY_MILLIS : Math.min(2 * pause, LAST_RETRY_MILLIS);
            if (!sleep(pause)) {
                return;
            }
        }
    }

    private static boolean sleep(long millis) {
        try {
            Thread.sleep(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void listen() throws IOException {
        Optional<Path> missing = bus().filter(path -> !Files.exists(path));
        if (missing.isPresent()) {
            // The library would say so too, but the way to it costs 17 MB of memory.
            throw new IOException("there is no system bus at " + missing.get());
        }
        try (SdBus bus = SdBus.system()) {
            bus.match("type='signal',sender='" + SERVICE + "'");
            bus.match("type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='" + SERVICE + "'");
            while (true) {
                listener.accept(new Logins(sessions(bus)));
                bus.await();
                if (!sleep(PACE_MILLIS)) {
                    return;
                }
            }
        }
    }

    private boolean isExpected() {
        return !environment.containsKey(ADDRESS) && Files.isDirectory(BOOTED);
    }

    private Optional<Path> bus() {
        String address = environment.getOrDefault(ADDRESS, UNIX + BUS);
        return address.startsWith(UNIX) ? Optional.of(Path.of(address.substring(UNIX.length()))) : Optional.empty();
    }

    private static List<Login> sessions(SdBus bus) throws IOException {
        List<String> paths = new ArrayList<>();
        bus.call(SERVICE, PATH, SERVICE + ".Manager", "ListSessions", sessions -> {
            sessions.enter('a', "(susso)");
            while (sessions.enter('r', "susso")) {
                sessions.skip("suss");
                paths.add(sessions.text('o'));
                sessions.exit();
            }
        });
        List<Login> logins = new ArrayList<>();
        for (String path : paths.subList(0, Math.min(paths.size(), MAX_SESSIONS))) {
            logins.add(session(bus, path));
        }
        return logins;
    }

    private static Login session(SdBus bus, String path) throws IOException {
        Properties found = new Properties();
        bus.call(SERVICE, path, "org.freedesktop.DBus.Properties", "GetAll", SESSION, found::read);
        return found.login();
    }

    private static final class Properties {
        private String id = "";
        private String user = "";
        private String seat = "";
        private String type = "";
        private String kind = "";
        private String display = "";
        private String state = "";
        private boolean active;
        private boolean locked;

        void read(SdBus.Message all) throws IOException {
            all.enter('a', "{sv}");
            while (all.enter('e', "sv")) {
                switch (all.text('s')) {
                    case "Id" -> id = text(all);
                    case "Name" -> user = text(all);
                    case "Seat" -> {
                        all.enter('v', "(so)");
                        all.enter('r', "so");
                        seat = all.text('s');
                        all.skip("o");
                        all.exit();
                        all.exit();
                    }
                    case "Type" -> type = text(all);
                    case "Class" -> kind = text(all);
                    case "Display" -> display = text(all);
                    case "State" -> state = text(all);
                    case "Active" -> active = truth(all);
                    case "LockedHint" -> locked = truth(all);
                    default -> all.skip("v");
                }
                all.exit();
            }
        }

        private static String text(SdBus.Message variant) throws IOException {
            variant.enter('v', "s");
            String text = variant.text('s');
            variant.exit();
            return text;
        }

        private static boolean truth(SdBus.Message variant) throws IOException {
            variant.enter('v', "b");
            boolean truth = variant.truth();
            variant.exit();
            return truth;
        }

        Login login() {
            return new Login(id, user, seat, type, kind, display, state, active, locked);
        }
    }
}
