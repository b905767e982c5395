/// Random interleavings of whole systems of hubs and session links, each told by one seed: guests with their agents and
/// daemons, a host, wires that cut frames anywhere, links that break, machines that go back in time, and liars.
package hyperclip.core.interleavings;
