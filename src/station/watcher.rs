//! What a frame told, as the desk wants to hear it: each thing once. Pure.

use crate::desk::{Doubt, Input, Read};
use crate::reading::{Accepted, FrameId, Guidance, InDoubt, Outcome, Presentation, Verdict};

/// What the desk was told of the voucher that lies there.
#[derive(Debug, Clone, Default)]
pub struct Watcher {
    guidance: Option<Option<Guidance>>,
    doubt: Option<FrameId>,
}

impl Watcher {
    /// What the desk has to be told after a frame: what it decided, how `presentation` stands
    /// then, and what would help.
    pub fn inputs(
        &mut self,
        outcomes: &[Outcome],
        presentation: &Presentation,
        guidance: Option<Guidance>,
    ) -> Vec<Input> {
        let mut inputs: Vec<Input> = outcomes
            .iter()
            .map(|outcome| self.outcome(outcome))
            .collect();
        // What passes by is not told: it might never end.
        if !presentation.shows_voucher() || presentation.is_decided() {
            return inputs;
        }
        if self.guidance.as_ref() != Some(&guidance) {
            self.guidance = Some(guidance);
            inputs.push(Input::Reading(guidance));
        }
        if let Some(doubt) = presentation.in_doubt()
            && self.doubt != Some(doubt.frame)
        {
            self.doubt = Some(doubt.frame);
            inputs.push(Input::InDoubt(doubt_of(doubt)));
        }
        inputs
    }

    fn outcome(&mut self, outcome: &Outcome) -> Input {
        *self = Self::default();
        match outcome {
            Outcome::Accepted(accepted) => Input::Accepted(read_of(accepted)),
            Outcome::Ended(presented) => Input::Ended(presented.clone()),
        }
    }
}

fn read_of(accepted: &Accepted) -> Read {
    Read {
        number: accepted.number,
        frame: accepted.frame,
        witnesses: accepted.witnesses.clone(),
    }
}

fn doubt_of(doubt: &InDoubt) -> Doubt {
    Doubt {
        frame: doubt.frame,
        candidate: match &doubt.verdict {
            Verdict::Review { candidate, .. } => *candidate,
            _ => crate::reading::Pattern::SILENT,
        },
        reasons: doubt.verdict.reasons().to_vec(),
        witnesses: doubt.witnesses.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::reading::{Evidence, Glance, Motion, Pattern, Witness, WitnessKind};

    const NUMBER: [u8; 18] = [2, 1, 1, 3, 1, 0, 1, 6, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];

    fn states(kind: WitnessKind) -> Witness {
        Witness {
            kind,
            digits: Pattern(NUMBER.map(Some)),
            confidence: None,
            sure: true,
        }
    }

    /// `.` nothing, `~` a hand, `?` a line that nothing backs, `1` a voucher, read; ten a second.
    fn play(frames: &str) -> Vec<&'static str> {
        let mut presentation = Presentation::default();
        let mut watcher = Watcher::default();
        let mut told = Vec::new();
        for (i, frame) in frames.chars().enumerate() {
            let witnesses = match frame {
                '1' => vec![states(WitnessKind::Line), states(WitnessKind::Nw7)],
                '?' => vec![states(WitnessKind::Line)],
                _ => Vec::new(),
            };
            let glance = Glance {
                frame: FrameId(i as u64),
                at: Duration::from_millis(100 * i as u64),
                motion: if frame == '~' {
                    Motion::Moving
                } else {
                    Motion::Still
                },
                occupied: frame != '.',
                sharp: true,
                evidence: Evidence {
                    number_seen: !witnesses.is_empty(),
                    witnesses,
                    ..Evidence::default()
                },
            };
            let outcomes = presentation.see(&glance);
            let inputs = watcher.inputs(&outcomes, &presentation, None);
            told.extend(inputs.iter().map(name));
        }
        told
    }

    fn name(input: &Input) -> &'static str {
        match input {
            Input::Reading(_) => "reading",
            Input::InDoubt(_) => "in doubt",
            Input::Accepted(_) => "accepted",
            Input::Ended(_) => "ended",
            _ => "other",
        }
    }

    #[test]
    fn a_voucher_that_is_read_is_told_once_and_its_end_too() {
        assert_eq!(play("..~~1111~..."), ["accepted", "ended"]);
        assert_eq!(play("..~??111..."), ["reading", "accepted", "ended"]);
    }

    #[test]
    fn a_voucher_that_is_not_read_is_in_doubt_after_a_second_and_ends() {
        let mut told = play("..~??????????????...");
        told.dedup();
        assert_eq!(told, ["reading", "in doubt", "ended"]);
    }

    #[test]
    fn a_hand_that_passes_is_told_to_nobody() {
        assert_eq!(play("..~~~~.."), Vec::<&str>::new());
    }

    #[test]
    fn the_next_voucher_is_told_anew() {
        let told = play("..~?11...~?11...");
        assert_eq!(
            told,
            [
                "reading", "accepted", "ended", "reading", "accepted", "ended"
            ]
        );
    }
}
