package hyperclip.demo;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// The modules that go into the guest, by name: jars, or folders of classes as a build leaves them.
record HyperclipJars(NavigableMap<String, ModuleReference> modules) {

    /// Whatever the day, the same classes make the same jar.
    private static final Instant SOME_DAY = Instant.parse("2026-01-01T00:00:00Z");

    private static final Set<String> WANTED = Set.of("hyperclip.app", "hyperclip.display", "hyperclip.demo");

    static HyperclipJars of(Collection<Path> jarsAndFolders) throws Complaint {
        NavigableMap<String, ModuleReference> modules = new TreeMap<>();
        for (Path path : jarsAndFolders) {
            ModuleReference module = moduleAt(path)
                    .orElseThrow(() -> new Complaint("There is no module at " + path
                            + ": it should be a jar, or a folder of classes with a module-info.class in it. Has"
                            + " everything been compiled?"));
            modules.put(module.descriptor().name(), module);
        }
        return new HyperclipJars(modules);
    }

    /// What this very program runs from, without what else is on its path: tests, for instance.
    static List<Path> ofThisProgram() throws Complaint {
        Map<String, ModuleReference> here = new TreeMap<>();
        String path = System.getProperty("java.class.path", "")
                + File.pathSeparator
                + System.getProperty("jdk.module.path", "");
        for (String entry : path.split(File.pathSeparator, -1)) {
            if (!entry.isEmpty()) {
                modulesUnder(Path.of(entry))
                        .forEach(module -> here.putIfAbsent(module.descriptor().name(), module));
            }
        }
        if (!here.keySet().containsAll(WANTED)) {
            throw new Complaint("The guest needs the modules " + new TreeSet<>(WANTED) + ", and this program runs from "
                    + here.keySet() + " (looked at " + path + "). Start it with all of them on its class path.");
        }
        return closure(here).stream()
                .map(name -> Path.of(here.get(name).location().orElseThrow()))
                .toList();
    }

    private static Set<String> closure(Map<String, ModuleReference> here) {
        Set<String> found = new TreeSet<>();
        Deque<String> open = new ArrayDeque<>(WANTED);
        while (!open.isEmpty()) {
            String name = open.removeFirst();
            if (here.containsKey(name) && found.add(name)) {
                here.get(name).descriptor().requires().stream()
                        .map(Requires::name)
                        .forEach(open::addLast);
            }
        }
        return found;
    }

    /// A class path names jars and folders of classes, a module path may also name a folder of jars.
    private static List<ModuleReference> modulesUnder(Path path) {
        Optional<ModuleReference> module = moduleAt(path);
        if (module.isPresent()) {
            return List.of(module.get());
        }
        try (Stream<Path> inside = Files.isDirectory(path) ? Files.list(path) : Stream.empty()) {
            return inside.filter(file -> file.toString().endsWith(".jar"))
                    .flatMap(file -> moduleAt(file).stream())
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static Optional<ModuleReference> moduleAt(Path path) {
        boolean jar = path.toString().endsWith(".jar") && Files.isRegularFile(path);
        if (!jar && !Files.exists(path.resolve("module-info.class"))) {
            return Optional.empty();
        }
        try {
            return ModuleFinder.of(path).findAll().stream().findFirst();
        } catch (FindException notAModule) {
            return Optional.empty();
        }
    }

    /// The modules of the JDK that these need, leaving out what they can do without.
    Set<String> jdkModules() {
        Set<String> needed = new TreeSet<>(Set.of("java.base", "jdk.net"));
        modules.values().stream()
                .flatMap(module -> module.descriptor().requires().stream())
                .filter(requires -> !requires.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                .map(Requires::name)
                .filter(name -> ModuleFinder.ofSystem().find(name).isPresent())
                .forEach(needed::add);
        return needed;
    }

    void addTo(Recipe recipe) throws IOException {
        for (Map.Entry<String, ModuleReference> module : modules.entrySet()) {
            recipe.with(module.getKey()).with(location(module.getValue()));
        }
    }

    /// Puts the modules into a folder as jars, and gives their file names in the order of the class path.
    List<String> copyTo(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        for (Map.Entry<String, ModuleReference> module : modules.entrySet()) {
            Path from = location(module.getValue());
            Path to = folder.resolve(module.getKey() + ".jar");
            if (Files.isDirectory(from)) {
                writeJar(from, to);
            } else {
                Files.copy(from, to);
            }
            Files.setLastModifiedTime(to, FileTime.from(SOME_DAY));
            names.add(module.getKey() + ".jar");
        }
        return names;
    }

    private static Path location(ModuleReference module) {
        return Path.of(module.location().orElseThrow());
    }

    /// Stored, not deflated: the disk has room, and the guest has little CPU.
    private static void writeJar(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.setMethod(ZipOutputStream.STORED);
            for (Path path : Recipe.filesIn(classes)) {
                byte[] content = Files.readAllBytes(path);
                CRC32 crc = new CRC32();
                crc.update(content);
                ZipEntry entry =
                        new ZipEntry(classes.relativize(path).toString().replace(File.separatorChar, '/'));
                entry.setTimeLocal(java.time.LocalDateTime.of(2026, 1, 1, 0, 0));
                entry.setSize(content.length);
                entry.setCrc(crc.getValue());
                zip.putNextEntry(entry);
                zip.write(content);
                zip.closeEntry();
            }
        }
    }
}
