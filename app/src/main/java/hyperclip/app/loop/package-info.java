/// The one thread that touches a hub, its selector and its clock. This room knows no protocol.
package hyperclip.app.loop;
