//! One entry that a person has to look at, field by field beside what the other side has or says.

use eframe::egui::{
    Align, Color32, Layout, Rect, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    UiBuilder, WidgetInfo, vec2,
};

use crate::app::screens::{Cx, vaccine, within};
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::widgets::{Emphasis, Sign, button, chip, number};
use crate::app::words::{self, Words, delivery as w, start};
use crate::intake::{Outcome, VaccinationRecord};
use crate::station::{Conflict, Other};
use crate::store::Stored;
use crate::sync::{Element, There, Told};

/// Room for a field's name.
const NAME: f32 = 26.0 * MM;

/// Room for how both sides compare.
const COMPARED: f32 = 38.0 * MM;

/// What is looked at.
#[derive(Clone, Copy)]
pub(super) enum Open<'a> {
    /// The server will not take it.
    Rejected(&'a Stored),
    /// It contradicts another record.
    Conflict(&'a Conflict),
}

/// What a person does about it.
pub(super) enum Act {
    /// Back to the list.
    Close,
    /// It is right, and is sent once more.
    SendAgain,
    /// It is corrected or cancelled among today's records.
    Records,
}

impl<'a> Open<'a> {
    /// This tablet's side.
    pub(super) fn entry(self) -> &'a Stored {
        match self {
            Self::Rejected(stored) => stored,
            Self::Conflict(conflict) => &conflict.entry,
        }
    }
}

/// How one field of both sides compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compared {
    Same,
    Differs,
    NotTold,
    /// The server objects to it.
    Objected,
    /// There is nothing to compare it with.
    Alone,
}

impl Compared {
    fn of(here: &str, there: Option<&str>) -> Self {
        match there {
            None => Self::NotTold,
            Some(there) if there == here => Self::Same,
            Some(_) => Self::Differs,
        }
    }

    /// Its sign and word.
    fn sign(self) -> Option<(Sign, Words)> {
        match self {
            Self::Same => Some((Sign::Known, w::SAME)),
            Self::Differs => Some((Sign::Ask, w::DIFFERS)),
            Self::NotTold => Some((Sign::Busy, w::NOT_TOLD)),
            Self::Objected => Some((Sign::Ask, w::OBJECTED)),
            Self::Alone => None,
        }
    }
}

/// One field of both sides.
struct Row {
    name: &'static str,
    here: String,
    there: String,
    compared: Compared,
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, cx: &Cx<'_>, open: Open<'_>) -> Option<Act> {
    let area = ui.available_rect_before_wrap();
    let (top, bottom) = area.split_top_bottom_at_y(area.bottom() - TARGET);
    let record = &open.entry().entry.record;
    let told = Told::of(open.entry().detail.as_deref().unwrap_or_default());
    within(ui, top.with_max_y(top.bottom() - GAP), |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = MM;
            whose(ui, cx, open, &told);
            match open {
                Open::Rejected(_) => rejected(ui, cx, record, &told),
                Open::Conflict(conflict) => contradicts(ui, cx, record, &conflict.other),
            }
        });
    });
    let mut act = None;
    within(ui, bottom, |ui| {
        ui.horizontal(|ui| {
            if button(ui, cx.t(words::BACK), Emphasis::Plain).clicked() {
                act = Some(Act::Close);
            }
            if button(ui, cx.t(words::TODAYS_RECORDS), Emphasis::Primary).clicked() {
                act = Some(Act::Records);
            }
            if button(ui, cx.t(w::AGAIN), Emphasis::Plain).clicked() {
                act = Some(Act::SendAgain);
            }
        });
    });
    act
}

/// The number, to be compared with the paper. Records contradict each other only where number and
/// dose are the same.
fn whose(ui: &mut Ui, cx: &Cx<'_>, open: Open<'_>, told: &Told) {
    let Some(voucher) = open.entry().entry.record.subject.voucher() else {
        return;
    };
    let objects = |element| told.elements.contains(&element);
    ui.horizontal(|ui| {
        number(ui, &voucher.grouped());
        match open {
            Open::Conflict(_) => {
                chip(ui, Sign::Known, cx.t(w::SAME_DOSE));
            }
            Open::Rejected(_) if objects(Element::Number) || objects(Element::Dose) => {
                chip(ui, Sign::Ask, cx.t(w::OBJECTED));
            }
            Open::Rejected(_) => {}
        }
    });
}

fn rejected(ui: &mut Ui, cx: &Cx<'_>, record: &VaccinationRecord, told: &Told) {
    let [date, vaccine, lot, venue] = fields(cx, record);
    let row = |name, here, element| Row {
        name,
        here,
        there: String::new(),
        compared: match told.elements.contains(&element) {
            true => Compared::Objected,
            false => Compared::Alone,
        },
    };
    let rows = [
        row(cx.t(start::DATE), date, Element::Date),
        row(cx.t(start::PRODUCT), vaccine, Element::Vaccine),
        row(cx.t(start::LOT), lot, Element::Lot),
        row(cx.t(start::VENUE), venue, Element::Venue),
        row(
            cx.t(start::DOCTOR),
            record.doctor.to_string(),
            Element::Doctor,
        ),
    ];
    for words in &told.words {
        let words = format!("{}: {}", cx.t(w::SAYS), cx.says(words));
        ui.label(RichText::new(words).font(theme::bold(theme::TEXT)));
    }
    ui.label(cx.t(w::REJECTED_TODO));
    for row in &rows {
        line(ui, cx, row, false);
    }
}

