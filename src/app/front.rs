//! The window's content: bars above, the open screen below, and what holds them up.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::{Align, Event, Key, Label, Layout, Rect, RichText, Sense, Ui, Vec2, vec2};

use super::board::Board;
use super::orders::Orders;
use super::screens::{self, Cx, Screen, States, Wish, look, within};
use super::theme::{self, GAP, MM, TARGET};
use super::view::{CameraState, DeliveryState, View};
use super::widgets::{
    Emphasis, Mark, Shape, Sign, button, chip, paint_shape, sign_panel, wide_button,
};
use super::words;
use super::work::Work;
use crate::camera::Turn;
use crate::clock::Clock;
use crate::intake::{Catalogue, Doctor, OperatorId, Session, StationId, Venue};
use crate::station::Command;
use crate::store::State;
use crate::text::{Bilingual, Language};

/// Room for the buttons of the practice table's hand.
const HAND: f32 = 121.0 * MM;

/// Room for the first of them alone.
const SWITCH: f32 = 30.0 * MM;

/// What does not change while the window is open.
pub struct Facts {
    /// Whether this is for practising.
    pub training: bool,
    /// Which station this is.
    pub station: StationId,
    /// What can be given.
    pub catalogue: Catalogue,
    /// The venues of the list; empty where any may be entered.
    pub venues: Vec<Venue>,
    /// Doctors to choose from; another one can be typed.
    pub doctors: Vec<Doctor>,
    /// Presets that a learner begins with.
    pub usual: Option<Session>,
    /// Who is written down where nobody has signed in.
    pub operator: OperatorId,
    /// The file with the mount's profile.
    pub mount: Option<String>,
    /// The server at which the station is enrolled.
    pub server: Option<String>,
    /// Where reports are kept.
    pub reports: PathBuf,
    /// The station's clock.
    pub clock: Arc<dyn Clock>,
}

/// The window's content.
pub struct App {
    board: Arc<Board>,
    facts: Arc<Facts>,
    orders: Orders,
    language: Language,
    open: Screen,
    menu: bool,
    /// Whether samples come and go by themselves, from the first session on.
    by_itself: bool,
    practising: bool,
    /// The notice that a person has closed.
    seen: Option<u64>,
    /// Who sat here when the screen was drawn last.
    seated: Option<OperatorId>,
    states: States,
    work: Work,
}

impl App {
    /// Draws what is on the board, in Japanese first.
    pub fn new(board: Arc<Board>, facts: Arc<Facts>, orders: Orders) -> Self {
        Self {
            by_itself: facts.training,
            board,
            facts,
            orders,
            language: Language::Japanese,
            open: Screen::Reception,
            menu: false,
            practising: false,
            seen: None,
            seated: None,
            states: States::default(),
            work: Work::default(),
        }
    }

    /// Speaks this language from now on.
    pub fn speak(&mut self, language: Language) {
        self.language = language;
    }

    /// Opens a screen; what was half done on the one before is given up, but for the day's presets.
    pub fn go_to(&mut self, screen: Screen) {
        self.menu = false;
        if self.open != screen {
            self.open = screen;
            self.states.put_down();
        }
    }

    /// Draws everything.
    pub fn show(&mut self, ui: &mut Ui) {
        let begun = self.facts.clock.now().monotonic;
        self.draw(ui);
        let done = self.facts.clock.now().monotonic;
        self.work.took(done.saturating_sub(begun));
    }

    fn draw(&mut self, ui: &mut Ui) {
        let whole = ui.ctx().content_rect();
        ui.painter().rect_filled(whole, 0.0, theme::TABLE);
        if let Some(why) = self.board.failed() {
            self.show_failed(ui, &why);
            return;
        }
        let Some(view) = self.board.view() else {
            let words = words::STARTING.of(self.language);
            sign_panel(ui, ui.max_rect().shrink(10.0 * MM), Sign::Busy, words, "");
            return;
        };
        if view.desk.session.is_some() && !self.practising {
            self.practising = true;
            self.orders.practice(Turn::ByItself(self.by_itself));
        }
        let mut area = ui.max_rect().shrink(GAP);
        if self.facts.training {
            within(ui, cut_top(&mut area, TARGET), |ui| self.training_bar(ui));
        }
        self.follow_the_seat(ui, &view);
        if !view.people.must_sign_in() {
            within(ui, cut_top(&mut area, TARGET), |ui| self.top_bar(ui, &view));
        }
        if let Some(notice) = view
            .notice
            .as_ref()
            .filter(|notice| self.seen != Some(notice.number))
        {
            let place = cut_bottom(&mut area, 1.5 * TARGET);
            let (number, words) = (notice.number, notice.words.clone());
            within(ui, place, |ui| self.notice(ui, number, &words));
        }
        within(ui, area, |ui| self.content(ui, &view));
        if ui.input(|input| input.key_pressed(Key::Escape)) {
            self.menu = !self.menu;
        }
    }

