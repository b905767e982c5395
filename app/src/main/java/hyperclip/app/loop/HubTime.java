package hyperclip.app.loop;

import hyperclip.core.clipboard.Hub;

/// Hands the time in to a hub.
public record HubTime(Hub hub) implements Loop.Timed {

    @Override
    public long deadline() {
        return hub.deadline();
    }

    @Override
    public void tick() {
        hub.tick();
    }
}
