//! `uketsuke sync`: deliver what is queued.

use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::data_dir::{DataArgs, Place};
use super::{EXIT_LEFT, EXIT_OK};
use crate::intake::OperatorId;
use crate::keys::{DeviceKey, KeyName};
use crate::store::{
    Counts, DirectoryError, Enrolment, Event, RecordStore as _, SqliteStore, State, Witnessed,
};
use crate::sync::{
    Api, Backoff, Credentials, Delivered, Delivery, DeliveryError, HttpTransport, Outbox, Probe,
    Progress, Route, Waiting, Watch, Why,
};
use crate::text::{Bilingual, Language};

/// Arguments of `uketsuke sync`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke sync --data-dir DIR
  uketsuke sync --follow --jsonl --data-dir DIR

Without --follow it ends when the queue is empty, or when the server was not reached several times
in a row; records stay queued then. Exit codes: 0 the queue is empty; 3 something is left, also what
waits for a person (why, in the last line); 5 directory and server are not of one kind.")]
pub struct SyncArgs {
    /// Go on: deliver what is recorded from now on, too / 送り続ける
    #[arg(long)]
    follow: bool,
    /// Send once more what was refused or contradicted, after somebody looked at it / 拒否や食い違いをもう一度送る
    #[arg(long)]
    requeue: bool,
    /// Print one JSON object an event / 1件の出来事ごとにJSONで出力
    #[arg(long)]
    jsonl: bool,
    #[command(flatten)]
    data: DataArgs,
}

/// Failures in a row after which a delivery that does not follow gives up: with full jitter some
/// 16 seconds on average.
const PATIENCE: u32 = 6;

/// The longest that a delivery that does not follow waits at once.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Entries that go back into the queue in one transaction.
const REQUEUED_AT_ONCE: u32 = 1_000;

/// How often the book is looked at for new records.
const LOOK: Duration = Duration::from_secs(2);

/// Runs the subcommand.
pub fn run(args: &SyncArgs) -> anyhow::Result<u8> {
    let place = args.data.existing_place()?;
    let mut store = place.store()?;
    let mut teller = Teller::new(args.jsonl, args.follow, &store.counts(None)?);
    let Some(_held) = place.directory.delivery_lock()? else {
        return teller.end(&store.counts(None)?, 0, &[Reason::AnotherDelivery]);
    };
    let Some(enrolment) = store.enrolment()? else {
        return teller.end(&store.counts(None)?, 0, &[Reason::NotEnrolled]);
    };
    let mut api = api(&place, enrolment)?;
    let catalogue = place.catalogue()?;
    if args.requeue {
        requeue(&mut store, &place.witnessed())?;
    }
    let mut delivered = 0;
    loop {
        let mut delivery = Delivery {
            outbox: Outbox {
                store: &mut store,
                profile: &place.profile(),
                products: &catalogue,
                clock: place.clock.as_ref(),
                actor: OperatorId::new("sync")?,
                probe: Probe::default(),
            },
            api: &mut api,
            backoff: Backoff::default(),
            unattended: args.follow,
        };
        let round = told(delivery.run(&mut teller))?;
        delivered += round.delivered;
        // What was recorded meanwhile goes out too.
        if !args.follow && round.stopped.is_none() && round.delivered > 0 {
            continue;
        }
        if !args.follow {
            let why = round.stopped.map(Reason::Server);
            return teller.end(&store.counts(None)?, delivered, why.as_slice());
        }
        teller.rest();
        std::thread::sleep(LOOK);
    }
}

/// Puts everything that waits for a person back into the queue.
fn requeue(store: &mut SqliteStore, witnessed: &Witnessed) -> anyhow::Result<()> {
    for state in [State::Rejected, State::Conflict] {
        loop {
            let waiting = store.in_state(state, REQUEUED_AT_ONCE)?;
            let steps: Vec<(i64, Event)> = waiting
                .iter()
                .map(|stored| (stored.sequence, Event::Requeue))
                .collect();
            if steps.is_empty() {
                break;
            }
            store.advance(&steps, witnessed)?;
        }
    }
    Ok(())
}

