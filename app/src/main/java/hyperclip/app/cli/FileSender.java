package hyperclip.app.cli;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import hyperclip.app.link.Clients;
import hyperclip.app.loop.HubTime;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import hyperclip.core.clipboard.View;
import hyperclip.core.session.Rank;
import hyperclip.core.session.SessionMessage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Sends files into a machine, one after another, and tells how far it is.
final class FileSender {

    private static final MimeType ANY = new MimeType("application/octet-stream");

    /// How often a person is told, in milliseconds.
    private static final long PACE = 500;

    private final Loop loop;
    private final Session session;
    private final String machine;
    private final PrintStream errors = System.err;
    private final boolean isTerminal = isTerminal();

    FileSender(Loop loop, Session session, String machine) {
        this.loop = loop;
        this.session = session;
        this.machine = machine;
    }

    /// Whether a line on standard error can be written over.
    private static boolean isTerminal() {
        try {
            String file = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }

    /// What can be seen of a file before anything is sent.
    ///
    /// @throws Complaint where it is none that can be
    static void check(Path file) throws Complaint {
        if (Files.isDirectory(file)) {
            throw new Complaint(
                    ExitCode.WRONG_USAGE, file + " is a folder; send an archive of it, or its files by their names");
        }
        if (!Files.isRegularFile(file)) {
            throw new Complaint(
                    ExitCode.WRONG_USAGE, Files.exists(file) ? file + " is no ordinary file" : "there is no " + file);
        }
        if (!Files.isReadable(file)) {
            throw new Complaint(ExitCode.FAILED, "you may not read " + file);
        }
        if (name(file).chars().anyMatch(Character::isISOControl)) {
            throw new Complaint(ExitCode.WRONG_USAGE, "the name of " + file + " has control characters in it");
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    void send(List<Path> files) throws Complaint, IOException {
        int sent = 0;
        for (Path file : files) {
            Map<String, String> outcome = send(file);
            if (!outcome.getOrDefault("state", "").equals("sent")) {
                String others = files.size() == 1 ? "" : "; %d of %d files were sent".formatted(sent, files.size());
                throw new Complaint(
                        ExitCode.FAILED, file + " was not sent to " + machine + ": " + outcome.get("why") + others);
            }
            sent++;
        }
    }

    private Map<String, String> send(Path file) throws Complaint, IOException {
        try (FileChannel content = FileChannel.open(file)) {
            long size = content.size();
            Hub hub = Commands.hub(loop);
            CopyPeer[] owner = new CopyPeer[1];
            View person = hub.open("person", view -> {
                owner[0] = new CopyPeer(view, content);
                return owner[0];
            });
            session.begin(new SessionMessage.Send(machine, name(file), size));
            session.connection().open(Clients.CHANNEL, hub, "machine", Rank.GUEST_SIDE);
            HubTime time = new HubTime(hub);
            Progress progress = new Progress(file, owner[0], size);
            loop.add(time);
            loop.add(progress);
            try {
                person.hear(new Signal.Offer(
                        Selection.CLIPBOARD, OfferId.random(new KernelRandom()), List.of(ANY), 0, Standing.FRESH));
                List<Map<String, String>> answer = session.answer();
                Map<String, String> outcome = answer.isEmpty() ? Map.of() : answer.getFirst();
                progress.end(outcome.getOrDefault("state", "").equals("sent"));
                return outcome;
            } finally {
                loop.remove(progress);
                loop.remove(time);
                session.connection().close(Clients.CHANNEL);
            }
        }
    }

    /// One line of a terminal, which is written over while the file is on its way.
    private final class Progress implements Loop.Timed {
        private final Path file;
        private final CopyPeer owner;
        private final long size;
        private long next;
        private int shown;

        Progress(Path file, CopyPeer owner, long size) {
            this.file = file;
            this.owner = owner;
            this.size = size;
            this.next = isTerminal ? loop.millis() + PACE : Long.MAX_VALUE;
        }

        @Override
        public long deadline() {
            return next;
        }

        @Override
        public void tick() {
            next = loop.millis() + PACE;
            long percent = size == 0 ? 100 : 100 * owner.farthest() / size;
            show("%s: %,d of %,d bytes, %d %%".formatted(file, owner.farthest(), size, percent));
        }

        void end(boolean isSent) {
            if (isSent) {
                show("%s: sent to %s, %,d bytes".formatted(file, machine, size));
                errors.println();
            } else if (shown > 0) {
                errors.println();
            }
        }

        private void show(String line) {
            if (isTerminal) {
                errors.print("\r" + line + " ".repeat(Math.max(0, shown - line.length())));
            } else {
                errors.print(line);
            }
            errors.flush();
            shown = line.length();
        }
    }
}
