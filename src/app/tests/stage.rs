//! The window's content on a station of paper, without a window.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, OnceLock};

use eframe::egui::{Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, SnapshotOptions};

use super::fits;
use super::painter::Painter;
use super::paper::{Paper, now};
use crate::app::front::{App, Facts};
use crate::app::{Board, EnrolmentState, Orders, Picture, Screen, theme};
use crate::camera::Turn;
use crate::clock::SetClock;
use crate::intake::{Catalogue, Doctor, OperatorId, StationId, Venue};
use crate::optics::decode_still;
use crate::reading::{Expectation, Reader};
use crate::station::Command;
use crate::text::Language;

/// The tablet of 1280 × 800; the larger one shows the same, larger.
const TABLET: (f32, f32) = (1280.0, 800.0);

/// The screen and its station.
pub(super) struct Stage {
    pub harness: Harness<'static, App>,
    pub paper: Paper,
    board: Arc<Board>,
    commands: Receiver<Command>,
    pub turns: Receiver<Turn>,
    language: Language,
}

impl Stage {
    /// The screen as it opens, in this language.
    pub fn new(language: Language) -> Self {
        Self::of(Paper::new(), language, false)
    }

    /// A session is confirmed already.
    pub fn open(language: Language) -> Self {
        let mut paper = Paper::new();
        paper.tell(crate::desk::Input::ConfirmSession(super::paper::session()));
        Self::of(paper, language, false)
    }

    /// The screen of a station.
    pub fn of(paper: Paper, language: Language, training: bool) -> Self {
        let (station, commands) = channel();
        let (practice, turns) = channel();
        let board = Arc::new(Board::default());
        board.put_view(paper.view());
        let facts = Arc::new(Facts {
            training,
            station: StationId::new("tablet-1").unwrap(),
            catalogue: Catalogue::built_in().unwrap(),
            venues: vec![
                Venue::new("市民会館").unwrap(),
                Venue::new("中央体育館").unwrap(),
            ],
            doctors: vec![Doctor::new("山田 太郎").unwrap()],
            usual: Some(super::paper::session()),
            operator: OperatorId::new("clerk-01").unwrap(),
            mount: None,
            server: None,
            reports: std::env::temp_dir().join("uketsuke-test-reports"),
            clock: Arc::new(SetClock::start(now())),
        });
        let orders = Orders {
            station,
            practice: training.then_some(practice),
        };
        let mut app = App::new(board.clone(), facts, orders);
        app.speak(language);
        let points = TABLET.0 / theme::CANVAS.x;
        let harness = Harness::builder()
            .with_size(vec2(TABLET.0, TABLET.1) / points)
            .with_pixels_per_point(points)
            .with_context_setup(theme::install)
            .renderer(Painter::default())
            .build_ui_state(|ui, app: &mut App| app.show(ui), app);
        Self {
            harness,
            paper,
            board,
            commands,
            turns,
            language,
        }
    }

    /// Draws until nothing changes any more, and does what was pressed. Whatever is on the screen
    /// then can be read.
    #[track_caller]
    pub fn settle(&mut self) {
        for _ in 0..4 {
            self.board.put_view(self.paper.view());
            self.harness.run_steps(2);
            while let Ok(command) = self.commands.try_recv() {
                self.paper.command(command);
            }
        }
        let screen = self.harness.ctx.content_rect();
        let unreadable = fits::unreadable(&self.harness.output().shapes, screen);
        assert!(unreadable.is_empty(), "{}", unreadable.join("\n"));
    }

    /// Opens a screen.
    pub fn go_to(&mut self, screen: Screen) {
        self.harness.state_mut().go_to(screen);
        self.settle();
    }

    /// Does something at the station, then draws.
    pub fn happens(&mut self, what: impl FnOnce(&mut Paper)) {
        what(&mut self.paper);
        self.settle();
    }

    /// An enrolment that was asked for comes on.
    pub fn enrolment(&mut self, state: EnrolmentState) {
        self.board.put_enrolment(state);
        self.settle();
    }

    /// Presses what has this label.
    #[track_caller]
    pub fn press(&mut self, label: &str) {
        self.harness
            .get_by_role_and_label(Role::Button, label)
            .click();
        self.settle();
    }

    /// Presses the first that has this label.
    pub fn press_first(&mut self, label: &str) {
        self.harness
            .query_all_by_role_and_label(Role::Button, label)
            .next()
            .unwrap()
            .click();
        self.settle();
    }

    /// Presses a key of a keyboard.
    pub fn key(&mut self, name: &str) {
        let key = eframe::egui::Key::from_name(name).unwrap();
        self.harness.key_press(key);
        self.settle();
    }

    /// Whether a label that has these words is to be seen.
    pub fn shows(&self, words: &str) -> bool {
        self.harness
            .query_all_by_label_contains(words)
            .next()
            .is_some()
    }

    /// Whether a button of this name is to be seen.
    pub fn offers(&self, label: &str) -> bool {
        self.harness
            .query_all_by_role_and_label(Role::Button, label)
            .next()
            .is_some()
    }

    /// The names of all buttons.
    pub fn buttons(&self) -> Vec<String> {
        self.harness
            .query_all_by_role(Role::Button)
            .filter_map(|node| node.accesskit_node().label())
            .collect()
    }

    /// A shipped sample lies under the camera.
    pub fn sees_sample(&mut self) {
        self.board.put_picture(sample().clone());
        self.settle();
    }

    /// Compares with the golden picture `NAME.LANGUAGE.png` in `snapshots`.
    #[track_caller]
    pub fn looks_like(&mut self, name: &str) {
        let language = match self.language {
            Language::Japanese => "ja",
            Language::English => "en",
        };
        let folder = PathBuf::from("src/app/tests/snapshots");
        let options = SnapshotOptions::new().threshold(0.6).output_path(folder);
        let same = self
            .harness
            .try_snapshot_options(format!("{name}.{language}"), &options);
        if let Err(error) = same {
            panic!("{error}");
        }
    }
}

/// A shipped sample with what was found in it, read once.
fn sample() -> &'static Picture {
    static SAMPLE: OnceLock<Picture> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let file = std::fs::read("samples/set/stills/n_00002.jpg").unwrap();
        let frame = decode_still(&file).unwrap();
        let reader = Reader::new().unwrap();
        let observation = reader.observe(&frame, &[], &Expectation::default());
        Picture::of(&frame, &observation.unwrap())
    })
}
