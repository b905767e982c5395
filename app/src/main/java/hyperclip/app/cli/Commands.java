package hyperclip.app.cli;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import hyperclip.app.link.Reach;
import hyperclip.app.loop.HubTime;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.Limits;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import hyperclip.core.session.Rank;
import hyperclip.core.session.SessionMessage.Question;
import hyperclip.core.wire.Version;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The commands that ask, copy and paste.
@Command(
        name = "hyperclip",
        version = "hyperclip " + Version.NUMBER,
        mixinStandardHelpOptions = true,
        description = "Copy on one side, paste on the other, for every QEMU/KVM virtual machine.",
        footer = {
            "",
            "Commands that stay running (each with --help of its own):",
            "  guest     The daemon inside a virtual machine.",
            "  agent     One graphical session's agent, inside a virtual machine.",
            "  host      The front end on the machine that runs the virtual machines.",
            "  demo      The whole thing on this machine, with a real QEMU guest.",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused by policy, 4 nothing to paste,",
            "5 not connected, 6 timed out, 7 already running."
        },
        subcommands = {
            Commands.Sessions.class,
            Commands.Types.class,
            Commands.Copy.class,
            Commands.Paste.class,
            Commands.Status.class
        })
final class Commands implements Callable<Integer> {

    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec;

    private Commands(Map<String, String> environment) {
        this.environment = environment;
    }

