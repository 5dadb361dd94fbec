//! What was read wrongly.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use image::{Rgb, RgbImage};
use serde_json::Value;
use uketsuke::optics::FrameId;
use uketsuke::reading::{
    Evidence, Expectation, Glance, Motion, Outcome, Pattern, Presentation, Reason, Verdict,
    Witness, WitnessKind, judge,
};
use uketsuke::voucher::{DoseNumber, VoucherNumber};

use crate::desk::{objects, run, uketsuke, words};

const STILLS: &str = "samples/set/stills";
const SEQUENCE: &str = "samples/set/sequences/S_133";
const UNREADABLE: &str = "samples/set/stills/t_00024.jpg";
const WITH_BARCODE: &str = "n_00001.jpg";

/// Misreads of the tablet's camera as they were reported.
const MISREADS: [(u8, u8); 4] = [(1, 4), (4, 1), (3, 8), (5, 3)];

const NUMBER: &str = "211310160012345678";

fn digits(text: &str) -> [u8; 18] {
    *text.parse::<VoucherNumber>().expect("18 digits").digits()
}

fn witness(kind: WitnessKind, digits: Pattern) -> Witness {
    Witness {
        kind,
        digits,
        confidence: Some(0.999),
        sure: true,
    }
}

fn line(digits: [u8; 18]) -> Witness {
    witness(WitnessKind::Line, Pattern(digits.map(Some)))
}

fn qr() -> Witness {
    witness(WitnessKind::Qr, Pattern(digits(NUMBER).map(Some)))
}

fn barcode() -> Witness {
    witness(WitnessKind::Nw7, Pattern::at(8, &digits(NUMBER)[8..]))
}

fn judged(witnesses: &[Witness], expectation: &Expectation) -> Verdict {
    let evidence = Evidence {
        witnesses: witnesses.to_vec(),
        number_seen: true,
        ..Evidence::default()
    };
    judge(&evidence, expectation)
}

fn scanned(arguments: &[&str]) -> Vec<Value> {
    let output: Output = run(
        &mut uketsuke(&[&["scan", "--jsonl"], arguments].concat()),
        "",
    );
    assert!(output.status.success(), "{}", words(&output));
    objects(&output)
}

/// By file: the number that is to be read, empty where none may be.
fn manifest() -> BTreeMap<String, String> {
    let text = fs::read_to_string("samples/set/manifest.csv").expect("a manifest");
    let rows = text.lines().skip(1).map(|row| row.split(','));
    rows.map(|mut cells| {
        let mut cell = || cells.next().expect("a cell").to_owned();
        (format!("samples/set/{}", cell()), cell())
    })
    .collect()
}

/// The kinds of witnesses that state every digit of the 券番号 as in `number`.
fn witnesses_of(object: &Value, number: &str) -> usize {
    let votes = ["line", "qr", "nw7", "printed_number"];
    let witnesses = object["witnesses"].as_array().expect("witnesses");
    let states = |w: &&Value| {
        let kind = w["kind"].as_str().expect("a kind");
        votes.contains(&kind) && w["digits"].as_str().is_some_and(|d| d[8..] == number[8..])
    };
    witnesses.iter().filter(states).count()
}

/// In the field: 4.33 million of about 100 million records had to be checked in December 2021, and
/// about 100,000 were surely wrong; 101 of 216 municipalities went through every record by eye,
/// since none told on what its number rested.
///
/// Here: of the shipped pictures, among them forged, covered and torn vouchers, no number is
/// accepted but the printed one, and each accepted number names the two marks or more that state
/// it alike. What is not certain is put before a person, and only that.
#[test]
fn no_wrong_number_is_accepted_and_each_accepted_one_names_its_witnesses() {
    let expected = manifest();
    let mut accepted = 0;
    for object in scanned(&[STILLS]) {
        let file = object["file"].as_str().expect("a file");
        let Some(number) = object["number"].as_str() else {
            assert!(object["reasons"][0].is_string(), "{file}: no reason");
            continue;
        };
        accepted += 1;
        assert_eq!(number, expected[file], "{file}: a wrong number");
        assert!(witnesses_of(&object, number) >= 2, "{file}: {object}");
    }
    assert!(accepted >= 20, "only {accepted} were read at all");
}

