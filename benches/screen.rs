//! How long the screen's own thread works for one drawing: a new picture, a new view, layout and
//! tessellation of a day with 2,000 records and a full outbox. What the graphics card does is not
//! in it. `cargo bench --bench screen`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench tells its figures and may give up"
)]

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use eframe::egui::{Context, RawInput, Rect, pos2, vec2};
use jiff::Timestamp;
use uketsuke::app::{
    App, Board, CameraState, DeliveryState, Facts, Machine, Orders, Picture, Screen, View, theme,
};
use uketsuke::clock::SystemClock;
use uketsuke::desk::{Desk, Effect, Input, Kept, Now, Read};
use uketsuke::intake::{
    Catalogue, Entry, OperatorId, RecordId, SequenceNumber, Session, StationId,
};
use uketsuke::reading::{FrameId, Presented, Reason, Verdict, WitnessKind};
use uketsuke::station::{People, Queue};
use uketsuke::store::{State, Stored};
use uketsuke::voucher::{TicketKindCodes, VoucherNumber};
use uuid::Uuid;

const RECORDS: u64 = 2_000;
const DRAWINGS: usize = 1_000;

const SESSION: &str = r#"version = 1
confirmed = true
mode = "after-shot"
date = "2021-11-20"
venue = "市民会館"
doctor = "山田 太郎"
product = "comirnaty-12"
lot = "FJ7489"
ticket_kind = "vaccination"
operator = "clerk-01"
"#;

fn main() {
    let (mut view, entries) = full_day();
    view.queue.queued = entries.into_iter().take(100).map(queued).collect();
    println!("drawing {DRAWINGS} times, {RECORDS} records of the day:");
    for screen in [
        Screen::Reception,
        Screen::Records,
        Screen::Delivery,
        Screen::Count,
    ] {
        let mut times = draw(&view, screen);
        times.sort_unstable();
        let at =
            |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        println!(
            "{screen:?}: median {:.2} ms, p99 {:.2} ms, longest {:.2} ms",
            at(0.5),
            at(0.99),
            at(1.0)
        );
    }
}

/// The time of each drawing but the first, which loads the type.
fn draw(view: &View, screen: Screen) -> Vec<Duration> {
    let board = Arc::new(Board::default());
    let (station, _commands) = channel();
    let orders = Orders {
        station,
        practice: None,
    };
    let facts = Arc::new(Facts {
        training: false,
        station: StationId::new("tablet-1").unwrap(),
        catalogue: Catalogue::built_in().unwrap(),
        venues: Vec::new(),
        doctors: Vec::new(),
        usual: None,
        operator: OperatorId::new("clerk-01").unwrap(),
        mount: None,
        server: None,
        reports: std::env::temp_dir(),
        clock: Arc::new(SystemClock::start()),
    });
    let mut app = App::new(board.clone(), facts, orders);
    app.go_to(screen);
    let ctx = Context::default();
    theme::install(&ctx);
    let input = RawInput {
        screen_rect: Some(Rect::from_min_size(
            pos2(0.0, 0.0),
            theme::CANVAS + vec2(0.0, 1.0),
        )),
        ..RawInput::default()
    };
    let mut times = Vec::new();
    for frame in 0..=DRAWINGS {
        board.put_view(view.clone());
        board.put_picture(picture(frame as u64));
        let begun = Instant::now();
        let output = ctx.run_ui(input.clone(), |ui| app.show(ui));
        let drawn = ctx.tessellate(output.shapes, output.pixels_per_point);
        std::hint::black_box(drawn);
        if frame > 0 {
            times.push(begun.elapsed());
        }
    }
    times
}

fn picture(frame: u64) -> Picture {
    let shade = (frame % 200) as u8;
    Picture {
        frame,
        size: [960, 540],
        luma: vec![shade; 960 * 540],
        found: Vec::new(),
        focus: 0.9,
        exposure: 0.6,
        glare: 0.0,
        px_per_mm: None,
    }
}

/// A desk after a whole day of vouchers.
fn full_day() -> (View, Vec<Entry>) {
    let catalogue = Catalogue::built_in().unwrap();
    let station = StationId::new("tablet-1").unwrap();
    let mut desk = Desk::new(station, catalogue, TicketKindCodes::default());
    let session = Session::parse(SESSION).unwrap();
    let today = session.date;
    let (mut ids, mut entries) = (0, Vec::new());
    let mut waiting = vec![Input::ConfirmSession(session)];
    for n in 0..RECORDS {
        let number: VoucherNumber = format!("22131016{:010}", 1_000_000 + n).parse().unwrap();
        waiting.push(Input::Accepted(Read {
            number,
            frame: FrameId(n),
            witnesses: vec![WitnessKind::Line, WitnessKind::Nw7],
        }));
        while !waiting.is_empty() {
            let input = waiting.remove(0);
            let mut now = Now {
                today,
                at: Timestamp::UNIX_EPOCH,
                new_id: &mut || {
                    ids += 1;
                    RecordId::from_uuid(Uuid::from_u128(ids))
                },
            };
            for effect in desk.step(input, &mut now) {
                match effect {
                    Effect::Check { record, .. } => waiting.push(Input::Checked {
                        record,
                        findings: Vec::new(),
                    }),
                    Effect::Record { entry, .. } => {
                        let kept = Kept::AsNew(SequenceNumber(n + 1));
                        waiting.push(Input::Recorded {
                            entry: entry.id,
                            kept,
                        });
                        entries.push(*entry);
                    }
                    _ => {}
                }
            }
        }
        waiting.push(Input::Ended(Presented {
            verdict: Verdict::Refused {
                reasons: vec![Reason::NoVoucher],
            },
            first: FrameId(n),
            decided: None,
            last: FrameId(n),
        }));
    }
    let view = View {
        desk: desk.snapshot(today),
        camera: CameraState::Looking,
        warnings: Vec::new(),
        delivery: DeliveryState::Delivered,
        queue: Queue::default(),
        copy: None,
        notice: None,
        sound: None,
        machine: Machine::default(),
        people: People::default(),
        card: None,
        seal: None,
    };
    (view, entries)
}

fn queued(entry: Entry) -> Stored {
    Stored {
        sequence: 1,
        entry,
        state: State::Queued,
        attempts: 0,
        receipt: None,
        detail: None,
    }
}
