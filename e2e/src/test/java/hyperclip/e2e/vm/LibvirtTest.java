package hyperclip.e2e.vm;

import static org.assertj.core.api.Assertions.assertThat;

import hyperclip.demo.Outcome;
import hyperclip.demo.SampleText;
import hyperclip.demo.User;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// libvirt finds at the port of QEMU's guest agent what it looks for there, whoever answers: its own commands
/// work, the ones that it only passes on too, and it finds nothing to complain of.
@ParameterizedClass
@EnumSource
class LibvirtTest {

    /// More than one command of libvirt may bring, in one answer.
    private static final int LARGE = 3_000_000;

    private static LibvirtGuest guest;
    private static PortAgent serving;
    private static List<Long> processes = List.of();

    @Parameter
    private PortAgent agent;

    @BeforeAll
    static void boot() throws IOException {
        guest = new LibvirtGuest(Stage.image());
        guest.boot();
    }

    @AfterAll
    static void close() throws IOException {
        guest.close();
    }

    @BeforeEach
    void agentServes() throws IOException {
        if (serving != agent) {
            endAgent();
            startAgent();
        }
        guest.newFaults();
    }

    private void startAgent() throws IOException {
        processes = agent.start(guest);
        serving = agent;
        guest.awaitAgent();
        guest.newFaults();
    }

    private static void endAgent() throws IOException {
        for (long process : processes) {
            guest.kill(process, "KILL");
            guest.awaitExit(process, Stage.PATIENCE);
        }
        guest.awaitNoAgent();
        processes = List.of();
        serving = null;
    }

    /// A test in which libvirt has reason to complain asks for its complaints.
    @AfterEach
    void libvirtSaysNothing() {
        assertThat(guest.newFaults()).isEmpty();
    }

    @Test
    void aPingIsAnswered() throws IOException {
        for (int i = 0; i < 20; i++) {
            assertThat(answer("{\"execute\":\"guest-ping\"}")).isEqualTo("{\"return\":{}}");
        }
    }

    @Test
    void whatAProgramOfTheGuestSaysComesBack() throws IOException {
        Matcher started =
                found("\"pid\":(\\d+)", answer("""
                        {"execute":"guest-exec","arguments":{"path":"/bin/sh","arg":["-c","cat; exit 3"],\
                        "input-data":"%s","capture-output":true}}""".formatted(base64("über alles".getBytes(StandardCharsets.UTF_8)))));
        String status = "{\"execute\":\"guest-exec-status\",\"arguments\":{\"pid\":%s}}".formatted(started.group(1));
        String ended = answer(status);
        while (ended.contains("\"exited\":false")) {
            Stage.pause();
            ended = answer(status);
        }
        assertThat(ended).contains("\"exitcode\":3");
        assertThat(Base64.getDecoder()
                        .decode(found("\"out-data\":\"([^\"]*)\"", ended).group(1)))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("über alles");
    }

    @Test
    void aLargeFileComesInOneAnswer() throws IOException {
        byte[] content = SampleText.ofSize("large", LARGE);
        guest.writeFile("/run/large", content);
        String handle = found(
                        "\"return\":(\\d+)",
                        answer("{\"execute\":\"guest-file-open\",\"arguments\":{\"path\":\"/run/large\"}}"))
                .group(1);
        String read = answer("{\"execute\":\"guest-file-read\",\"arguments\":{\"handle\":%s,\"count\":%d}}"
                .formatted(handle, LARGE));
        assertThat(Base64.getDecoder()
                        .decode(found("\"buf-b64\":\"([^\"]*)\"", read).group(1)))
                .isEqualTo(content);
        assertThat(answer("{\"execute\":\"guest-file-close\",\"arguments\":{\"handle\":%s}}".formatted(handle)))
                .isEqualTo("{\"return\":{}}");
    }

