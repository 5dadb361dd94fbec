//! The report of a calibration for people: one HTML file that holds everything it shows.

mod drawings;
mod picture;

use std::fmt::Write as _;

use super::finding::Finding;
use super::measure::Calibration;
use crate::text::Language;
use crate::text::html::{self, both, escape};

/// The report as an HTML page; `made_at` is when, as people write it.
pub fn render(calibration: &Calibration, made_at: &str) -> String {
    let body = format!(
        "{}<main>\n{}{}{}{}{}{}{}</main>\n{}",
        header(calibration, made_at),
        figures(calibration),
        findings(&calibration.findings),
        corners(calibration),
        residuals(calibration),
        sweep(calibration),
        maps(calibration),
        tones(calibration),
        footer(calibration),
    );
    html::page("uketsuke calibrate", &body)
}

fn header(calibration: &Calibration, made_at: &str) -> String {
    let camera = &calibration.profile.camera;
    let (width, height) = camera.size;
    let (class, seal, word) = match calibration.findings.is_empty() {
        true => ("pass", "良好", "GOOD"),
        false => ("fail", "要確認", "CHECK"),
    };
    format!(
        "<header><div><p class=\"house\">受付 uketsuke</p><h1>{}</h1>\
         <p class=\"about\"><code>{}</code> · {width}×{height} {} · {}</p></div>\
         <p class=\"seal {class}\"><b>{seal}</b><small>{word}</small></p></header>\n",
        both("台の校正の報告", "Calibration of the mount"),
        escape(&camera.name),
        escape(&camera.format),
        escape(made_at),
    )
}

/// The four figures that a reader came for.
fn figures(calibration: &Calibration) -> String {
    let profile = &calibration.profile;
    let geometry = &profile.geometry;
    let mut html = String::from("<div class=\"figures\">\n");
    let mut figure = |japanese: &str, english: &str, value: &str, note: &str| {
        let _ = writeln!(
            html,
            "<div class=\"figure good\"><h3>{}</h3><b>{value}</b><p>{note}</p></div>",
            both(japanese, english)
        );
    };
    let [k1, k2] = geometry.distortion;
    figure(
        "縮尺",
        "scale",
        &format!("{:.2} <small>px/mm</small>", geometry.px_per_mm),
        &both(
            &format!("ゆがみ（隅） {:+.2} %", 100.0 * (k1 + k2)),
            &format!("distortion at the corners {:+.2} %", 100.0 * (k1 + k2)),
        ),
    );
    let position = profile
        .focus
        .map_or_else(|| "–".to_owned(), |setting| setting.position.0.to_string());
    figure(
        "ピント位置",
        "focus position",
        &position,
        &both(
            &format!("鋭さ {:.2}", profile.sharpness),
            &format!("sharpness {:.2}", profile.sharpness),
        ),
    );
    figure(
        "傾き",
        "tilt",
        &format!("{:.1}<small>°</small>", geometry.tilt().to_degrees()),
        &both(
            &format!(
                "右 {:+.1}°・下 {:+.1}°",
                geometry.tilt_right.to_degrees(),
                geometry.tilt_down.to_degrees()
            ),
            &format!(
                "right {:+.1}°, down {:+.1}°",
                geometry.tilt_right.to_degrees(),
                geometry.tilt_down.to_degrees()
            ),
        ),
    );
    figure(
        "残差",
        "residual",
        &format!("{:.3} <small>px</small>", calibration.fit.rms()),
        &both(
            &format!(
                "目印 {} 個・除外 {} 個",
                calibration.fit.residuals.len(),
                calibration.fit.left_out.len()
            ),
            &format!(
                "{} corners, {} left out",
                calibration.fit.residuals.len(),
                calibration.fit.left_out.len()
            ),
        ),
    );
    html.push_str("</div>\n");
    html
}

fn findings(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let items: String = (findings.iter())
        .map(|finding| {
            let words = finding.words();
            let in_language = |language| words.in_language(language);
            format!(
                "<li>{}</li>\n",
                both(
                    in_language(Language::Japanese),
                    in_language(Language::English)
                )
            )
        })
        .collect();
    format!("<ul class=\"findings\">\n{items}</ul>\n")
}

fn corners(calibration: &Calibration) -> String {
    let words = both(
        "緑は使った目印、赤は除外した目印、青い枠はラベルを置ける範囲です。",
        "Green: corners that were used; red: left out; blue: where a label may lie.",
    );
    let picture = match picture::corners(calibration) {
        Some(jpeg) => format!(
            "<img class=\"wide\" src=\"{}\" alt=\"\">",
            html::jpeg_address(&jpeg)
        ),
        None => String::new(),
    };
    html::section(
        "見つけた目印",
        "Corners found",
        &format!("<p>{words}</p>\n{picture}\n"),
    )
}

fn residuals(calibration: &Calibration) -> String {
    let longer = drawings::longer(&calibration.fit);
    let words = both(
        &format!(
            "矢印は、計算した位置から見えた位置まで（{longer:.0} 倍に拡大）。向きがばらばらなら良く、そろっていれば紙の浮きやレンズのゆがみです。"
        ),
        &format!(
            "Arrows lead from where the fit puts a corner to where it is seen, {longer:.0} times as long. Without order they are good; in order they show bent paper or the lens."
        ),
    );
    let drawing = drawings::residuals(&calibration.fit, longer);
    html::section(
        &format!("残差（×{longer:.0}）"),
        &format!("Residuals (×{longer:.0})"),
        &format!("<p>{words}</p>\n{drawing}"),
    )
}

fn sweep(calibration: &Calibration) -> String {
    let Some(setting) = calibration.profile.focus else {
        return String::new();
    };
    html::section(
        "ピント",
        "Focus",
        &drawings::sweep(&calibration.sweep, setting),
    )
}

fn maps(calibration: &Calibration) -> String {
    let region = &calibration.profile.region;
    let size = calibration.profile.geometry.size;
    let drawing = |map, japanese: &str, english: &str| {
        format!(
            "<figure><figcaption><h3>{}</h3></figcaption>{}</figure>\n",
            both(japanese, english),
            drawings::tiles(map, region, size)
        )
    };
    let body = format!(
        "<div class=\"confusions\">\n{}{}</div>\n",
        drawing(
            &calibration.light.map,
            "白紙の明るさ（最大 100）",
            "white paper, 100 = brightest"
        ),
        drawing(&calibration.focus, "ピント（0–100）", "focus, 0–100"),
    );
    html::section("使える範囲", "Usable region", &body)
}

/// The six steps from white to black side by side.
fn tones(calibration: &Calibration) -> String {
    let mut body = format!(
        "<p>{}</p>\n",
        both(
            "用紙の階調（白・灰 20・40・60・80 %・黒）がすべて違って見えれば、露出は適正です。",
            "When all steps of the target (white, 20, 40, 60, 80 % grey, black) differ, the exposure is right."
        )
    );
    body += &drawings::tones(&calibration.light.tones);
    html::section("階調", "Tones", &body)
}

fn footer(calibration: &Calibration) -> String {
    let height = calibration.profile.geometry.height_mm;
    format!(
        "<footer><p>{}</p></footer>\n",
        both(
            &format!("傾きはレンズの高さを {height:.0} mm と仮定した値です。"),
            &format!("The tilt is as right as the assumed height of the lens, {height:.0} mm.")
        )
    )
}

#[cfg(test)]
mod tests;
