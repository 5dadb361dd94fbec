//! 日報: the day in figures and bars, to be kept as a page or a table.

use std::path::{Path, PathBuf};

use eframe::egui::{Align2, FontId, Rect, Sense, Ui, WidgetInfo, pos2, vec2};
use eframe::egui::{Id, Role};

use crate::app::screens::{Cx, within};
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::widgets::{Emphasis, wide_button};
use crate::app::words::{self, count as w};
use crate::station::{DayReport, Tally};
use crate::text::Bilingual;

/// What became of the last save.
#[derive(Default)]
pub(in crate::app) struct State {
    saved: Option<Result<PathBuf, Bilingual>>,
}

/// Draws the part.
pub(in crate::app) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let Some(report) = DayReport::of(&cx.view.desk, &cx.facts.catalogue) else {
        ui.heading(cx.t(w::NO_DAY));
        return;
    };
    let totals = format!(
        "{}　{} {}　{} {}　{} {}",
        report.date,
        cx.t(w::GIVEN),
        report.given,
        cx.t(words::CONSULTED),
        report.consulted,
        cx.t(words::CANCELLED),
        report.cancelled
    );
    ui.heading(totals);
    let area = ui.available_rect_before_wrap();
    let (charts, bottom) = area.split_top_bottom_at_y(area.bottom() - 1.9 * TARGET);
    let width = (charts.width() - 2.0 * GAP) / 3.0;
    let all = [
        (w::BY_HOUR, &report.by_hour),
        (w::BY_DOSE, &report.by_dose),
        (w::BY_LOT, &report.by_lot),
    ];
    for (place, (title, tally)) in all.into_iter().enumerate() {
        let left = charts.left() + place as f32 * (width + GAP);
        let chart = Rect::from_min_size(pos2(left, charts.top()), vec2(width, charts.height()));
        bars(ui, chart, cx.t(title), tally);
    }
    within(ui, bottom.with_min_y(bottom.top() + GAP), |ui| {
        save(ui, cx, state, &report);
    });
}

/// Horizontal bars with their words and numbers.
fn bars(ui: &Ui, area: Rect, title: &str, tally: &Tally) {
    let painter = ui.painter_at(area);
    painter.rect_filled(area, theme::ROUND, theme::PAPER.ground);
    let inner = area.shrink(2.0 * MM);
    let ink = theme::PAPER.ink;
    let heading = theme::bold(theme::TEXT);
    painter.text(inner.left_top(), Align2::LEFT_TOP, title, heading, ink);
    let most = tally.iter().map(|(_, n)| *n).max().unwrap_or(1).max(1);
    let row = 15.0 * MM;
    let shown = ((inner.height() - 8.0 * MM) / row).max(1.0) as usize;
    // Where there are more than fit, the last are the latest.
    let rest = tally.len().saturating_sub(shown);
    for (place, (of, n)) in tally.iter().skip(rest).enumerate() {
        let top = inner.top() + 8.0 * MM + place as f32 * row;
        let text = FontId::proportional(theme::TEXT);
        painter.text(
            pos2(inner.left(), top),
            Align2::LEFT_TOP,
            of,
            text.clone(),
            ink,
        );
        let length = (inner.width() - 16.0 * MM) * (*n as f32 / most as f32);
        let bar = Rect::from_min_size(pos2(inner.left(), top + 7.5 * MM), vec2(length, 5.0 * MM));
        painter.rect_filled(bar, 0.0, theme::ACTION.ground);
        let number = pos2(bar.right() + MM, bar.center().y);
        painter.text(number, Align2::LEFT_CENTER, n, text, ink);
    }
    let parts: Vec<_> = tally.iter().map(|(of, n)| format!("{of} {n}")).collect();
    let said = format!("{title} {}", parts.join(", "));
    ui.interact(area, Id::unique(title), Sense::hover())
        .widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
}

fn save(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, report: &DayReport) {
    ui.horizontal(|ui| {
        let size = vec2(60.0 * MM, TARGET);
        if wide_button(ui, cx.t(w::SAVE_PAGE), Emphasis::Plain, size).clicked() {
            let page = report.html().into_bytes();
            state.saved = Some(keep(
                &cx.facts.reports,
                &format!("{}.html", report.date),
                &page,
            ));
        }
        if wide_button(ui, cx.t(w::SAVE_TABLE), Emphasis::Plain, size).clicked() {
            let table = report.csv().unwrap_or_default();
            state.saved = Some(keep(
                &cx.facts.reports,
                &format!("{}.csv", report.date),
                &table,
            ));
        }
    });
    match &state.saved {
        Some(Ok(path)) => ui.label(format!("{} {}", cx.t(w::SAVED), path.display())),
        Some(Err(why)) => ui.label(cx.says(why)),
        None => ui.label(cx.t(w::NO_NUMBERS)),
    };
}

fn keep(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, Bilingual> {
    let path = folder.join(name);
    let kept = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, bytes));
    kept.map(|()| path).map_err(|error| {
        Bilingual::new(
            format!("保存できません。空き容量を確かめてください（{error}）"),
            format!("it cannot be saved: check the free space ({error})"),
        )
    })
}
