/// What a clipboard is and how two peers speak of it, without a file, a socket, a thread, a clock or an environment.
module hyperclip.core {
    requires tools.jackson.core;

    exports hyperclip.core.clipboard;
    exports hyperclip.core.keep;
    exports hyperclip.core.qga;
    exports hyperclip.core.session;
    exports hyperclip.core.vdagent;
    exports hyperclip.core.wire;
}
