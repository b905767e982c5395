package hyperclip.app.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/// What all ways to the host have in common: a character device, or a unix socket in its place.
final class Ports {

    private Ports() {}

    /// @throws IOException where there is nothing of this name, or neither of both
    static boolean isSocket(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        if (attributes.isRegularFile() || attributes.isDirectory()) {
            throw new IOException("it is neither a port nor a socket");
        }
        int type = (Integer) Files.getAttribute(path, "unix:mode") & 0xF000;
        return type == 0xC000;
    }

    /// Why it cannot be opened, for a person.
    static String complaint(Path path, IOException e) {
        if (!Files.exists(path)) {
            return "there is no such port; give the machine a virtserialport with this name";
        }
        String message = String.valueOf(e.getMessage());
        if (message.contains("busy")) {
            return "another process holds it; only one can: stop that process, or give the machine a second port";
        }
        return message;
    }
}
