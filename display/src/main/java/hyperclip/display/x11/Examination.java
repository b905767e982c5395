package hyperclip.display.x11;

import hyperclip.core.clipboard.Limits;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Looks a new owner over before anything of it is told: what it offers, whether that is secret, and whether it is
/// really another hyperclip or autocutsel.
///
/// ```
///  TARGETS ──▶ names ──▶ those of these that are among them: hint, hyperclip offer, CLASS, TIMESTAMP ──▶ findings
/// ```
final class Examination {

    /// An owner's old offer is no longer good while the new one is being asked for longer than this.
    static final long SLOW_MILLIS = 50;

    /// How long an owner may take to say which targets it has.
    static final long TARGETS_MILLIS = 10_000;

    /// How long it may take for each of the small answers after that.
    static final long DETAIL_MILLIS = 2_000;

    /// LibreOffice has some thirty.
    static final int MAX_TARGETS = 1024;

    private static final int MAX_DETAIL = 1024;
    private static final String SECRET = "secret";

    sealed interface Findings permits Nothing, Content {}

    /// There is no content that may be told of.
    record Nothing() implements Findings {}

    /// There is something to tell of.
    ///
    /// @param hyperclip the offer of another hyperclip's that is held there
    /// @param text the print of its text, where that was wanted and can be had
    /// @param timestamp when it was copied in the server's time; asked for only of owners found at the start
    record Content(
            Targets targets,
            Optional<OfferId> hyperclip,
            Optional<TextPrint> text,
            boolean isAutocutsel,
            Optional<Integer> timestamp)
            implements Findings {}

    /// Whether the time of the copy is asked for.
    enum Age {
        JUST_NOW,
        ASKED_FOR
    }

    private final XServer server;
    private final int selection;
    private final int owner;
    private final int time;
    private final Age age;
    private final Predicate<Targets> wantText;
    private final Consumer<Findings> then;
    private final List<Conversion> conversions = new ArrayList<>();
    private final long slowAt;
    private boolean over;
    private int awaited = 1;
    private boolean hidden;
    private Targets targets;
    private Optional<OfferId> hyperclip = Optional.empty();
    private Optional<Integer> timestamp = Optional.empty();
    private Optional<TextPrint> text = Optional.empty();
    private boolean isAutocutsel;

    private Examination(
            XServer server,
            int selection,
            int owner,
            int time,
            Age age,
            Predicate<Targets> wantText,
            Consumer<Findings> then) {
        this.server = server;
        this.selection = selection;
        this.owner = owner;
        this.time = time;
        this.age = age;
        this.wantText = wantText;
        this.then = then;
        this.slowAt = server.now() + SLOW_MILLIS;
    }

    /// @param wantText whether the text of an owner with these targets is to be looked at as well
    static Examination start(
            XServer server,
            int selection,
            int owner,
            int time,
            Age age,
            Predicate<Targets> wantText,
            Consumer<Findings> then) {
        Examination examination = new Examination(server, selection, owner, time, age, wantText, then);
        examination.ask(server.atom("TARGETS"), 4 * MAX_TARGETS, within(TARGETS_MILLIS), examination::targets);
        return examination;
    }

    private void ask(int target, int limit, Limits patience, Consumer<Optional<ByteBuffer>> answer) {
        conversions.add(Conversion.start(
                server, selection, owner, target, time, patience, new WholeValue(limit, bytes -> {
                    if (!over) {
                        answer.accept(bytes);
                    }
                })));
    }

    private static Limits within(long millis) {
        return new Limits(millis, millis, OptionalLong.empty());
    }

    private void targets(Optional<ByteBuffer> answer) {
        if (answer.isEmpty() || answer.get().remaining() < 4) {
            finish(new Nothing());
            return;
        }
        List<Integer> atoms = new ArrayList<>();
        while (answer.get().remaining() >= 4) {
            atoms.add(answer.get().getInt());
        }
        server.atoms().names(atoms, names -> {
            if (!over) {
                named(atoms, names);
            }
        });
    }

    private void named(List<Integer> atoms, List<Optional<String>> names) {
        List<Targets.Named> named = new ArrayList<>();
        for (int i = 0; i < atoms.size(); i++) {
            int atom = atoms.get(i);
            names.get(i).ifPresent(name -> named.add(new Targets.Named(name, atom)));
        }
        targets = Targets.of(named);
        if (has(atoms, Atoms.PASSWORD_HINT)) {
            detail(Atoms.PASSWORD_HINT, this::hint);
        } else if (wantText.test(targets)) {
            // What may be secret is not read for this: no manager passes the hint on.
            targets.target(MimeType.TEXT)
                    .ifPresent(target ->
                            detail(target, TextPrint.MAX_TEXT, answer -> text = answer.flatMap(TextPrint::of)));
            if (targets.hasXmus()) {
                detail("CLASS", this::windowClass);
            }
        }
        if (has(atoms, Atoms.HYPERCLIP_OFFER)) {
            detail(Atoms.HYPERCLIP_OFFER, this::hyperclip);
        }
        if (age == Age.ASKED_FOR && has(atoms, "TIMESTAMP")) {
            detail("TIMESTAMP", this::timestamp);
        }
        answered();
    }

    private boolean has(List<Integer> atoms, String name) {
        return atoms.contains(server.atom(name));
    }

    private void detail(String target, Consumer<Optional<ByteBuffer>> answer) {
        detail(server.atom(target), MAX_DETAIL, answer);
    }

    private void detail(int target, int limit, Consumer<Optional<ByteBuffer>> answer) {
        awaited++;
        ask(target, limit, within(DETAIL_MILLIS), bytes -> {
            answer.accept(bytes);
            answered();
        });
    }

    /// KeePassXC and others mark a password so; wl-copy marks what is none with "public". What cannot be read
    /// counts as secret.
    private void hint(Optional<ByteBuffer> answer) {
        hidden |= answer.map(bytes -> text(bytes).equals(SECRET)).orElse(true);
    }

    private void hyperclip(Optional<ByteBuffer> answer) {
        hyperclip = answer.flatMap(bytes -> OfferId.of(text(bytes)));
        hidden |= hyperclip.isEmpty();
    }

    /// WM_CLASS of the owner's window: instance and class, each with a NUL after it.
    private void windowClass(Optional<ByteBuffer> answer) {
        isAutocutsel = answer.map(bytes -> text(bytes).endsWith("AutoCutSel")).orElse(false);
    }

    private void timestamp(Optional<ByteBuffer> answer) {
        timestamp = answer.filter(bytes -> bytes.remaining() == 4)
                .map(ByteBuffer::getInt)
                .filter(t -> t != 0);
    }

    private static String text(ByteBuffer bytes) {
        String text = StandardCharsets.ISO_8859_1.decode(bytes).toString();
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) <= ' ') {
            end--;
        }
        int start = 0;
        while (start < end && text.charAt(start) <= ' ') {
            start++;
        }
        return text.substring(start, end);
    }

    private void answered() {
        if (--awaited == 0 && !over) {
            boolean nothing = hidden || targets.isEmpty();
            finish(nothing ? new Nothing() : new Content(targets, hyperclip, text, isAutocutsel, timestamp));
        }
    }

    private void finish(Findings findings) {
        close();
        then.accept(findings);
    }

    /// When the old offer is no longer to be told of.
    long slowAt() {
        return slowAt;
    }

    int owner() {
        return owner;
    }

    /// Ends it without findings.
    void close() {
        over = true;
        conversions.forEach(Conversion::close);
        conversions.clear();
    }
}
