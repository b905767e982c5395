package hyperclip.core.session;

import hyperclip.core.clipboard.MimeType;
import hyperclip.core.clipboard.OfferId;
import hyperclip.core.clipboard.Reason;
import hyperclip.core.clipboard.Selection;
import hyperclip.core.clipboard.Signal;
import hyperclip.core.clipboard.Standing;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/// Everything that a control frame can say (docs/session-protocol.md, Messages).
public sealed interface SessionMessage {

    /// The version that this code speaks. Both sides must name the same one.
    int VERSION = 1;

    /// The greatest number that a message carries: it survives readers that keep numbers as doubles (RFC 8259, 6).
    long MAX_NUMBER = (1L << 53) - 1;

    int MAX_CAPABILITIES = 32;
    int MAX_FIELDS = 32;
    int MAX_CHANNEL = 0xFFFF;

    /// What file systems take (NAME_MAX counts bytes, which are as many or more).
    int MAX_FILE_NAME = 255;

    /// Who speaks. The first message of each side, on channel 0.
    ///
    /// @param name what the speaker calls itself: an agent its display, the others nothing
    /// @param login which of its user's login sessions an agent says it is in; empty where it knows none
    record Hello(int version, Role role, String name, String login, List<String> capabilities)
            implements SessionMessage {
        public Hello {
            capabilities = List.copyOf(capabilities);
        }

        public Hello(int version, Role role, String name, List<String> capabilities) {
            this(version, role, name, "", capabilities);
        }
    }

    enum Role {
        AGENT,
        CLIENT,
        GUEST,
        HOST
    }

    /// What the other side said is not accepted. On channel 0 before the connection is closed, and as the answer to a
    /// question. Sentences with help in them, for a person.
    record Refusal(String sentence) implements SessionMessage {}

    /// This session has an agent already, which answers: another is not needed. Daemon to agent, on channel 0, in the
    /// place of a session.
    record Running() implements SessionMessage {}

    /// Are you there? The answer is a [Pong] with the same number.
    record Ping(long number) implements SessionMessage {}

    record Pong(long number) implements SessionMessage {}

    /// A session can be reached on this channel from now on. Guest to host, on channel 0.
    record Open(int channel, String session, String user, String display) implements SessionMessage {}

    /// The session behind this channel is gone.
    record Close(int channel) implements SessionMessage {}

    /// A selection has an owner on the sender's side. Serials order the words that both sides say about one selection.
    record Offer(Signal.Offer offer, long serial) implements SessionMessage {}

    record Release(Selection selection, long serial) implements SessionMessage {}

    record Request(long transfer, Selection selection, OfferId offer, MimeType type, int credit)
            implements SessionMessage {}

    record Credit(long transfer, int bytes) implements SessionMessage {}

    record End(long transfer) implements SessionMessage {}

    /// From the owner: the content does not come, or not whole.
    ///
    /// @param limit where it is too large for a station on the way, what may pass there, in bytes
    record Abort(long transfer, Reason reason, OptionalLong limit) implements SessionMessage {
        public Abort(long transfer, Reason reason) {
            this(transfer, reason, OptionalLong.empty());
        }
    }

    /// From the requester: the content is no longer wanted.
    record Cancel(long transfer, Reason reason, OptionalLong limit) implements SessionMessage {
        public Cancel(long transfer, Reason reason) {
            this(transfer, reason, OptionalLong.empty());
        }
    }

    /// A client asks; the answer is any number of [Row]s and a [Done], or a [Refusal].
    ///
    /// @param place a session such as `alice` or `work/alice`; empty for the one that goes without saying
    record Ask(Question question, String place) implements SessionMessage {}

    enum Question {
        STATUS,
        SESSIONS,
        TYPES,
        /// The client's channel 1 speaks for this place from now on: what it offers is offered there, what it requests
        /// comes from there.
        ATTACH
    }

    /// One line of an answer: names and values, in alphabetical order of the names.
    record Row(Map<String, String> fields) implements SessionMessage {
        public Row {
            fields = new TreeMap<>(fields);
        }
    }

    record Done() implements SessionMessage {}

    /// A client asks that a file be put down in a machine. Its channel 1 is open from then on, and what it
    /// offers there next is the file's content, under any type. The answer is a [Row] that tells how it ended,
    /// and a [Done]; or a [Refusal].
    ///
    /// @param place the machine
    /// @param name 1 to [#MAX_FILE_NAME] characters, no `/` and no control character among them
    /// @param size in bytes
    record Send(String place, String name, long size) implements SessionMessage {}

    /// An offer's age and standing travel as they are told; see [Signal.Offer].
    static Offer offer(
            Selection selection, long serial, OfferId id, List<MimeType> types, long age, Standing standing) {
        return new Offer(new Signal.Offer(selection, id, types, age, standing), serial);
    }
}
