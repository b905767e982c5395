/// What the readers of all protocols share. This room knows no message of any of them.
package hyperclip.core.wire;
