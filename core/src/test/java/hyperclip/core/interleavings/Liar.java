package hyperclip.core.interleavings;

import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Signal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// A side that breaks the rules: it stands in the way of what an honest side sends, changes it and adds to it.
final class Liar {

    private static final int HEADER = 12;
    private static final int EPOCH = 4;
    private static final byte CONTROL = 1;
    private static final byte DATA = 2;
    private static final int FIRST_OWN = 1_000_000;

    private final Run run;
    private final Dice dice;

    /// What its copies are called begins with this.
    private final String places;

    private final Map<Long, Run.Copy> requested = new HashMap<>();
    private long lastRequest = FIRST_OWN;

    boolean lies = true;

    /// How many frames it has added in this epoch: those after them must be counted further.
    private int added;

    Liar(Run run, Dice dice, String places) {
        this.run = run;
        this.dice = dice;
        this.places = places;
    }

    void send(ByteBuffer[] frame, String text, Wire out) {
        if (frame.length < 3) {
            added = 0;
        } else {
            count(frame[0], added);
        }
        if (!lies || frame.length < 3 || text.startsWith("{\"say\":\"hello\"") || dice.oneIn(2)) {
            out.add(frame);
            return;
        }
        ByteBuffer header = frame[0];
        if (text.isEmpty()) {
            if (dice.oneIn(4)) {
                frame[1].putLong(frame[1].position(), dice.below(6));
            }
            out.add(frame);
        } else {
            say(header, changed(text), out);
        }
        while (lies && dice.oneIn(3)) {
            more(header, out);
        }
    }

    /// On a port every frame carries a count; on a socket it is always 0.
    private static void count(ByteBuffer header, int further) {
        int epoch = header.getInt(EPOCH);
        header.putInt(EPOCH, epoch == 0 ? 0 : epoch + further);
    }

    private String changed(String text) {
        return switch (dice.below(7)) {
            case 0 -> text.replaceFirst("\"serial\":\\d+", "\"serial\":" + dice.below(6));
            case 1 -> text.replaceFirst("\"age\":\\d+", "\"age\":" + (dice.nextBoolean() ? 0 : dice.below(100_000)));
            case 2 -> text.replaceFirst("fresh|renewed", dice.nextBoolean() ? "fresh" : "renewed");
            case 3 -> text.replaceFirst("\"offer\":\"[0-9a-f]*", "\"offer\":\"" + seen());
            case 4 -> text.replaceFirst("\"transfer\":\\d+", "\"transfer\":" + dice.below(6));
            case 5 -> text.replaceFirst("\"credit\":\\d+", "\"credit\":" + (1 + dice.below(Signal.MAX_CREDIT)));
            default -> text;
        };
    }

    /// An offer that this side was told of, or made.
    private OfferId seen() {
        for (int tries = 0; tries < 20; tries++) {
            OfferId id = run.anyOffer(dice);
            if (id != null && isOurs(run.copy(id))) {
                return id;
            }
        }
        return OfferId.random(dice);
    }

    private boolean isOurs(Run.Copy copy) {
        return copy.display().equals(Host.DESKTOP) || copy.display().startsWith(places);
    }

    private void more(ByteBuffer header, Wire out) {
        added++;
        count(header, 1);
        String selection = dice.oneIn(3) ? "primary" : "clipboard";
        switch (dice.below(9)) {
            case 0 ->
                say(
                        header,
                        "{\"say\":\"release\",\"selection\":\"" + selection + "\",\"serial\":" + dice.below(8) + "}",
                        out);
            case 1, 2 ->
                say(
                        header,
                        "{\"say\":\"offer\",\"selection\":\"%s\",\"serial\":%d,\"offer\":\"%s\",\"types\":[\"a/b\"],\"age\":%d,\"standing\":\"%s\"}"
                                .formatted(
                                        selection,
                                        dice.below(8),
                                        seen(),
                                        dice.below(2000),
                                        dice.nextBoolean() ? "fresh" : "renewed"),
                        out);
            case 3, 4 -> {
                // It cannot know the ids of others, but what if it did?
                OfferId id = dice.nextBoolean() ? seen() : run.anyOffer(dice);
                if (id != null && run.copy(id) != null) {
                    requested.put(++lastRequest, run.copy(id));
                    say(
                            header,
                            "{\"say\":\"request\",\"transfer\":%d,\"selection\":\"%s\",\"offer\":\"%s\",\"type\":\"text/plain;charset=utf-8\",\"credit\":%d}"
                                    .formatted(lastRequest, selection, id, 1 + dice.below(100_000)),
                            out);
                }
            }
            case 5 -> say(header, "{\"say\":\"end\",\"transfer\":" + dice.below(5) + "}", out);
            case 6 ->
                say(
                        header,
                        "{\"say\":\"" + (dice.nextBoolean() ? "abort" : "cancel") + "\",\"transfer\":" + dice.below(5)
                                + ",\"reason\":\"stale\"}",
                        out);
            case 7 -> say(header, "{\"say\":\"credit\",\"transfer\":" + dice.below(5) + ",\"credit\":16777216}", out);
            default -> {
                ByteBuffer content = ByteBuffer.allocate(Long.BYTES + 1 + dice.below(Signal.MAX_CHUNK));
                content.putLong(0, dice.below(5));
                write(header, DATA, content, out);
            }
        }
    }

    private static void say(ByteBuffer header, String text, Wire out) {
        write(header, CONTROL, StandardCharsets.US_ASCII.encode(text), out);
    }

    private static void write(ByteBuffer header, byte kind, ByteBuffer payload, Wire out) {
        ByteBuffer own = ByteBuffer.allocate(HEADER).put(0, header, 0, HEADER);
        own.put(0, kind).putInt(HEADER - Integer.BYTES, payload.remaining());
        out.add(own, payload);
    }

    /// Content on its way to this side.
    void checkIsSent(long transfer) {
        Run.Copy copy = requested.get(transfer);
        Run.check(copy == null || isOurs(copy), "a liar is sent the content of " + copy);
    }
}
