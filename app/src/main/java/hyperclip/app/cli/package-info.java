/// The command line: arguments in, exit codes and sentences out.
package hyperclip.app.cli;
