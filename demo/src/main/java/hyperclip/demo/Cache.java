package hyperclip.demo;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/// Where what was built is kept. An entry is a folder `KIND-NAME`; one that is there is whole, since it is built under
/// another name and then renamed: Ctrl-C leaves nothing half done, and of two builders one waits for the other.
final class Cache {

    /// How many entries of a kind are kept. Changing the sources makes many, and each is as large as a disk.
    private static final int KEPT = 3;

    /// File locks are held by the whole process: its threads have to agree among themselves.
    private static final ReentrantLock BUILDING = new ReentrantLock();

    private final Path folder;
    private final Clock clock;

    Cache(Path folder, Clock clock) {
        this.folder = folder.toAbsolutePath();
        this.clock = clock;
    }

    interface Builder {
        void buildIn(Path folder) throws IOException;
    }

    static Cache of(Map<String, String> environment) {
        String own = environment.getOrDefault("HYPERCLIP_CACHE", "");
        if (!own.isEmpty()) {
            return new Cache(Path.of(own), Clock.systemUTC());
        }
        String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path caches = xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return new Cache(caches.resolve("hyperclip"), Clock.systemUTC());
    }

    Path folder() {
        return folder;
    }

    Path entry(String kind, Recipe recipe, Builder builder) throws IOException {
        Path entry = folder.resolve(kind + "-" + recipe.name());
        if (!Files.isDirectory(entry)) {
            locked(kind, () -> build(kind, entry, builder));
        }
        Files.setLastModifiedTime(entry, FileTime.from(clock.instant()));
        return entry;
    }

    private void build(String kind, Path entry, Builder builder) throws IOException {
        if (Files.isDirectory(entry)) {
            return;
        }
        Path unfinished = folder.resolve("." + kind + ".unfinished");
        delete(unfinished);
        Files.createDirectory(unfinished);
        builder.buildIn(unfinished);
        Files.move(unfinished, entry, StandardCopyOption.ATOMIC_MOVE);
        forgetOldest(kind);
    }

    void locked(String name, Build build) throws IOException {
        Files.createDirectories(folder);
        BUILDING.lock();
        try (FileChannel file = FileChannel.open(
                folder.resolve("." + name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            // Closing the file gives the lock back.
            file.lock();
            build.run();
        } finally {
            BUILDING.unlock();
        }
    }

    interface Build {
        void run() throws IOException;
    }

    /// A machine that runs keeps the disks that it has open, whatever is deleted.
    private void forgetOldest(String kind) throws IOException {
        List<Path> entries;
        try (Stream<Path> all = Files.list(folder)) {
            entries = all.filter(path -> path.getFileName().toString().startsWith(kind + "-"))
                    .sorted(Comparator.comparingLong(path -> path.toFile().lastModified()))
                    .toList();
        }
        for (Path oldest : entries.subList(0, Math.max(0, entries.size() - KEPT))) {
            delete(oldest);
        }
    }

    static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
