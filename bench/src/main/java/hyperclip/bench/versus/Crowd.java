package hyperclip.bench.versus;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import hyperclip.core.clipboard.Selection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Measures what others cost a session: 127 other sessions, and a user who opens connections by the thousand.
public final class Crowd {

    private static final String HELP = """
            Usage: bench/crowd [--quick]

            Measures a paste of 20 bytes in one session of three daemons in turn: one with that session
            alone, one with 128 sessions of 9 users, and one of which another user has opened 2,000
            connections. The same driver stands at the ports. A paste is counted from the request to the
            last byte; copy and paste from the copy, which every session is told of if it is the host's.
            Then the memory of the daemon for each session, and its open descriptors.

              --quick   20 pastes each instead of 100: a minute instead of five

            Ours is what ./hyperclip runs; HYPERCLIP_LIB measures the jars of another folder.
            Needs root, to be several users, and the Debian packages xvfb, xclip and xsel. Ends with 0
            whenever the measuring itself worked, whatever the figures.
            """;

    private static final int SMALL = 20;

    /// Of which two are real agents of root's; the others belong to eight users.
    private static final int SESSIONS = 128;

    private static final int REAL = 2;
    private static final int USERS = 8;
    private static final int FIRST_USER = 64201;
    private static final int MOST_OF_A_USER = 16;
    private static final int CONNECTIONS = 2_000;

    private static final double MOST_BESIDE_SESSIONS = 1.2;
    private static final double MOST_BESIDE_CONNECTIONS = 2;
    private static final double MOST_KIB = 128;
    private static final double MOST_DESCRIPTORS = 64;

    private final Driver driver;
    private final int pastes;
    private final Table table =
            new Table("crowd", List.of("what", "one session", SESSIONS + " sessions", CONNECTIONS + " connections"));

    private Crowd(Driver driver, boolean quick) {
        this.driver = driver;
        this.pastes = quick ? 20 : 100;
    }

