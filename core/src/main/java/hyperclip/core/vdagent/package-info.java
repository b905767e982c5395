/// The protocol of SPICE's agent (spice-protocol, vd_agent.h), in both roles: the agent's in a guest, and the client's
/// on
/// a host. This room knows no other protocol, and no file: content that must be whole before it is sent goes to a
/// [hyperclip.core.vdagent.Spool].
package hyperclip.core.vdagent;