/// Errors that exit codes tell apart come as they are.
fn told(result: Result<Delivered, DeliveryError>) -> anyhow::Result<Delivered> {
    Ok(match result {
        Err(DeliveryError::OtherKind(error)) => return Err(error.into()),
        Err(DeliveryError::Key(error)) => return Err(error.into()),
        result => result?,
    })
}

fn api(place: &Place, enrolment: Enrolment) -> anyhow::Result<Api> {
    let key = place.keys.get(KeyName::Device)?;
    let key = key.ok_or(DirectoryError::LostDeviceKey)?;
    let transport = HttpTransport::new(&Route {
        ca: enrolment.ca,
        proxy: place.config.proxy.clone(),
    })?;
    let credentials = Credentials {
        client_id: enrolment.client_id,
        key: DeviceKey::from_secret(key)?,
    };
    let kind = place.directory.kind();
    Ok(Api::new(
        Box::new(transport),
        enrolment.server,
        kind,
        credentials,
    ))
}

/// Why something is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    NotEnrolled,
    AnotherDelivery,
    Server(Why),
    /// It waits for a person.
    Person,
    /// It waits for something that waits for a person.
    Held,
}

impl Reason {
    fn code(self) -> &'static str {
        match self {
            Self::NotEnrolled => "not_enrolled",
            Self::AnotherDelivery => "another_delivery",
            Self::Server(why) => why.code(),
            Self::Person => "for_a_person",
            Self::Held => "held",
        }
    }

    fn words(self) -> Bilingual {
        match self {
            Self::NotEnrolled => Bilingual::new(
                "この端末はまだ登録されていません。「uketsuke enrol」で登録してください",
                "this station is not enrolled: run `uketsuke enrol`",
            ),
            Self::AnotherDelivery => Bilingual::new(
                "別の uketsuke が送信しています。そちらに任せてください",
                "another uketsuke is delivering: leave it to that one",
            ),
            Self::Server(why) => why.words(),
            Self::Person => Bilingual::new(
                "拒否された記録か、食い違う記録があります。「uketsuke doctor」で件数を確かめ、担当者に渡してください",
                "records were refused, or contradict others: `uketsuke doctor` counts them; a person has to decide",
            ),
            Self::Held => Bilingual::new(
                "取り消しが済むまで送れない記録があります",
                "records wait until a cancellation is through",
            ),
        }
    }
}

/// Tells what happens, in words or as objects.
struct Teller {
    jsonl: bool,
    follow: bool,
    bar: ProgressBar,
    /// Why nothing was sent, as last told; not told over and over.
    last: Option<Why>,
    failed: Option<io::Error>,
}