/// In the field: the tablets read 1 as 4 and 4 as 1, 3 as 8, 5 as 3, and what they read was
/// recorded: another living person's number, since the 券番号 has no check digit. 216
/// municipalities had wrong records.
///
/// Here: a line that was misread so, and surely, is not accepted. Alone it never is; any other mark
/// contradicts it and leaves the digit blank for a person; the first eight digits, of which a
/// barcode says nothing, are held against check digit, list and the session's dose.
#[test]
fn a_line_misread_1_4_3_8_or_5_3_is_never_accepted() {
    let expectation = Expectation {
        dose: DoseNumber::new(1).ok(),
        ..Expectation::default()
    };
    let right = [line(digits(NUMBER)), barcode()];
    assert!(judged(&right, &expectation).number().is_some());
    let mut tried = 0;
    for (place, (printed, read)) in (0..18).flat_map(|place| MISREADS.map(|m| (place, m))) {
        let mut misread = digits(NUMBER);
        if misread[place] != printed {
            continue;
        }
        tried += 1;
        misread[place] = read;
        for marks in [&[][..], &[barcode()], &[qr()], &[qr(), barcode()]] {
            let witnesses = [&[line(misread)][..], marks].concat();
            let verdict = judged(&witnesses, &expectation);
            assert_eq!(verdict.status(), "review", "place {place} as {read}");
        }
        let verdict = judged(&[line(misread), qr()], &expectation);
        let Verdict::Review { candidate, reasons } = verdict else {
            panic!("{verdict:?}");
        };
        assert_eq!(candidate.0[place], None, "the disputed digit is left blank");
        assert!(reasons.contains(&Reason::QrDisagrees));
    }
    assert_eq!(
        tried, 9,
        "each kind of misread, in every part of the number"
    );
}

/// In the field: "fairly often" the screen still showed the previous voucher's number when the next
/// voucher lay under the camera, and it was recorded for the next person.
///
/// Here: all that is known of a voucher goes with it. The shipped frames of a desk are played, and
/// at their end a voucher is put down that nobody can read: each of the others is told once, with
/// its own number, and the last one without any.
#[test]
fn the_previous_vouchers_number_is_never_shown_for_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    for item in fs::read_dir(SEQUENCE).expect("frames") {
        let path = item.expect("a frame").path();
        let name = path.file_name().expect("a name").to_owned();
        fs::copy(&path, folder.path().join(name)).expect("copied");
    }
    for i in 0..15 {
        let name = folder.path().join(format!("frame_9{i:02}.jpg"));
        fs::copy(UNREADABLE, name).expect("copied");
    }
    let told = scanned(&["--sequence", &folder.path().display().to_string()]);
    let truth = fs::read_to_string(format!("{SEQUENCE}/truth.csv")).expect("the truth");
    let mut expected: Vec<Option<&str>> = truth
        .lines()
        .skip(1)
        .map(|row| row.split(',').nth(1))
        .collect();
    expected.push(None);
    let numbers: Vec<Option<&str>> = told.iter().map(|o| o["number"].as_str()).collect();
    assert_eq!(numbers, expected);
    // Nothing was decided on a frame of the voucher before.
    for pair in told.windows(2) {
        let frame = |object: &Value, name: &str| object[name].as_u64().expect("a frame");
        assert!(frame(&pair[1], "first_frame") > frame(&pair[0], "last_frame"));
    }
}

