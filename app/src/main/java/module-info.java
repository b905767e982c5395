/// Processes: sockets, threads, arguments, signals.
module hyperclip.app {
    requires transitive hyperclip.core;
    requires static hyperclip.display;
}
