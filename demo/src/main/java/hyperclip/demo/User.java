package hyperclip.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Who a program of the guest runs as. Alice and Bob have a desktop each, and neither may touch the other's.
public enum User {
    ROOT(0, "/root"),
    ALICE(1001, "/home/alice"),
    BOB(1002, "/home/bob");

    private final int id;
    private final String home;

    User(int id, String home) {
        this.id = id;
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
        return Math.max(0, id - 1000);
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
        if (display() > 0) {
            environment.put("DISPLAY", ":" + display());
            environment.put("XAUTHORITY", home + "/.Xauthority");
            environment.put("XDG_RUNTIME_DIR", "/run/user/" + id);
        }
        return environment;
    }

    /// The command that, given to root, runs this one as the user.
    List<String> as(List<String> command) {
        if (this == ROOT) {
            return command;
        }
        List<String> all = new ArrayList<>(List.of("setpriv", "--reuid=" + id, "--regid=" + id, "--init-groups"));
        all.addAll(command);
        return all;
    }
}
