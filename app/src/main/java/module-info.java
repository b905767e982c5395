/// Processes: sockets, threads, arguments, signals.
module hyperclip.app {
    requires transitive hyperclip.core;
    requires hyperclip.posix;
    requires static hyperclip.display;
    requires jdk.net;
    requires info.picocli;
    requires tools.jackson.core;

    opens hyperclip.app.cli to
            info.picocli;
}
