package hyperclip.e2e.path;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A process of another user with one connection to a socket, which passes on what whoever connects to
/// [#path()] says: so a [Rogue] speaks as that user. It can be another user's when it is heard than when it
/// connected.
///
/// In Perl, which every Debian has in its base, because the JDK cannot change its user and cannot fork.
final class Stranger implements AutoCloseable {

    /// What becomes of the process between its connecting and its first word.
    enum Fate {
        /// It goes on as it is.
        STAYS,
        /// It becomes another user's, with the connection and under the same pid.
        CHANGES,
        /// It hands the connection on to a process of another user and ends: its pid is nobody's, until the
        /// kernel gives it to somebody.
        ENDS
    }

    private static final String PROGRAM = """
            use strict;
            use IO::Socket::UNIX;
            use IO::Select;
            use POSIX ();
            my ($there, $here, $first, $then, $fate) = @ARGV;
            alarm 300; # whatever becomes of the test
            my $server = IO::Socket::UNIX->new(Listen => 1, Local => $here) or die "$here: $!";
            $> = $first;
            my $up = IO::Socket::UNIX->new(Peer => $there) or die "$there: $!";
            $> = 0;
            my $parent = $$;
            if ($fate eq 'ENDS') {
                exit if fork;
                select undef, undef, undef, 0.01 while getppid == $parent;
            }
            POSIX::setgid($then);
            POSIX::setuid($then);
            die if $> != $then || $< != $then;
            $| = 1;
            print "ready\\n";
            my $down = $server->accept;
            my $both = IO::Select->new($up, $down);
            while (1) {
                for my $from ($both->can_read) {
                    exit unless sysread $from, my $bytes, 65536;
                    my $to = $from == $up ? $down : $up;
                    for (my $at = 0; $at < length $bytes;) {
                        $at += syswrite($to, $bytes, length($bytes) - $at, $at) // exit;
                    }
                }
            }
            """;

    private final Folder folder = Folder.make();
    private final Process process;
    private final BufferedReader said;

    /// One that stays what it is; it has connected when this returns.
    Stranger(Path socket, String user) {
        this(socket, user, Fate.STAYS, user);
        awaitReady();
    }

    /// @param first whose it is when it connects
    /// @param then whose it is from then on
    Stranger(Path socket, String first, Fate fate, String then) {
        List<String> command = new ArrayList<>(Programs.as("0"));
        command.addAll(List.of("perl", "-e", PROGRAM, socket.toString(), path().toString(), first, then, fate.name()));
        try {
            process =
                    new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
        } catch (IOException e) {
            throw Programs.missing("perl", e);
        }
        said = process.inputReader(StandardCharsets.UTF_8);
    }

    Path path() {
        return folder.file("stranger");
    }

    /// Waits until it has connected and is what it becomes.
    void awaitReady() {
        try {
            if (!"ready".equals(said.readLine())) {
                throw new AssertionError("the stranger ended before it was ready; it has said why");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        // One that has ended by its fate leaves another, which ends with what is connected to it.
        process.destroyForcibly();
        folder.close();
    }
}
