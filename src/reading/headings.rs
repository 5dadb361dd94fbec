//! The headings of a label: finding those that speak about a number, and what they say.
//!
//! Headings can only veto. They are looked for until ticket kind and dose are known,
//! the lines of print nearest to the number first.

use super::evidence::Evidence;
use super::witness::{Pattern, Witness, WitnessKind};
use crate::nets::Room;
use crate::ocr::{Heading, HeadingReader, HeadingWord, LineReader, OcrError, lines_within};
use crate::optics::{Frame, OrientedBox};
use crate::voucher::{TicketKindCodes, VoucherNumber};

/// Most lines of print that are read, and that are read in each further look. A label
/// has five or so beside its numbers; nominal development renderings took 3.4 looks each.
const MOST_LINES: usize = 10;
const MOST_LINES_AGAIN: usize = 6;

/// A region so many times as high as the digits of the line may be several lines of
/// print. The largest headings are higher still, but they are read as they are.
const SEVERAL_LINES: f32 = 1.7;

/// Looks for the headings that speak about one number.
pub(super) struct HeadingSearch<'a> {
    pub(super) reader: &'a HeadingReader,
    pub(super) lines: &'a LineReader,
    pub(super) room: &'a Room,
    pub(super) frame: &'a Frame,
    pub(super) number: VoucherNumber,
    /// Direction of the number's print.
    pub(super) up: f32,
    /// Height of the number's digits, in pixels.
    pub(super) digit_height: f32,
}

impl HeadingSearch<'_> {
    /// Reads the areas, nearest first, until kind and dose are known; then once more,
    /// differently, those that did not say.
    pub(super) fn run(&self, areas: &[OrientedBox]) -> Result<Vec<Heading>, OcrError> {
        let mut found = Vec::new();
        for look in 0..Heading::LOOKS {
            let most = if look == 0 {
                MOST_LINES
            } else {
                MOST_LINES_AGAIN
            };
            for area in areas.iter().take(most) {
                let before = found.len();
                self.read(area, look, &mut found)?;
                if look == 0 && found.len() == before {
                    for line in self.lines_of(area) {
                        self.read(&line, look, &mut found)?;
                    }
                }
                if is_complete(&found) {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }

    fn read(
        &self,
        area: &OrientedBox,
        look: usize,
        found: &mut Vec<Heading>,
    ) -> Result<(), OcrError> {
        if let Some(heading) = (self.reader).read(&self.frame.luma, area, look, self.room) {
            found.push(self.with_certain_dose(heading, area)?);
        }
        Ok(())
    }

    /// The lines of a region that may hold several.
    fn lines_of(&self, area: &OrientedBox) -> Vec<OrientedBox> {
        if area.height > SEVERAL_LINES * self.digit_height {
            lines_within(&self.frame.luma, area, self.up)
        } else {
            Vec::new()
        }
    }

    /// The heading without a dose that contradicts the number, unless it is certain:
    /// recogniser A sees the same digit, or every look reads it. The heading reader
    /// tells no probability.
    fn with_certain_dose(
        &self,
        mut heading: Heading,
        area: &OrientedBox,
    ) -> Result<Heading, OcrError> {
        if let Some(dose) = heading.dose
            && dose != self.number.dose().value()
            && !(self.lines).sees_digit(&self.frame.luma, area, dose, self.room)?
            && !self.reads_always(area, dose)
        {
            heading.dose = None;
        }
        Ok(heading)
    }

    fn reads_always(&self, area: &OrientedBox, dose: u8) -> bool {
        (0..Heading::LOOKS).all(|look| {
            let again = (self.reader).read(&self.frame.luma, area, look, self.room);
            again.and_then(|heading| heading.dose) == Some(dose)
        })
    }
}

/// Whether the headings tell both a kind and a dose.
fn is_complete(headings: &[Heading]) -> bool {
    headings.iter().any(|heading| heading.word.is_some())
        && headings.iter().any(|heading| heading.dose.is_some())
}

/// What the headings say of ticket kind and dose: the first of each that says
/// anything. Others belong to a neighbour on the sheet, to the letter round the label
/// or to the form under it.
pub(super) fn add_headings(headings: &[Heading], codes: &TicketKindCodes, evidence: &mut Evidence) {
    let kind_digit = (headings.iter().find_map(|heading| heading.word)).map(|word| match word {
        HeadingWord::Vaccination => codes.vaccination,
        HeadingWord::Consultation => codes.consultation,
    });
    let dose = headings.iter().find_map(|heading| heading.dose);
    let said = [
        (WitnessKind::Heading, 0, kind_digit),
        (WitnessKind::PrintedDose, 1, dose),
    ];
    evidence
        .witnesses
        .extend(said.into_iter().filter_map(|(kind, place, digit)| {
            Some(Witness {
                kind,
                digits: Pattern::at(place, &[digit?]),
                confidence: None,
                sure: true,
            })
        }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optics::Point;

    fn heading(word: Option<HeadingWord>, dose: Option<u8>) -> Heading {
        let area = OrientedBox {
            centre: Point::new(0.0, 0.0),
            angle: 0.0,
            length: 1.0,
            height: 1.0,
        };
        Heading { area, word, dose }
    }

    #[test]
    fn the_first_heading_that_names_a_kind_or_a_dose_counts_and_a_neighbours_does_not() {
        let headings = [
            heading(Some(HeadingWord::Consultation), None),
            heading(None, Some(3)),
            heading(Some(HeadingWord::Vaccination), Some(4)),
        ];
        let mut evidence = Evidence::default();
        add_headings(&headings, &TicketKindCodes::default(), &mut evidence);
        let said: Vec<_> = evidence
            .witnesses
            .iter()
            .map(|w| (w.kind, w.digits))
            .collect();
        assert_eq!(
            said,
            [
                (WitnessKind::Heading, Pattern::at(0, &[1])),
                (WitnessKind::PrintedDose, Pattern::at(1, &[3])),
            ]
        );
        assert!(is_complete(&headings[..2]) && !is_complete(&headings[..1]));
    }
}
