//! The station in one thread: it takes in one thing, carries out what follows, and tells.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::civil::Date;

use super::acts;
use super::book::{Book, Surroundings};
use super::camera::Wanted;
use super::card::OpenedCard;
use super::command::Command;
use super::cutouts::Cutouts;
use super::event::{Delay, Event};
use super::people::Attendance;
use crate::clock::{self, Clock, Moment};
use crate::desk::{Act, Desk, Effect, Input, Kept, Listed, Notes, Now, Snapshot, Sound, Stage};
use crate::intake::{
    Catalogue, Decision, Entry, EntryKind, Finding, FindingCode, OperatorId, RecordId, Session,
    Severity, decide,
};
use crate::reading::{Expectation, FrameId};
use crate::store::{CopyState, Crop, Deed, SqliteStore, StoreError, Told, Witnessed};
use crate::text::Bilingual;

/// Arrivals that are remembered until their record is durable.
const ARRIVALS: usize = 8;

/// When a frame that decided was taken, and when its voucher came to rest; both on the station's
/// monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// The frame.
    pub frame: FrameId,
    /// When it was taken.
    pub taken: Duration,
    /// When its voucher had come to rest.
    pub settled: Duration,
}

/// What one frame means to the station.
#[derive(Debug, Clone)]
pub struct Look {
    /// What the desk is told of it.
    pub inputs: Vec<Input>,
    /// When its voucher came to rest, of a frame that decided.
    pub arrival: Option<Arrival>,
    /// Pictures of its number, of a frame that may be kept.
    pub crops: Option<(FrameId, Vec<Crop>)>,
}

/// The desk, its book, and what both need.
pub struct Station<'a> {
    desk: Desk,
    pub(super) book: Book,
    pub(super) clock: &'a dyn Clock,
    /// Who is written down where nobody sits at the desk.
    user: OperatorId,
    /// Who sits here; `None` where nobody has to sign in.
    pub(super) attendance: Option<Attendance>,
    /// The notes as they are in the book.
    kept: Notes,
    /// What people did that is not in the book yet.
    unwritten: Vec<Told>,
    /// Entries that were on their way into the book when the program ended.
    interrupted: Vec<RecordId>,
    /// The lists as they were told.
    listed: Listed,
    cutouts: Cutouts,
    arrivals: VecDeque<Arrival>,
    copy: Option<CopyState>,
    before: Moment,
}

impl<'a> Station<'a> {
    /// Goes on where the book says that the desk was left; the session has to be confirmed anew.
    ///
    /// # Errors
    /// [`StoreError`] when the book cannot be read.
    pub fn open(
        store: SqliteStore,
        catalogue: Catalogue,
        surroundings: Surroundings,
        clock: &'a dyn Clock,
        user: OperatorId,
    ) -> Result<Self, StoreError> {
        let station = store.opening().station.clone();
        let codes = surroundings.codes;
        let mut book = Book {
            store,
            catalogue: catalogue.clone(),
            surroundings,
            clock_suspect: false,
        };
        let desk = Desk::resume(station, catalogue, codes, book.resume()?);
        let mut station = Self {
            kept: desk.notes(),
            unwritten: Vec::new(),
            interrupted: desk.interrupted(),
            desk,
            book,
            clock,
            user,
            listed: Listed::default(),
            attendance: None,
            cutouts: Cutouts::default(),
            arrivals: VecDeque::new(),
            copy: None,
            before: clock.now(),
        };
        station.call_the_roll()?;
        Ok(station)
    }

    /// The book.
    pub(super) fn store(&mut self) -> &mut SqliteStore {
        &mut self.book.store
    }

    /// What a screen draws.
    pub fn snapshot(&self) -> Snapshot {
        self.desk.snapshot(self.today())
    }

    /// What the reader has to expect of the next voucher.
    pub fn expectation(&self) -> Expectation {
        let session = self.confirmed_session();
        Expectation {
            codes: self.book.surroundings.codes,
            ticket_kind: session.map(|session| session.ticket_kind),
            dose: session.and_then(|session| session.dose),
        }
    }

    /// What is wanted of the next frame.
    pub fn wanted(&self) -> Wanted {
        Wanted {
            expectation: self.expectation(),
            card: self.waits_for_session(),
        }
    }

    /// Tells what a session card sets, or why it is not taken; nothing begins with it. In a session
    /// nobody asked for one.
    pub fn card(&mut self, opened: Result<OpenedCard, Bilingual>) -> Vec<Event> {
        if !self.waits_for_session() {
            return Vec::new();
        }
        let (now, operator) = (self.now(), self.actor());
        let told = opened.and_then(|OpenedCard { card, code }| {
            let session = card.session(operator, now.wall, now.day());
            let session = session.map_err(|error| words(&error))?;
            Ok(Event::CardSeen { session, code })
        });
        vec![told.unwrap_or_else(Event::CardRefused)]
    }

    fn waits_for_session(&self) -> bool {
        self.desk.stage(self.today()) == Stage::NoSession
    }

