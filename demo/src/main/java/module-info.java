/// A small Debian guest, built, booted and pasted through.
module hyperclip.demo {
    requires transitive hyperclip.app;
    requires tools.jackson.core;

    exports hyperclip.demo;
}
