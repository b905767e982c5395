package hyperclip.demo;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What the machine and its guest say to each other over the control port.
///
/// A message is one byte for its kind, four for the request that it belongs to, four for its length, and its content,
/// at most [#MAX_CONTENT] bytes: more comes in several. Zero bytes between messages mean nothing, so that enough of
/// them complete whatever half a message a lost connection has left behind.
///
/// A request is any number of [Input]s and then one of [Run], [Start], [Read], [Write], [Await], [AwaitEnd]; its
/// answer is any number of [Output]s and [ErrorOutput]s and then [Done] or [Refused].
@SuppressWarnings("ArrayRecordComponent") // never compared
sealed interface ControlMessage {

    int MAX_CONTENT = 32 * 1024;

    int request();

    /// From the machine, after it has connected: drop what you were told before, and repeat this.
    record Sync(int request) implements ControlMessage {}

    record Input(int request, byte[] bytes) implements ControlMessage {}

    /// Runs a program to its end; the input is its standard input.
    record Run(int request, String folder, Map<String, String> environment, List<String> command)
            implements ControlMessage {}

    /// Starts a program that goes on; both its outputs are appended to a file of the guest. Done says its pid.
    record Start(int request, String folder, Map<String, String> environment, List<String> command, String log)
            implements ControlMessage {}

    record Read(int request, String path) implements ControlMessage {}

    /// The input becomes the content of a file.
    record Write(int request, String path) implements ControlMessage {}

    /// Waits until a file is there and has the text in it.
    record Await(int request, String path, String text) implements ControlMessage {}

    /// Waits until a process has ended.
    record AwaitEnd(int request, long pid) implements ControlMessage {}

    /// From the machine: nobody waits any longer; the program is killed.
    record Cancel(int request) implements ControlMessage {}

    record Output(int request, byte[] bytes) implements ControlMessage {}

    record ErrorOutput(int request, byte[] bytes) implements ControlMessage {}

    /// It is done, whatever was asked.
    ///
    /// @param micros how long the program ran, by the guest's clock
    record Done(int request, int code, long micros) implements ControlMessage {}

    record Refused(int request, String why) implements ControlMessage {}

    default byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            int kind = switch (this) {
                case Sync _ -> 1;
                case Input input -> {
                    out.write(input.bytes);
                    yield 2;
                }
                case Run run -> {
                    out.writeUTF(run.folder);
                    writeMap(out, run.environment);
                    writeList(out, run.command);
                    yield 3;
                }
                case Start start -> {
                    out.writeUTF(start.folder);
                    writeMap(out, start.environment);
                    writeList(out, start.command);
                    out.writeUTF(start.log);
                    yield 4;
                }
                case Read read -> {
                    out.writeUTF(read.path);
                    yield 5;
                }
                case Write write -> {
                    out.writeUTF(write.path);
                    yield 6;
                }
                case Await await -> {
                    out.writeUTF(await.path);
                    out.writeUTF(await.text);
                    yield 7;
                }
                case Cancel _ -> 8;
                case Output output -> {
                    out.write(output.bytes);
                    yield 9;
                }
                case ErrorOutput errorOutput -> {
                    out.write(errorOutput.bytes);
                    yield 10;
                }
                case Done done -> {
                    out.writeInt(done.code);
                    out.writeLong(done.micros);
                    yield 11;
                }
                case Refused refused -> {
                    out.writeUTF(refused.why);
                    yield 12;
                }
                case AwaitEnd awaitEnd -> {
                    out.writeLong(awaitEnd.pid);
                    yield 13;
                }
            };
            return framed(kind, bytes.toByteArray());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private byte[] framed(int kind, byte[] content) throws IOException {
        if (content.length > MAX_CONTENT) {
            throw new IllegalArgumentException(
                    "a control message holds at most " + MAX_CONTENT + " bytes, not " + content.length);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(9 + content.length);
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(kind);
        out.writeInt(request());
        out.writeInt(content.length);
        out.write(content);
        return bytes.toByteArray();
    }

    /// Writes one message at once, for several threads may write.
    default void writeTo(OutputStream out) throws IOException {
        byte[] bytes = toBytes();
        synchronized (out) {
            out.write(bytes);
            out.flush();
        }
    }

    /// The next message. At the end of the stream, [EOFException]; for anything that is not a message, [IOException].
    static ControlMessage readFrom(InputStream stream) throws IOException {
        DataInputStream in = new DataInputStream(stream);
        int kind = in.readUnsignedByte();
        while (kind == 0) {
            kind = in.readUnsignedByte();
        }
        int request = in.readInt();
        int length = in.readInt();
        if (length < 0 || length > MAX_CONTENT) {
            throw new IOException("not a control message: kind " + kind + ", length " + length);
        }
        byte[] content = in.readNBytes(length);
        if (content.length < length) {
            throw new EOFException("the stream ended within a control message");
        }
        return of(kind, request, content);
    }

    private static ControlMessage of(int kind, int request, byte[] content) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(content));
        return switch (kind) {
            case 1 -> new Sync(request);
            case 2 -> new Input(request, content);
            case 3 -> new Run(request, in.readUTF(), readMap(in), readList(in));
            case 4 -> new Start(request, in.readUTF(), readMap(in), readList(in), in.readUTF());
            case 5 -> new Read(request, in.readUTF());
            case 6 -> new Write(request, in.readUTF());
            case 7 -> new Await(request, in.readUTF(), in.readUTF());
            case 8 -> new Cancel(request);
            case 9 -> new Output(request, content);
            case 10 -> new ErrorOutput(request, content);
            case 11 -> new Done(request, in.readInt(), in.readLong());
            case 12 -> new Refused(request, in.readUTF());
            case 13 -> new AwaitEnd(request, in.readLong());
            default -> throw new IOException("not a control message: kind " + kind);
        };
    }

    private static void writeList(DataOutputStream out, List<String> list) throws IOException {
        out.writeInt(list.size());
        for (String item : list) {
            out.writeUTF(item);
        }
    }

    private static List<String> readList(DataInputStream in) throws IOException {
        int size = in.readInt();
        List<String> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            list.add(in.readUTF());
        }
        return list;
    }

    private static void writeMap(DataOutputStream out, Map<String, String> map) throws IOException {
        out.writeInt(map.size());
        for (Map.Entry<String, String> entry : map.entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeUTF(entry.getValue());
        }
    }

    private static Map<String, String> readMap(DataInputStream in) throws IOException {
        int size = in.readInt();
        Map<String, String> map = new TreeMap<>();
        for (int i = 0; i < size; i++) {
            map.put(in.readUTF(), in.readUTF());
        }
        return map;
    }
}
