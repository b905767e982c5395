/// `bench/vm`: the whole chain in a QEMU guest, side by side with spice-vdagent's and with the bare port.
package hyperclip.bench.vm;
