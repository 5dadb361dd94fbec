//! A station of paper: a real desk whose checks and records are answered at once.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use uuid::Uuid;

use crate::app::Machine;
use crate::app::view::{CameraState, DeliveryState, Notice, View};
use crate::desk::*;
use crate::intake::*;
use crate::reading::{self, FrameId, Pattern, Presented, Verdict, Witness, WitnessKind};
use crate::station::{Command, People, Queue};
use crate::text::Bilingual;
use crate::voucher::{TicketKindCodes, VoucherNumber};

pub(super) const TODAY: Date = date(2021, 11, 20);

/// Saturday morning, 10:15 in Japan.
pub(super) fn now() -> Timestamp {
    "2021-11-20T10:15:00+09:00".parse().unwrap()
}

pub(in crate::app) fn session() -> Session {
    let file = "version = 1\nconfirmed = true\nmode = \"after-shot\"\ndate = \"2021-11-20\"\n\
         venue = \"市民会館\"\ndoctor = \"山田 太郎\"\nproduct = \"comirnaty-12\"\nlot = \"FJ7489\"\n\
         ticket_kind = \"vaccination\"\noperator = \"clerk-01\"\n";
    Session::parse(file).unwrap()
}

/// The fictional number of a person.
pub(super) fn number(person: u8) -> VoucherNumber {
    format!("2213101600123456{person:02}").parse().unwrap()
}

/// What stops a voucher before the shot.
pub(super) fn too_soon() -> Finding {
    Finding {
        code: FindingCode::IntervalTooShort,
        severity: Severity::Stop,
        message: Bilingual::new(
            "前回の接種から 12 日です（18 日あける必要があります）",
            "12 days since the last dose (18 are needed)",
        ),
        remedy: Bilingual::new(
            "接種日を本人と接種券で確かめてください",
            "check the date with the person and on the voucher",
        ),
    }
}

/// The desk, and what answers it.
pub(in crate::app) struct Paper {
    desk: Desk,
    ids: u128,
    frame: u64,
    place: u64,
    /// What the rules find of the next voucher.
    pub findings: Vec<Finding>,
    /// Whether the book has room.
    pub full: bool,
    /// What the view shows besides the desk.
    pub camera: CameraState,
    pub delivery: DeliveryState,
    pub warnings: Vec<Bilingual>,
    pub queue: Queue,
    pub card: Option<(Session, String)>,
    pub seal: Option<String>,
    pub people: People,
    notice: Option<Notice>,
    sound: Option<(u64, Sound)>,
    /// What was told that is not the desk's.
    pub commands: Vec<Command>,
}

impl Paper {
    /// Nobody has confirmed anything yet.
    pub fn new() -> Self {
        let station = StationId::new("tablet-1").unwrap();
        let catalogue = Catalogue::built_in().unwrap();
        Self {
            desk: Desk::new(station, catalogue, TicketKindCodes::default()),
            ids: 0,
            frame: 0,
            place: 0,
            findings: Vec::new(),
            full: false,
            camera: CameraState::Looking,
            delivery: DeliveryState::Delivered,
            warnings: Vec::new(),
            queue: Queue::default(),
            card: None,
            seal: None,
            people: People::default(),
            notice: None,
            sound: None,
            commands: Vec::new(),
        }
    }

    /// The program ends and starts again, in the same session.
    pub fn restart(&mut self) {
        let resumed = Resumed {
            notes: self.desk.notes(),
            records: self.snapshot().records,
            to_follow: Vec::new(),
            last: SequenceNumber(self.place),
        };
        let station = StationId::new("tablet-1").unwrap();
        let catalogue = Catalogue::built_in().unwrap();
        self.desk = Desk::resume(station, catalogue, TicketKindCodes::default(), resumed);
        self.tell(Input::ConfirmSession(session()));
    }

    pub fn snapshot(&self) -> Snapshot {
        self.desk.snapshot(TODAY)
    }

