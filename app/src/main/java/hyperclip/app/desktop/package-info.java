/// A display on the loop. The only room that needs the display module, which the guest daemon does without.
package hyperclip.app.desktop;
