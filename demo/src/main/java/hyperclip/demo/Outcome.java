package hyperclip.demo;

import java.nio.charset.StandardCharsets;

/// How a program ended in the guest: its exit code (128 and the number of the signal, if one ended it) and what it
/// wrote.
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Outcome(int exit, byte[] output, byte[] errors) {

    public String text() {
        return new String(output, StandardCharsets.UTF_8);
    }

    public String errorText() {
        return new String(errors, StandardCharsets.UTF_8);
    }
}
