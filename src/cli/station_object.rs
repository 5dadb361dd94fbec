//! What a station tells, as objects for programs and as words for people.

use serde_json::{Value, json};

use super::progress;
use crate::desk::{Known, OpenPoint, Refusal, Snapshot};
use crate::intake::{Finding, RecordId};
use crate::reading::{Presented, Verdict};
use crate::station::{Ending, Event, Station};
use crate::text::{Bilingual, Language};

/// One object an event; `None` for what only a screen needs.
pub(super) fn object(event: &Event, station: &Station<'_>) -> Option<Value> {
    Some(match event {
        Event::Recorded {
            number,
            record,
            frame,
            delay,
        } => json!({
            "event": "recorded", "number": number.map(|number| number.to_string()),
            "record_id": record.to_string(), "at_frame": frame.map(|frame| frame.0),
            "after_ms": delay.map(|delay| delay.since_rest.as_millis() as u64),
            "frame_ms": delay.map(|delay| delay.since_decided.as_millis() as u64),
        }),
        Event::AlreadyRecorded { number, frame } => json!({
            "event": "already_recorded", "number": number.map(|number| number.to_string()),
            "at_frame": frame.map(|frame| frame.0),
        }),
        Event::NotRecorded { entry, why } => with_words(
            json!({"event": "not_recorded", "entry_id": entry.to_string()}),
            why,
        ),
        Event::Changed { record, cancelled } => json!({
            "event": if *cancelled { "cancelled" } else { "corrected" },
            "record_id": record.to_string(),
        }),
        Event::Question { record, findings } => about("question", *record, findings),
        Event::ForReview { record, findings } => about("for_review", *record, findings),
        Event::CardSeen { session, code } => {
            json!({"event": "card", "code": code, "session": session.to_toml()})
        }
        Event::CardRefused(why) => with_words(json!({"event": "card_refused"}), why),
        Event::NotAccepted(presented) => not_accepted(presented),
        Event::LeftUndecided(id) => json!({"event": "left_undecided", "undecided": id.0}),
        Event::Listed => lists(&station.snapshot()),
        Event::Closed { date, seal } => {
            json!({"event": "closed", "date": date.to_string(), "seal": seal})
        }
        Event::Refused(refusal) => refused(refusal, station),
        Event::CameraLost(loss) => with_words(
            json!({"event": "camera_lost", "why": loss.id()}),
            &loss.words(),
        ),
        Event::CameraBack => json!({"event": "camera_back"}),
        Event::MountMoved(moved) => {
            let words = Bilingual::new(moved.japanese(), moved.english());
            with_words(json!({"event": "mount_moved", "what": moved.id()}), &words)
        }
        Event::OtherMount(how) => with_words(json!({"event": "other_mount"}), how),
        Event::CameraNotSet(how) => with_words(json!({"event": "camera_not_set"}), how),
        Event::CameraFailed(why) => with_words(json!({"event": "camera_failed"}), why),
        Event::NotWritten(why) => with_words(json!({"event": "not_written"}), why),
        Event::Delivery(progress) => progress::object(progress),
        Event::NotDelivering(why) => {
            let object = json!({"event": "not_delivering", "why": why.code()});
            with_words(object, &why.words())
        }
        // Who is enrolled in a window delivers from then on; without one nobody is.
        Event::Delivering
        | Event::Sound(_)
        | Event::Copy(_)
        | Event::Queue
        | Event::NotAllowed(_)
        | Event::SignedIn(_)
        | Event::SignInFailed(_)
        | Event::SignedOut(_)
        | Event::Locked(_) => return None,
    })
}

fn with_words(mut object: Value, words: &Bilingual) -> Value {
    object["ja"] = words.in_language(Language::Japanese).into();
    object["en"] = words.in_language(Language::English).into();
    object
}

