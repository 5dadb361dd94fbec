//! The label's printed headings.
//!
//! A heading never votes. It can contradict, and only with a whole word: 接種券,
//! 予診のみ, or a digit before 回目.

use super::ctc;
use super::print_band::fit_print;
use super::recogniser::{OcrError, STRIP_ROWS};
use crate::nets::{Map, Net, Room};
use crate::optics::{OrientedBox, Plane, Strip, rectify};

/// Look by look: rows of the strip that kanji fill (the model was trained with 17 to 31
/// of 32), and what is shown left and right, in heights of the print. The second look
/// shows more: the finder may have missed the last of some letters that are far apart.
const LOOKS: [(f32, f32); 3] = [(24.0, 0.5), (21.0, 1.5), (27.0, 0.5)];

/// Widest strip that is read, in columns: 40 kanji.
const MAX_COLUMNS: f32 = 1_000.0;

/// Which kind of ticket a heading names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadingWord {
    /// 接種券
    Vaccination,
    /// 予診のみ
    Consultation,
}

/// What a printed heading says.
#[derive(Clone, Debug, PartialEq)]
pub struct Heading {
    /// Where it stands.
    pub area: OrientedBox,
    /// The ticket kind that it names.
    pub word: Option<HeadingWord>,
    /// The digit before 回目.
    pub dose: Option<u8>,
}

impl Heading {
    /// Looks that differ: how often a line of print can be read anew.
    pub const LOOKS: usize = LOOKS.len();
}

/// What the heading reader's classes stand for, from the second on; the first is a blank.
const ALPHABET: &str = include_str!("../../models/fields-alphabet.txt");

/// Reads headings.
pub struct HeadingReader {
    net: Net,
    alphabet: Vec<char>,
}

impl HeadingReader {
    /// Loads the embedded model.
    ///
    /// # Errors
    /// [`OcrError`] when the build is damaged.
    pub fn new() -> Result<Self, OcrError> {
        Ok(Self {
            net: Net::load(include_bytes!("../../models/fields.onnx"))?,
            alphabet: ALPHABET.trim_end().chars().collect(),
        })
    }

    /// Reads a line of print, given in reading direction, in one of the
    /// [`Heading::LOOKS`]; `None` when it is no heading.
    pub fn read(
        &self,
        luma: &Plane,
        area: &OrientedBox,
        look: usize,
        room: &Room,
    ) -> Option<Heading> {
        let area = fit_print(luma, area);
        let (rows, margin) = LOOKS[look % LOOKS.len()];
        let strip = strip_of(luma, &area, rows, margin);
        let text = self.read_strip(strip, room);
        let heading = Heading {
            area,
            word: word_of(&text),
            dose: dose_of(&text),
        };
        (heading.word.is_some() || heading.dose.is_some()).then_some(heading)
    }

    fn read_strip(&self, strip: Strip, room: &Room) -> String {
        let (rows, columns) = (strip.height, strip.width);
        let input = Map::plane(rows, columns, dark_on_light(strip).luma);
        (ctc::classes(&self.net.run(input, room)).into_iter())
            .filter_map(|class| self.alphabet.get(class - 1))
            .collect()
    }
}

fn strip_of(luma: &Plane, area: &OrientedBox, print_rows: f32, margin: f32) -> Strip {
    let scale = print_rows / area.height;
    let shown = OrientedBox {
        length: (area.length + 2.0 * margin * area.height).min(MAX_COLUMNS / scale),
        height: STRIP_ROWS as f32 / scale,
        ..*area
    };
    let columns = (shown.length * scale).round().max(STRIP_ROWS as f32) as usize;
    rectify(luma, &shown, columns, STRIP_ROWS)
}

/// The strip turned to dark print on light paper: some towns print headings white on
/// a dark band. Print covers less than half of a strip, so its median is the paper's.
pub(super) fn dark_on_light(mut strip: Strip) -> Strip {
    let mut values = strip.luma.clone();
    let mut at = |share: usize| {
        let rank = (values.len() - 1) * share / 100;
        *values.select_nth_unstable_by(rank, f32::total_cmp).1
    };
    if 2.0 * at(50) < at(5) + at(95) {
        strip.luma.iter_mut().for_each(|v| *v = 1.0 - *v);
    }
    strip
}

/// More digits than this are a field's, and 接種券 before them is that of 接種券番号.
const MOST_DIGITS: usize = 3;

/// The ticket kind that a text names; neither when it names both. 接種券番号 is the
/// name of a field, not a heading. A letter read twice counts once: letters that are
/// far apart often are.
fn word_of(text: &str) -> Option<HeadingWord> {
    if text.chars().filter(char::is_ascii_digit).count() > MOST_DIGITS {
        return None;
    }
    let mut letters: Vec<char> = text.chars().collect();
    letters.dedup();
    let text = String::from_iter(letters);
    let vaccination =
        (text.match_indices("接種券")).any(|(at, word)| !text[at + word.len()..].starts_with('番'));
    match (vaccination, text.contains("予診のみ")) {
        (true, false) => Some(HeadingWord::Vaccination),
        (false, true) => Some(HeadingWord::Consultation),
        _ => None,
    }
}

/// The digit before 回目. A bracket before it is often read as a `1`, and no dose has
/// two digits.
fn dose_of(text: &str) -> Option<u8> {
    let before = text.split_once("回目")?.0;
    let digit = before.chars().next_back()?.to_digit(10)?;
    (digit > 0).then_some(digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::GrayImage;

    #[test]
    fn whole_words_are_headings_and_parts_are_not() {
        assert_eq!(word_of("??接種券3回目"), Some(HeadingWord::Vaccination));
        assert_eq!(word_of("予診のみ"), Some(HeadingWord::Consultation));
        assert_eq!(word_of("予診ののみ回目"), Some(HeadingWord::Consultation));
        assert_eq!(word_of("接種?"), None);
        assert_eq!(word_of("接種券??6268?"), None);
        assert_eq!(word_of("接種券番号"), None);
        assert_eq!(word_of("接種券予診のみ"), None);
    }

    #[test]
    fn white_print_on_a_dark_band_is_turned_and_black_on_white_is_not() {
        let paper_after = |paper: f32, print: f32| {
            let page = GrayImage::from_fn(28, 1, |x, _| {
                image::Luma([(if x < 20 { paper } else { print } * 255.0) as u8])
            });
            let shows = OrientedBox {
                centre: crate::optics::Point::new(14.0, 0.5),
                angle: 0.0,
                length: 28.0,
                height: 1.0,
            };
            dark_on_light(rectify(&page.into(), &shows, 28, 1)).luma[0]
        };
        assert!((paper_after(0.2, 1.0) - 0.8).abs() < 0.01);
        assert!((paper_after(0.8, 0.0) - 0.8).abs() < 0.01);
    }

    #[test]
    fn a_dose_is_the_digit_before_its_counter() {
        assert_eq!(dose_of("接種券3回目"), Some(3));
        assert_eq!(dose_of("接種券12回目"), Some(2));
        assert_eq!(dose_of("0回目"), None);
        assert_eq!(dose_of("?回目"), None);
        assert_eq!(dose_of("回目"), None);
    }
}