fn contradicts(ui: &mut Ui, cx: &Cx<'_>, record: &VaccinationRecord, other: &Other) {
    let here = fields(cx, record);
    let registry = (w::HERE, w::REGISTRY);
    let (titles, there, todo) = match other {
        Other::Here(other) => {
            let fields = fields(cx, &other.entry.record).map(Some);
            ((w::THIS, w::OTHER), fields, w::OTHER_TODO)
        }
        Other::There(Told {
            there: Some(there), ..
        }) => (registry, shown(there), w::REGISTRY_TODO),
        Other::There(_) => (registry, [const { None }; 4], w::UNSEEN_TODO),
        Other::Gone => {
            ui.heading(cx.t(w::OTHER_GONE));
            return;
        }
    };
    let names = [start::DATE, start::PRODUCT, start::LOT, start::VENUE];
    let rows: Vec<Row> = names
        .into_iter()
        .zip(here.into_iter().zip(there))
        .map(|(name, (here, there))| Row {
            name: cx.t(name),
            compared: Compared::of(&here, there.as_deref()),
            there: there.unwrap_or_else(|| cx.t(w::NOT_SHOWN).to_owned()),
            here,
        })
        .collect();
    let titles = Row {
        name: "",
        here: cx.t(titles.0).to_owned(),
        there: cx.t(titles.1).to_owned(),
        compared: Compared::Alone,
    };
    line(ui, cx, &titles, true);
    for row in &rows {
        line(ui, cx, row, false);
    }
    ui.label(cx.t(todo));
}

/// Date, vaccine, lot and venue of a record.
fn fields(cx: &Cx<'_>, record: &VaccinationRecord) -> [String; 4] {
    let (product, lot) = match &record.outcome {
        Outcome::Given(given) => (
            vaccine::name(cx, &given.product).to_owned(),
            given.lot.to_string(),
        ),
        Outcome::ConsultationOnly => (cx.t(words::CONSULTED).to_owned(), String::new()),
    };
    [
        record.date.to_string(),
        product,
        lot,
        record.venue.to_string(),
    ]
}

/// The same of what the registry showed.
fn shown(there: &There) -> [Option<String>; 4] {
    let There {
        date,
        vaccine,
        lot,
        venue,
    } = there.clone();
    [date, vaccine, lot, venue]
}

/// A field's name at the left, both sides in the middle, how they compare at the right.
fn line(ui: &mut Ui, cx: &Cx<'_>, row: &Row, is_title: bool) {
    let width = ui.available_width();
    let wide = row.there.is_empty() && !is_title;
    let both = width - NAME - COMPARED;
    let side = if wide { both } else { both / 2.0 };
    let asks = matches!(row.compared, Compared::Differs | Compared::Objected);
    let ink = match row.compared {
        _ if asks => theme::ASK.ink,
        _ => theme::PAPER.ink,
    };
    let laid = |text: &str, bold: bool, ink: Color32, width: f32| {
        let font = match bold {
            true => theme::bold(theme::TEXT),
            false => eframe::egui::FontId::proportional(theme::TEXT),
        };
        ui.painter()
            .layout(text.to_owned(), font, ink, width - 2.0 * MM)
    };
    let bold = is_title || asks;
    let muted = match row.compared {
        Compared::NotTold => theme::MUTED,
        _ => ink,
    };
    let cells = [
        (laid(row.name, false, theme::MUTED, NAME), 0.0),
        (laid(&row.here, bold, ink, side), NAME),
        (laid(&row.there, bold, muted, side), NAME + side),
    ];
    let text = cells
        .iter()
        .map(|(galley, _)| galley.size().y)
        .fold(0.0, f32::max);
    let least = match row.compared {
        Compared::Alone if is_title => 0.0,
        Compared::Alone => 8.0 * MM,
        _ => 9.5 * MM,
    };
    let (area, response) =
        ui.allocate_exact_size(vec2(width, (text + MM).max(least)), Sense::hover());
    if !is_title {
        paper(ui, area, asks);
    }
    for (galley, left) in cells {
        let top = area.center().y - galley.size().y / 2.0;
        let place = (area.left() + left + MM, top);
        ui.painter().galley(place.into(), galley, ink);
    }
    let mut said = format!("{}　{}　{}", row.name, row.here, row.there);
    if let Some((sign, word)) = row.compared.sign() {
        let word = cx.t(word);
        let place = area.with_min_x(area.right() - COMPARED);
        let place = UiBuilder::new()
            .max_rect(place)
            .layout(Layout::left_to_right(Align::Center));
        chip(&mut ui.new_child(place), sign, word);
        said = format!("{said}　{word}");
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, said.trim()));
}

/// The ground of a line; another one where a person has to look.
fn paper(ui: &Ui, area: Rect, asks: bool) {
    let (colours, width) = match asks {
        true => (theme::ASK, 2.0),
        false => (theme::PAPER, 1.0),
    };
    ui.painter().rect(
        area,
        theme::ROUND,
        colours.ground,
        Stroke::new(width, colours.edge),
        StrokeKind::Inside,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_the_same_different_or_not_told() {
        assert_eq!(Compared::of("FJ7489", Some("FJ7489")), Compared::Same);
        assert_eq!(Compared::of("FJ7489", Some("FK0108")), Compared::Differs);
        assert_eq!(Compared::of("FJ7489", None), Compared::NotTold);
    }
}
