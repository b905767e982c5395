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
}
