package hyperclip.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Who a program of the guest runs as. All but root have a desktop each, and none may touch another's.
public enum User {
    ROOT(0, 0, "/root"),
    ALICE(1001, 1, "/home/alice"),
    BOB(1002, 2, "/home/bob"),

    /// Only in [Guest#SEATED].
    CAROL(1003, 3, "/home/carol"),

    /// Only in [Guest#SEATED]: whoever a display manager lets ask for names and passwords.
    GREETER(991, 4, "/home/greeter");

    private final int id;
    private final int display;
    private final String home;

    User(int id, int display, String home) {
        this.id = id;
        this.display = display;
        this.home = home;
    }

    public String userName() {
        return home.substring(home.lastIndexOf('/') + 1);
    }

    public String home() {
        return home;
    }

    /// The number of the user's X display: 1 for `:1`. Root has none, and 0 stands for that.
    public int display() {
        return display;
    }

    public Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>(Map.of(
                "HOME",
                home,
                "USER",
                userName(),
                "LOGNAME",
                userName(),
                "SHELL",
                "/bin/sh",
                "LANG",
                "C.UTF-8",
                "PATH",
                "/opt/hyperclip/bin:/usr/bin:/usr/sbin:/bin:/sbin"));
        if (display > 0) {
            environment.put("DISPLAY", ":" + display);
            environment.put("XAUTHORITY", home + "/.Xauthority");
            environment.put("XDG_RUNTIME_DIR", "/run/user/" + id);
        }
        return environment;
    }

    /// The command that, given to root, runs this one as the user. By its path: a shell of busybox prefers its
    /// own setpriv, which knows no users.
    List<String> as(List<String> command) {
        if (this == ROOT) {
            return command;
        }
        List<String> all =
                new ArrayList<>(List.of("/usr/bin/setpriv", "--reuid=" + id, "--regid=" + id, "--init-groups"));
        all.addAll(command);
        return all;
    }
}
