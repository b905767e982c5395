/// A small Debian guest: built without root and without booting anything, run in QEMU, steered over a port of its own.
///
/// The way through it: [hyperclip.demo.GuestImage] builds, [hyperclip.demo.Machine] boots,
/// [hyperclip.demo.GuestControl] runs inside and does what the machine asks. The clipboard itself is no business of
/// this package: it knows the paths of sockets and the names of commands.
package hyperclip.demo;