    static ExitCode run(String[] arguments, Map<String, String> environment) {
        CommandLine line = new CommandLine(new Commands(environment));
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            command.getErr().println("hyperclip: " + (e.getMessage() == null ? e : e.getMessage()));
            return number(e);
        });
        line.setExitCodeExceptionMapper(Commands::number);
        return ExitCode.of(line.execute(arguments));
    }

    private static int number(Throwable e) {
        ExitCode code = switch (e) {
            case Complaint complaint -> complaint.code();
            case CommandLine.ParameterException _ -> ExitCode.WRONG_USAGE;
            default -> ExitCode.FAILED;
        };
        return code.number();
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.WRONG_USAGE.number();
    }

    /// What every command has.
    @Command(mixinStandardHelpOptions = true)
    static final class Common {

        @Option(
                names = "--connect",
                paramLabel = "SOCKET",
                description = "The daemon's or front end's. Default: the front end's where it runs, else the daemon's.")
        private Path socket;

        @Spec(Spec.Target.MIXEE)
        private CommandSpec spec;

        Session open(Loop loop) throws Complaint, IOException {
            return new Session(socket != null ? socket : Sockets.toTalkTo(environment()), loop);
        }

        private Map<String, String> environment() {
            return ((Commands) spec.root().userObject()).environment;
        }
    }

    @Command(
            name = "sessions",
            description = "Lists the sessions that are connected here, and what they hold.",
            footer = {"", "Example:", "  hyperclip sessions --json"})
    static final class Sessions implements Callable<Integer> {
        @Mixin
        private Common common;

        @Option(names = "--json", description = "As JSON, an array of objects.")
        private boolean json;

        @Override
        public Integer call() throws Complaint, IOException {
            return show(common, Question.SESSIONS, json, "no session is connected");
        }
    }

    @Command(
            name = "status",
            description = "Tells what is connected, what each view holds and what went wrong last.",
            footer = {"", "Example:", "  hyperclip status"})
    static final class Status implements Callable<Integer> {
        @Mixin
        private Common common;

        @Option(names = "--json", description = "As JSON, an array of objects.")
        private boolean json;

        @Override
        public Integer call() throws Complaint, IOException {
            return show(common, Question.STATUS, json, "nothing is set up");
        }
    }

    private static Integer show(Common common, Question question, boolean json, String none)
            throws Complaint, IOException {
        try (Loop loop = new Loop();
                Session session = common.open(loop)) {
            List<Map<String, String>> rows = session.ask(question, "");
            if (json) {
                System.out.println(Rows.json(rows));
            } else {
                System.out.print(rows.isEmpty() ? none + System.lineSeparator() : Rows.text(rows));
            }
            return ExitCode.DONE.number();
        }
    }

    @Command(
            name = "types",
            description = "Lists the types of what is on the clipboard.",
            footer = {"", "Example:", "  hyperclip types --from work/alice --primary"})
    static final class Types implements Callable<Integer> {
        @Mixin
        private Common common;

        @Option(names = "--from", paramLabel = "SESSION", defaultValue = "", description = "Such as work/alice.")
        private String from;

        @Option(names = "--primary", description = "The primary selection instead of the clipboard.")
        private boolean primary;

        @Override
        public Integer call() throws Complaint, IOException {
            try (Loop loop = new Loop();
                    Session session = common.open(loop)) {
                List<Map<String, String>> rows = offered(session, from, selection(primary));
                if (rows.isEmpty()) {
                    throw nothing(from);
                }
                rows.forEach(row -> System.out.println(row.get("type")));
                return ExitCode.DONE.number();
            }
        }
    }

    @Command(
            name = "paste",
            description = "Writes what is on the clipboard to standard output.",
            footer = {"", "Examples:", "  hyperclip paste", "  hyperclip paste --from work/alice -t image/png > a.png"})
    static final class Paste implements Callable<Integer> {
        @Mixin
        private Common common;

        @Option(names = "--from", paramLabel = "SESSION", defaultValue = "", description = "Such as work/alice.")
        private String from;

        @Option(
                names = {"-t", "--type"},
                paramLabel = "TYPE",
                description = "A MIME type; default: text where there is some.")
        private String type;

        @Option(names = "--primary", description = "The primary selection instead of the clipboard.")
        private boolean primary;

        /// How long the owner's side may take to be told of Ctrl-C; a full pipe is no reason to stay.
        private static final long CANCEL_WITHIN_MILLIS = 2_000;

        @Override
        public Integer call() throws Complaint, IOException {
            try (Loop loop = new Loop();
                    Session session = common.open(loop)) {
                List<Map<String, String>> rows = offered(session, from, selection(primary));
                if (rows.isEmpty()) {
                    throw nothing(from);
                }
                List<MimeType> types =
                        rows.stream().map(row -> new MimeType(row.get("type"))).toList();
                MimeType wanted = wanted(types);
                OfferId offer = new OfferId(rows.getFirst().get("offer"));
                return paste(loop, session, types, wanted, offer);
            }
        }

        private MimeType wanted(List<MimeType> types) throws Complaint {
            MimeType wanted = type == null
                    ? MimeType.TEXT
                    : MimeType.of(type.equals("text/plain") ? MimeType.TEXT.name() : type)
                            .orElseThrow(() -> new Complaint(ExitCode.WRONG_USAGE, type + " is no MIME type"));
            if (!types.contains(wanted)) {
                throw new Complaint(
                        ExitCode.NOTHING_TO_PASTE,
                        "the copy has no " + wanted + "; it has " + types + ", choose one with -t");
            }
            return wanted;
        }

        private Integer paste(Loop loop, Session session, List<MimeType> types, MimeType wanted, OfferId offer)
                throws Complaint, IOException {
            session.ask(Question.ATTACH, from);
            Hub hub = hub(loop);
            PastePeer[] peer = new PastePeer[1];
            hub.open("person", view -> {
                peer[0] = new PastePeer(view, new FileOutputStream(FileDescriptor.out));
                return peer[0];
            });
            View daemon = session.connection().open(1, hub, "daemon", Rank.GUEST_SIDE);
            loop.add(new HubTime(hub));
            Selection selection = selection(primary);
            daemon.hear(new Signal.Offer(selection, offer, types, 0, Standing.RENEWED));
            peer[0].request(selection, offer, wanted);
            Stopping.run(() -> loop.post(peer[0]::cancel), CANCEL_WITHIN_MILLIS, () -> {}, () -> {
                loop.runUntil(() -> peer[0].isOver() || session.isOver(), Long.MAX_VALUE);
                // The owner is told where the person wants no more, or the output takes no more.
                loop.runUntil(
                        () -> !session.connection().hasToSend() || session.isOver(),
                        loop.millis() + CANCEL_WITHIN_MILLIS);
            });
            if (peer[0].failure().isPresent()) {
                throw new Complaint(
                        ExitCode.FAILED,
                        "standard output takes no more: "
                                + peer[0].failure().get().getMessage());
            }
            if (peer[0].refusal().isPresent()) {
                throw notWhole(wanted, peer[0].written(), peer[0].refusal().get());
            }
            if (!peer[0].isOver()) {
                session.checkOpen();
            }
            return ExitCode.DONE.number();
        }

        private static Complaint notWhole(MimeType type, long written, Signal.Abort refusal) {
            ExitCode code = switch (refusal.reason()) {
                case NOTHING_OFFERED, TYPE_NOT_OFFERED, STALE, OWNER_GONE, OWNER_REFUSED -> ExitCode.NOTHING_TO_PASTE;
                case LINK_LOST -> ExitCode.NOT_CONNECTED;
                case TIMED_OUT -> ExitCode.TIMED_OUT;
                case REQUESTER_GONE, CANCELLED, TOO_LARGE, TOO_MANY, VIOLATION -> ExitCode.FAILED;
            };
            return new Complaint(
                    code, "the paste of " + type + " ended after " + written + " bytes: " + refusal.sentence());
        }
    }

    @Command(
            name = "copy",
            description =
                    "Puts standard input on the clipboard, and stays behind as its owner until someone else copies.",
            footer = {
                "",
                "Without --to it is offered wherever what you copy on this desktop (or, inside a machine, in your",
                "session) is offered.",
                "",
                "With files, it sends these into a machine with SPICE's agent in it, which puts them down where it is",
                "set up to, mostly in Downloads or on the desktop. Ctrl-C takes back what is not sent whole.",
                "",
                "Examples:",
                "  date | hyperclip copy",
                "  hyperclip copy --to work/alice -t image/png < a.png",
                "  hyperclip copy --to windows report.pdf photo.jpg"
            })
    static final class Copy implements Callable<Integer> {
        @Mixin
        private Common common;

        @Option(
                names = "--to",
                paramLabel = "SESSION",
                defaultValue = "",
                description = "Such as work/alice; for files a machine, such as work.")
        private String to;

        @Parameters(
                paramLabel = "FILE",
                arity = "0..*",
                description = "Files to be sent into the machine that --to names.")
        private List<Path> files = List.of();

        @Option(
                names = {"-t", "--type"},
                paramLabel = "TYPE",
                defaultValue = "text/plain;charset=utf-8",
                description = "A MIME type; default: text (UTF-8).")
        private String type;

        @Option(names = "--primary", description = "The primary selection instead of the clipboard.")
        private boolean primary;

        @Option(names = "--foreground", description = "Do not go into the background.")
        private boolean foreground;

        /// How long a daemon may be away, in milliseconds, before its owner of a copy gives up.
        private static final long AWAY = 60_000;

        @Option(names = "--tell-ready", hidden = true, description = "Print a line when the copy is offered.")
        private boolean tellReady;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws Complaint, IOException {
            MimeType offered = MimeType.of(type.equals("text/plain") ? MimeType.TEXT.name() : type)
                    .orElseThrow(() -> new Complaint(ExitCode.WRONG_USAGE, type + " is no MIME type"));
            if (!files.isEmpty()) {
                return sendFiles();
            }
            if (!foreground) {
                return Background.copy(
                                spec.commandLine().getParent().getParseResult().originalArgs())
                        .number();
            }
            try (FileChannel content = content();
                    Loop loop = new Loop()) {
                return own(loop, content, offered);
            }
        }

        private Integer sendFiles() throws Complaint, IOException {
            if (to.isEmpty()) {
                throw new Complaint(
                        ExitCode.WRONG_USAGE,
                        "files go to a machine: name it with --to, as `hyperclip status` lists it;"
                                + " to copy a file's content, use < FILE");
            }
            for (Path file : files) {
                FileSender.check(file);
            }
            try (Loop loop = new Loop();
                    Session session = common.open(loop)) {
                new FileSender(loop, session, to).send(files);
                return ExitCode.DONE.number();
            }
        }

        private FileChannel content() throws IOException, Complaint {
            return Files.isRegularFile(Path.of("/proc/self/fd/0"))
                    ? new FileInputStream(FileDescriptor.in).getChannel()
                    : Spool.read(new FileInputStream(FileDescriptor.in));
        }

        /// Owns the copy until somebody else copies; a daemon that is started again meanwhile is told of it anew.
        private Integer own(Loop loop, FileChannel content, MimeType offered) throws Complaint, IOException {
            OfferId id = OfferId.random(new KernelRandom());
            long copied = loop.millis();
            Standing standing = Standing.FRESH;
            long awayUntil = Long.MIN_VALUE;
            while (true) {
                try (Session session = common.open(loop)) {
                    session.ask(Question.ATTACH, to);
                    Signal.Offer offer = new Signal.Offer(
                            selection(primary), id, List.of(offered), loop.millis() - copied, standing);
                    if (!stands(loop, session, content, offer)) {
                        return ExitCode.DONE.number();
                    }
                    standing = Standing.RENEWED;
                    awayUntil = loop.millis() + AWAY;
                } catch (Complaint e) {
                    if (loop.millis() >= awayUntil) {
                        throw e;
                    }
                }
                loop.runUntil(() -> false, loop.millis() + Reach.RETRY);
            }
        }

        /// Offers, and serves pastes until it is shown nowhere any more or the connection is lost.
        ///
        /// @return whether it still stood at the end
        private boolean stands(Loop loop, Session session, FileChannel content, Signal.Offer offer)
                throws Complaint, IOException {
            Hub hub = hub(loop);
            HubTime time = new HubTime(hub);
            View person = hub.open("person", view -> new CopyPeer(view, content));
            session.connection().open(1, hub, "daemon", Rank.GUEST_SIDE);
            loop.add(time);
            try {
                person.hear(offer);
                // A question overtakes offers that have not left yet. Asked after it, its answer tells that the offer
                // has arrived.
                loop.runUntil(() -> !session.connection().hasToSend() || session.isOver(), Long.MAX_VALUE);
                boolean shown = session.ask(Question.TYPES, to).stream()
                        .anyMatch(row -> offer.id().hex().equals(row.get("offer")));
                if (tellReady) {
                    System.out.println(Background.READY);
                    System.out.flush();
                    tellReady = false;
                }
                if (!shown) {
                    return false;
                }
                // A paste under way is another's by then, and goes on to its end.
                loop.runUntil(() -> session.isOver() && session.connection().transfers() == 0, Long.MAX_VALUE);
                if (session.isDisplaced()) {
                    session.awaitArrival();
                }
                return !session.isDisplaced();
            } finally {
                loop.remove(time);
            }
        }
    }

    /// Of a command, which leaves it to the stations on the way what a paste may take: each has limits of its own.
    static Hub hub(Loop loop) {
        Limits longest = new Limits(Limits.MAX_MILLIS, Limits.MAX_MILLIS, OptionalLong.empty());
        return new Hub(loop::millis, (follower, followed) -> true, longest, refusal -> {});
    }

    private static Selection selection(boolean primary) {
        return primary ? Selection.PRIMARY : Selection.CLIPBOARD;
    }

    private static List<Map<String, String>> offered(Session session, String from, Selection selection)
            throws Complaint, IOException {
        List<Map<String, String>> rows = new ArrayList<>(session.ask(Question.TYPES, from));
        rows.removeIf(row -> !selection.word().equals(row.get("selection")));
        return rows;
    }

    private static Complaint nothing(String from) {
        return new Complaint(
                ExitCode.NOTHING_TO_PASTE,
                "nothing is on the clipboard" + (from.isEmpty() ? "" : " of " + from)
                        + "; `hyperclip status` tells what is where");
    }
}
