//! Words of one screen.

words! {
    TITLE = "x", "x";
}
