package hyperclip.core.qga;

/// Where the outcome of one command is told, once. Nobody minds where its asker has gone meanwhile.
interface QgaAnswer {

    /// It has been carried out.
    ///
    /// @param value the member `return` of the reply
    void give(Object value);

    /// It has not.
    void fail(QgaException failure);
}
