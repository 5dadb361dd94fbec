//! Panics of third-party decoders are contained by design; ours are bugs.

use std::panic::PanicHookInfo;

/// Where cargo unpacks the crates of others.
const CRATES_OF_OTHERS: &str = "/registry/src/";

/// Lets a panic raised in a crate of others unwind to where `uketsuke` contains it, which costs
/// the picture and not the run. Any other panic ends the process at once: a finding.
///
/// Replaces the hook of `libfuzzer-sys`, to which every panic is a finding, contained or not.
pub fn forgive_panics_of_others() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !is_of_others(panic) {
            report(panic);
        }
    }));
}

fn is_of_others(panic: &PanicHookInfo<'_>) -> bool {
    panic
        .location()
        .is_some_and(|place| place.file().contains(CRATES_OF_OTHERS))
}
