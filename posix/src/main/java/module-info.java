/// What the JDK cannot do by itself: the only native access.
module hyperclip.posix {
    exports hyperclip.posix;
}
