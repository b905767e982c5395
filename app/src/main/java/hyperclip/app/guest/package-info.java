/// The guest daemon: any number of agents, each with its own channel on the ports to the host.
package hyperclip.app.guest;
