package hyperclip.app.cli;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Leaves the owner of a copy behind in a process of its own, in a session of its own, and returns when it has offered.
final class Background {

    /// What the process that stays behind prints when it has offered.
    static final String READY = "ready";

    private Background() {}

    /// Runs this same command with `--foreground`, its input the content of ours.
    ///
    /// @param arguments of this command, from `copy` on
    static ExitCode copy(List<String> arguments) throws Complaint, IOException {
        List<String> command = new ArrayList<>(List.of("setsid"));
        command.addAll(self(arguments.size()));
        command.addAll(arguments);
        command.addAll(List.of("--foreground", "--tell-ready"));
        if (Files.isRegularFile(Path.of("/proc/self/fd/0"))) {
            return start(new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.INHERIT));
        }
        Path content = Spool.file(new FileInputStream(FileDescriptor.in));
        try {
            return start(new ProcessBuilder(command).redirectInput(content.toFile()));
        } finally {
            // The process that stays behind has it open; nobody else can have it any more.
            Files.delete(content);
        }
    }

    private static ExitCode start(ProcessBuilder builder) throws IOException {
        Process child = builder.start();
        try (BufferedReader output = child.inputReader(StandardCharsets.UTF_8);
                BufferedReader errors = child.errorReader(StandardCharsets.UTF_8)) {
            if (READY.equals(output.readLine())) {
                return ExitCode.DONE;
            }
            errors.lines().forEach(System.err::println);
        }
        return code(child);
    }

    private static ExitCode code(Process child) {
        try {
            ExitCode code = ExitCode.of(child.waitFor());
            return code == ExitCode.DONE ? ExitCode.FAILED : code;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.FAILED;
        }
    }

    /// The command line of this process without the last so many arguments.
    private static List<String> self(int without) throws Complaint {
        ProcessHandle.Info info = ProcessHandle.current().info();
        Optional<String[]> arguments = info.arguments();
        if (info.command().isEmpty() || arguments.isEmpty()) {
            throw new Complaint(
                    ExitCode.FAILED,
                    "cannot go into the background: /proc does not tell this process's own command"
                            + " line; use --foreground");
        }
        List<String> self = new ArrayList<>();
        self.add(info.command().get());
        self.addAll(List.of(arguments.get()).subList(0, arguments.get().length - without));
        return self;
    }
}
