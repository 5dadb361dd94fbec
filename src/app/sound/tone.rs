//! Each sound as a melody of its own, as samples, and as a file. Pure.
//!
//! What is done is bright and short. What needs a person is low or falls, and lasts the longer the
//! more depends on it: longest when a record is not in the book.

use std::time::Duration;

use crate::desk::Sound;

/// Samples in a second; enough for melodies without high notes.
const RATE: u32 = 22_050;

/// How loud a melody is, of what a sample can hold.
const LEVEL: f32 = 0.7;

/// Each harmonic's share. The upper ones let low notes be heard from a tablet's small speaker.
const HARMONICS: [f32; 3] = [0.65, 0.25, 0.1];

/// How long a note swells and fades, so that it does not crack.
const FADE: Duration = Duration::from_millis(8);

/// How high in hertz, and how long in milliseconds.
type Note = (f32, u32);

const REST: f32 = 0.0;
// Old ears lose high notes first, small speakers low ones: all melodies are between.
const E4: f32 = 329.6;
const A4: f32 = 440.0;
const D5: f32 = 587.3;
const E5: f32 = 659.3;
const G5: f32 = 784.0;
const A5: f32 = 880.0;
const E6: f32 = 1_318.5;

/// The notes of a sound.
fn melody(sound: Sound) -> &'static [Note] {
    match sound {
        // Done: bright. Up is a record more, down one less.
        Sound::Recorded => &[(A5, 60), (E6, 90)],
        Sound::AlreadyRecorded => &[(A5, 80), (REST, 60), (A5, 80)],
        Sound::Cancelled => &[(E6, 110), (A5, 140)],
        Sound::Corrected => &[(E5, 80), (A5, 80), (E6, 100)],
        // Once more: the same note again, and the voice of a question.
        Sound::TypeAgain => &[(E5, 80), (REST, 40), (E5, 80), (A5, 80)],
        // A person is needed.
        Sound::Refused => &[(A4, 120), (E4, 180)],
        Sound::Question => &[(E5, 160), (A4, 280)],
        Sound::CannotRead => &[(D5, 75), (A4, 75), (D5, 75), (A4, 125)],
        Sound::CameraLost => &[(E5, 100), (A4, 100), (E4, 360)],
        Sound::NotTakenIn => &[(A4, 120), (REST, 70), (A4, 120), (REST, 70), (A4, 120)],
        Sound::Undecided => &[(G5, 140), (D5, 140), (A4, 340)],
        Sound::NotRecorded => &[
            (A4, 125),
            (E4, 125),
            (A4, 125),
            (E4, 125),
            (A4, 125),
            (E4, 125),
        ],
    }
}

/// What needs a person; the later, the more depends on it.
const INSISTENT: [Sound; 7] = [
    Sound::Refused,
    Sound::CannotRead,
    Sound::Question,
    Sound::NotTakenIn,
    Sound::CameraLost,
    Sound::Undecided,
    Sound::NotRecorded,
];

/// How much depends on its being heard.
pub(super) fn insistence(sound: Sound) -> usize {
    let place = INSISTENT.iter().position(|insistent| *insistent == sound);
    place.map_or(0, |place| place + 1)
}

/// The samples of a sound: mono, 22,050 a second.
pub(super) fn tone(sound: Sound) -> Vec<i16> {
    melody(sound)
        .iter()
        .flat_map(|note| samples(*note))
        .collect()
}

fn samples((hertz, millis): Note) -> impl Iterator<Item = i16> {
    let length = millis * RATE / 1_000;
    let fade = FADE.as_secs_f32() * RATE as f32;
    (0..length).map(move |n| {
        let from_an_end = n.min(length - 1 - n) as f32;
        let swell = (from_an_end / fade).min(1.0);
        let turns = hertz * n as f32 / RATE as f32;
        (swell * wave(turns) * LEVEL * f32::from(i16::MAX)) as i16
    })
}

/// A period of a note is one turn.
fn wave(turns: f32) -> f32 {
    (1u8..)
        .zip(HARMONICS)
        .map(|(n, share)| share * (turns * f32::from(n) * std::f32::consts::TAU).sin())
        .sum()
}

