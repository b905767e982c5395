/// Images of the other side in types that it does not offer. This room decodes nothing: a short-lived process does.
package hyperclip.app.images;