    fn show_failed(&self, ui: &mut Ui, why: &Bilingual) {
        let area = ui.max_rect().shrink(10.0 * MM);
        let title = words::CANNOT_START.of(self.language);
        sign_panel(ui, area, Sign::Stop, title, why.in_language(self.language));
    }

    /// What one person has half done is not for the next; and while somebody uses the screen, it
    /// does not lock.
    fn follow_the_seat(&mut self, ui: &Ui, view: &View) {
        if self.seated != view.people.seated {
            self.seated = view.people.seated.clone();
            self.menu = false;
            self.states.forget();
        }
        let touches =
            |event: &Event| matches!(event, Event::PointerButton { .. } | Event::Key { .. });
        if self.seated.is_some() && ui.input(|input| input.events.iter().any(touches)) {
            self.orders.command(Command::Touched);
        }
    }

    fn content(&mut self, ui: &mut Ui, view: &View) {
        if self.menu && !view.people.must_sign_in() {
            self.menu(ui, view);
            return;
        }
        let picture = self.board.picture();
        let cx = Cx {
            view,
            picture: picture.as_ref(),
            enrolment: self.board.enrolment(),
            facts: &self.facts,
            orders: &self.orders,
            language: self.language,
            now: self.facts.clock.now(),
            drawing: self.work.slowest_hundredth(),
        };
        match screens::show(ui, self.open, &cx, &mut self.states) {
            Some(Wish::GoTo(next)) => self.go_to(next),
            Some(Wish::Speak(language)) => self.language = language,
            None => {}
        }
    }

    /// Nobody takes this for the real thing; and whose hand lays samples down.
    fn training_bar(&mut self, ui: &mut Ui) {
        let area = ui.max_rect();
        let colours = theme::TRAINING;
        ui.painter().rect_filled(area, theme::ROUND, colours.ground);
        let (sign, rest) = area.split_left_right_at_x(area.left() + TARGET);
        let shape = (Shape::Diamond, Mark::Exclamation);
        paint_shape(
            ui.painter(),
            sign.shrink(2.0 * MM),
            shape,
            colours.ink,
            colours.ground,
        );
        let words = words::TRAINING.of(self.language);
        let room = if self.by_itself { SWITCH } else { HAND };
        let (text, hand) = rest.split_left_right_at_x(rest.right() - room);
        within(ui, text.shrink2(vec2(0.0, 3.0 * MM)), |ui| {
            let text = RichText::new(words).color(colours.ink);
            ui.label(text.font(theme::bold(theme::TEXT)));
        });
        let layout = Layout::right_to_left(Align::Center);
        within(ui, hand, |ui| {
            ui.with_layout(layout, |ui| self.hand(ui));
        });
    }

    /// What the hand at the practice table does.
    fn hand(&mut self, ui: &mut Ui) {
        let t = |words: words::Words| words.of(self.language);
        let mut turn = None;
        let by_itself = Emphasis::Switch(self.by_itself);
        if button(ui, t(words::BY_ITSELF), by_itself).clicked() {
            turn = Some(Turn::ByItself(!self.by_itself));
        }
        if !self.by_itself {
            if button(ui, t(words::TAKE_SAMPLE), Emphasis::Plain).clicked() {
                turn = Some(Turn::TakeAway);
            }
            if button(ui, t(words::LAY_SAMPLE), Emphasis::Plain).clicked() {
                turn = Some(Turn::Lay);
            }
        }
        let Some(turn) = turn else { return };
        if let Turn::ByItself(by_itself) = turn {
            self.by_itself = by_itself;
        }
        self.orders.practice(turn);
    }

