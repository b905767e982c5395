/// The session protocol: agent to daemon, daemon to host, and the command line to either (docs/session-protocol.md).
///
/// This room knows no socket and no thread: bytes come in as they arrive and go out when they are asked for.
package hyperclip.core.session;
