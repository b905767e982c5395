/// Decodes images of the other side, and is never loaded where anything else lives.
module hyperclip.image {
    requires java.desktop;
}