    pub fn view(&self) -> View {
        View {
            desk: self.snapshot(),
            people: self.people.clone(),
            camera: self.camera.clone(),
            warnings: self.warnings.clone(),
            delivery: self.delivery.clone(),
            queue: self.queue.clone(),
            copy: None,
            notice: self.notice.clone(),
            sound: self.sound,
            machine: Machine {
                free: Some(20_000_000_000),
                battery: Some((90, false)),
            },
            seal: self.seal.clone(),
            card: self.card.clone(),
        }
    }

    /// Does what a person did.
    pub fn command(&mut self, command: Command) {
        match command {
            Command::Desk(input) => self.tell(input),
            other => self.commands.push(other),
        }
    }

    /// Tells the desk one thing, and all that follows.
    pub fn tell(&mut self, input: Input) {
        let mut waiting = vec![input];
        while let Some(input) = waiting.pop() {
            let ids = &mut self.ids;
            let mut moment = Now {
                today: TODAY,
                at: now(),
                new_id: &mut || {
                    *ids += 1;
                    RecordId::from_uuid(Uuid::from_u128(*ids))
                },
            };
            for effect in self.desk.step(input, &mut moment) {
                waiting.extend(self.answer(effect));
            }
        }
    }

    fn answer(&mut self, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Check { record, .. } => Some(Input::Checked {
                record,
                findings: std::mem::take(&mut self.findings),
            }),
            Effect::Record { entry, .. } if self.full => Some(Input::NotRecorded {
                entry: entry.id,
                why: Bilingual::new(
                    "空き容量がありません。不要なファイルを消してください",
                    "the disk is full: delete what is not needed",
                ),
            }),
            Effect::Record { entry, .. } => {
                self.place += 1;
                Some(Input::Recorded {
                    entry: entry.id,
                    kept: Kept::AsNew(SequenceNumber(self.place)),
                })
            }
            Effect::Sound(sound) => {
                self.sound = Some((self.sound.map_or(0, |(n, _)| n + 1), sound));
                None
            }
            Effect::Refuse(refusal) => {
                self.notify(Bilingual::of_text(&refusal.to_string()));
                None
            }
            Effect::Audit(_) => None,
        }
    }

    /// A sentence is shown.
    pub fn notify(&mut self, words: Bilingual) {
        let number = self.notice.as_ref().map_or(0, |notice| notice.number + 1);
        self.notice = Some(Notice { number, words });
    }

    /// A voucher is laid down and read.
    pub fn lay(&mut self, person: u8) {
        self.frame += 1;
        self.tell(Input::Accepted(Read {
            number: number(person),
            frame: FrameId(self.frame),
            witnesses: vec![WitnessKind::Line, WitnessKind::Nw7],
        }));
    }

    /// A voucher is laid down and some of its digits are doubtful.
    pub fn lay_doubtful(&mut self, person: u8) {
        let mut candidate = Pattern(number(person).digits().map(Some));
        candidate.0[11] = None;
        candidate.0[14] = None;
        self.doubt(person, candidate);
    }

    /// A voucher is laid down whose every digit is undisputed, but too few witnesses back it.
    pub fn lay_complete_doubt(&mut self, person: u8) {
        self.doubt(person, Pattern(number(person).digits().map(Some)));
    }

    fn doubt(&mut self, person: u8, candidate: Pattern) {
        self.frame += 1;
        self.tell(Input::Reading(None));
        self.tell(Input::InDoubt(Doubt {
            frame: FrameId(self.frame),
            candidate,
            reasons: vec![reading::Reason::BarcodeDisagrees],
            witnesses: vec![Witness {
                kind: WitnessKind::Line,
                digits: Pattern(number(person).digits().map(Some)),
                confidence: None,
                sure: true,
            }],
        }));
    }

    pub fn take_away(&mut self) {
        self.tell(Input::Ended(Presented {
            verdict: Verdict::Refused {
                reasons: vec![reading::Reason::NoVoucher],
            },
            first: FrameId(self.frame),
            decided: None,
            last: FrameId(self.frame),
        }));
    }

    /// A whole voucher, from the table into the book and away.
    pub fn record(&mut self, person: u8) {
        self.lay(person);
        self.take_away();
    }
}
