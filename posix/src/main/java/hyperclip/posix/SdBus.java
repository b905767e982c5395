package hyperclip.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;

/// A connection to the system bus by systemd's own client, sd-bus(3): calls, their answers, and the wait for signals.
///
/// Confined to one thread. What fails there is an [IOException] with the function and the error number.
@SuppressWarnings("restricted") // native access is what this module is there for
final class SdBus implements AutoCloseable {

    /// How long an answer may take.
    private static final long PATIENCE_MICROS = TimeUnit.SECONDS.toMicros(5);

    private static final long FOR_EVER = -1;

    /// EHOSTUNREACH: what sd-bus makes of org.freedesktop.DBus.Error.ServiceUnknown.
    private static final int NOBODY = 113;

    private final Arena arena = Arena.ofConfined();
    private final Functions functions;
    private final MemorySegment bus;

    /// What a message holds next.
    interface Reader {
        void read(Message message) throws IOException;
    }

    private record Functions(
            MethodHandle open,
            MethodHandle close,
            MethodHandle newCall,
            MethodHandle append,
            MethodHandle call,
            MethodHandle enter,
            MethodHandle exit,
            MethodHandle read,
            MethodHandle skip,
            MethodHandle unref,
            MethodHandle process,
            MethodHandle await,
            MethodHandle strerror) {

        static Functions load() {
            SymbolLookup library = SymbolLookup.libraryLookup("libsystemd.so.0", Arena.global());
            return new Functions(
                    handle(library, "sd_bus_open_system", JAVA_INT, ADDRESS),
                    handle(library, "sd_bus_flush_close_unref", null, ADDRESS),
                    handle(
                            library,
                            "sd_bus_message_new_method_call",
                            JAVA_INT,
                            ADDRESS,
                            ADDRESS,
                            ADDRESS,
                            ADDRESS,
                            ADDRESS,
                            ADDRESS),
                    handle(library, "sd_bus_message_append_basic", JAVA_INT, ADDRESS, JAVA_BYTE, ADDRESS),
                    handle(library, "sd_bus_call", JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS),
                    handle(library, "sd_bus_message_enter_container", JAVA_INT, ADDRESS, JAVA_BYTE, ADDRESS),
                    handle(library, "sd_bus_message_exit_container", JAVA_INT, ADDRESS),
                    handle(library, "sd_bus_message_read_basic", JAVA_INT, ADDRESS, JAVA_BYTE, ADDRESS),
                    handle(library, "sd_bus_message_skip", JAVA_INT, ADDRESS, ADDRESS),
                    handle(library, "sd_bus_message_unref", null, ADDRESS),
                    handle(library, "sd_bus_process", JAVA_INT, ADDRESS, ADDRESS),
                    handle(library, "sd_bus_wait", JAVA_INT, ADDRESS, JAVA_LONG),
                    handle(Linker.nativeLinker().defaultLookup(), "strerror", ADDRESS, JAVA_INT));
        }

        /// @param result null for none, or for one that nobody needs
        private static MethodHandle handle(
                SymbolLookup library, String name, MemoryLayout result, MemoryLayout... arguments) {
            FunctionDescriptor function =
                    result == null ? FunctionDescriptor.ofVoid(arguments) : FunctionDescriptor.of(result, arguments);
            return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), function);
        }
    }

    private SdBus(Functions functions) throws IOException {
        this.functions = functions;
        MemorySegment opened = arena.allocate(ADDRESS);
        check("sd_bus_open_system", () -> (int) functions.open.invokeExact(opened));
        this.bus = opened.get(ADDRESS, 0);
    }

    /// @throws IOException where there is no such library or no such bus
    static SdBus system() throws IOException {
        try {
            return new SdBus(Functions.load());
        } catch (IllegalArgumentException | NoSuchElementException e) {
            throw new IOException("the library libsystemd.so.0 cannot be used: " + e, e);
        }
    }

    private interface Call {
        int invoke() throws Throwable;
    }

    /// @return what the function did, which is not negative
    private int check(String function, Call call) throws IOException {
        int result;
        try {
            result = call.invoke();
        } catch (Throwable e) {
            throw new IllegalStateException(function, e);
        }
        if (result < 0) {
            throw new IOException(function + ": " + reason(-result));
        }
        return result;
    }

    private String reason(int error) {
        if (error == NOBODY) {
            return "nobody on the bus has that name";
        }
        try {
            MemorySegment text = (MemorySegment) functions.strerror.invokeExact(error);
            return text.reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /// Wants the signals that this rule matches (D-Bus specification, Match Rules) to end [#await()].
    void match(String rule) throws IOException {
        call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", rule, answer -> {});
    }

    /// Calls a method without arguments.
    void call(String service, String path, String face, String method, Reader answer) throws IOException {
        call(service, path, face, method, null, answer);
    }

    /// Calls a method with one argument, a string; null for none.
    void call(String service, String path, String face, String method, String argument, Reader answer)
            throws IOException {
        try (Arena call = Arena.ofConfined()) {
            MemorySegment made = call.allocate(ADDRESS);
            check("sd_bus_message_new_method_call", () -> (int) functions.newCall.invokeExact(
                    bus,
                    made,
                    call.allocateFrom(service),
                    call.allocateFrom(path),
                    call.allocateFrom(face),
                    call.allocateFrom(method)));
            try (Message question = new Message(made.get(ADDRESS, 0))) {
                if (argument != null) {
                    question.append(call, argument);
                }
                MemorySegment answered = call.allocate(ADDRESS);
                check(method + " of " + service, () -> (int) functions.call.invokeExact(
                        bus, question.message, PATIENCE_MICROS, MemorySegment.NULL, answered));
                try (Message message = new Message(answered.get(ADDRESS, 0))) {
                    answer.read(message);
                }
            }
        }
    }

    /// Waits for a signal, and takes all that have come.
    void await() throws IOException {
        boolean heard = false;
        while (true) {
            if (processed()) {
                heard = true;
            } else if (heard) {
                return;
            } else {
                check("sd_bus_wait", () -> (int) functions.await.invokeExact(bus, FOR_EVER));
            }
        }
    }

    /// Whether there was something to be done.
    private boolean processed() throws IOException {
        try (Arena call = Arena.ofConfined()) {
            MemorySegment heard = call.allocate(ADDRESS);
            int done = check("sd_bus_process", () -> (int) functions.process.invokeExact(bus, heard));
            new Message(heard.get(ADDRESS, 0)).close();
            return done > 0;
        }
    }

    @Override
    public void close() {
        try {
            functions.close.invokeExact(bus);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        } finally {
            arena.close();
        }
    }

    /// A message of the bus, read from its beginning to its end. Types are those of the D-Bus specification, Type
    /// System.
    final class Message implements AutoCloseable {

        private final MemorySegment message;

        private Message(MemorySegment message) {
            this.message = message;
        }

        private void append(Arena call, String text) throws IOException {
            check("sd_bus_message_append_basic", () ->
                    (int) functions.append.invokeExact(message, (byte) 's', call.allocateFrom(text)));
        }

        /// Goes into the next container, and says whether there is one.
        ///
        /// @param container `a` array, `r` structure, `e` entry of a dictionary, `v` variant
        /// @param contents the types inside
        boolean enter(char container, String contents) throws IOException {
            try (Arena call = Arena.ofConfined()) {
                return check("sd_bus_message_enter_container", () -> (int)
                                functions.enter.invokeExact(message, (byte) container, call.allocateFrom(contents)))
                        > 0;
            }
        }

        /// Leaves the container when all of it has been read.
        void exit() throws IOException {
            check("sd_bus_message_exit_container", () -> (int) functions.exit.invokeExact(message));
        }

        void skip(String types) throws IOException {
            try (Arena call = Arena.ofConfined()) {
                check("sd_bus_message_skip", () -> (int) functions.skip.invokeExact(message, call.allocateFrom(types)));
            }
        }

        /// A string or, with the type `o`, the path of an object.
        String text(char type) throws IOException {
            try (Arena call = Arena.ofConfined()) {
                MemorySegment text = read(call, type, ADDRESS);
                return text.get(ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0);
            }
        }

        boolean truth() throws IOException {
            try (Arena call = Arena.ofConfined()) {
                return read(call, 'b', JAVA_INT).get(JAVA_INT, 0) != 0;
            }
        }

        private MemorySegment read(Arena call, char type, MemoryLayout layout) throws IOException {
            MemorySegment value = call.allocate(layout);
            int read = check(
                    "sd_bus_message_read_basic", () -> (int) functions.read.invokeExact(message, (byte) type, value));
            if (read == 0) {
                throw new IOException("the message ends where a value of type " + type + " was expected");
            }
            return value;
        }

        @Override
        public void close() {
            try {
                functions.unref.invokeExact(message);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
