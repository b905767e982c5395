package hyperclip.core.clipboard;

import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;

/// Everything that a peer and its hub can say to each other about a clipboard, the same in both directions.
///
/// An offer moves no content. Somebody pastes: a [Request] travels to the owner with credit, [Chunk]s come
/// back, each paid for with credit, and [End] or [Abort] closes. A transfer is named by a number that is unique
/// in this process (see [View#newTransfer()]); whoever makes the request takes the number.
public sealed interface Signal {

    /// The most types that one offer carries; of more, the application's first ones count.
    int MAX_TYPES = 64;

    /// The most bytes in one chunk: few enough that a small paste need not wait long behind a large one, and so many
    /// that what each chunk costs by itself is little beside its bytes, in an emulated guest too (bench/README.md).
    int MAX_CHUNK = 128 * 1024;

    /// The most credit that can be outstanding for one transfer, in bytes.
    int MAX_CREDIT = 16 * 1024 * 1024;

    /// The greatest limit that can be told of, in bytes: see [Offer#UNKNOWN_AGE].
    long MAX_LIMIT = (1L << 53) - 1;

    /// This selection has an owner here.
    ///
    /// @param types each once: what is repeated is left out
    /// @param age milliseconds since the copy, added up hop by hop; [#UNKNOWN_AGE] at the most
    record Offer(Selection selection, OfferId id, List<MimeType> types, long age, Standing standing) implements Signal {

        /// The age of a copy of which nobody knows when it was made: older than every other. It is the greatest
        /// whole number that survives a reader of JSON that keeps numbers as doubles (RFC 8259, 6).
        public static final long UNKNOWN_AGE = (1L << 53) - 1;

        public Offer {
            types = List.copyOf(new LinkedHashSet<>(types));
            if (types.isEmpty() || types.size() > MAX_TYPES) {
                throw new IllegalArgumentException("an offer has 1 to " + MAX_TYPES + " types");
            }
            if (age < 0 || age > UNKNOWN_AGE) {
                throw new IllegalArgumentException("an age is 0 to UNKNOWN_AGE");
            }
        }

        /// The same copy, told again with another age and standing.
        public Offer told(long newAge, Standing newStanding) {
            return new Offer(selection, id, types, Math.clamp(newAge, 0, UNKNOWN_AGE), newStanding);
        }
    }

    /// What was offered here last is offered no longer.
    ///
    /// To a display: let the selection go if it is held for us. To the peer that owns the copy: nobody shows it.
    record Release(Selection selection) implements Signal {}

    /// Somebody pastes: hand out the offer `offer` under this type, `credit` bytes for a beginning.
    record Request(long transfer, Selection selection, OfferId offer, MimeType type, int credit) implements Signal {

        public Request {
            checkCredit(credit);
        }
    }

    /// A piece of content, from the owner to the requester. Whoever is told it owns the buffer from then on.
    record Chunk(long transfer, ByteBuffer bytes) implements Signal {
        public Chunk {
            if (!bytes.hasRemaining() || bytes.remaining() > MAX_CHUNK) {
                throw new IllegalArgumentException("a chunk has 1 to " + MAX_CHUNK + " bytes");
            }
        }
    }

    /// So many bytes more may be sent, from the requester to the owner.
    record Credit(long transfer, int bytes) implements Signal {
        public Credit {
            checkCredit(bytes);
        }
    }

    /// The content is whole, from the owner to the requester.
    record End(long transfer) implements Signal {}

    /// The transfer is over and the content is not whole, from either.
    ///
    /// @param limit of a content that is too large, the bytes that may pass where it was ended
    record Abort(long transfer, Reason reason, OptionalLong limit) implements Signal {

        public Abort(long transfer, Reason reason) {
            this(transfer, reason, OptionalLong.empty());
        }

        /// For the person who pasted.
        public String sentence() {
            return limit.isEmpty()
                    ? reason.sentence()
                    : reason.sentence() + " (at most " + limit.getAsLong() + " bytes, by --max-size on the way)";
        }
    }

    private static void checkCredit(int credit) {
        if (credit < 1 || credit > MAX_CREDIT) {
            throw new IllegalArgumentException("credit is 1 to " + MAX_CREDIT + " bytes");
        }
    }
}
