/// The promises of the whole, in a real virtual machine: one file per promise. They share one machine (Stage), and each
/// leaves it as it found it: running, with a daemon, two agents and a front end.
package hyperclip.e2e.vm;