/// Mono samples as a WAV file (RIFF, PCM of 16 bits).
pub(super) fn wav(samples: &[i16]) -> Vec<u8> {
    const SAMPLE_BYTES: u16 = 2;
    let data: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
    let length = data.len() as u32;
    let mut file = Vec::with_capacity(44 + data.len());
    file.extend(b"RIFF");
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    file.extend(1u16.to_le_bytes()); // PCM
    file.extend(1u16.to_le_bytes()); // mono
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * u32::from(SAMPLE_BYTES)).to_le_bytes());
    file.extend(SAMPLE_BYTES.to_le_bytes());
    file.extend((8 * SAMPLE_BYTES).to_le_bytes());
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(data);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(sound: Sound) -> f32 {
        tone(sound).len() as f32 / RATE as f32
    }

    fn pitches(sound: Sound) -> Vec<f32> {
        let notes = melody(sound).iter().map(|(hertz, _)| *hertz);
        notes.filter(|hertz| *hertz != REST).collect()
    }

    #[test]
    fn every_sound_has_a_melody_of_its_own() {
        for (n, one) in Sound::ALL.iter().enumerate() {
            for other in &Sound::ALL[n + 1..] {
                assert_ne!(melody(*one), melody(*other), "{one:?} and {other:?}");
                assert_ne!(tone(*one), tone(*other), "{one:?} and {other:?}");
            }
        }
    }

    #[test]
    fn every_tone_is_short() {
        for sound in Sound::ALL {
            assert!(seconds(*sound) > 0.1 && seconds(*sound) < 0.8, "{sound:?}");
        }
        assert!(seconds(Sound::Recorded) <= 0.15);
    }

    #[test]
    fn every_tone_is_loud_and_never_clips() {
        for sound in Sound::ALL {
            let tone = tone(*sound);
            let loudest = tone.iter().map(|s| s.unsigned_abs()).max().unwrap();
            assert!(loudest > 15_000, "{sound:?} is too soft: {loudest}");
            assert!(loudest < 30_000, "{sound:?} clips: {loudest}");
        }
    }

    #[test]
    fn every_note_begins_and_ends_at_zero_so_that_none_cracks() {
        for sound in Sound::ALL {
            for note in melody(*sound) {
                let samples: Vec<i16> = samples(*note).collect();
                let ends = (samples.first(), samples.last());
                assert_eq!(ends, (Some(&0), Some(&0)), "{sound:?}");
            }
        }
    }

    #[test]
    fn a_record_more_goes_up_and_one_less_goes_down() {
        assert!(pitches(Sound::Recorded).is_sorted());
        assert!(pitches(Sound::Corrected).is_sorted());
        assert!(pitches(Sound::Cancelled).is_sorted_by(|a, b| a > b));
        let [one, other] = pitches(Sound::AlreadyRecorded)[..] else {
            panic!("two tones")
        };
        assert_eq!(one, other);
    }

    #[test]
    fn what_needs_a_person_ends_low_and_what_is_done_does_not() {
        for sound in INSISTENT {
            let pitches = pitches(sound);
            assert!(pitches.first() >= pitches.last(), "{sound:?}");
            assert!(pitches.last() <= Some(&A4), "{sound:?}");
        }
        for sound in [Sound::Recorded, Sound::AlreadyRecorded, Sound::Cancelled] {
            assert!(pitches(sound).last() >= Some(&A5), "{sound:?}");
        }
    }

    #[test]
    fn the_more_depends_on_a_person_the_longer_it_sounds() {
        assert!(seconds(Sound::Cancelled) < seconds(INSISTENT[0]));
        assert!(INSISTENT.is_sorted_by(|a, b| seconds(*a) < seconds(*b)));
        assert!(INSISTENT.is_sorted_by(|a, b| insistence(*a) < insistence(*b)));
        assert!(insistence(Sound::Recorded) < insistence(INSISTENT[0]));
    }

    #[test]
    fn a_file_says_how_long_it_is_and_holds_the_samples() {
        let file = wav(&[0, 1, -1]);
        assert_eq!(file.len(), 44 + 6);
        assert_eq!(file[4..8], 42u32.to_le_bytes());
        assert_eq!(file[24..28], RATE.to_le_bytes());
        assert_eq!(file[40..44], 6u32.to_le_bytes());
        assert_eq!(file[44..], [0, 0, 1, 0, 255, 255]);
    }
}