/// The same between two frames: the next voucher is pushed over the last one, and is not read yet.
///
/// In the field: the number of before stood there until the next was read. Here: it is never told a
/// second time, and the voucher that was not read has none.
#[test]
fn a_voucher_pushed_over_the_last_one_does_not_take_its_number() {
    let shows = |i: u64, motion, kinds: &[WitnessKind], digits: [u8; 18]| Glance {
        frame: FrameId(i),
        at: Duration::from_millis(100 * i),
        motion,
        occupied: true,
        sharp: true,
        evidence: Evidence {
            witnesses: (kinds.iter())
                .map(|kind| witness(*kind, Pattern(digits.map(Some))))
                .collect(),
            number_seen: true,
            ..Evidence::default()
        },
    };
    let first: VoucherNumber = NUMBER.parse().expect("18 digits");
    let mut other = digits(NUMBER);
    (other[16], other[17]) = (0, 1);
    let backed = [WitnessKind::Line, WitnessKind::Nw7];
    let unbacked = [WitnessKind::Line];
    let mut desk = Presentation::new(Expectation::default());
    let mut outcomes = desk.see(&shows(0, Motion::Still, &backed, *first.digits()));
    outcomes.extend(desk.see(&shows(1, Motion::Moving, &unbacked, other)));
    for i in 2..9 {
        outcomes.extend(desk.see(&shows(i, Motion::Still, &unbacked, other)));
    }
    outcomes.extend(desk.end());
    let numbers = outcomes.iter().map(|outcome| match outcome {
        Outcome::Accepted(accepted) => ("accepted", Some(accepted.number)),
        Outcome::Ended(presented) => ("ended", presented.verdict.number()),
    });
    let expected = [
        ("accepted", Some(first)),
        ("ended", Some(first)),
        ("ended", None),
    ];
    assert_eq!(numbers.collect::<Vec<_>>(), expected);
}

/// Paints over what the truth says stands there.
fn painted_over(file: &str, kinds: &[&str], to: &Path) {
    let truth = fs::read_to_string("samples/set/truth.jsonl").expect("the truth");
    let mut pictures = truth
        .lines()
        .map(|text| serde_json::from_str::<Value>(text).expect("an object"));
    let truth = pictures
        .find(|picture| picture["file"] == format!("stills/{file}"))
        .expect("the picture");
    let mut picture: RgbImage = image::open(format!("{STILLS}/{file}"))
        .expect("a picture")
        .to_rgb8();
    for element in truth["elements"].as_array().expect("elements") {
        if kinds.contains(&element["kind"].as_str().expect("a kind")) {
            let corners: Vec<[f32; 2]> =
                serde_json::from_value(element["corners"].clone()).expect("corners");
            paint(&mut picture, &corners);
        }
    }
    picture.save(to).expect("saved");
}

fn paint(picture: &mut RgbImage, corners: &[[f32; 2]]) {
    let (width, height) = picture.dimensions();
    let range = |axis: usize, limit: u32| {
        let of = |c: &[f32; 2]| c[axis].clamp(0.0, limit as f32 - 1.0) as u32;
        let (low, high) = (corners.iter().map(of).min(), corners.iter().map(of).max());
        low.expect("corners").saturating_sub(3)..(high.expect("corners") + 4).min(limit)
    };
    for (x, y) in range(0, width).flat_map(|x| range(1, height).map(move |y| (x, y))) {
        picture.put_pixel(x, y, Rgb([205, 205, 200]));
    }
}

/// In the field: staff held the barcode under the camera, as in a shop, and the OCR line, which
/// alone was read, lay outside the picture.
///
/// Here: every mark is read in one frame, so it does not matter at what they aim: with the line in
/// view the two stand behind each other. A barcode without its line is not enough, nor with the
/// printed 券番号: neither says which municipality's number it is.
#[test]
fn a_barcode_without_its_line_is_read_and_never_accepted() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = format!("{STILLS}/{WITH_BARCODE}");
    let without_line = folder.path().join("without_line.png");
    painted_over(WITH_BARCODE, &["ocr_line"], &without_line);
    let barcode_alone = folder.path().join("barcode_alone.png");
    let others = ["ocr_line", "voucher_number", "municipality_number"];
    painted_over(WITH_BARCODE, &others, &barcode_alone);
    let paths = [&without_line, &barcode_alone].map(|path| path.display().to_string());
    let told = scanned(&["--marks", &whole, &paths[0], &paths[1]]);
    let [whole, rest @ ..] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(
        whole["number"],
        manifest()[&format!("{STILLS}/{WITH_BARCODE}")]
    );
    for kind in ["line", "nw7"] {
        let mut witnesses = whole["witnesses"].as_array().expect("witnesses").iter();
        assert!(witnesses.any(|w| w["kind"] == kind), "{kind}");
    }
    for object in rest {
        let mut marks = object["marks"].as_array().expect("marks").iter();
        assert!(marks.any(|mark| mark["kind"] == "nw7"), "{object}");
        assert_eq!(object["status"], "review", "{object}");
        assert_eq!(object["number"], Value::Null);
    }
}