    /// Where one is, what is given, and how queue and camera stand.
    fn top_bar(&mut self, ui: &mut Ui, view: &View) {
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let menu = Emphasis::Switch(self.menu);
            if button(ui, words::MENU.of(self.language), menu).clicked() {
                self.menu = !self.menu;
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let (sign, words) = queue_sign(view, self.language);
                chip(ui, sign, &words);
                if let CameraState::Lost(_) | CameraState::Failed(_) = view.camera {
                    chip(ui, Sign::Stop, words::CAMERA_LOST.of(self.language));
                }
                self.strip(ui, view);
            });
        });
    }

    /// The session in two lines: what is given; when, where, by whom.
    fn strip(&self, ui: &mut Ui, view: &View) {
        let area = ui.available_rect_before_wrap();
        within(ui, area, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            // Nothing here is touched, and two lines have the height of one target.
            ui.spacing_mut().interact_size.y = 0.0;
            let Some(session) = &view.desk.session else {
                let title = self.open.title().of(self.language);
                let title = Label::new(RichText::new(title).heading()).truncate();
                let middle = Layout::left_to_right(Align::Center);
                ui.with_layout(middle, |ui| ui.add(title));
                return;
            };
            let product = self.facts.catalogue.product(&session.product);
            let name = product.map_or(session.product.as_str(), |product| &product.name);
            let given = format!("{name}　{}", session.lot);
            let given = RichText::new(given).font(theme::bold(theme::TEXT));
            ui.horizontal(|ui| {
                let side = vec2(6.0 * MM, 6.0 * MM);
                let (place, _) = ui.allocate_exact_size(side, Sense::hover());
                let (shape, colour) = look(&self.facts.catalogue, &session.product);
                paint_shape(ui.painter(), place, (shape, Mark::Nothing), colour, colour);
                ui.add(Label::new(given).truncate());
            });
            let mut place = format!("{}　{}　{}", session.date, session.venue, session.doctor);
            let seated = view.people.seated.as_ref();
            if let Some(person) = seated.and_then(|id| view.people.person(id)) {
                let operator = words::OPERATOR.of(self.language);
                place = format!("{place}　{operator} {}", person.name);
            }
            ui.add(Label::new(RichText::new(place).color(theme::MUTED)).truncate());
        });
    }

    fn menu(&mut self, ui: &mut Ui, view: &View) {
        let size = vec2((ui.available_width() - 2.0 * GAP) / 3.0, 1.7 * TARGET);
        let mut next = None;
        let (words, other) = match self.language {
            Language::Japanese => ("English", Language::English),
            Language::English => ("日本語", Language::Japanese),
        };
        let mut language = None;
        for row in Screen::MENU.chunks(3) {
            ui.horizontal(|ui| {
                for screen in row {
                    let mut words = screen.title().of(self.language).to_owned();
                    let open = view.desk.undecided.len() + view.desk.aside.len();
                    if *screen == Screen::Review && open > 0 {
                        words = format!("{words}（{open}）");
                    }
                    let here = Emphasis::Switch(*screen == self.open);
                    if wide_button(ui, &words, here, size).clicked() {
                        next = Some(*screen);
                    }
                }
                // The last row has room.
                if row.len() < 3 {
                    if wide_button(ui, words, Emphasis::Plain, size).clicked() {
                        language = Some(other);
                    }
                    self.sign_out(ui, view, size);
                }
            });
        }
        if let Some(language) = language {
            self.language = language;
            self.menu = false;
        }
        if let Some(screen) = next {
            self.go_to(screen);
        }
    }

    /// Who sits here leaves, or lets another take over.
    fn sign_out(&self, ui: &mut Ui, view: &View, size: Vec2) {
        let words = words::SIGN_OUT.of(self.language);
        if view.people.seated.is_some() && wide_button(ui, words, Emphasis::Plain, size).clicked() {
            self.orders.command(Command::SignOut);
        }
    }

    /// One sentence about what just happened, until it is closed or another comes.
    fn notice(&mut self, ui: &mut Ui, number: u64, sentence: &Bilingual) {
        let area = ui.max_rect();
        let colours = theme::ASK;
        ui.painter().rect_filled(area, theme::ROUND, colours.ground);
        let close = words::CLOSE_NOTICE.of(self.language);
        let (text, rest) = area.split_left_right_at_x(area.right() - 30.0 * MM);
        within(ui, rest.shrink(MM), |ui| {
            if wide_button(ui, close, Emphasis::Plain, rest.shrink(MM).size()).clicked() {
                self.seen = Some(number);
            }
        });
        let (sign, text) = text.split_left_right_at_x(text.left() + TARGET);
        let shape = Sign::Ask.shape();
        paint_shape(
            ui.painter(),
            sign.shrink(2.0 * MM),
            shape,
            colours.ink,
            colours.ground,
        );
        within(ui, text.shrink(2.0 * MM), |ui| {
            let words = sentence.in_language(self.language);
            ui.add(Label::new(RichText::new(words).color(colours.ink)).wrap());
        });
    }
}

/// How the queue stands: what waits, and whether it goes on its way.
fn queue_sign(view: &View, language: Language) -> (Sign, String) {
    let counts = &view.queue.counts;
    let open = counts.get(State::Queued) + counts.get(State::Sending);
    let to_a_person = counts.get(State::Rejected) + counts.get(State::Conflict);
    let with = |words: words::Words, n: u64| format!("{} {n}", words.of(language));
    match &view.delivery {
        _ if to_a_person > 0 => (Sign::Ask, with(words::TO_A_PERSON, to_a_person)),
        DeliveryState::Halted(_) => (Sign::Ask, with(words::NOT_SENDING, open)),
        DeliveryState::Waiting(_) => (Sign::Busy, with(words::QUEUED, open)),
        DeliveryState::Quiet | DeliveryState::Delivered if open > 0 => {
            (Sign::Busy, with(words::QUEUED, open))
        }
        DeliveryState::Quiet | DeliveryState::Delivered => (
            Sign::Good,
            with(words::SENT, counts.get(State::Acknowledged)),
        ),
    }
}

fn cut_top(area: &mut Rect, height: f32) -> Rect {
    let (top, rest) = area.split_top_bottom_at_y(area.top() + height);
    *area = rest.with_min_y(rest.top() + GAP);
    top
}

fn cut_bottom(area: &mut Rect, height: f32) -> Rect {
    let (rest, bottom) = area.split_top_bottom_at_y(area.bottom() - height);
    *area = rest.with_max_y(rest.bottom() - GAP);
    bottom
}
