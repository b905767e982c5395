package hyperclip.display.x11;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.View;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// What applications ask of the offers that we hold, and the windows that they ask.
final class Pastes {

    private final XServer server;
    private final View view;
    private final Readers readers;
    private final Map<Long, Serving> servings = new HashMap<>();
    private final List<ServingWindow> windows = new ArrayList<>();

    Pastes(XServer server, View view, Readers readers) {
        this.server = server;
        this.view = view;
        this.readers = readers;
    }

    ServingWindow newWindow() {
        ServingWindow window = new ServingWindow(server);
        windows.removeIf(ServingWindow::isGone);
        windows.add(window);
        return window;
    }

    Optional<Serving> serving(long transfer) {
        return Optional.ofNullable(servings.get(transfer));
    }

    void refuse(Event.SelectionRequested event) {
        notify(event, Requests.NONE);
    }

    private void notify(Event.SelectionRequested event, int property) {
        Requests.sendSelectionNotify(
                server.x(), event.requestor(), event.selection(), event.target(), property, event.time());
    }

    /// Converts and answers with SelectionNotify.
    void answer(Board board, Selection selection, Ownership ownership, Event.SelectionRequested event) {
        // An obsolete client gives no property; the target's name serves (ICCCM 2.2).
        int property = event.property() == Requests.NONE ? event.target() : event.property();
        Consumer<Serving.Answer> answer = result -> {
            switch (result) {
                case GIVEN -> notify(event, property);
                case REFUSED -> refuse(event);
            }
        };
        if (event.target() == server.atom("MULTIPLE")) {
            Multiple.start(server, event, (one, each) -> convert(board, selection, ownership, one, each), answer);
            return;
        }
        convert(
                board,
                selection,
                ownership,
                new Event.SelectionRequested(
                        event.time(), event.owner(), event.requestor(), event.selection(), event.target(), property),
                answer);
    }

    private void convert(
            Board board,
            Selection selection,
            Ownership ownership,
            Event.SelectionRequested event,
            Consumer<Serving.Answer> answer) {
        // Whoever asks into a property again has given up what he asked into it before (as Chromium does, after a
        // second), and would take parts of both for one.
        List.copyOf(servings.values()).stream()
                .filter(serving -> serving.writesInto(event.requestor(), event.property()))
                .forEach(Serving::destroyed);
        int target = event.target();
        if (target == server.atom("TARGETS")) {
            write(event, Atoms.ATOM, Requests.Format.WORDS, ownership.targets(), answer);
        } else if (target == server.atom("TIMESTAMP")) {
            ByteBuffer time = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
            write(
                    event,
                    Atoms.INTEGER,
                    Requests.Format.WORDS,
                    time.putInt(ownership.time()).flip(),
                    answer);
        } else if (target == server.atom(Atoms.HYPERCLIP_OFFER)) {
            byte[] hex = ownership.offer().id().hex().getBytes(StandardCharsets.US_ASCII);
            write(event, Atoms.STRING, Requests.Format.BYTES, ByteBuffer.wrap(hex), answer);
        } else {
            Optional<Targets.Served> served = ownership.served(target);
            if (served.isEmpty() || servings.size() >= Serving.MAX_AT_ONCE) {
                answer.accept(Serving.Answer.REFUSED);
                return;
            }
            readers.read(selection, event.requestor(), server.now());
            serve(board, selection, ownership, event, served.get(), answer);
        }
    }

    private void serve(
            Board board,
            Selection selection,
            Ownership ownership,
            Event.SelectionRequested event,
            Targets.Served served,
            Consumer<Serving.Answer> answer) {
        ServingWindow window = ownership.window();
        new Serving(
                        server,
                        view,
                        event,
                        event.property(),
                        served.encoding(),
                        served.type().equals(MimeType.TEXT),
                        window,
                        servings,
                        answer,
                        () -> board.failedHalfway(window),
                        print -> readers.handedOut(
                                selection, ownership.offer().id(), event.requestor(), print, server.now()))
                .start(selection, ownership.offer(), served);
    }

    private void write(
            Event.SelectionRequested event,
            int type,
            Requests.Format format,
            ByteBuffer value,
            Consumer<Serving.Answer> answer) {
        Requests.changeProperty(server.x(), event.requestor(), event.property(), type, format, List.of(value));
        answer.accept(Serving.Answer.GIVEN);
    }

    long deadline() {
        long deadline = Long.MAX_VALUE;
        for (Serving serving : servings.values()) {
            deadline = Math.min(deadline, serving.deadline());
        }
        for (ServingWindow window : windows) {
            deadline = Math.min(deadline, window.deadline());
        }
        return deadline;
    }

    void tick(long now) {
        List.copyOf(servings.values()).forEach(serving -> serving.tick(now));
        windows.forEach(window -> window.tick(now));
        windows.removeIf(ServingWindow::isGone);
    }
}
