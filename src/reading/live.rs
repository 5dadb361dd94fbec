//! The frames of one camera, read one after the other.

use super::presentation::{Glance, Outcome, Presentation};
use super::reader::{Observation, ReadError, Reader};
use super::sight::{Stillness, Thumbnail};
use super::verdict::Expectation;
use crate::optics::{Frame, contained};

/// What one frame of a camera told.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What it decided or ended.
    pub outcomes: Vec<Outcome>,
    /// What can be seen in it.
    pub observation: Observation,
}

/// Reads the frames of one camera: the reader, and the presentation that it reads for.
pub struct LiveReader<'a> {
    reader: &'a Reader,
    expectation: Expectation,
    presentation: Presentation,
    stillness: Stillness,
}

impl<'a> LiveReader<'a> {
    /// Nothing was seen yet; `expectation` is of every voucher.
    pub fn new(reader: &'a Reader, expectation: Expectation) -> Self {
        Self {
            reader,
            expectation,
            presentation: Presentation::new(expectation),
            stillness: Stillness::default(),
        }
    }

    /// The voucher that lies there.
    pub fn presentation(&self) -> &Presentation {
        &self.presentation
    }

    /// Expects other vouchers from now on. Whatever lies there ends and is read anew.
    pub fn expect(&mut self, expectation: Expectation) -> Option<Outcome> {
        if self.expectation == expectation {
            return None;
        }
        let ended = self.presentation.end();
        self.expectation = expectation;
        self.presentation = Presentation::new(expectation);
        ended
    }

    /// Reads one frame; `None` when it cannot be read, as if the camera had dropped it.
    ///
    /// # Errors
    /// [`ReadError`] when a model does not run.
    pub fn see(&mut self, frame: &Frame) -> Result<Option<Seen>, ReadError> {
        self.stillness.see(Thumbnail::of(&frame.luma));
        let earlier = self.presentation.at_rest();
        let observed = contained(|| self.reader.observe(frame, earlier, &self.expectation));
        let Some(observation) = observed.transpose()? else {
            return Ok(None);
        };
        let glance = Glance::of(frame, self.stillness.take(), &observation);
        let outcomes = self.presentation.see(&glance);
        Ok(Some(Seen {
            outcomes,
            observation,
        }))
    }

    /// The camera has ended, or is lost: whatever lies there is taken away.
    pub fn end(&mut self) -> Option<Outcome> {
        self.stillness = Stillness::default();
        self.presentation.end()
    }
}
