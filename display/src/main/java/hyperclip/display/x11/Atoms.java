package hyperclip.display.x11;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Names and the numbers that the server knows them by. A number is good for as long as the server runs, so each is
/// asked for once.
final class Atoms {

    /// X11 protocol, appendix B "Predefined Atoms".
    static final int ATOM = 4;

    static final int INTEGER = 19;
    static final int STRING = 31;

    static final String HYPERCLIP_OFFER = "application/x-hyperclip-offer";
    static final String PASSWORD_HINT = "x-kde-passwordManagerHint";

    /// The server never forgets a name, so that a peer that invents types would fill its memory through us: names
    /// beyond so many are taken only if somebody else has made them.
    static final int MAX_MADE = 4096;

    /// Names read from the server that are kept; beyond, all are forgotten and asked for again.
    static final int MAX_KNOWN = 4096;

    private static final int MAX_NAME = 1024;

    private final X11Connection x;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Map<Integer, String> names = new HashMap<>();
    private int made;

    Atoms(X11Connection x) {
        this.x = x;
    }

    /// One of the names that were interned when the display was opened.
    int of(String name) {
        return numbers.get(name);
    }

    boolean has(String name) {
        return numbers.containsKey(name);
    }

    /// The numbers of these names in their order, 0 for those that cannot be had.
    void intern(List<String> wanted, Consumer<int[]> then) {
        int[] result = new int[wanted.size()];
        int[] missing = {0};
        boolean[] asked = {false};
        for (int i = 0; i < result.length; i++) {
            String name = wanted.get(i);
            Integer known = numbers.get(name);
            if (known != null) {
                result[i] = known;
                continue;
            }
            int place = i;
            missing[0]++;
            boolean mayMake = made < MAX_MADE;
            made++;
            Requests.internAtom(x, name, mayMake ? Requests.Naming.MAKE : Requests.Naming.ONLY_IF_EXISTS);
            x.expect(new X11Connection.Answer() {
                @Override
                public void reply(ByteBuffer reply) {
                    result[place] = reply.getInt(8);
                    if (mayMake) {
                        numbers.put(name, result[place]);
                    }
                    done();
                }

                @Override
                public void refused(ServerMessage.Refusal refusal) {
                    done();
                }

                private void done() {
                    if (--missing[0] == 0 && asked[0]) {
                        then.accept(result);
                    }
                }
            });
        }
        asked[0] = true;
        if (missing[0] == 0) {
            then.accept(result);
        }
    }

    /// The names of these numbers in their order, nothing for what is no atom.
    void names(List<Integer> wanted, Consumer<List<Optional<String>>> then) {
        if (names.size() > MAX_KNOWN) {
            names.clear();
        }
        List<Optional<String>> result = new ArrayList<>();
        int[] missing = {1};
        Runnable done = () -> {
            if (--missing[0] == 0) {
                then.accept(result);
            }
        };
        for (int i = 0; i < wanted.size(); i++) {
            int atom = wanted.get(i);
            String known = names.get(atom);
            result.add(Optional.ofNullable(known));
            if (known == null) {
                int place = i;
                missing[0]++;
                Requests.getAtomName(x, atom);
                x.expect(new X11Connection.Answer() {
                    @Override
                    public void reply(ByteBuffer reply) throws IOException {
                        String name = name(reply);
                        names.put(atom, name);
                        result.set(place, Optional.of(name));
                        done.run();
                    }

                    @Override
                    public void refused(ServerMessage.Refusal refusal) {
                        done.run();
                    }
                });
            }
        }
        done.run();
    }

    private static String name(ByteBuffer reply) throws IOException {
        int length = reply.getShort(8) & 0xffff;
        if (ServerMessage.HEADER + length > reply.limit()) {
            throw new IOException("the X server names an atom with " + length + " bytes and sends "
                    + (reply.limit() - ServerMessage.HEADER));
        }
        byte[] bytes = new byte[Math.min(length, MAX_NAME)];
        reply.get(ServerMessage.HEADER, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
