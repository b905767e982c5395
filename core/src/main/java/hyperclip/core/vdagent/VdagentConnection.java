package hyperclip.core.vdagent;

import hyperclip.core.clipboard.Hub;
import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.Peer;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.View;
import hyperclip.core.wire.Connection;
import hyperclip.core.wire.ProtocolException;
import hyperclip.core.wire.Spool;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// One end of a connection in the vdagent protocol.
///
/// ```
/// silent ──the other side's capabilities──▶ greeted ──its capabilities, as a request──▶ greeted anew
///    ▲                                         │
///    └────────── its client has gone ──────────┘
/// ```
///
/// A client says its capabilities first and asks for ours. An agent waits for that, because QEMU takes a second
/// announcement on one connection for a new agent and closes the port to begin anew (ui/vdagent.c,
/// vdagent_chr_recv_caps); it speaks first only where nobody has asked within [#ANNOUNCE_AFTER].
public final class VdagentConnection implements Connection {

    /// In milliseconds: a host that was there before the agent does not know that it has come.
    static final long ANNOUNCE_AFTER = 1_000;

    /// What QEMU's own agent chardev has, and no SPICE client keeps to (ui/vdagent.c, vdagent_send_caps). It hands
    /// on the text of a VNC client as it is, which ends lines in CR LF (RFB protocol, Extended Clipboard). A SPICE
    /// client turns them itself, because we announce [Capability#GUEST_LINEEND_LF].
    private static final Set<Capability> QEMUS = Set.of(
            Capability.MOUSE_STATE,
            Capability.CLIPBOARD_BY_DEMAND,
            Capability.CLIPBOARD_SELECTION,
            Capability.CLIPBOARD_GRAB_SERIAL);

    /// The most files that are sent at a time.
    static final int MAX_FILES = 32;

    private static final long NEVER = Long.MAX_VALUE;

    private final VdagentRole role;
    private final Owner owner;
    private final Supplier<Spool> spools;
    private final RandomGenerator random;
    private final LongSupplier millis;
    private final Optional<OtherAgent> other;
    private final VdagentReader reader;
    private final boolean[] passing = new boolean[VdagentReader.SERVER_PORT + 1];
    private final VdagentWriter writer = new VdagentWriter();
    private final VdagentOutbox outbox;
    private Set<Capability> theirs = EnumSet.noneOf(Capability.class);
    private boolean greeted;
    private boolean isHeard;
    private long announceAt = NEVER;
    private VdagentPeer peer;
    private View view;
    private final Map<Integer, VdagentFile> files = new HashMap<>();
    private int lastFile;

    /// Whoever holds the connection. It is told on the thread that hands the bytes in.
    public interface Owner {

        /// The other side has said what it can do.
        ///
        /// @param hasClipboard false where it shares none
        void greeted(boolean hasClipboard);

        /// The client behind a SPICE server has gone.
        void left();

        /// Opens a view for the other side in a hub.
        View open(Function<View, Peer> peer);

        /// Ends that view.
        void close(View view);

        /// Something waits to be sent.
        void hasToSend();

        /// These types of what is offered to the other side the protocol cannot carry; empty where it can all.
        void notCarried(Selection selection, List<MimeType> types);

        /// A paste of the other side's was refused for its size.
        ///
        /// @param why who takes no more of it, as the end of a sentence
        void tooLarge(MimeType type, String why);

        /// The other side of the port is gone: the port is to be closed and opened again.
        void portLost(String why);
    }

    public VdagentConnection(
            VdagentRole role, Owner owner, Supplier<Spool> spools, RandomGenerator random, LongSupplier millis) {
        this(role, owner, Optional.empty(), spools, random, millis);
    }

    /// @param other an agent beside ours, which gets what is not about clipboards; it is ready
    /// @param spools each for one content of unknown size
    /// @param random the kernel's own generator
    /// @param millis a clock that never goes back
    public VdagentConnection(
            VdagentRole role,
            Owner owner,
            Optional<OtherAgent> other,
            Supplier<Spool> spools,
            RandomGenerator random,
            LongSupplier millis) {
        this.role = role;
        this.other = other;
        this.reader = other.isPresent() ? new VdagentReader(OtherAgent::isIts) : new VdagentReader();
        this.owner = owner;
        this.spools = spools;
        this.random = random;
        this.millis = millis;
        this.outbox = new VdagentOutbox(writer, role.maxChunk, selection -> peer == null ? null : peer.word(selection));
    }

    @Override
    public void start() {
        if (role == VdagentRole.HOST) {
            announce(true);
        } else {
            announceAt = millis.getAsLong() + ANNOUNCE_AFTER;
        }
    }

