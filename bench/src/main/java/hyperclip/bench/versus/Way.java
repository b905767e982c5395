package hyperclip.bench.versus;

/// Which way content goes.
enum Way {
    GUEST_TO_HOST("guest to host"),
    HOST_TO_GUEST("host to guest");

    private final String words;

    Way(String words) {
        this.words = words;
    }

    @Override
    public String toString() {
        return words;
    }
}
