package hyperclip.demo;

import hyperclip.core.clipboard.Selection;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// The host's desktop: an X server of our own without a screen, or the person's.
///
/// The programs that copied there, the server and the temporary files end with this, and with this program.
public final class HostDesk implements Desk, Closeable {

    private static final Duration SERVER_STARTS = Duration.ofSeconds(20);
    private static final int COOKIE = 16;

    /// Of the kind that suits every display (X11/Xauth.h).
    private static final int FAMILY_WILD = 0xFFFF;

    private final Path folder;
    private final Map<String, String> environment = new TreeMap<>();
    private final List<Process> owners = new ArrayList<>();
    private final Runnable ending = this::end;
    private Process server;
    private int files;

    private HostDesk() throws IOException {
        Tool.find("xclip");
        Tool.find("xsel");
        folder = Files.createTempDirectory("hyperclip-desk-");
        AtExit.run(ending);
    }

    /// The display that the person names, with all that is on its clipboard.
    public static HostDesk of(String display) throws IOException {
        HostDesk desk = new HostDesk();
        desk.environment.put("DISPLAY", display);
        return desk;
    }

    /// An Xvfb, which nobody but us may use.
    public static HostDesk own() throws IOException {
        HostDesk desk = new HostDesk();
        try {
            desk.startServer();
            return desk;
        } catch (IOException e) {
            desk.close();
            throw e;
        }
    }

    private void startServer() throws IOException {
        Path authority = folder.resolve("Xauthority");
        Files.createFile(authority, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(authority, cookie());
        Path log = folder.resolve("xvfb.log");
        server = new ProcessBuilder(
                        "setsid",
                        Tool.find("Xvfb").toString(),
                        "-displayfd",
                        "1",
                        "-auth",
                        authority.toString(),
                        "-screen",
                        "0",
                        "1024x768x24",
                        "-nolisten",
                        "tcp",
                        // Else a selection is forgotten whenever the last client leaves.
                        "-noreset")
                .redirectInput(Redirect.from(new File("/dev/null")))
                .redirectError(log.toFile())
                .start();
        String number = Patience.within(SERVER_STARTS, "Xvfb to start", () -> firstLine(server.getInputStream()));
        if (!number.matches("\\d+")) {
            throw new Complaint("Xvfb did not start. It said:\n" + Tool.lastLines(Files.readString(log)));
        }
        environment.put("DISPLAY", ":" + number);
        environment.put("XAUTHORITY", authority.toString());
    }

    private static String firstLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    /// A file as xauth writes it: for every display, since the server chooses its number itself.
    private static byte[] cookie() throws IOException {
        byte[] secret = new byte[COOKIE];
        new SecureRandom().nextBytes(secret);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(file);
        out.writeShort(FAMILY_WILD);
        out.writeShort(0);
        out.writeShort(0);
        out.writeUTF("MIT-MAGIC-COOKIE-1");
        out.writeShort(secret.length);
        out.write(secret);
        return file.toByteArray();
    }

    @Override
    public String name() {
        return "host";
    }

    /// What a program needs to find this desktop; the rest comes from the environment of this program.
    public Map<String, String> environment() {
        return Map.copyOf(environment);
    }

    /// Where what belongs to this desktop may lie; deleted in the end.
    public Path folder() {
        return folder;
    }

    /// Starts a program that goes on until this desk is closed or the program is ended.
    public Process start(List<String> command, Redirect input, Redirect output) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(input)
                .redirectOutput(output)
                .redirectError(output.type() == Redirect.Type.PIPE ? Redirect.DISCARD : output);
        builder.environment().putAll(environment);
        return builder.start();
    }

    @Override
    public Outcome run(List<String> command, byte[] input, Duration patience) throws IOException {
        Path in = newFile();
        Path out = newFile();
        Path err = newFile();
        try {
            Files.write(in, input);
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().putAll(environment);
            long started = System.nanoTime();
            Process process = builder.start();
            try {
                if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new Complaint(
                            "Waited " + patience.toSeconds() + " s for `" + String.join(" ", command) + "`, in vain.");
                }
                Duration took = Duration.ofNanos(System.nanoTime() - started);
                return new Outcome(process.exitValue(), Files.readAllBytes(out), Files.readAllBytes(err), took);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for `" + command.getFirst() + "`");
            } finally {
                process.destroyForcibly();
            }
        } finally {
            Files.deleteIfExists(in);
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        }
    }

    private synchronized Path newFile() {
        return folder.resolve("file" + ++files);
    }

    /// The program stays in the foreground, so that it can be ended with this desk.
    @Override
    public synchronized void copy(Program program, Selection selection, byte[] text) throws IOException {
        owners.removeIf(owner -> !owner.isAlive());
        Path in = newFile();
        Files.write(in, text);
        Path log = folder.resolve("copies.log");
        owners.add(start(
                program.copyingInForeground(selection), Redirect.from(in.toFile()), Redirect.appendTo(log.toFile())));
    }

    /// The process of the X server; 0 where it is the person's.
    public long serverPid() {
        return server == null ? 0 : server.pid();
    }

    @Override
    public void close() {
        end();
        AtExit.forget(ending);
    }

    private synchronized void end() {
        owners.forEach(Process::destroy);
        if (server != null) {
            server.destroy();
            try {
                if (!server.waitFor(5, TimeUnit.SECONDS)) {
                    server.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        try {
            Cache.delete(folder);
        } catch (IOException e) {
            System.err.println("hyperclip demo: left behind: " + folder + " (" + e.getMessage() + ")");
        }
    }
}
