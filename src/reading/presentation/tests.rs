//! Vouchers that come, lie and go, frame by frame.

use super::*;
use crate::reading::witness::{Witness, WitnessKind};
use proptest::prelude::*;

fn number(last: u8) -> VoucherNumber {
    let mut digits = [2, 1, 1, 3, 1, 0, 1, 6, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
    digits[16] = last / 10 % 10;
    digits[17] = last % 10;
    VoucherNumber::from_digits(digits).unwrap()
}

fn evidence(frame: char) -> Evidence {
    let states = |kind, number: VoucherNumber| Witness {
        kind,
        digits: Pattern(number.digits().map(Some)),
        confidence: None,
        sure: true,
    };
    let witnesses = match frame {
        '1'..='9' => {
            let number = number((frame as u8 - b'0') * 11);
            vec![
                states(WitnessKind::Line, number),
                states(WitnessKind::Nw7, number),
            ]
        }
        'a'..='i' => vec![states(
            WitnessKind::Line,
            number((frame as u8 - b'a' + 1) * 11),
        )],
        'A'..='I' => vec![states(
            WitnessKind::Nw7,
            number((frame as u8 - b'A' + 1) * 11),
        )],
        _ => Vec::new(),
    };
    Evidence {
        witnesses,
        number_seen: frame == '?' || frame.is_ascii_alphanumeric(),
        ..Evidence::default()
    }
}

/// `.` empty, `~` moving and blurred, `?` a number that cannot be read, a digit:
/// that voucher, read; `a` to `i`: the line of vouchers 1 to 9 alone, `A` to `I` their
/// barcode alone. Ten frames a second.
fn play(frames: &str) -> Vec<Outcome> {
    let mut desk = Presentation::default();
    let mut outcomes = Vec::new();
    for (i, frame) in frames.chars().enumerate() {
        outcomes.extend(desk.see(&Glance {
            frame: FrameId(i as u64),
            at: Duration::from_millis(100 * i as u64),
            motion: if frame == '~' {
                Motion::Moving
            } else {
                Motion::Still
            },
            occupied: frame != '.',
            sharp: true,
            evidence: evidence(frame),
        }));
    }
    outcomes.extend(desk.end());
    outcomes
}

fn accepted(outcomes: &[Outcome]) -> Vec<VoucherNumber> {
    (outcomes.iter())
        .filter_map(|outcome| match outcome {
            Outcome::Accepted(accepted) => Some(accepted.number),
            Outcome::Ended(_) => None,
        })
        .collect()
}

fn ended(outcomes: &[Outcome]) -> usize {
    outcomes.len() - accepted(outcomes).len()
}

#[test]
fn a_voucher_that_lies_there_is_accepted_once() {
    let outcomes = play("..~~111111~~...");
    assert_eq!(accepted(&outcomes), [number(11)]);
    let Some(Outcome::Ended(presented)) = outcomes.last() else {
        panic!("did not end")
    };
    assert_eq!(presented.first, FrameId(2));
    assert_eq!(presented.decided, Some(FrameId(4)));
    assert_eq!(presented.last, FrameId(11));
}

#[test]
fn how_long_it_took_counts_from_the_first_frame_at_rest_and_who_backs_it_is_told() {
    let outcomes = play("..~~??11...");
    let Some(Outcome::Accepted(accepted)) = outcomes.first() else {
        panic!("not accepted")
    };
    assert_eq!(accepted.frame, FrameId(6));
    assert_eq!(accepted.took, Duration::from_millis(200));
    assert_eq!(accepted.witnesses, [WitnessKind::Line, WitnessKind::Nw7]);
}

#[test]
fn a_voucher_is_in_doubt_once_it_has_lain_there_for_a_second_and_not_when_it_was_read() {
    let mut desk = Presentation::default();
    let mut doubts = Vec::new();
    for (i, frame) in "~aaaaaaaaaaaaa1".chars().enumerate() {
        let glance = Glance {
            frame: FrameId(i as u64),
            at: Duration::from_millis(100 * i as u64),
            motion: Motion::Still,
            occupied: true,
            sharp: true,
            evidence: evidence(frame),
        };
        desk.see(&glance);
        doubts.push(desk.in_doubt().is_some());
    }
    let first = doubts.iter().position(|doubt| *doubt);
    assert_eq!((first, doubts.last()), (Some(10), Some(&false)));
}

/// What is told of a view in which the line and barcode of each number are seen, ten a second;
/// `None` is a hand, an empty list a voucher that cannot be read.
fn play_numbers(frames: &[Option<&[VoucherNumber]>]) -> Vec<Outcome> {
    let mut desk = Presentation::default();
    let mut outcomes = Vec::new();
    for (i, frame) in frames.iter().enumerate() {
        let states = |number: &VoucherNumber| {
            [WitnessKind::Line, WitnessKind::Nw7].map(|kind| Witness {
                kind,
                digits: Pattern(number.digits().map(Some)),
                confidence: None,
                sure: true,
            })
        };
        let witnesses = frame.unwrap_or(&[]).iter().flat_map(states).collect();
        outcomes.extend(desk.see(&Glance {
            frame: FrameId(i as u64),
            at: Duration::from_millis(100 * i as u64),
            motion: match frame {
                Some(_) => Motion::Still,
                None => Motion::Moving,
            },
            occupied: true,
            sharp: true,
            evidence: Evidence {
                witnesses,
                number_seen: frame.is_some(),
                ..Evidence::default()
            },
        }));
    }
    outcomes.extend(desk.end());
    outcomes
}

#[test]
fn neighbours_of_one_family_that_are_swapped_are_two_vouchers() {
    let (first, second) = ([number(78)], [number(79)]);
    let frames = [
        Some(&first[..]),
        Some(&first),
        None,
        Some(&second),
        Some(&second),
    ];
    let outcomes = play_numbers(&frames);
    assert_eq!(accepted(&outcomes), [number(78), number(79)]);
    assert_eq!(ended(&outcomes), 2);
}

#[test]
fn a_voucher_that_is_not_read_does_not_hide_behind_the_one_before_it() {
    let first = [number(78)];
    let mut frames = vec![Some(&first[..]), Some(&first), None];
    frames.extend([Some(&[][..]); 15]);
    let outcomes = play_numbers(&frames);
    assert_eq!(accepted(&outcomes), [number(78)]);
    let Some(Outcome::Ended(last)) = outcomes.last() else {
        panic!("did not end")
    };
    assert_eq!((ended(&outcomes), last.verdict.number()), (2, None));
}

#[test]
fn a_voucher_that_was_pushed_about_shows_its_number_and_stays_what_it_is() {
    let first = [number(78)];
    let mut frames = vec![Some(&first[..]), Some(&first), None];
    frames.extend([Some(&[][..]); 5]);
    frames.extend([Some(&first[..])]);
    frames.extend([Some(&[][..]); 15]);
    let outcomes = play_numbers(&frames);
    assert_eq!((accepted(&outcomes).len(), ended(&outcomes)), (1, 1));
}

#[test]
fn what_dissents_while_a_voucher_is_exchanged_holds_the_next_one_back() {
    let (first, both) = ([number(78)], [number(79), number(80)]);
    let second = [number(79)];
    let frames = [
        Some(&first[..]),
        None,
        Some(&both),
        Some(&second),
        Some(&second),
    ];
    assert_eq!(accepted(&play_numbers(&frames)), [number(78)]);
}

/// What is told of still frames, as [`play`] has them, taken at these milliseconds; the last voucher
/// stays.
fn play_at(frames: &[(u64, char)]) -> Vec<Outcome> {
    let mut desk = Presentation::default();
    let outcomes = frames.iter().flat_map(|(at, frame)| {
        desk.see(&Glance {
            frame: FrameId(*at),
            at: Duration::from_millis(*at),
            motion: Motion::Still,
            occupied: true,
            sharp: true,
            evidence: evidence(*frame),
        })
    });
    outcomes.collect()
}

#[test]
fn a_voucher_that_was_exchanged_while_no_frame_came_is_another_one() {
    let outcomes = play_at(&[(0, '1'), (100, '1'), (2_000, '2'), (2_100, '2')]);
    assert_eq!(accepted(&outcomes), [number(11), number(22)]);
}

#[test]
fn an_undecided_voucher_that_was_exchanged_while_no_frame_came_has_ended() {
    for sight in ['a', '?'] {
        let outcomes = play_at(&[(0, sight), (900, sight), (3_000, '2')]);
        let [Outcome::Ended(first), Outcome::Accepted(second)] = outcomes.as_slice() else {
            panic!("{outcomes:?}")
        };
        assert_eq!((first.verdict.number(), first.last), (None, FrameId(900)));
        assert_eq!(second.number, number(22));
        assert_eq!(
            second.took,
            Duration::ZERO,
            "nobody saw how long it lay there"
        );
    }
    let same = play_at(&[(0, 'a'), (900, 'a'), (3_000, 'a')]);
    assert_eq!(same, []);
}

#[test]
fn the_same_voucher_after_a_time_without_frames_is_told_once() {
    let outcomes = play_at(&[(0, '1'), (100, '1'), (2_000, '1'), (5_000, '1')]);
    assert_eq!(accepted(&outcomes), [number(11)]);
    assert_eq!(ended(&outcomes), 0);
}

#[test]
fn what_was_seen_before_a_time_without_frames_backs_nothing() {
    let line_then_barcode = |gap| accepted(&play_at(&[(0, 'A'), (gap, 'a')])).len();
    assert_eq!((line_then_barcode(100), line_then_barcode(1_100)), (1, 0));
}

#[test]
fn the_next_voucher_never_shows_the_last_number() {
    let outcomes = play("..111~~...~~????~~...");
    assert_eq!(accepted(&outcomes), [number(11)]);
    let Some(Outcome::Ended(second)) = outcomes.last() else {
        panic!("did not end")
    };
    assert_eq!(second.verdict.status(), "review");
    assert_eq!(second.verdict.number(), None);
}

#[test]
fn a_quick_swap_without_an_empty_view_is_two_vouchers() {
    assert_eq!(accepted(&play("..111~222...")), [number(11), number(22)]);
}

#[test]
fn an_undecided_voucher_is_told_before_the_one_that_takes_its_place() {
    let outcomes = play("..~aaa~222...");
    assert_eq!(accepted(&outcomes), [number(22)]);
    assert_eq!(ended(&outcomes), 2);
    assert_eq!(ended(&play("..~aaa~bbb...")), 2);
}

#[test]
fn two_labels_that_are_read_in_turns_are_accepted_once() {
    assert_eq!(accepted(&play("..~1212121...")), [number(11)]);
}

#[test]
fn a_line_and_a_barcode_that_different_frames_show_are_accepted_together() {
    assert_eq!(accepted(&play("..~A?a...")), [number(11)]);
}

#[test]
fn what_was_seen_before_the_view_moved_backs_nothing() {
    assert_eq!(accepted(&play("..~A~a...")), []);
    assert_eq!(accepted(&play("..~A.a...")), []);
}

#[test]
fn frames_at_rest_that_differ_are_accepted_by_no_number_of_further_ones() {
    let mut frames = String::from("..~A");
    frames.push_str(&"2".repeat(60));
    frames.push_str("...");
    let outcomes = play(&frames);
    assert_eq!(accepted(&outcomes), []);
    assert_eq!(ended(&outcomes), 1);
}

#[test]
fn nothing_is_accepted_while_the_view_moves() {
    assert_eq!(accepted(&play("..~~~~...")), []);
}

#[test]
fn moving_a_voucher_about_does_not_report_it_again() {
    assert_eq!(accepted(&play("..111~~~1~~?1.11...")), [number(11)]);
}

#[test]
fn the_same_voucher_after_an_empty_desk_is_another_presentation() {
    assert_eq!(accepted(&play("..111....111...")), [number(11), number(11)]);
}

#[test]
fn a_passing_hand_is_not_a_voucher() {
    assert_eq!(play("...~~~~..."), []);
}

#[test]
fn something_unreadable_that_lies_there_is_told_when_it_goes() {
    let mut frames = String::from("..~");
    frames.push_str(&"?".repeat(12));
    frames.push_str("....");
    assert_eq!(ended(&play(&frames)), 1);
}

proptest! {
    #[test]
    fn every_accepted_number_was_seen_in_its_own_presentation(frames in "[.~?123abAB]{0,60}") {
        let outcomes = play(&frames);
        let shows = |frame: char, number: VoucherNumber| {
            let whole = Pattern(number.digits().map(Some));
            evidence(frame).witnesses.iter().any(|w| w.digits == whole)
        };
        let mut open: Option<VoucherNumber> = None;
        for outcome in outcomes {
            match outcome {
                Outcome::Accepted(accepted) => {
                    prop_assert!(open.is_none());
                    open = Some(accepted.number);
                }
                Outcome::Ended(presented) => {
                    prop_assert_eq!(presented.verdict.number(), open.take());
                    let FrameId(first) = presented.first;
                    let FrameId(last) = presented.last;
                    prop_assert!(first <= last);
                    if let Some(number) = presented.verdict.number() {
                        let mut own = frames.chars().take(last as usize + 1).skip(first as usize);
                        prop_assert!(own.any(|frame| shows(frame, number)));
                    }
                }
            }
        }
    }
}
