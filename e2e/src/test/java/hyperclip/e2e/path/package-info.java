/// The whole path without a virtual machine: real daemon, agents and front end, real X servers, and a [Relay] between
/// daemon and front end that plays QEMU. One file a promise.
package hyperclip.e2e.path;
