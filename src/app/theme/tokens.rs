//! Placeholder until the script writes it.
use eframe::egui::Color32;
const fn rgb(r: u8, g: u8, b: u8) -> Color32 {
    Color32::from_rgb(r, g, b)
}
pub(super) const WHITE: Color32 = rgb(255, 255, 255);
pub(super) const SOLID_GRAY_50: Color32 = rgb(0xf2, 0xf2, 0xf2);
pub(super) const SOLID_GRAY_536: Color32 = rgb(0x76, 0x76, 0x76);
pub(super) const SOLID_GRAY_700: Color32 = rgb(0x4d, 0x4d, 0x4d);
pub(super) const SOLID_GRAY_900: Color32 = rgb(0x1a, 0x1a, 0x1a);
pub(super) const BLUE_50: Color32 = rgb(0xe8, 0xf1, 0xfe);
pub(super) const BLUE_700: Color32 = rgb(0x26, 0x4a, 0xf4);
pub(super) const BLUE_800: Color32 = rgb(0x00, 0x31, 0xd8);
pub(super) const BLUE_900: Color32 = rgb(0x00, 0x17, 0xc1);
pub(super) const GREEN_50: Color32 = rgb(0xe6, 0xf5, 0xec);
pub(super) const GREEN_700: Color32 = rgb(0x19, 0x7a, 0x4b);
pub(super) const GREEN_900: Color32 = rgb(0x11, 0x5a, 0x36);
pub(super) const YELLOW_50: Color32 = rgb(0xfb, 0xf5, 0xe0);
pub(super) const YELLOW_500: Color32 = rgb(0xeb, 0xb7, 0x00);
pub(super) const YELLOW_900: Color32 = rgb(0x92, 0x72, 0x00);
pub(super) const YELLOW_1100: Color32 = rgb(0x6e, 0x56, 0x00);
pub(super) const RED_50: Color32 = rgb(0xfd, 0xee, 0xee);
pub(super) const RED_800: Color32 = rgb(0xec, 0x00, 0x00);
pub(super) const RED_1000: Color32 = rgb(0xa9, 0x00, 0x00);
pub(super) const PURPLE_800: Color32 = rgb(0x5c, 0x10, 0xbe);
