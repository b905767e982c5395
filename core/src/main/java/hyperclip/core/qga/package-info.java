/// The protocol of QEMU's guest agent (docs/qga.md): JSON commands and replies over `org.qemu.guest_agent.0`, with
/// commands about clipboards added.
package hyperclip.core.qga;