/// The identifiers, and beside them what each says and what to do.
/// What was found of a record.
fn about(event: &str, record: RecordId, findings: &[Finding]) -> Value {
    let codes: Vec<&str> = (findings.iter().map(|finding| finding.code.as_str())).collect();
    let words = findings.iter().map(|finding| {
        let remedy = with_words(json!({}), &finding.remedy);
        let object = json!({"finding": finding.code.as_str(), "remedy": remedy});
        with_words(object, &finding.message)
    });
    json!({
        "event": event, "record_id": record.to_string(), "findings": codes,
        "words": words.collect::<Vec<_>>(),
    })
}

fn not_accepted(presented: &Presented) -> Value {
    let candidate = match &presented.verdict {
        Verdict::Review { candidate, .. } => Some(candidate.to_string()),
        _ => None,
    };
    json!({
        "event": presented.verdict.status(), "candidate": candidate,
        "reasons": presented.verdict.reasons(),
        "first_frame": presented.first.0, "last_frame": presented.last.0,
    })
}

/// The same in words.
fn found(findings: &[Finding]) -> String {
    let words = findings
        .iter()
        .map(|finding| format!("{}　→ {}", finding.message, finding.remedy));
    words.collect::<Vec<_>>().join("; ")
}

/// What waits for a person, with the identifiers that commands name; never a number.
fn lists(snapshot: &Snapshot) -> Value {
    let of = |known: &Known| {
        let entry = known
            .unkept
            .as_ref()
            .map(|unkept| unkept.entry.id.to_string());
        json!({"day": known.day.to_string(), "entry_id": entry})
    };
    let undecided = snapshot.undecided.iter().map(|item| {
        let mut object = with_words(of(&item.known), &item.why.words());
        object["undecided"] = item.id.0.into();
        object
    });
    let aside = snapshot.aside.iter().map(|item| {
        let mut object = of(&item.known);
        object["aside"] = item.id.0.into();
        object["reason"] = item.reason.as_str().into();
        object
    });
    let slips = snapshot.slips.iter().map(|slip| {
        json!({"slip": slip.number.0, "printed": slip.number.to_string(),
            "record_id": slip.record.to_string(), "dose": slip.dose.value()})
    });
    json!({
        "event": "lists", "undecided": undecided.collect::<Vec<_>>(),
        "aside": aside.collect::<Vec<_>>(), "slips": slips.collect::<Vec<_>>(),
        "open_choices": snapshot.open_choices.map(|open| open.choices),
    })
}

/// What was asked and not done; a close that was refused tells what is open.
fn refused(refusal: &Refusal, station: &Station<'_>) -> Value {
    let words = Bilingual::of_text(&refusal.to_string());
    let mut object = with_words(json!({"event": "not_done"}), &words);
    if matches!(refusal, Refusal::OpenPoints(_)) {
        let open: Vec<OpenPoint> = station.snapshot().open_points;
        object["open"] = serde_json::to_value(open).unwrap_or_default();
    }
    object
}

/// The last object: frames, records and what is open.
pub(super) fn finished(ending: &Ending, snapshot: &Snapshot) -> Value {
    json!({
        "event": "finished",
        "frames": {"delivered": ending.frames.delivered, "dropped": ending.frames.dropped,
            "oldest_ms": ending.oldest.as_millis() as u64},
        "records": snapshot.records.len(), "undecided": snapshot.undecided.len(),
        "aside": snapshot.aside.len(), "stage": format!("{:?}", snapshot.stage),
    })
}

/// The same for people.
pub(super) fn finished_words(object: &Value) -> String {
    format!(
        "終わりました。今日の記録 {} 件、未処理 {} 件、保留 {} 件 / ended: {0} records today, {1} undecided, {2} aside",
        object["records"], object["undecided"], object["aside"]
    )
}