    private void announce(boolean isRequest) {
        announceAt = NEVER;
        Set<Capability> ours = role.capabilities();
        outbox.control(new VdagentMessage.AnnounceCapabilities(
                isRequest, other.map(one -> one.with(ours)).orElse(ours)));
        owner.hasToSend();
    }

    /// The other agent can do more than before, or less.
    public void announceAnew() {
        if (greeted) {
            announce(false);
        }
    }

    /// Says to the host what the other agent has said.
    ///
    /// @param body of the message, whole
    public void passOn(int type, ByteBuffer body) {
        outbox.control(new VdagentMessage.Other(type, body.remaining()), new Part(body));
        owner.hasToSend();
    }

    @Override
    public void received(ByteBuffer bytes) throws ProtocolException {
        isHeard |= bytes.hasRemaining();
        for (VdagentMessage message = reader.read(bytes); message != null; message = reader.read(bytes)) {
            switch (message) {
                case VdagentMessage.AnnounceCapabilities announcement -> {
                    other.ifPresent(one -> one.hostCanDo(announcement));
                    greeted(announcement);
                }
                case VdagentMessage.FileStatus status -> {
                    VdagentFile file = files.get(status.id());
                    if (file != null) {
                        file.heard(status);
                    }
                }
                case VdagentMessage.FileStart start -> refuse(start);
                case VdagentMessage.FileData _ -> {
                    // Of a file that was refused.
                }
                case VdagentMessage.ClientDisconnected _ -> {
                    other.ifPresent(one -> one.begin(reader.port(), VdagentWriter.CLIENT_DISCONNECTED, 0));
                    // It may have gone in the midst of a message (spice-vdagentd forgets that, too: vdagentd.c,
                    // do_client_disconnect), and the next one begins with one of its own.
                    reader.restart(VdagentReader.CLIENT_PORT);
                    passing[VdagentReader.CLIENT_PORT] = false;
                    outbox.forget();
                    closeView();
                    greeted = false;
                    owner.left();
                }
                case VdagentMessage.Other(int type, long size) -> {
                    // Mouse, displays, sound: not ours, and announced only where there is another for it.
                    passing[reader.port()] = size > 0 && OtherAgent.isIts(type);
                    if (OtherAgent.isIts(type)) {
                        other.ifPresent(one -> one.begin(reader.port(), type, size));
                    }
                }
                case VdagentMessage.Piece(ByteBuffer piece, boolean isLast)
                when passing[reader.port()] -> {
                    passing[reader.port()] = !isLast;
                    other.ifPresent(one -> one.more(reader.port(), piece));
                }
                default -> {
                    if (peer != null) {
                        peer.heard(message, reader.port());
                    }
                }
            }
        }
        if (!outbox.isEmpty()) {
            owner.hasToSend();
        }
    }

    /// A viewer would wait for an answer.
    private void refuse(VdagentMessage.FileStart start) {
        VdagentMessage.FileStatus.Result result = theirs.contains(Capability.FILE_XFER_DETAILED_ERRORS)
                ? VdagentMessage.FileStatus.Result.DISABLED
                : VdagentMessage.FileStatus.Result.ERROR;
        outbox.control(new VdagentMessage.FileStatus(start.id(), result));
    }

    /// Sends a file to the agent: the content that is offered next in that hub.
    ///
    /// @param name of a view that is opened there, which stays open
    /// @param file what it is to be called, without `/` and control characters
    /// @param size of its content, in bytes
    /// @param outcome told once: why the agent does not have it, as a sentence, or nothing where it has it
    public void send(Hub hub, String name, String file, long size, Consumer<Optional<String>> outcome) {
        files.values().removeIf(VdagentFile::isOver);
        if (!greeted || theirs.contains(Capability.FILE_XFER_DISABLED) || files.size() >= MAX_FILES) {
            outcome.accept(Optional.of(
                    !greeted
                            ? "no agent in the machine has answered yet"
                            : files.size() >= MAX_FILES
                                    ? MAX_FILES + " files are on their way already"
                                    : "the machine's agent takes no files"));
            return;
        }
        int id = ++lastFile;
        hub.open(name, opened -> {
            VdagentFile made = new VdagentFile(id, file, size, opened, outbox, millis, outcome);
            files.put(id, made);
            return signal -> {
                made.say(signal);
                if (!outbox.isEmpty()) {
                    owner.hasToSend();
                }
            };
        });
    }

    private void loseFiles() {
        List<VdagentFile> lost = List.copyOf(files.values());
        files.clear();
        lost.forEach(VdagentFile::lost);
    }

