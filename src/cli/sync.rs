//! `uketsuke sync`: deliver what is queued.

use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::data_dir::{DataArgs, Place};
use super::{EXIT_LEFT, EXIT_OK, progress};
use crate::intake::{OperatorId, RecordId};
use crate::keys::{DeviceKey, KeyName};
use crate::store::{
    Counts, DirectoryError, Enrolment, Event, RecordStore as _, SqliteStore, State, StoreError,
    Witnessed,
};
use crate::sync::{
    Api, Backoff, Credentials, Delivered, Delivery, DeliveryError, HttpTransport, Outbox, Probe,
    Progress, Route, Waiting, Watch, Why,
};
use crate::text::Language;

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

/// The longest that a delivery that does not follow waits at once: somebody stands there.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

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
        return teller.end(&store.counts(None)?, 0, &[Why::AnotherDelivery]);
    };
    let Some(enrolment) = store.enrolment()? else {
        return teller.end(&store.counts(None)?, 0, &[Why::NotEnrolled]);
    };
    greet(args, &enrolment, &store.counts(None)?);
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
            let why = round.stopped;
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

/// Says at the start of a delivery that goes on what it is about to do.
fn greet(args: &SyncArgs, enrolment: &Enrolment, counts: &Counts) {
    if args.follow && !args.jsonl {
        let (server, waiting) = (&enrolment.server, counts.get(State::Queued));
        println!(
            "{server} へ送り続けます（送信待ち {waiting} 件、終わるには Ctrl-C）\n\
             delivering to {server} as records come ({waiting} queued; Ctrl-C ends it)"
        );
    }
}

/// Errors that exit codes tell apart come as they are.
fn told(result: Result<Delivered, DeliveryError>) -> anyhow::Result<Delivered> {
    Ok(match result {
        Err(DeliveryError::OtherKind(error)) => return Err(error.into()),
        Err(DeliveryError::Key(error)) => return Err(error.into()),
        Err(error @ DeliveryError::Store(StoreError::NotRecorded(_))) => {
            return Err(error).context(
                "送信の経過を書けません。記録は失われていません。空き容量を確かめて、もう一度「uketsuke sync」を実行してください / what was delivered cannot be noted; no record is lost: check the free space, then run `uketsuke sync` again",
            );
        }
        result => result?,
    })
}

/// The server that a station is enrolled at.
pub(super) fn api(place: &Place, enrolment: Enrolment) -> anyhow::Result<Api> {
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

/// Tells what happens, in words or as objects.
struct Teller {
    jsonl: bool,
    follow: bool,
    bar: ProgressBar,
    /// Attempts in a row of this run that brought no answer.
    failures: u32,
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
            failures: 0,
            last: None,
            failed: None,
        }
    }

    fn object(&mut self, object: &Value) {
        let mut out = io::stdout().lock();
        let written = writeln!(out, "{object}").and_then(|()| out.flush());
        self.failed = self.failed.take().or(written.err());
    }

    fn person(&mut self, record: &RecordId, about: &str, words: &str) {
        self.bar
            .suspend(|| println!("! {about} ({record}): {words}"));
    }

    /// Everything that can be sent is sent, for now.
    fn rest(&mut self) {
        self.last = None;
    }

    /// The last word: what was delivered, what is left and why.
    fn end(mut self, counts: &Counts, delivered: u64, reasons: &[Why]) -> anyhow::Result<u8> {
        self.bar.finish_and_clear();
        let n = |state| counts.get(state);
        let waiting = n(State::Queued) + n(State::Sending);
        let person = n(State::Rejected) + n(State::Conflict);
        let mut why = reasons.to_vec();
        if waiting > 0 && why.is_empty() {
            why.push(Why::Held);
        }
        if person > 0 {
            why.push(Why::ForAPerson);
        }
        let left = waiting + person > 0;
        // Who is told to go on and cannot is told so, with or without records.
        if !left && !self.follow {
            why.retain(|why| *why == Why::NotEnrolled);
        }
        self.finished(counts, delivered, &why)?;
        let failed = left || (self.follow && !why.is_empty());
        Ok(if failed { EXIT_LEFT } else { EXIT_OK })
    }

    fn finished(&mut self, counts: &Counts, delivered: u64, why: &[Why]) -> anyhow::Result<()> {
        let n = |state| counts.get(state);
        let waiting = n(State::Queued) + n(State::Sending);
        if self.jsonl {
            let sentences = |language| -> Vec<String> {
                let words = why.iter().map(|why| why.words());
                words.map(|w| w.in_language(language).to_owned()).collect()
            };
            let codes: Vec<&str> = why.iter().map(|why| why.code()).collect();
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
            if waiting > 0 {
                println!(
                    "記録は残っています。もう一度「uketsuke sync」を実行するか、「--follow」で送り続けてください\n\
                     nothing is lost: run `uketsuke sync` again, or let `--follow` go on"
                );
            }
        }
        match self.failed.take() {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    fn waiting(&mut self, waiting: &Waiting) {
        if !self.jsonl && self.last != Some(waiting.why) {
            let words = waiting.why.words().to_string();
            self.bar.suspend(|| println!("… {words}"));
        }
        self.last = Some(waiting.why);
    }
}

impl Watch for Teller {
    fn tell(&mut self, progress: &Progress) {
        if self.jsonl {
            self.object(&progress::object(progress));
        }
        match progress {
            Progress::Batch { delivered, .. } => {
                self.bar.inc(*delivered as u64);
                (self.last, self.failures) = (None, 0);
                if self.follow && !self.jsonl && *delivered > 0 {
                    println!("送信 {delivered} 件 / delivered {delivered}");
                }
            }
            Progress::Refused {
                record,
                about,
                words,
            }
            | Progress::Conflict {
                record,
                about,
                words,
            } if !self.jsonl => self.person(record, about, words),
            Progress::Refused { .. } | Progress::Conflict { .. } => {}
            Progress::Waiting(waiting) => self.waiting(waiting),
        }
    }

    fn wait(&mut self, waiting: &Waiting) -> ControlFlow<()> {
        self.failures += 1;
        // Its own attempts count: whoever runs it has asked for it now.
        let wait = match self.follow {
            true => waiting.wait,
            false => waiting.wait.min(LONGEST_WAIT),
        };
        let gives_up = waiting.halted || self.failures >= PATIENCE;
        // Nobody reads on.
        if self.failed.is_some() || (gives_up && !self.follow) {
            return ControlFlow::Break(());
        }
        std::thread::sleep(wait);
        ControlFlow::Continue(())
    }

    fn random(&mut self) -> f64 {
        // Without random numbers the longest wait is the safe one.
        getrandom::u32().map_or(1.0, |n| f64::from(n) / f64::from(u32::MAX))
    }
}
