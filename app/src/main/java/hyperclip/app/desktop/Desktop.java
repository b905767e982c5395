package hyperclip.app.desktop;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import hyperclip.app.images.ConvertedImages;
import hyperclip.app.loop.Loop;
import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.Peer;
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

    private final Loop loop;
    private final X11Display display;
    private final Consumer<String> onGone;
    private final SelectionKey key;

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
            X11Display display = X11Display.open(environment, random, loop::millis, settings.limits());
            Desktop desktop = new Desktop(loop, display, onGone);
            hub.open(view, opened -> {
                Peer shown = signal -> {
                    display.say(signal);
                    desktop.updateInterest();
                };
                Optional<ConvertedImages> converted =
                        settings.images().map(program -> new ConvertedImages(loop, program, opened, shown));
                display.attach(converted.isPresent() ? converted.get() : opened);
                return converted.isPresent() ? converted.get() : shown;
            });
            desktop.updateInterest();
            return desktop;
        } catch (X11Exception | IOException e) {
            throw new Complaint(ExitCode.FAILED, e.getMessage());
        }
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
        return display.deadline();
    }

    @Override
    public void tick() {
        display.tick();
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