impl Teller {
    fn new(jsonl: bool, follow: bool, counts: &Counts) -> Self {
        let waiting = counts.get(State::Queued) + counts.get(State::Sending);
        let bar = match jsonl || follow {
            true => ProgressBar::hidden(),
            false => ProgressBar::new(waiting),
        };
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {per_sec} {msg}") {
            bar.set_style(style);
        }
        Self {
            jsonl,
            follow,
            bar,
            last: None,
            failed: None,
        }
    }

    fn object(&mut self, object: &Value) {
        let mut out = io::stdout().lock();
        let written = writeln!(out, "{object}").and_then(|()| out.flush());
        self.failed = self.failed.take().or(written.err());
    }

    fn person(&mut self, event: &str, record: &dyn std::fmt::Display, words: &str) {
        let record = record.to_string();
        if self.jsonl {
            self.object(&json!({"event": event, "record_id": record, "detail": words}));
        } else {
            self.bar.suspend(|| println!("! {record}: {words}"));
        }
    }

    /// Everything that can be sent is sent, for now.
    fn rest(&mut self) {
        self.last = None;
    }

    /// The last word: what was delivered, what is left and why.
    fn end(mut self, counts: &Counts, delivered: u64, reasons: &[Reason]) -> anyhow::Result<u8> {
        self.bar.finish_and_clear();
        let n = |state| counts.get(state);
        let waiting = n(State::Queued) + n(State::Sending);
        let person = n(State::Rejected) + n(State::Conflict);
        let mut why = reasons.to_vec();
        if waiting > 0 && why.is_empty() {
            why.push(Reason::Held);
        }
        if person > 0 {
            why.push(Reason::Person);
        }
        let left = waiting + person > 0;
        if !left {
            why.clear();
        }
        self.finished(counts, delivered, &why)?;
        Ok(if left { EXIT_LEFT } else { EXIT_OK })
    }

    fn finished(&mut self, counts: &Counts, delivered: u64, why: &[Reason]) -> anyhow::Result<()> {
        let n = |state| counts.get(state);
        let waiting = n(State::Queued) + n(State::Sending);
        if self.jsonl {
            let sentences = |language| -> Vec<String> {
                let words = why.iter().map(|reason| reason.words());
                words.map(|w| w.in_language(language).to_owned()).collect()
            };
            let codes: Vec<&str> = why.iter().map(|reason| reason.code()).collect();
            self.object(&json!({
                "event": "finished", "delivered": delivered,
                "left": {"queued": waiting, "rejected": n(State::Rejected),
                    "conflict": n(State::Conflict), "awaiting_number": n(State::AwaitingNumber)},
                "why": codes, "ja": sentences(Language::Japanese), "en": sentences(Language::English),
            }));
        } else {
            println!(
                "送信 {delivered} 件、送信待ち {waiting} 件、拒否 {} 件、食い違い {} 件\n\
                 delivered {delivered}, still queued {waiting}, refused {}, contradicting others {}",
                n(State::Rejected),
                n(State::Conflict),
                n(State::Rejected),
                n(State::Conflict)
            );
            for reason in why {
                let words = reason.words();
                println!(
                    "! {}\n  {}",
                    words.in_language(Language::Japanese),
                    words.in_language(Language::English)
                );
            }
        }
        match self.failed.take() {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    fn waiting(&mut self, waiting: &Waiting) {
        if self.jsonl {
            let words = waiting.why.words();
            self.object(&json!({
                "event": "waiting", "why": waiting.why.code(),
                "seconds": waiting.wait.as_secs_f64(), "failures": waiting.failures,
                "ja": words.in_language(Language::Japanese), "en": words.in_language(Language::English),
            }));
        } else if self.last != Some(waiting.why) {
            let words = waiting.why.words().to_string();
            self.bar.suspend(|| println!("… {words}"));
        }
        self.last = Some(waiting.why);
    }
}

impl Watch for Teller {
    fn tell(&mut self, progress: &Progress) {
        match progress {
            Progress::Batch { delivered, again } => {
                self.bar.inc(*delivered as u64);
                self.last = None;
                if self.jsonl {
                    self.object(
                        &json!({"event": "delivered", "records": delivered, "again": again}),
                    );
                }
            }
            Progress::Refused { record, words } => self.person("rejected", record, words),
            Progress::Conflict { record, words } => self.person("conflict", record, words),
            Progress::Waiting(waiting) => self.waiting(waiting),
        }
    }

    fn wait(&mut self, waiting: &Waiting) -> ControlFlow<()> {
        let gives_up =
            waiting.halted || waiting.failures >= PATIENCE || waiting.wait > LONGEST_WAIT;
        // Nobody reads on.
        if self.failed.is_some() || (gives_up && !self.follow) {
            return ControlFlow::Break(());
        }
        std::thread::sleep(waiting.wait);
        ControlFlow::Continue(())
    }

    fn random(&mut self) -> f64 {
        // Without random numbers the longest wait is the safe one.
        getrandom::u32().map_or(1.0, |n| f64::from(n) / f64::from(u32::MAX))
    }
}
