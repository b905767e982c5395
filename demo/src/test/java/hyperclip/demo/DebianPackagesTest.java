package hyperclip.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hyperclip.demo.DebianPackages.Download;
import org.junit.jupiter.api.Test;

class DebianPackagesTest {

    @Test
    void readsWhatAptAnnouncesWithAndWithoutADigest() throws Complaint {
        String announced = """
                Reading package lists...
                'http://archive/x/xvfb_21.1_amd64.deb' xvfb_2%3a21.1-1_amd64.deb 3154208 SHA256:00ff
                'http://archive/e/libexpat1_2.5.0_amd64.deb' libexpat1_2.5.0-1+deb12u5_amd64.deb 107940\s
                """;
        assertThat(DebianPackages.downloadsIn(announced))
                .containsExactly(
                        new Download("xvfb_2%3a21.1-1_amd64.deb", 3154208),
                        new Download("libexpat1_2.5.0-1+deb12u5_amd64.deb", 107940));
    }

    @Test
    void losesNoDownloadInSilence() {
        assertThatThrownBy(() -> DebianPackages.downloadsIn("'http://archive/x.deb' ../x.deb 1 "))
                .isInstanceOf(Complaint.class)
                .hasMessageContaining("../x.deb");
    }

    @Test
    void namesAPackageWithTheVersionThatWasAnnounced() {
        assertThat(new Download("xvfb_2%3a21.1-1_amd64.deb", 1).nameAndVersion())
                .isEqualTo("xvfb=2:21.1-1");
    }

    @Test
    void aStarStandsForTheRestOfAName() {
        assertThat(DebianPackages.matches("libllvm*", "libllvm15")).isTrue();
        assertThat(DebianPackages.matches("tar", "tar")).isTrue();
        assertThat(DebianPackages.matches("tar", "target")).isFalse();
    }
}
