package hyperclip.app;

import hyperclip.app.cli.CommandLineMain;

/// The command `hyperclip`.
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(CommandLineMain.run(arguments, System.getenv()).number());
    }
}