/// One line an event, for people; the number is shown in the groups that the paper has.
pub(super) fn words(event: &Event) -> Option<String> {
    Some(match event {
        Event::Recorded { number, .. } => match number {
            Some(number) => format!("✓ 記録 recorded          {}", number.grouped()),
            None => "✓ 記録 recorded          番号は後日 number to follow".to_owned(),
        },
        Event::AlreadyRecorded { number, .. } => {
            let number = number.map_or_else(String::new, |number| number.grouped());
            format!("＝ 記録済 recorded before {number}")
        }
        Event::NotRecorded { why, .. } => format!("✕ {why}"),
        Event::Changed { cancelled, .. } => match cancelled {
            true => "✓ 取り消しました / cancelled".to_owned(),
            false => "✓ 訂正しました / corrected".to_owned(),
        },
        Event::Question { findings, .. } => {
            format!("？ 確認してください / please answer: {}", found(findings))
        }
        Event::ForReview { findings, .. } => format!(
            "！ 締める前に見直してください / look at it before the day is closed: {}",
            found(findings)
        ),
        Event::CardSeen { session, code } => format!(
            "カード card            照合コード / code: {code}　{} {} {} {} {}　内容とコードを確かめてセッションを確認してください / check presets and code, then confirm the session",
            session.date, session.venue, session.doctor, session.product, session.lot
        ),
        Event::NotAccepted(presented) => {
            let reasons = presented.verdict.reasons().iter();
            let words =
                reasons.map(|reason| format!("{} / {}", reason.japanese(), reason.english()));
            format!(
                "？ 要確認 not read        {}",
                words.collect::<Vec<_>>().join("; ")
            )
        }
        Event::Closed { date, seal } => {
            format!(
                "✓ {date} を締めました。紙に控えてください / closed; write on the paper: {seal}"
            )
        }
        Event::Refused(refusal) => format!("✕ {refusal}"),
        Event::CameraLost(loss) => format!("✕ {}", loss.words()),
        Event::MountMoved(moved) => format!("！ {} / {}", moved.japanese(), moved.english()),
        Event::OtherMount(how) | Event::CameraNotSet(how) => format!("！ {how}"),
        Event::CameraBack => "✓ カメラが戻りました / the camera is back".to_owned(),
        Event::CameraFailed(why) | Event::NotWritten(why) | Event::CardRefused(why) => {
            format!("✕ {why}")
        }
        Event::Delivery(crate::sync::Progress::Batch { delivered, .. }) if *delivered > 0 => {
            format!("↑ 送信 {delivered} 件 / delivered {delivered}")
        }
        Event::Delivery(crate::sync::Progress::Waiting(waiting)) => {
            format!("… {}", waiting.why.words())
        }
        Event::NotDelivering(why) => format!("… {}", why.words()),
        Event::LeftUndecided(_)
        | Event::Listed
        | Event::Delivering
        | Event::Sound(_)
        | Event::Copy(_)
        | Event::Queue
        | Event::NotAllowed(_)
        | Event::SignedIn(_)
        | Event::SignInFailed(_)
        | Event::SignedOut(_)
        | Event::Locked(_)
        | Event::Delivery(_) => {
            return None;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{FindingCode, Severity};

    #[test]
    fn a_question_says_in_both_languages_what_was_found_and_what_to_do() {
        let record = RecordId::from_uuid(uuid::Uuid::from_u128(1));
        let found = Finding {
            code: FindingCode::TooYoung,
            severity: Severity::Stop,
            message: Bilingual::new("年齢が足りません", "too young"),
            remedy: Bilingual::new("医師に確かめてください", "ask the doctor"),
        };
        let object = about("question", record, std::slice::from_ref(&found));
        assert_eq!(object["findings"], json!(["too_young"]));
        assert_eq!(
            object["words"],
            json!([{"finding": "too_young", "ja": "年齢が足りません", "en": "too young",
                "remedy": {"ja": "医師に確かめてください", "en": "ask the doctor"}}])
        );
        let findings = vec![found];
        let line = words(&Event::Question { record, findings }).unwrap();
        assert!(
            line.contains("too young") && line.contains("ask the doctor"),
            "{line}"
        );
        assert!(
            line.contains("年齢が足りません") && line.contains("医師に"),
            "{line}"
        );
    }
}
