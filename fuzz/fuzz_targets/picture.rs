//! Pictures: bytes from anywhere are a picture within the limits, or an error; memory is bounded.
#![no_main]

use std::io::Cursor;

use image::ImageReader;
use libfuzzer_sys::fuzz_target;
use uketsuke::optics::{DecodeError, Frame, contained, decode_still};
use uketsuke_fuzz::forgive_panics_of_others;

/// The longest side that is opened at all.
const MOST_DECLARED: u32 = 12_000;

/// The longest side that is handed on; longer pictures are halved until they fit.
const MOST_HANDED_ON: u32 = 4_096;

fuzz_target!(init: forgive_panics_of_others(), |bytes: &[u8]| {
    match contained(|| decode_still(bytes)) {
        Some(Ok(frame)) => check(&frame, bytes),
        Some(Err(error)) => check_error(&error),
        None => {}
    }
});

fn check(frame: &Frame, bytes: &[u8]) {
    let (width, height) = frame.luma.dimensions();
    assert!(width >= 1 && height >= 1, "an empty picture");
    assert!(width.max(height) <= MOST_HANDED_ON, "{width} × {height}");
    assert_eq!(
        frame.luma.as_raw().len() as u64,
        u64::from(width) * u64::from(height)
    );
    let declared = declared_size(bytes);
    assert!(declared.is_some(), "a picture whose header cannot be read");
    if let Some((w, h)) = declared {
        assert!(w.max(h) <= MOST_DECLARED, "{w} × {h} was opened");
        let [upright, turned] = [handed_on(w, h), handed_on(h, w)];
        assert!(
            [upright, turned].contains(&(width, height)),
            "{w} × {h} became {width} × {height}"
        );
    }
}

/// The size that the header tells.
fn declared_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()?;
    reader.into_dimensions().ok()
}

fn handed_on(mut width: u32, mut height: u32) -> (u32, u32) {
    while width.max(height) > MOST_HANDED_ON {
        (width, height) = ((width / 2).max(1), (height / 2).max(1));
    }
    (width, height)
}

/// An error names its remedy in both languages.
fn check_error(error: &DecodeError) {
    let message = error.to_string();
    assert!(
        message.contains("。") || message.contains("ください"),
        "{message}"
    );
    assert!(
        message.contains(" / ") && message.contains(": "),
        "{message}"
    );
}
