package hyperclip.app.desktop;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.keep.KeepAfterExit;
import hyperclip.display.x11.X11Display;
import hyperclip.display.x11.X11Exception;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// An X11 display as a view of a hub.
public final class Desktop implements Loop.Handler, Loop.Timed {

    private static final System.Logger LOG = System.getLogger("hyperclip");

    private final Loop loop;
    private final X11Display display;
    private final Consumer<String> onGone;
    private final SelectionKey key;
    private Optional<KeepAfterExit> keep = Optional.empty();

    private Desktop(Loop loop, X11Display display, Consumer<String> onGone) throws IOException {
        this.loop = loop;
        this.display = display;
        this.onGone = onGone;
        this.key = loop.register(display.channel(), display.interest(), this);
        loop.add(this);
    }

    /// Connects to the display that the environment names and opens it as a view.
    ///
    /// @param environment DISPLAY, XAUTHORITY and HOME are looked at
    /// @param keepBytes how much of the last copy is kept when its application ends; nothing where none is
    /// @param onGone told once, with the reason as a sentence, when the display server is gone
    public static Desktop open(
            Loop loop,
            Hub hub,
            String view,
            Map<String, String> environment,
            RandomGenerator random,
            Optional<Integer> keepBytes,
            Consumer<String> onGone)
            throws Complaint {
        try {
            X11Display display = X11Display.open(environment, random, loop::millis);
            Desktop desktop = new Desktop(loop, display, onGone);
            hub.open(view, opened -> {
                Peer shown = signal -> {
                    display.say(signal);
                    desktop.updateInterest();
                };
                if (keepBytes.isEmpty()) {
                    display.attach(opened, offer -> Optional.empty());
                    return shown;
                }
                KeepAfterExit keep = new KeepAfterExit(shown, keepBytes.get(), loop::millis);
                desktop.keep = Optional.of(keep);
                keep.attach(opened);
                display.attach(keep, offer -> desktop.kept(keep.afterExit(offer)));
                return keep;
            });
            desktop.updateInterest();
            return desktop;
        } catch (X11Exception | IOException e) {
            throw new Complaint(ExitCode.FAILED, e.getMessage());
        }
    }

    private Optional<Signal.Offer> kept(Optional<Signal.Offer> offer) {
        offer.ifPresent(_ -> LOG.log(
                System.Logger.Level.INFO,
                "display {0}: the application that copied has ended, its copy is kept: {1}",
                name(),
                keep.get()));
        return offer;
    }

    /// The display's name, such as `:0`.
    public String name() {
        return display.name();
    }

    @Override
    public void ready() throws IOException {
        display.ready();
        updateInterest();
    }

    private void updateInterest() {
        if (key.isValid()) {
            key.interestOps(display.interest());
        }
    }

    @Override
    public long deadline() {
        return Math.min(display.deadline(), keep.map(KeepAfterExit::deadline).orElse(Long.MAX_VALUE));
    }

    @Override
    public void tick() {
        display.tick();
        keep.ifPresent(KeepAfterExit::tick);
        updateInterest();
    }

    @Override
    public void failed(Exception e) {
        loop.remove(this);
        key.cancel();
        display.close();
        onGone.accept("the display " + display.name() + " is gone: " + e.getMessage());
    }

    /// Leaves the display; what was shown there is shown no longer.
    public void close() {
        loop.remove(this);
        key.cancel();
        display.close();
    }
}
