package hyperclip.app.desktop;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import hyperclip.app.images.ConvertedImages;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.View;
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

    /// How much later than the hub, in milliseconds, the display gives an application up. The hub's word comes first,
    /// because the hub knows who pasted from whom, and tells the log.
    private static final long AFTER_HUB = 5_000;

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
    /// @param onGone told once, with the reason as a sentence, when the display server is gone
    public static Desktop open(
            Loop loop,
            Hub hub,
            String view,
            Map<String, String> environment,
            RandomGenerator random,
            DesktopSettings settings,
            Consumer<String> onGone)
            throws Complaint {
        try {
            X11Display display = X11Display.open(
                    environment, random, loop::millis, settings.limits().later(AFTER_HUB));
            Desktop desktop = new Desktop(loop, display, onGone);
            hub.open(view, opened -> {
                Peer shown = signal -> {
                    display.say(signal);
                    desktop.updateInterest();
                };
                if (settings.keepBytes().isPresent()) {
                    desktop.keep = Optional.of(
                            new KeepAfterExit(shown, settings.keepBytes().getAsInt(), loop::millis));
                }
                Peer keeping = desktop.keep.isPresent() ? desktop.keep.get() : shown;
                Optional<ConvertedImages> converted =
                        settings.images().map(program -> new ConvertedImages(loop, program, opened, keeping));
                View hubSide = converted.isPresent() ? converted.get() : opened;
                desktop.keep.ifPresent(keep -> keep.attach(hubSide));
                display.attach(desktop.keep.isPresent() ? desktop.keep.get() : hubSide, desktop::kept);
                return converted.isPresent() ? converted.get() : keeping;
            });
            desktop.updateInterest();
            return desktop;
        } catch (X11Exception | IOException e) {
            throw new Complaint(ExitCode.FAILED, e.getMessage());
        }
    }

    /// What is kept of an offer whose application has ended.
    private Optional<Signal.Offer> kept(OfferId id) {
        Optional<Signal.Offer> offer = keep.flatMap(one -> one.afterExit(id));
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
