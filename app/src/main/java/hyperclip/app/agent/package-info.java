/// The session agent: one graphical session's display on one side, the guest daemon on the other.
package hyperclip.app.agent;
