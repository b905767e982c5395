/// What touches a desktop.
module hyperclip.display {
    requires transitive hyperclip.core;

    exports hyperclip.display.x11;
}
