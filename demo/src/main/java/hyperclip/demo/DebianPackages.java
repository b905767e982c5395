package hyperclip.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Debian packages as files, from wherever this machine's own apt gets them. Works for any user, and installs nothing.
final class DebianPackages {

    private static final String HELP = """
            The machine's own apt sources were asked (`apt-cache policy` shows them). Check that this is a Debian 12 or
            later, that the network is up, and that `apt-get update` works; `./setup` does what else is needed.""";

    /// `'ADDRESS' FILE SIZE DIGEST`, as apt-get prints it. Some archives give no digest: apt-get itself checks more.
    private static final Pattern DOWNLOAD = Pattern.compile("'[^']+' ([^\\s/]+_[^\\s/]+_[^\\s/]+\\.deb) (\\d+) .*");

    private final Path folder;
    private final Consumer<String> progress;

    /// Nothing unless the machine's own lists of packages will not do.
    private List<String> ownLists = List.of();

    DebianPackages(Path folder, Consumer<String> progress) {
        this.folder = folder;
        this.progress = progress;
    }

    /// A package as apt names it in its downloads: `NAME_VERSION_ARCHITECTURE.deb`, a colon in the version as %3a.
    record Download(String file, long size) {

        String name() {
            return file.substring(0, file.indexOf('_'));
        }

        String nameAndVersion() {
            int version = file.indexOf('_') + 1;
            return name() + "="
                    + file.substring(version, file.indexOf('_', version)).replace("%3a", ":");
        }
    }

    /// The files of the named packages and of all that they depend on, but for what is left out and not named.
    List<Path> withDependencies(List<String> names, List<String> leftOut) throws IOException {
        List<Download> downloads = afresh(() -> resolve(names)).stream()
                .filter(download -> names.contains(download.name())
                        || leftOut.stream().noneMatch(pattern -> matches(pattern, download.name())))
                .toList();
        return fetch(downloads);
    }

    /// The file of the kernel that a package without content of its own stands for.
    Path kernel(String metaPackage) throws IOException {
        String name = afresh(() -> apt("apt-cache", "depends", "--no-recommends", "--no-suggests", metaPackage))
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("Depends: linux-image-"))
                .map(line -> line.substring("Depends: ".length()))
                .findFirst()
                .orElseThrow(() -> new Complaint("The package " + metaPackage + " names no kernel.\n" + HELP));
        return fetch(downloadsIn(apt("apt-get", "--print-uris", "download", name)))
                .getFirst();
    }

    private List<Download> resolve(List<String> names) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("--print-uris", "-y", "-o", "APT::Install-Recommends=false", "install"));
        arguments.addAll(names);
        return downloadsIn(apt("apt-get", arguments.toArray(String[]::new)));
    }

    private List<Path> fetch(List<Download> downloads) throws IOException {
        List<Download> missing =
                downloads.stream().filter(download -> !isHere(download)).toList();
        if (!missing.isEmpty()) {
            long size = missing.stream().mapToLong(Download::size).sum();
            progress.accept("downloading %d package%s (%d MB)"
                    .formatted(missing.size(), missing.size() == 1 ? "" : "s", size / 1_000_000));
            download(missing);
        }
        for (Download download : downloads) {
            if (!isHere(download)) {
                throw new Complaint("apt-get said that it had downloaded " + download.file()
                        + ", but the file is not what was" + " announced (looked in " + folder + ").\n" + HELP);
            }
        }
        return downloads.stream()
                .map(download -> folder.resolve(download.file()))
                .toList();
    }

    private void download(List<Download> missing) throws IOException {
        Path unfinished = folder.resolve("unfinished");
        Cache.delete(unfinished);
        Files.createDirectories(unfinished);
        List<String> arguments = new ArrayList<>(List.of("-q", "download"));
        missing.forEach(download -> arguments.add(download.nameAndVersion()));
        try {
            command("apt-get", arguments).in(unfinished).run();
        } catch (Complaint complaint) {
            throw new Complaint("The guest's packages could not be downloaded. " + HELP, complaint);
        }
        try (Stream<Path> files = Files.list(unfinished)) {
            for (Path file : files.toList()) {
                Files.move(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Cache.delete(unfinished);
    }

    private boolean isHere(Download download) {
        Path file = folder.resolve(download.file());
        try {
            return Files.isRegularFile(file) && Files.size(file) == download.size();
        } catch (IOException e) {
            return false;
        }
    }

    private interface Question<T> {
        T ask() throws IOException;
    }

    /// Asks; where the machine's lists of packages cannot answer, as in a container that has none, asks again with
    /// lists of our own.
    private <T> T afresh(Question<T> question) throws IOException {
        try {
            return question.ask();
        } catch (Complaint first) {
            if (!ownLists.isEmpty()) {
                throw first;
            }
            progress.accept("this machine's lists of packages do not know all that is needed: getting fresh ones");
            Path lists = Files.createDirectories(folder.resolve("lists"));
            ownLists = List.of("-o", "Dir::State::lists=" + lists);
            try {
                apt("apt-get", "update");
                return question.ask();
            } catch (Complaint second) {
                throw new Complaint("apt does not know the guest's packages. " + HELP, second);
            }
        }
    }

    private String apt(String program, String... arguments) throws IOException {
        return command(program, List.of(arguments)).output();
    }

    /// apt believes that it is on a machine where nothing is installed, so that every dependency counts, and writes
    /// nowhere but in our folder.
    private Tool command(String program, List<String> arguments) throws IOException {
        Files.createDirectories(folder.resolve("archives/partial"));
        Path nothingInstalled = folder.resolve("status");
        if (!Files.exists(nothingInstalled)) {
            Files.createFile(nothingInstalled);
        }
        List<String> all = new ArrayList<>(List.of(
                "-o", "Dir::State::status=" + nothingInstalled,
                "-o", "Dir::Cache=" + folder,
                "-o", "Debug::NoLocking=true",
                "-o", "APT::Sandbox::User=",
                "-o", "Acquire::Retries=3"));
        all.addAll(ownLists);
        all.addAll(arguments);
        // Not where the packages are: apt-get does not speak of what lies in its current folder already.
        return Tool.of(Tool.find(program), all).in(folder.resolve("archives"));
    }

    static boolean matches(String pattern, String name) {
        return pattern.endsWith("*")
                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                : name.equals(pattern);
    }

    static List<Download> downloadsIn(String output) throws Complaint {
        List<Download> downloads = new ArrayList<>();
        for (String line : output.lines().filter(line -> line.startsWith("'")).toList()) {
            Matcher parts = DOWNLOAD.matcher(line);
            if (!parts.matches()) {
                throw new Complaint("apt-get announced a download in a way that is not understood: " + line);
            }
            downloads.add(new Download(parts.group(1), Long.parseLong(parts.group(2))));
        }
        return downloads;
    }
}