    @Test
    void whatNobodyKnowsIsRefusedAndTheNextIsAnswered() throws IOException {
        Outcome refused = guest.command("{\"execute\":\"nobody-knows-this\"}");
        assertThat(refused.exit()).isOne();
        assertThat(refused.errorText()).contains("The command nobody-knows-this has not been found");
        assertThat(guest.newFaults())
                .singleElement()
                .asString()
                .contains("unable to execute QEMU agent command 'nobody-knows-this'");
        assertThat(answer("{\"execute\":\"guest-ping\"}")).isEqualTo("{\"return\":{}}");
    }

    @Test
    void libvirtsOwnQuestionsAreAnswered() throws IOException {
        assertThat(output("domfsinfo", LibvirtGuest.DOMAIN)).containsPattern("(?m)^ */ +vda +ext4 +vda$");
        assertThat(output("domhostname", LibvirtGuest.DOMAIN, "--source", "agent"))
                .isEqualTo("hyperclip-guest");
        assertThat(output("domifaddr", LibvirtGuest.DOMAIN, "--source", "agent"))
                .contains("127.0.0.1/8");
        assertThat(output("guestinfo", LibvirtGuest.DOMAIN, "--os", "--filesystem"))
                .containsPattern("os.machine *: x86_64")
                .containsPattern("fs.count *: 2");
        assertThat(output("domtime", LibvirtGuest.DOMAIN)).startsWith("Time: ");
        assertThat(output("guestvcpus", LibvirtGuest.DOMAIN)).containsPattern("vcpus *: 0");
    }

    /// A backup does this. Whoever waits for a file meanwhile is not there to thaw it.
    @Test
    void fileSystemsAreFrozenAndThawed() throws IOException {
        output("domfsfreeze", LibvirtGuest.DOMAIN);
        try {
            assertThat(answer("{\"execute\":\"guest-fsfreeze-status\"}")).isEqualTo("{\"return\":\"frozen\"}");
            assertThat(guest.command("{\"execute\":\"guest-get-osinfo\"}").errorText())
                    .contains("Command guest-get-osinfo has been disabled: the agent is in frozen state");
            assertThat(guest.newFaults()).hasSize(1);
        } finally {
            output("domfsthaw", LibvirtGuest.DOMAIN);
        }
        assertThat(answer("{\"execute\":\"guest-fsfreeze-status\"}")).isEqualTo("{\"return\":\"thawed\"}");
    }

    @Test
    void anAgentThatCrashesIsMissedAndTheNextIsAsked() throws IOException {
        endAgent();
        assertThat(guest.command("{\"execute\":\"guest-ping\"}").errorText())
                .contains("QEMU guest agent is not connected");
        guest.newFaults();
        startAgent();
        assertThat(answer("{\"execute\":\"guest-ping\"}")).isEqualTo("{\"return\":{}}");
    }

    /// What is at the port does not see that: the new one begins where the old one may have stopped.
    @Test
    void aLibvirtThatCrashesFindsTheAgentAgain() throws IOException {
        guest.crashLibvirt();
        assertThat(answer("{\"execute\":\"guest-ping\"}")).isEqualTo("{\"return\":{}}");
        assertThat(guest.newFaults()).noneMatch(fault -> fault.startsWith("qemuAgent"));
    }

    @Test
    void theGuestIsShutDownAndBootsAgain() throws IOException {
        output("shutdown", LibvirtGuest.DOMAIN, "--mode", "agent");
        guest.awaitState("shut off");
        processes = List.of();
        serving = null;
        assertThat(guest.newFaults()).isEmpty();
        guest.boot();
        startAgent();
        assertThat(answer("{\"execute\":\"guest-ping\"}")).isEqualTo("{\"return\":{}}");
        assertThat(guest.run(User.ROOT, "true").exit()).isZero();
    }

    /// As libvirt has read it, which puts no blanks into it and ends it with an empty line.
    private static String answer(String json) throws IOException {
        return succeeded(guest.command(json));
    }

    private static String output(String... virsh) throws IOException {
        return succeeded(guest.virsh(virsh));
    }

    private static String succeeded(Outcome outcome) {
        assertThat(outcome.errorText()).isEmpty();
        assertThat(outcome.exit()).isZero();
        return outcome.text().strip();
    }

    private static Matcher found(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
        return matcher;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
