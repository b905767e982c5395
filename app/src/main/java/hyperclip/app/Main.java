package hyperclip.app;

/// The command `hyperclip`.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(2);
    }
}
