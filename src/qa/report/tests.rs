use std::path::PathBuf;

use super::super::finding::{Demands, findings};
use super::super::sample_set::{Expected, Still};
use super::*;
use crate::reading::{Pattern, Reason, Verdict, Witness, WitnessKind};

fn still(file: &str, expected: Expected) -> Still {
    Still {
        file: file.to_owned(),
        expected,
        condition: "<b>bold</b>".to_owned(),
    }
}

fn result(verdict: Verdict, picture: Option<Vec<u8>>) -> StillResult {
    StillResult {
        verdict,
        witnesses: vec![Witness {
            kind: WitnessKind::Nw7,
            digits: Pattern::at(8, &[0, 0, 4, 2, 3, 4, 5, 6, 7, 8]),
            confidence: Some(0.99),
            sure: true,
        }],
        quality: None,
        elapsed_ms: 12.0,
        picture,
    }
}

fn page(samples: Vec<(Still, StillResult)>) -> String {
    let (stills, results): (Vec<_>, Vec<_>) = samples.into_iter().unzip();
    let set = SampleSet {
        folder: PathBuf::from("<img src=x onerror=alert(1)>"),
        stills,
        sequences: Vec::new(),
    };
    let score = Score::of(&set, &results, &[]);
    let findings = findings(&score, &Demands::default());
    render(&Report {
        set: &set,
        stills: &results,
        score: &score,
        findings: &findings,
        min_read: 0.99,
        jobs: 1,
        made_at: "2021-11-20".to_owned(),
    })
}

fn expected() -> Expected {
    Expected::Read("211310160012345678".parse().unwrap())
}

fn review() -> Verdict {
    Verdict::Review {
        candidate: Pattern::SILENT,
        reasons: vec![Reason::BarcodeDisagrees],
    }
}

#[test]
fn names_out_of_a_set_are_shown_and_never_become_markup() {
    let page = page(vec![(
        still("\"><script>alert(1)</script>.png", expected()),
        result(review(), None),
    )]);
    assert!(!page.contains("<script"));
    assert!(!page.contains("<img src=x"));
    assert!(!page.contains("<b>bold"));
    assert!(page.contains("&lt;b&gt;bold"));
}

#[test]
fn a_report_asks_for_nothing_outside_itself() {
    let page = page(vec![(
        still("a.png", expected()),
        result(review(), Some(vec![0xff, 0xd8])),
    )]);
    assert!(
        page.contains("src=\"data:image/jpeg;base64,/9g=\""),
        "{page}"
    );
    for outside in [
        "http://", "https://", "url(", "@import", "<link", "src=\"//",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn a_failing_picture_stands_beside_what_was_read_with_the_wrong_digit_marked() {
    let page = page(vec![(still("a.png", expected()), result(review(), None))]);
    assert!(page.contains("00<u>4</u>2 345 678"));
    assert!(page.contains("barcode_disagrees"));
    assert!(page.contains("バーコードと印字の番号が違います"));
    assert!(page.contains("1→4 ×1"));
}

#[test]
fn a_false_accept_fails_the_set_and_comes_first() {
    let number = "211310160012345678".parse().unwrap();
    let page = page(vec![
        (still("missed.png", expected()), result(review(), None)),
        (
            still("wrong.png", Expected::Refuse),
            result(Verdict::Accepted(number), None),
        ),
    ]);
    assert!(page.contains("class=\"seal fail\""));
    let at = |name: &str| page.find(&format!("<code>{name}</code>"));
    assert!(at("wrong.png") < at("missed.png"));
}

#[test]
fn a_set_without_a_fault_says_so() {
    let number = "211310160012345678".parse().unwrap();
    let page = page(vec![(
        still("a.png", expected()),
        result(Verdict::Accepted(number), None),
    )]);
    assert!(page.contains("class=\"seal pass\"") && !page.contains("class=\"seal fail\""));
    assert!(page.contains("None."));
}
