//! Plots as inline SVG: stacked steps, lines, and levels that must not be passed.

use std::fmt::Write as _;

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 36.0;

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Filled steps, each series on top of the one before.
    Stacked,
    /// A line.
    Line,
}

/// Values at equal distances.
pub struct Series {
    /// Style class, which gives the colour.
    pub class: &'static str,
    /// How it is drawn.
    pub shape: Shape,
    /// The values; the first lies at the left edge.
    pub values: Vec<f64>,
}

/// A plot.
pub struct Chart {
    /// What a reader who cannot see it is told.
    pub title: String,
    /// The unit of the vertical axis.
    pub unit: &'static str,
    /// The unit of the horizontal axis.
    pub across: &'static str,
    /// What the right edge stands for.
    pub width: f64,
    /// The distance of two values, in the same unit.
    pub step: f64,
    /// The least that the vertical axis reaches.
    pub least_top: f64,
    /// Marked levels: class, value, name.
    pub levels: Vec<(&'static str, f64, String)>,
    /// What is drawn.
    pub series: Vec<Series>,
}

impl Chart {
    /// The plot as SVG.
    pub fn svg(&self) -> String {
        let (step, top) = ticks(self.top());
        let mut svg = format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">\n",
            self.title
        );
        svg += &self.rows(step, top);
        svg += &self.columns();
        svg += &self.areas(top);
        svg += &self.lines(top);
        svg += &self.marks(top);
        svg + "</svg>\n"
    }

    fn top(&self) -> f64 {
        let stacked = self.stacked();
        let lines = self.series.iter().filter(|s| s.shape == Shape::Line);
        let values = lines
            .flat_map(|s| &s.values)
            .chain(stacked.last().into_iter().flatten());
        values.fold(self.least_top, |top, value| top.max(*value))
    }

    /// The upper edges of the stacked series.
    fn stacked(&self) -> Vec<Vec<f64>> {
        let mut edges: Vec<Vec<f64>> = Vec::new();
        for series in self.series.iter().filter(|s| s.shape == Shape::Stacked) {
            let below = edges.last().cloned().unwrap_or_default();
            let at = |i: usize| below.get(i).copied().unwrap_or(0.0);
            let edge = (series.values.iter().enumerate()).map(|(i, value)| at(i) + value);
            edges.push(edge.collect());
        }
        edges
    }

    fn x(&self, index: usize) -> f64 {
        let share = (index as f64 * self.step / self.width).min(1.0);
        LEFT + share * (WIDTH - LEFT - RIGHT)
    }

    fn rows(&self, step: f64, top: f64) -> String {
        let mut svg = format!(
            "<text class=\"unit\" x=\"{LEFT}\" y=\"{}\">{}</text>\n",
            TOP - 12.0,
            self.unit
        );
        let mut value = 0.0;
        while value <= top + step / 2.0 {
            let y = y(value, top);
            let _ = writeln!(
                svg,
                "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{}\"/><text class=\"row\" x=\"{}\" y=\"{:.1}\">{}</text>",
                WIDTH - RIGHT,
                LEFT - 7.0,
                y + 4.0,
                grouped(value),
            );
            value += step;
        }
        svg
    }

    fn columns(&self) -> String {
        let mut svg = String::new();
        let (step, _) = ticks(self.width);
        let mut value = 0.0;
        while value <= self.width + step / 100.0 {
            let x = LEFT + value / self.width * (WIDTH - LEFT - RIGHT);
            let bottom = HEIGHT - BOTTOM;
            let _ = writeln!(
                svg,
                "<path class=\"tick\" d=\"M{x:.1} {bottom}v4\"/><text class=\"column\" x=\"{x:.1}\" y=\"{}\">{}</text>",
                bottom + 16.0,
                grouped(value),
            );
            value += step;
        }
        let _ = writeln!(
            svg,
            "<text class=\"across\" x=\"{}\" y=\"{}\">{}</text>",
            WIDTH - RIGHT,
            HEIGHT - 6.0,
            self.across
        );
        svg
    }

    fn areas(&self, top: f64) -> String {
        let edges = self.stacked();
        let stacked = self.series.iter().filter(|s| s.shape == Shape::Stacked);
        let pairs: Vec<_> = stacked.zip(&edges).collect();
        let mut svg = String::new();
        // The highest first, so that each lower one lies over it.
        for (series, edge) in pairs.iter().rev() {
            let _ = writeln!(
                svg,
                "<path class=\"area {}\" d=\"M{LEFT} {:.1}{}V{:.1}Z\"/>",
                series.class,
                y(0.0, top),
                self.steps(edge, top),
                y(0.0, top),
            );
        }
        svg
    }

    fn steps(&self, values: &[f64], top: f64) -> String {
        let mut path = String::new();
        for (i, value) in values.iter().enumerate() {
            if i as f64 * self.step >= self.width {
                break;
            }
            let _ = write!(path, "V{:.1}H{:.1}", y(*value, top), self.x(i + 1));
        }
        path
    }

    fn lines(&self, top: f64) -> String {
        let mut svg = String::new();
        for series in self.series.iter().filter(|s| s.shape == Shape::Line) {
            let mut path = String::new();
            for (i, value) in series.values.iter().enumerate() {
                if i as f64 * self.step > self.width {
                    break;
                }
                let pen = if i == 0 { 'M' } else { 'L' };
                let _ = write!(path, "{pen}{:.1} {:.1}", self.x(i), y(*value, top));
            }
            let _ = writeln!(svg, "<path class=\"line {}\" d=\"{path}\"/>", series.class);
        }
        svg
    }

    fn marks(&self, top: f64) -> String {
        let mut svg = String::new();
        let mut free_below = f64::INFINITY;
        for (class, value, name) in &self.levels {
            let (y, right) = (y(*value, top), WIDTH - RIGHT);
            let _ = writeln!(
                svg,
                "<path class=\"level {class}\" d=\"M{LEFT} {y:.1}H{right}\"/>"
            );
            // Levels that lie close together have their names above each other.
            let baseline = (y - 4.0).min(free_below);
            free_below = baseline - 13.0;
            let _ = writeln!(
                svg,
                "<text class=\"level {class}\" x=\"{right}\" y=\"{baseline:.1}\">{name}</text>"
            );
        }
        svg
    }
}

fn y(value: f64, top: f64) -> f64 {
    HEIGHT - BOTTOM - (value / top).min(1.0) * (HEIGHT - TOP - BOTTOM)
}

/// A round distance of ticks, and the last of them at or above `most`.
fn ticks(most: f64) -> (f64, f64) {
    let rough = (most / 6.0).max(f64::MIN_POSITIVE);
    let power = 10f64.powf(rough.log10().floor());
    let round = [1.0, 2.0, 2.5, 5.0, 10.0];
    let step = round
        .iter()
        .map(|n| n * power)
        .find(|step| *step >= rough * 0.999);
    let step = step.unwrap_or(power * 10.0);
    (step, (most / step).ceil() * step)
}

/// `12345.0` as `12,345`; what is no whole number with one digit behind the point.
pub fn grouped(value: f64) -> String {
    if value.fract() != 0.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
