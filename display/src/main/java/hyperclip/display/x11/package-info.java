/// X11 selections on the wire, without native code.
package hyperclip.display.x11;
