/// One image from standard input to standard output in another type. This room knows no clipboard.
package hyperclip.image;
