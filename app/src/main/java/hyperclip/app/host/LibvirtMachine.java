package hyperclip.app.host;

import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.qga.QgaHost;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A machine whose port of QEMU's guest agent libvirt holds: commands go by libvirt's own agent command, through a
/// `virsh` that stays running.
///
/// libvirt carries out one agent command at a time, so nothing here waits in the guest.
///
/// ```
/// away ──virsh runs──▶ asking ──the daemon answers──▶ joined
///  ▲ every RETRY          └──────────┬──────────────────┘
///  └── refused, no answer, virsh gone┘
/// ```
final class LibvirtMachine extends Machine implements QgaHost.Carrier, QgaHost.Sessions, Loop.Timed {

    /// How long until a machine that does not run, or has nobody who answers, is tried again, in milliseconds.
    private static final long RETRY = 5_000;

    /// How long libvirt waits for the guest's agent, in seconds.
    private static final int AGENT_WITHIN = 8;

    /// How many bytes of content one command carries: virsh reads its input byte by byte, a line of 200 KiB in a
    /// second.
    private static final int PIECE = 24 * 1024;

    /// How long the lines of one complaint may take to come, in milliseconds.
    private static final long COMPLAINT = 100;

    /// How long virsh may take to end, in milliseconds.
    private static final long LEAVE = 500;

    private static final String ERROR = "error: ";

    /// The longest line of virsh's that is read, in characters.
    private static final int MAX_LINE = 4 * 1024 * 1024;

    /// virsh is to say its errors in English, to draw nothing, and to remember no command: content is in them.
    private static final Map<String, String> PLAIN =
            Map.of("LC_ALL", "C.UTF-8", "TERM", "dumb", "INPUTRC", "/dev/null", "VIRSH_HISTSIZE", "0");

    private final String domain;
    private Optional<Virsh> virsh = Optional.empty();
    private Optional<QgaHost> host = Optional.empty();
    private String complaint = "";
    /// A command has been said to virsh, and it has said nothing yet.
    private boolean isUnanswered;
    private boolean isClosed;

    /// @param domain its name, UUID or number, as virsh takes it; without a single quote and without control
    /// characters
    LibvirtMachine(Loop loop, Hub hub, String name, String domain) {
        super(loop, hub, name, Path.of("libvirt:" + domain));
        this.domain = domain;
    }

    @Override
    void start() {
        loop().add(this);
        begin();
    }

    private void begin() {
        if (isClosed) {
            return;
        }
        try {
            if (virsh.isEmpty()) {
                virsh = Optional.of(new Virsh());
            }
            QgaHost begun = new QgaHost(this, this, false, PIECE, loop()::millis);
            host = Optional.of(begun);
            begun.start();
        } catch (IOException e) {
            state().set("virsh cannot be started: " + e.getMessage() + "; it is in Debian's libvirt-clients");
            loop().after(RETRY, this::begin);
        }
    }

    @Override
    void close() {
        isClosed = true;
        virsh.ifPresent(Virsh::close);
    }

    @Override
    String protocol() {
        return "qga by libvirt";
    }

    @Override
    public void ask(byte[] line) {
        complaint = "";
        isUnanswered = true;
        virsh.orElseThrow().say(line);
    }

    @Override
    public void joined() {
        state().set("connected to the guest");
    }

    @Override
    public void lost(String why) {
        host = Optional.empty();
        if (isUnanswered) {
            // What it says later would be taken for the answer to something else.
            virsh.ifPresent(Virsh::kill);
            virsh = Optional.empty();
        }
        state().set("not connected: " + why);
        loop().after(RETRY, this::begin);
    }

    @Override
    public long deadline() {
        return host.map(QgaHost::deadline).orElse(Long.MAX_VALUE);
    }

    @Override
    public void tick() {
        host.ifPresent(QgaHost::tick);
    }

    private void heard(String line) {
        // Everything else is virsh's prompt and what was said to it.
        if (line.startsWith("{")) {
            isUnanswered = false;
            host.ifPresent(one -> one.received(line.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private void complained(String line) {
        if (!line.startsWith(ERROR) || line.contains("Reconnected to the hypervisor")) {
            // It goes on with the command, as with the warnings of those that it has begun.
            return;
        }
        isUnanswered = false;
        if (complaint.isEmpty()) {
            loop().after(COMPLAINT, () -> {
                String whole = complaint;
                complaint = "";
                if (!whole.isEmpty()) {
                    host.ifPresent(one -> one.refused(whole));
                }
            });
        }
        String said = line.substring(ERROR.length());
        complaint = complaint.isEmpty() ? said : complaint + "; " + said;
    }

    private void ended(Virsh which) {
        if (which.isCurrent()) {
            virsh = Optional.empty();
            host.ifPresent(QgaHost::end);
            if (host.isPresent()) {
                lost("virsh has ended");
            }
        }
    }

    /// The process, with a thread for each of its streams.
    private final class Virsh {
        private final Process process;
        private final BlockingQueue<byte[]> lines = new LinkedBlockingQueue<>();

        Virsh() throws IOException {
            ProcessBuilder builder = new ProcessBuilder(List.of("virsh", "-q"));
            builder.environment().putAll(PLAIN);
            process = builder.start();
            start("virsh input", this::write);
            start(
                    "virsh output",
                    () -> read(process.getInputStream(), line -> {
                        if (isCurrent()) {
                            heard(line);
                        }
                    }));
            start(
                    "virsh errors",
                    () -> read(process.getErrorStream(), line -> {
                        if (isCurrent()) {
                            complained(line);
                        }
                    }));
        }

        private boolean isCurrent() {
            return virsh.isPresent() && virsh.get() == this;
        }

        private static void start(String name, Runnable work) {
            Thread.ofPlatform().daemon().name(name).start(work);
        }

        /// Within its single quotes virsh takes everything as it is, but no single quote: JSON has another word
        /// for it.
        void say(byte[] json) {
            String text = new String(json, StandardCharsets.UTF_8).strip().replace("'", "\\u0027");
            String line =
                    "qemu-agent-command --domain '" + domain + "' --timeout " + AGENT_WITHIN + " '" + text + "'\n";
            lines.add(line.getBytes(StandardCharsets.UTF_8));
        }

        private void write() {
            try (OutputStream input = process.getOutputStream()) {
                while (process.isAlive()) {
                    byte[] line = lines.poll(1, TimeUnit.SECONDS);
                    if (line != null) {
                        input.write(line);
                        input.flush();
                    }
                }
            } catch (IOException | InterruptedException e) {
                process.destroy();
            }
        }

        private void read(InputStream stream, Consumer<String> heard) {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                StringBuilder line = new StringBuilder();
                for (int next = reader.read(); next >= 0; next = reader.read()) {
                    if (next == '\n') {
                        String whole = line.toString();
                        line.setLength(0);
                        loop().post(() -> heard.accept(whole));
                    } else if (line.length() < MAX_LINE) {
                        line.append((char) next);
                    }
                }
            } catch (IOException e) {
                process.destroy();
            }
            loop().post(() -> ended(this));
        }

        void kill() {
            process.destroyForcibly();
        }

        /// Lets it take its leave: libvirtd logs the end of one that is killed.
        void close() {
            lines.add("quit\n".getBytes(StandardCharsets.UTF_8));
            try {
                if (process.waitFor(LEAVE, TimeUnit.MILLISECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            process.destroy();
        }
    }
}
