package hyperclip.demo;

/// The command `hyperclip demo`.
public final class Demo {
    private Demo() {}

    public static void main(String[] arguments) {
        System.exit(2);
    }
}
