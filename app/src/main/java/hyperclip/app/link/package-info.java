/// Moves bytes between a connection and a socket or a port, and knows nothing else.
package hyperclip.app.link;
