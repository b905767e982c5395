/// A small Debian guest, built, booted and pasted through.
module hyperclip.demo {
    requires hyperclip.app;
}
