package hyperclip.core.qga;

import static java.nio.charset.StandardCharsets.UTF_8;

import hyperclip.core.clipboard.Hub;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// A guest with two sessions, as its daemon has it, and channels that speak with it.
final class GuestWorld {

    long now = 1_000;
    final Hub hub = new Hub(() -> now, GuestWorld::follows);
    final List<MemoryStore> stores = new ArrayList<>();
    final Clipboards clipboards = new Clipboards(hub, this::store, this::store, new Random(7), () -> now);
    final Application alice = join("alice");
    final Application bob = join("bob");

    /// As the daemon's: a session and its ways to the host follow each other.
    private static boolean follows(String follower, String followed) {
        return follower.substring(follower.indexOf(':') + 1).equals(followed.substring(followed.indexOf(':') + 1))
                && follower.startsWith("agent:") != followed.startsWith("agent:");
    }

    MemoryStore store() {
        MemoryStore store = new MemoryStore();
        stores.add(store);
        return store;
    }

    private Application join(String name) {
        Application application = new Application(name.hashCode());
        application.view = hub.open("agent:" + name, view -> application);
        clipboards.join(name, name, ":0", "agent:" + name);
        return application;
    }

    Channel channel() {
        return channel(Optional.empty(), true);
    }

    Channel channel(Optional<QgaQueue> other, boolean passesAll) {
        return new Channel(other, passesAll);
    }

    /// A channel, and what has come over it.
    final class Channel implements QgaConnection.Owner {
        final QgaConnection connection;

        Channel(Optional<QgaQueue> other, boolean passesAll) {
            connection = new QgaConnection(clipboards, other, passesAll, GuestWorld.this::store, this, () -> now);
            connection.start();
        }

        @Override
        public void hasToSend() {
            // It is looked for what it has.
        }

        void say(String text) {
            connection.received(ByteBuffer.wrap(text.getBytes(UTF_8)));
        }

        /// What has come since it was last asked, with 0xFF as `~`.
        String heard() {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            while (connection.hasToSend()) {
                for (ByteBuffer piece : connection.next()) {
                    byte[] bytes = new byte[piece.remaining()];
                    piece.get(bytes);
                    all.writeBytes(bytes);
                }
            }
            byte[] bytes = all.toByteArray();
            StringBuilder text = new StringBuilder();
            int begin = 0;
            for (int i = 0; i <= bytes.length; i++) {
                if (i == bytes.length || bytes[i] == JsonSplitter.SENTINEL) {
                    text.append(new String(bytes, begin, i - begin, UTF_8));
                    text.append(i == bytes.length ? "" : "~");
                    begin = i + 1;
                }
            }
            return text.toString();
        }

        String ask(String text) {
            say(text + "\n");
            return heard();
        }

        /// The member `return` of the reply.
        Map<String, Object> returned(String text) {
            byte[] reply = ask(text).getBytes(UTF_8);
            try {
                return QgaCommand.members((Map<?, ?>) QgaCommand.members((Map<?, ?>) Json.read(reply, reply.length))
                        .get("return"));
            } catch (QgaException | ClassCastException | NullPointerException e) {
                throw new AssertionError("no such reply: " + new String(reply, UTF_8), e);
            }
        }
    }
}
