package hyperclip.bench.versus;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// What was measured, a row each.
final class Table {

    private final String program;
    private final List<List<String>> rows = new ArrayList<>();
    private int missed;

    /// What a figure is held against.
    sealed interface Target {
        boolean isReached(double figure);

        record AtMost(double bound) implements Target {
            @Override
            public boolean isReached(double figure) {
                return figure <= bound;
            }
        }

        record AtLeast(double bound) implements Target {
            @Override
            public boolean isReached(double figure) {
                return figure >= bound;
            }
        }
    }

    /// @param program whose table it is
    /// @param columns the names of those before the figure
    Table(String program, List<String> columns) {
        this.program = program;
        rows.add(with(columns, "figure", "target", ""));
    }

    private static List<String> with(List<String> cells, String... more) {
        List<String> all = new ArrayList<>(cells);
        all.addAll(List.of(more));
        return all;
    }

    /// A row with a target.
    ///
    /// @param shown the figure that the target is about, with its unit, such as `1.3 x`
    void row(List<String> cells, String shown, double figure, Target t) {
        String bound = switch (t) {
            case Target.AtMost(double most) -> "<= " + plain(most);
            case Target.AtLeast(double least) -> ">= " + plain(least);
        };
        missed += t.isReached(figure) ? 0 : 1;
        add(with(cells, shown, bound, t.isReached(figure) ? "reached" : "MISSED"));
    }

    /// A row without one.
    void row(List<String> cells) {
        add(with(cells, "", "", ""));
    }

    /// Tells it at once too: what is measured last may fail.
    private void add(List<String> row) {
        rows.add(row);
        System.err.println(program + ":   " + String.join(" | ", row));
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    int missed() {
        return missed;
    }

    void print(PrintStream out) {
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            List<String> cells = new ArrayList<>();
            for (int i = 0; i < widths.length; i++) {
                cells.add(row.get(i) + " ".repeat(widths[i] - row.get(i).length()));
            }
            out.println(cells.stream().collect(Collectors.joining(" | ", "| ", " |")));
            if (row.equals(rows.getFirst())) {
                out.println(cells.stream()
                        .map(cell -> "-".repeat(cell.length()))
                        .collect(Collectors.joining("-|-", "|-", "-|")));
            }
        }
    }
}
