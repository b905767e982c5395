package hyperclip.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import hyperclip.core.clipboard.Limits;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitOptionsTest {

    private static Limits read(String... arguments) throws Complaint {
        return LimitOptions.read("agent", Options.read("agent", List.of(arguments), Set.of()));
    }

    @Test
    void withoutThemTheUsualLimitsHold() throws Complaint {
        assertThat(read()).isEqualTo(Limits.USUAL);
    }

    @Test
    void timesAreSecondsAndSizesHaveUnits() throws Complaint {
        assertThat(read("--first-byte-timeout", "30", "--stall-timeout=2", "--max-size", "64M"))
                .isEqualTo(new Limits(30_000, 2_000, OptionalLong.of(64 << 20)));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "512K, 524288", "64M, 67108864", "2G, 2147483648", "9007199254740991, 9007199254740991"})
    void aSizeIs(String written, long bytes) throws Complaint {
        assertThat(read("--max-size", written).maxSize()).hasValue(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "0", "0K", "-1", "1.5M", "64m", "64MB", "M", "9007199254740992", "9999999999999999G", "٣"})
    void noSizeIs(String written) {
        refused("--max-size", written);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "1.5", "10s", "3601", "99999", "٣"})
    void noTimeIs(String written) {
        refused("--first-byte-timeout", written);
        refused("--stall-timeout", written);
    }

    private static void refused(String name, String value) {
        assertThatThrownBy(() -> read(name + "=" + value))
                .hasMessageStartingWith(name + " wants ")
                .hasMessageContaining("hyperclip agent --help")
                .isInstanceOfSatisfying(
                        Complaint.class,
                        complaint -> assertThat(complaint.code()).isEqualTo(ExitCode.WRONG_USAGE));
    }
}