    private void greeted(VdagentMessage.AnnounceCapabilities announcement) throws ProtocolException {
        boolean isAgain = announcement.isRequest() && role == VdagentRole.HOST;
        if (isAgain && outbox.isUnderWay()) {
            // Its reader begins with a chunk, and we are somewhere in one.
            throw new ProtocolException("the agent began anew in the midst of a message for it", reader.position());
        }
        theirs = announcement.capabilities();
        boolean selections = both(Capability.CLIPBOARD_SELECTION);
        boolean serials = both(Capability.CLIPBOARD_GRAB_SERIAL);
        reader.agree(selections, serials);
        writer.agree(selections, serials);
        announceAt = NEVER;
        boolean isAnew = !greeted || announcement.isRequest();
        if (isAnew) {
            // What was meant for who has been there before.
            loseFiles();
            outbox.forget();
        }
        if (announcement.isRequest()) {
            // spice-vdagentd asks whenever its port is opened, and counts grabs from nought only where it is asked
            // (vdagentd.c, do_client_capabilities).
            announce(isAgain);
        }
        greeted = true;
        boolean hasClipboard = theirs.contains(Capability.CLIPBOARD_BY_DEMAND);
        boolean hadClipboard = peer != null;
        if (!hasClipboard) {
            closeView();
        } else if (peer == null) {
            openView(agreement(selections));
        } else {
            peer.agree(agreement(selections));
        }
        if (peer != null && isAnew && (hadClipboard || isAgain)) {
            peer.beginAnew(isAgain);
        } else if (peer != null) {
            peer.goOn();
        }
        if (isAnew || hasClipboard != hadClipboard) {
            owner.greeted(hasClipboard);
        }
    }

    private VdagentPeer.Agreement agreement(boolean selections) {
        boolean isWindows = role == VdagentRole.HOST && theirs.contains(Capability.GUEST_LINEEND_CRLF);
        boolean isQemu = role == VdagentRole.GUEST && QEMUS.containsAll(theirs);
        return new VdagentPeer.Agreement(
                selections,
                !theirs.contains(Capability.CLIPBOARD_NO_RELEASE_ON_REGRAB),
                isWindows ? LineEnds.TO_CRLF : LineEnds.AS_THEY_ARE,
                isWindows || isQemu ? LineEnds.TO_LF : LineEnds.AS_THEY_ARE);
    }

    private boolean both(Capability capability) {
        return role.capabilities().contains(capability) && theirs.contains(capability);
    }

    private void openView(VdagentPeer.Agreement agreed) {
        view = owner.open(opened -> {
            peer = new VdagentPeer(role, agreed, opened, outbox, spools, random, millis, new VdagentPeer.Listener() {
                @Override
                public void notCarried(Selection selection, List<MimeType> types) {
                    owner.notCarried(selection, types);
                }

                @Override
                public void tooLarge(MimeType type, String why) {
                    owner.tooLarge(type, why);
                }
            });
            VdagentPeer told = peer;
            return signal -> {
                told.say(signal);
                if (!outbox.isEmpty()) {
                    owner.hasToSend();
                }
            };
        });
    }

    private void closeView() {
        if (peer != null) {
            peer.close();
            peer = null;
            owner.close(view);
            view = null;
        }
    }

    @Override
    public boolean isGreeted() {
        return greeted;
    }

    @Override
    public boolean hasToSend() {
        return !outbox.isEmpty();
    }

    @Override
    public ByteBuffer[] next() {
        ByteBuffer next = outbox.next();
        return next == null ? null : new ByteBuffer[] {next};
    }

    @Override
    public boolean isOverfull() {
        return outbox.isOverfull();
    }

    @Override
    public long deadline() {
        long first = Math.min(announceAt, peer == null ? NEVER : peer.deadline());
        for (VdagentFile file : files.values()) {
            first = Math.min(first, file.deadline());
        }
        return first;
    }

    @Override
    public void tick() throws ProtocolException {
        if (announceAt <= millis.getAsLong()) {
            announce(true);
        }
        if (peer != null) {
            if (peer.isBrokenOff()) {
                throw new ProtocolException("an answer was broken off", reader.position());
            }
            peer.tick();
        }
        files.values().forEach(VdagentFile::tick);
        if (!outbox.isEmpty()) {
            owner.hasToSend();
        }
    }

    /// The protocol has no word for it.
    @Override
    public void refuse(String why) {}

    @Override
    public void closeAll() {
        closeView();
        loseFiles();
        for (int port = 0; port < passing.length; port++) {
            if (passing[port]) {
                passing[port] = false;
                other.ifPresent(one -> one.breakOff("the host's side ended in the middle of a message for it"));
            }
        }
        outbox.clear();
    }

    @Override
    public void portLost(String why) {
        if (isHeard) {
            owner.portLost(why);
        } else {
            // No host has come yet: what was to be said waits for one, and is not said twice.
            outbox.clear();
            start();
        }
    }
}