    /// What is given now, and by whom.
    pub(super) fn confirmed_session(&self) -> Option<&Session> {
        self.desk.session().filter(|session| session.confirmed)
    }

    /// Takes in what a frame told; while nobody sits here where somebody should, nothing of it.
    pub fn look(&mut self, look: Look) -> Vec<Event> {
        let by_hand = |input: &Input| matches!(input, Input::Accepted(_) | Input::Ended(_));
        let mut events = match look.inputs.iter().any(by_hand) {
            true => self.touched(),
            false => Vec::new(),
        };
        if self.is_vacant() {
            return events;
        }
        if let Some((frame, crops)) = look.crops {
            self.cutouts.keep(frame, crops);
        }
        if let Some(arrival) = look.arrival {
            self.arrivals.push_back(arrival);
            if self.arrivals.len() > ARRIVALS {
                self.arrivals.pop_front();
            }
        }
        for input in look.inputs {
            events.extend(self.tell(input));
        }
        events
    }

    /// Frames are counted anew: those before are nobody's any more.
    pub fn forget_frames(&mut self) {
        self.cutouts.forget();
        self.arrivals.clear();
    }

    /// Tells the desk one thing, and does all that follows.
    pub fn tell(&mut self, input: Input) -> Vec<Event> {
        let mut events = Vec::new();
        let mut waiting = VecDeque::from([input]);
        while let Some(input) = waiting.pop_front() {
            if let Input::Ended(presented) = &input
                && presented.verdict.number().is_none()
            {
                events.push(Event::NotAccepted(presented.clone()));
            }
            let effects = self.step(input);
            self.note_acts(&effects, &mut events);
            self.keep_notes(&mut events);
            for effect in effects {
                waiting.extend(self.carry_out(effect, &mut events));
            }
        }
        let listed = self.desk.listed();
        if listed != self.listed {
            self.listed = listed;
            events.push(Event::Listed);
        }
        events
    }

    /// What is due without anybody asking: what could not be written down is tried again, as is what
    /// was interrupted by the end of the program as soon as somebody is there who may do it and answers
    /// for it, and a screen that nobody touches is locked.
    pub fn tick(&mut self) -> Vec<Event> {
        let mut events = self.look_after_the_seat();
        if !self.is_vacant() {
            for entry in std::mem::take(&mut self.interrupted) {
                let retry = Command::Desk(Input::Retry(entry));
                match self.allow(&retry) {
                    Ok(()) => events.extend(self.tell(Input::Retry(entry))),
                    Err(_) => self.interrupted.push(entry),
                }
            }
        }
        self.keep_notes(&mut events);
        events
    }

    fn step(&mut self, input: Input) -> Vec<Effect> {
        let now = self.now();
        self.desk.step(
            input,
            &mut Now {
                today: now.day(),
                at: now.wall,
                new_id: &mut || RecordId::new(now.wall),
            },
        )
    }

    /// What people did waits to be written down, by who did it and when.
    fn note_acts(&mut self, effects: &[Effect], events: &mut Vec<Event>) {
        for effect in effects {
            let Effect::Audit(act) = effect else { continue };
            if let Act::LeftUndecided(undecided) = act {
                events.push(Event::LeftUndecided(undecided.id));
            }
            let witnessed = self.witnessed();
            self.unwritten.push(Told::new(acts::of(act), witnessed));
        }
    }

    /// Keeps what the desk has to remember, and what people did about it, where that changed.
    fn keep_notes(&mut self, events: &mut Vec<Event>) {
        let notes = self.desk.notes();
        if notes == self.kept && self.unwritten.is_empty() {
            return;
        }
        match self.book.keep(&notes, &self.unwritten) {
            Ok(rows) => {
                self.kept = notes;
                let written = std::mem::take(&mut self.unwritten).into_iter().zip(rows);
                events.extend(written.filter_map(|(told, row)| match told.deed {
                    Deed::Closed(date) => Some(Event::Closed {
                        date,
                        seal: row.head().seal(),
                    }),
                    _ => None,
                }));
            }
            Err(error) => events.push(Event::NotWritten(words(&error))),
        }
    }

    fn carry_out(&mut self, effect: Effect, events: &mut Vec<Event>) -> Option<Input> {
        match effect {
            Effect::Check {
                record,
                candidate,
                session,
            } => {
                let now = self.now();
                let findings = self.book.check(record, &candidate, &session, &now);
                let findings = findings.unwrap_or_else(|error| {
                    let why = words(&error);
                    events.push(Event::NotWritten(why.clone()));
                    vec![not_looked_up(why)]
                });
                return Some(Input::Checked { record, findings });
            }
            Effect::Record {
                entry,
                shown,
                frame,
            } => return Some(self.record(&entry, &shown, frame, events)),
            // They were noted before anything was carried out.
            Effect::Audit(_) => {}
            Effect::Sound(sound) => {
                self.sound(sound, events);
            }
            Effect::Refuse(refusal) => events.push(Event::Refused(refusal)),
        }
        None
    }

