/// The host front end: one desktop and the sessions of any number of machines.
package hyperclip.app.host;
