package hyperclip.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hyperclip.app.Complaint;
import hyperclip.app.ExitCode;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OptionsTest {

    private static Options read(String... arguments) throws Complaint {
        return Options.read("host", List.of(arguments), Set.of("vm", "listen"));
    }

    @Test
    void bothWaysOfWriting() throws Complaint {
        Options options = read("--vm", "a=/x", "--vm=b=/y", "--listen=/s");
        assertThat(options.all("vm")).containsExactly("a=/x", "b=/y");
        assertThat(options.last("listen")).contains("/s");
        assertThat(read().last("vm")).isEmpty();
    }

    @Test
    void anythingElseIsWrongUsage() {
        for (String[] wrong : new String[][] {{"--vn=x"}, {"x"}, {"--vm"}, {"-v"}, {"--"}}) {
            assertThatThrownBy(() -> read(wrong))
                    .hasMessageContaining("hyperclip host --help")
                    .isInstanceOfSatisfying(
                            Complaint.class,
                            complaint -> assertThat(complaint.code()).isEqualTo(ExitCode.WRONG_USAGE));
        }
    }

    @Test
    void sizes() throws Complaint {
        assertThat(read().size("host", "vm", 10)).isEmpty();
        assertThat(read("--vm=500").size("host", "vm", 500)).contains(500);
        assertThat(read("--vm=64K").size("host", "vm", 65536)).contains(65536);
        assertThat(read("--vm=16M").size("host", "vm", 16 << 20)).contains(16 << 20);
        for (String wrong : List.of("", "0", "0M", "17M", "16777217", "999999999M", "4G", "4m", "-1", "1.5M", "M")) {
            Options options = read("--vm=" + wrong);
            assertThatThrownBy(() -> options.size("host", "vm", 16 << 20))
                    .isInstanceOf(Complaint.class)
                    .hasMessageContaining("--vm wants a size from 1 to 16777216 bytes")
                    .hasMessageContaining("hyperclip host --help");
        }
    }
}
