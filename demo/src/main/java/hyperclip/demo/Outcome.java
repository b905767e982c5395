package hyperclip.demo;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// How a program ended: its exit code (128 and the number of the signal, if one ended it) and what it wrote.
///
/// @param took from the program's start to its end, by the clock of the machine that it ran on
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Outcome(int exit, byte[] output, byte[] errors, Duration took) {

    public String text() {
        return new String(output, StandardCharsets.UTF_8);
    }

    public String errorText() {
        return new String(errors, StandardCharsets.UTF_8);
    }
}