    public static void main(String[] arguments) throws IOException {
        List<String> given = List.of(arguments);
        if (given.contains("--help") || given.contains("-h")) {
            System.out.print(HELP);
            return;
        }
        try (Driver driver = new Driver()) {
            if (!given.isEmpty() && !given.equals(List.of("--quick"))) {
                throw new Complaint(
                        ExitCode.WRONG_USAGE,
                        "there is no option " + given.getFirst() + "; bench/crowd --help tells what there is");
            }
            new Crowd(driver, !given.isEmpty()).run();
        } catch (Complaint e) {
            System.err.println("crowd: " + e.getMessage());
            System.exit(1);
        } catch (IOException e) {
            System.err.println("crowd: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            System.exit(1);
        }
        System.exit(0);
    }

    /// What a daemon has.
    private record Taken(long kilobytes, long descriptors) {
        static Taken by(Side side) throws IOException {
            return new Taken(
                    side.processes().resident("daemon"), side.processes().descriptors("daemon"));
        }
    }

    private void run() throws Complaint, IOException {
        if (!"root".equals(System.getProperty("user.name"))) {
            throw new Complaint(ExitCode.FAILED, "only root can be several users: run bench/crowd as root");
        }
        for (String program : List.of("setsid", "setpriv", "Xvfb", "xclip", "xsel")) {
            Processes.find(program);
        }
        try (Side alone = newSide("alone");
                Side sessions = newSide("with sessions");
                Side connections = newSide("with connections")) {
            sessions.addAgent();
            List<Side> all = List.of(alone, sessions, connections);
            progress("pastes before the others come");
            for (Way way : Way.values()) {
                for (Beginning beginning : Beginning.values()) {
                    measure(all, beginning, way, pastes / 4);
                }
            }
            Taken ofSessions = Taken.by(sessions);
            Taken ofConnections = Taken.by(connections);
            join(sessions);
            connections.addStrangers("crowd", strangers(FIRST_USER, connections, "client", CONNECTIONS));
            progress("pastes in turn, " + pastes + " each");
            for (Way way : Way.values()) {
                for (Beginning beginning : Beginning.values()) {
                    tell(beginning.words + ", " + SMALL + " bytes, " + way, measure(all, beginning, way, pastes));
                }
            }
            tell(ofSessions, Taken.by(sessions));
            int before = Math.toIntExact(ofConnections.descriptors);
            int descriptors = Math.toIntExact(Taken.by(connections).descriptors);
            table.row(
                    List.of("descriptors of the daemon, before and with them", "", "", before + ", " + descriptors),
                    "+" + (descriptors - before),
                    descriptors - before,
                    new Table.Target.AtMost(MOST_DESCRIPTORS));
        }
        table.print(System.out);
        System.out.println("Medians; in brackets between what the middle eight of ten are.");
        System.out.println(table.missed() == 0 ? "Every target is reached." : table.missed() + " targets are missed.");
    }

    private Side newSide(String name) throws Complaint, IOException {
        String lib = System.getenv().getOrDefault("HYPERCLIP_LIB", "");
        return Side.hyperclip(
                driver, name, Path.of(System.getProperty("hyperclip.home")), Map.of("HYPERCLIP_LIB", lib));
    }

    private void join(Side side) throws Complaint, IOException {
        int left = SESSIONS - REAL;
        for (int i = 0; i < USERS; i++) {
            int its = Math.min(MOST_OF_A_USER, left / (USERS - i));
            side.addStrangers("agents of user " + i, strangers(FIRST_USER + i, side, "agent", its));
            left -= its;
        }
        side.awaitSessions(SESSIONS);
    }

    private static List<String> strangers(int user, Side side, String role, int count) {
        String uid = Integer.toString(user);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return List.of(
                "setpriv",
                "--reuid",
                uid,
                "--regid",
                uid,
                "--clear-groups",
                java,
                "-XX:+UseSerialGC",
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                Strangers.class.getName(),
                side.socket().toString(),
                role,
                Integer.toString(count));
    }

    /// What is counted: from the request of an offer that is there, or from the copy that is pasted at once, of which
    /// each session is told.
    private enum Beginning {
        REQUEST("a paste"),
        COPY("copy and paste");

        private final String words;

        Beginning(String words) {
            this.words = words;
        }
    }

    private long time(Beginning beginning, Side side, Way way) throws Complaint, IOException {
        String what = side.name() + ", " + way;
        return switch (beginning) {
            case REQUEST -> driver.transfer(what, side.from(way), side.to(way), SMALL);
            case COPY -> driver.latency(what, side.from(way), side.to(way), Selection.CLIPBOARD, SMALL, Driver.PAUSE);
        };
    }

    private List<Samples> measure(List<Side> sides, Beginning beginning, Way way, int count)
            throws Complaint, IOException {
        List<Samples> all = new ArrayList<>();
        sides.forEach(side -> all.add(new Samples()));
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < sides.size(); j++) {
                all.get(j).add(time(beginning, sides.get(j), way));
            }
        }
        return all;
    }

    private void tell(String what, List<Samples> times) {
        Samples alone = times.get(0);
        Samples sessions = times.get(1);
        Samples connections = times.get(2);
        double besideSessions = sessions.median() / alone.median();
        double besideConnections = connections.median() / alone.median();
        table.row(
                List.of(what, alone.times(), sessions.times(), ""),
                times(besideSessions),
                besideSessions,
                new Table.Target.AtMost(MOST_BESIDE_SESSIONS));
        table.row(
                List.of(what, alone.times(), "", connections.times()),
                times(besideConnections),
                besideConnections,
                new Table.Target.AtMost(MOST_BESIDE_CONNECTIONS));
    }

    private void tell(Taken before, Taken after) {
        double each = (double) (after.kilobytes - before.kilobytes) / (SESSIONS - REAL);
        table.row(
                List.of(
                        "memory of the daemon, before and with them",
                        "",
                        mib(before.kilobytes) + ", " + mib(after.kilobytes),
                        ""),
                String.format(Locale.ROOT, "%.0f KiB a session", each),
                each,
                new Table.Target.AtMost(MOST_KIB));
    }

    private static String mib(long kilobytes) {
        return String.format(Locale.ROOT, "%.1f MiB", kilobytes / 1024.0);
    }

    private static String times(double ratio) {
        return String.format(Locale.ROOT, "%.2f x", ratio);
    }

    private static void progress(String what) {
        System.err.println("crowd: " + what);
    }
}