    fn record(
        &mut self,
        entry: &Entry,
        shown: &[Finding],
        frame: Option<FrameId>,
        events: &mut Vec<Event>,
    ) -> Input {
        let witnessed = self.witnessed();
        let crops = self.cutouts.of(frame);
        match self.book.record(entry, shown, crops, witnessed) {
            Ok((kept, copy)) => {
                let is_new = !matches!(kept, Kept::SameAs(_));
                if is_new {
                    events.push(self.in_the_book(entry, frame));
                    events.extend(self.for_review(entry, shown));
                }
                if self.copy.as_ref() != Some(&copy) {
                    self.copy = Some(copy.clone());
                    events.push(Event::Copy(copy));
                }
                Input::Recorded {
                    entry: entry.id,
                    kept,
                }
            }
            Err(error) => {
                let why = words(&error);
                events.push(Event::NotRecorded {
                    entry: entry.id,
                    why: why.clone(),
                });
                Input::NotRecorded {
                    entry: entry.id,
                    why,
                }
            }
        }
    }

    fn in_the_book(&self, entry: &Entry, frame: Option<FrameId>) -> Event {
        let record = entry.record.id;
        match entry.kind {
            EntryKind::New => Event::Recorded {
                number: entry.record.subject.voucher(),
                record,
                frame,
                delay: self.delay(frame),
            },
            EntryKind::Correction(_) => Event::Changed {
                record,
                cancelled: false,
            },
            EntryKind::Cancellation(_) => Event::Changed {
                record,
                cancelled: true,
            },
        }
    }

    /// What is odd about an entry, unless somebody was asked about it.
    fn for_review(&self, entry: &Entry, shown: &[Finding]) -> Option<Event> {
        let mode = self.desk.session()?.mode;
        let asked = entry.kind == EntryKind::New && decide(mode, shown) == Decision::Stop;
        let odd = shown.iter().filter(|found| found.severity > Severity::Note);
        let findings: Vec<Finding> = odd.cloned().collect();
        let record = entry.record.id;
        (!asked && !findings.is_empty()).then_some(Event::ForReview { record, findings })
    }

    /// How long the voucher of this frame has waited.
    fn delay(&self, frame: Option<FrameId>) -> Option<Delay> {
        let mut arrivals = self.arrivals.iter().rev();
        let arrival = arrivals.find(|arrival| Some(arrival.frame) == frame)?;
        let now = self.clock.now().monotonic;
        Some(Delay {
            since_rest: now.saturating_sub(arrival.settled),
            since_decided: now.saturating_sub(arrival.taken),
        })
    }

    fn sound(&self, sound: Sound, events: &mut Vec<Event>) {
        match sound {
            Sound::AlreadyRecorded => events.push(Event::AlreadyRecorded {
                number: self.desk.on_table().and_then(|table| table.number),
                frame: self.arrivals.back().map(|arrival| arrival.frame),
            }),
            Sound::Question => {
                if let Some(question) = self.desk.question() {
                    events.push(Event::Question {
                        record: question.record,
                        findings: question.findings,
                    });
                }
            }
            _ => {}
        }
        events.push(Event::Sound(sound));
    }

    /// The value; what went wrong is told.
    pub(super) fn told<T>(
        &mut self,
        result: Result<T, StoreError>,
        events: &mut Vec<Event>,
    ) -> Option<T> {
        result
            .map_err(|error| events.push(Event::NotWritten(words(&error))))
            .ok()
    }

    /// What came of a change of the queue.
    pub(super) fn told_of_queue<T>(&mut self, result: Result<T, StoreError>) -> Vec<Event> {
        let mut events = Vec::new();
        if self.told(result, &mut events).is_some() {
            events.push(Event::Queue);
        }
        events
    }

    pub(super) fn witnessed(&mut self) -> Witnessed {
        Witnessed::new(self.actor(), self.now())
    }

    /// Who sits at the desk.
    fn actor(&self) -> OperatorId {
        let of_session = || self.desk.session().map(|session| &session.operator);
        let actor = self.seated().or_else(of_session).unwrap_or(&self.user);
        actor.clone()
    }

    /// The moment; a clock that jumped is suspect from then on.
    fn now(&mut self) -> Moment {
        let now = self.clock.now();
        self.book.clock_suspect |= clock::jump(&self.before, &now).is_some();
        self.before = now;
        now
    }

    fn today(&self) -> Date {
        self.clock.now().day()
    }
}

/// What stops a dose that is not given yet, and is looked at after one that was: nobody knows what
/// the person had before.
fn not_looked_up(why: Bilingual) -> Finding {
    Finding {
        code: FindingCode::PreviousDoseUnknown,
        severity: Severity::Stop,
        message: Bilingual::new(
            "以前の記録を調べられません",
            "earlier records cannot be looked up",
        ),
        remedy: why,
    }
}

/// An error's words in both languages.
pub(super) fn words(error: &dyn std::error::Error) -> Bilingual {
    Bilingual::of_text(&error.to_string())
}
