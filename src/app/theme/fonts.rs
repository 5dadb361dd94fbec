//! BIZ UDGothic, the universal-design face that reads well for old eyes; where it is from and its
//! licence are in `assets/fonts`.

use std::sync::Arc;

use eframe::egui::{FontData, FontDefinitions, FontFamily, FontId};

/// The family of the bold face.
pub static BOLD: std::sync::LazyLock<FontFamily> =
    std::sync::LazyLock::new(|| FontFamily::Name("bold".into()));

/// The bold face of this size.
pub fn bold(size: f32) -> FontId {
    FontId::new(size, BOLD.clone())
}

/// Both faces. The face is monospaced, so it serves as that too.
pub(super) fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let faces: [(&str, &[u8]); 2] = [
        (
            "regular",
            include_bytes!("../../../assets/fonts/BIZUDGothic-Regular.ttf"),
        ),
        (
            "bold",
            include_bytes!("../../../assets/fonts/BIZUDGothic-Bold.ttf"),
        ),
    ];
    for (name, bytes) in faces {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    for (family, face) in [
        (FontFamily::Proportional, "regular"),
        (FontFamily::Monospace, "regular"),
        (BOLD.clone(), "bold"),
    ] {
        fonts.families.insert(family, vec![face.to_owned()]);
    }
    fonts
}
