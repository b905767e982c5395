package hyperclip.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// What a [Machine] boots from: a kernel with its initramfs, a disk with a small Debian, and a disk with Hyperclip and
/// the Java that runs it. All of it is only read.
///
/// The two disks are built apart, since one changes when Debian or this package does (half a minute) and the other
/// whenever a source file does (seconds). Both are found again in the cache while what they are made from is the same.
/// Nothing is mounted, no program of the guest runs, and no right is needed that an ordinary user has not.
public record GuestImage(Guest guest, Path kernel, Path initrd, Path rootDisk, Path hyperclipDisk) {

    private static final String KERNEL = "linux-image-cloud-amd64";

    /// Small, and quick to start on an emulated processor. Training and use have to agree, or the cache is refused.
    private static final List<String> JAVA_OPTIONS = List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx32m",
            "-XX:MaxDirectMemorySize=128m",
            "-Xss256k",
            // The emulated processor has neither; the cache that is made here has to be without them too, or nothing
            // that uses it starts there.
            "-XX:UseAVX=0",
            "-XX:-UseFastStosb",
            "-XX:-UsePerfData",
            "-XX:+UnlockDiagnosticVMOptions",
            // Else all that was compiled in the rehearsal is compiled at every start, which takes seconds here.
            "-XX:-AOTReplayTraining",
            "-XX:AsyncDeflationInterval=0",
            "-XX:ServiceThreadCleanupInterval=60000",
            // The daemon speaks with logind.
            "--enable-native-access=ALL-UNNAMED");

    private static final String MAIN = "hyperclip.app.Main";

    /// One line an event, with milliseconds, which tests read.
    private static final String LOG_FORMAT = "-Djdk.system.logger.format='%1$tF %1$tT.%1$tL %4$s %5$s%6$s%n'";

    /// The daemon must not be able to touch a desktop: as with the real launcher, the code for it is not even there.
    private static final Set<String> NOT_FOR_THE_DAEMON = Set.of("hyperclip.display.jar", "hyperclip.demo.jar");

    /// The image for what this program itself runs from: its jars, or the folders of classes that a build has left.
    public static GuestImage ofThisProgram(Consumer<String> progress) throws IOException {
        return ofThisProgram(Guest.PLAIN, List.of(), progress);
    }

    /// The same with more packages of Debian in it, their dependencies included: an image of its own.
    public static GuestImage ofThisProgram(Guest guest, List<String> morePackages, Consumer<String> progress)
            throws IOException {
        return of(guest, HyperclipJars.ofThisProgram(), morePackages, Cache.of(System.getenv()), progress);
    }

    /// The image with these modules in it (jars, or folders of classes), the demo's own among them. Builds what the
    /// cache does not hold, and tells its progress in short lines.
    public static GuestImage of(List<Path> jarsAndFolders, Consumer<String> progress) throws IOException {
        return of(Guest.PLAIN, jarsAndFolders, List.of(), Cache.of(System.getenv()), progress);
    }

    private static GuestImage of(
            Guest guest, List<Path> jarsAndFolders, List<String> morePackages, Cache cache, Consumer<String> progress)
            throws IOException {
        HyperclipJars jars = HyperclipJars.of(jarsAndFolders);
        List<String> packages = new ArrayList<>(guest.packages());
        packages.addAll(morePackages);
        Path root = cache.entry(
                guest.disk(),
                rootRecipe(guest, packages),
                folder -> buildRoot(folder, guest, packages, cache, progress));
        Path runtime = runtime(jars.jdkModules(), cache, progress);
        Recipe recipe = new Recipe().with(runtime.getFileName().toString()).with(productLauncher(List.of()));
        jars.addTo(recipe);
        Path hyperclip = cache.entry("hyperclip", recipe, folder -> buildHyperclip(folder, runtime, jars, progress));
        return new GuestImage(
                guest,
                root.resolve("vmlinuz"),
                root.resolve("initrd"),
                root.resolve("root.img"),
                hyperclip.resolve("hyperclip.img"));
    }

    // Debian

    private static Recipe rootRecipe(Guest guest, List<String> packages) {
        Recipe recipe = new Recipe().with(KERNEL);
        List.of("build-root.sh", "left-out").forEach(name -> recipe.with(Recipe.resource(name)));
        guest.files().forEach((path, resource) -> recipe.with(path).with(Recipe.resource(resource)));
        guest.masked().forEach(recipe::with);
        packages.forEach(recipe::with);
        return recipe;
    }

    private static void buildRoot(Path folder, Guest guest, List<String> names, Cache cache, Consumer<String> progress)
            throws IOException {
        DebianPackages debian =
                new DebianPackages(Files.createDirectories(cache.folder().resolve("debs")), progress);
        List<Path> packages = debian.withDependencies(names, Recipe.lines("left-out"));
        Path kernel = debian.kernel(KERNEL);
        progress.accept("building the guest's root disk from %d packages".formatted(packages.size()));
        Files.write(
                folder.resolve("packages"),
                packages.stream().map(Path::toString).toList());
        Files.writeString(folder.resolve("kernel"), kernel + "\n");
        Files.write(folder.resolve("masked"), guest.masked());
        for (Map.Entry<String, String> ours : guest.files().entrySet()) {
            Path file = folder.resolve("guest").resolve(ours.getKey());
            Files.createDirectories(file.getParent());
            Files.write(file, Recipe.resource(ours.getValue()));
        }
        Files.writeString(folder.resolve("build-root.sh"), Recipe.text("build-root.sh"));
        asRoot("sh", "build-root.sh").in(folder).run();
    }

    /// For files that belong to root and others, one has to be root or believe it.
    private static Tool asRoot(String... command) throws IOException {
        boolean root = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
        return root ? Tool.of("env", command) : Tool.of("fakeroot", command);
    }

    // Java

    /// A runtime with the modules that the guest needs, from the JDK that runs this program.
    private static Path runtime(Set<String> modules, Cache cache, Consumer<String> progress) throws IOException {
        Path home = Path.of(System.getProperty("java.home"));
        Path jlink = home.resolve("bin/jlink");
        if (Runtime.version().feature() < 25 || !Files.isExecutable(jlink)) {
            throw new Complaint("The guest gets its Java from the JDK that runs this program, and " + home + " (Java "
                    + Runtime.version() + ") is not a JDK 25 or later with jlink. Run it with one: `./setup` installs"
                    + " it.");
        }
        Recipe recipe = new Recipe()
                .with(Runtime.version().toString())
                .with(System.getProperty("java.vendor.version", ""))
                .with(modules.toString());
        return cache.entry("runtime", recipe, folder -> {
            progress.accept("making a Java runtime for the guest (" + String.join(", ", modules) + ")");
            Tool.of(
                            jlink,
                            List.of(
                                    "--add-modules",
                                    String.join(",", modules),
                                    "--strip-debug",
                                    "--no-header-files",
                                    "--no-man-pages",
                                    "--compress",
                                    "zip-0",
                                    "--output",
                                    folder.resolve("runtime").toString()))
                    .run();
        });
    }

    // Hyperclip

    private static void buildHyperclip(Path folder, Path runtime, HyperclipJars jars, Consumer<String> progress)
            throws IOException {
        progress.accept("building the guest's disk with Hyperclip");
        Path tree = Files.createDirectory(folder.resolve("tree"));
        Tool.of("cp", "-a", runtime.resolve("runtime").toString(), tree.toString())
                .run();
        List<String> names = jars.copyTo(Files.createDirectory(tree.resolve("lib")));
        Path bin = Files.createDirectory(tree.resolve("bin"));
        writeProgram(bin.resolve("hyperclip"), productLauncher(names));
        writeProgram(bin.resolve("control"), "#!/bin/sh\n" + exec("control", names, "hyperclip.demo.GuestControl"));
        rehearse(tree, names);
        try (DressRehearsal rehearsal =
                new DressRehearsal(java(tree, forTheDaemon(names), MAIN), java(tree, names, MAIN))) {
            rehearsal.perform(tree.resolve("daemon.aot"), tree.resolve("all.aot"));
        }
        Path disk = folder.resolve("hyperclip.img");
        long size = 0;
        for (Path file : Recipe.filesIn(tree)) {
            size += Files.size(file) + 4096;
        }
        Tool.of("chmod", "-R", "a+rX", tree.toString()).run();
        Tool.of(
                        "mke2fs",
                        "-q",
                        "-t",
                        "ext4",
                        "-O",
                        "^has_journal",
                        "-m",
                        "0",
                        "-E",
                        "root_owner=0:0",
                        "-d",
                        tree.toString(),
                        disk.toString(),
                        size / 1024 * 11 / 10 + 8192 + "k")
                .run();
        Cache.delete(tree);
    }

    private static void writeProgram(Path file, String script) throws IOException {
        Files.writeString(file, script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /// Runs here what will run in the guest, so that the guest's Java finds its classes loaded and linked. A cache that
    /// does not fit is not an error there, only slow; it fits no other class path than the one it was made with.
    private static void rehearse(Path tree, List<String> jars) throws IOException {
        List<String> command = java(tree, jars, "hyperclip.demo.Rehearsal")
                .of(List.of("-XX:AOTCacheOutput=" + tree.resolve("control.aot")));
        Tool.of(Path.of(command.getFirst()), command.subList(1, command.size()))
                .in(tree)
                .run();
    }

    private static DressRehearsal.Command java(Path tree, List<String> jars, String mainClass) {
        List<String> java = new ArrayList<>();
        java.add(tree.resolve("runtime/bin/java").toString());
        java.addAll(JAVA_OPTIONS);
        String classPath = String.join(
                ":",
                jars.stream().map(jar -> tree.resolve("lib/" + jar).toString()).toList());
        return new DressRehearsal.Command(java, List.of("-cp", classPath, mainClass));
    }

    private static List<String> forTheDaemon(List<String> jars) {
        return jars.stream().filter(jar -> !NOT_FOR_THE_DAEMON.contains(jar)).toList();
    }

    private static String productLauncher(List<String> jars) {
        return """
                #!/bin/sh
                if [ "$1" = guest ]; then
                %s
                fi
                %s
                """.formatted(exec("daemon", forTheDaemon(jars), MAIN), exec("all", jars, MAIN));
    }

    private static String exec(String cache, List<String> jars, String mainClass) {
        return "exec /opt/hyperclip/runtime/bin/java -XX:AOTCache=/opt/hyperclip/%s.aot %s $HYPERCLIP_JAVA -cp %s %s \"$@\"\n"
                .formatted(
                        cache,
                        String.join(" ", JAVA_OPTIONS) + " " + LOG_FORMAT,
                        String.join(
                                ":",
                                jars.stream()
                                        .map(jar -> "/opt/hyperclip/lib/" + jar)
                                        .toList()),
                        mainClass);
    }
}
