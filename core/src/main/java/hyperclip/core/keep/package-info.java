/// What stays of a copy when its application has ended.
///
/// This room knows no display: it stands between a hub and one, and speaks signals with both.
package hyperclip.core.keep;
