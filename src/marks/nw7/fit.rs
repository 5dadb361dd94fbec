//! How well a profile is explained by a symbol of a given place, length and look.

use super::profile::sample;
use super::template::{Look, SAMPLES, Template, Templates, normalise, sample_place};

/// Cells of the longest symbol that is tried: start letter, characters, stop letter.
pub(super) const MOST_CELLS: usize = 22;

/// Offsets of a cell that are tried, in steps: on both sides of where it is.
const TRACKED: usize = 13;
const SETTLED: usize = 5;

/// What a change of offset between neighbouring cells costs in the tracking, in shares
/// unexplained: a hundredth of what a wrong character leaves.
const TURN: f32 = 0.01;

/// Offsets of the first and the last cell are this many steps at most: their outer edges
/// are seen.
const LOOSE_ENDS: usize = 2;

/// Where in a profile the symbol lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Column of the start letter's first edge.
    pub from: f32,
    /// Column of the stop letter's last edge: lower than `from` when the symbol lies
    /// upside down.
    pub to: f32,
    /// Characters between the letters.
    pub characters: usize,
    /// How far perspective, curl and creases move each cell, in symbol lengths.
    moved: [f32; MOST_CELLS],
}

impl Place {
    /// Of evenly spaced characters.
    pub fn new(from: f32, to: f32, characters: usize) -> Self {
        let moved = [0.0; MOST_CELLS];
        Self {
            from,
            to,
            characters,
            moved,
        }
    }

    fn cells(&self) -> usize {
        self.characters + 2
    }

    /// Length in narrow elements.
    pub fn total(&self, look: &Look) -> f32 {
        2.0 * look.guard() + self.characters as f32 * (look.digit() + 1.0) + 1.0
    }

    /// Columns of the outer edges.
    pub fn ends(&self) -> (f32, f32) {
        let length = self.to - self.from;
        let last = self.moved[self.cells() - 1];
        (self.from + length * self.moved[0], self.to + length * last)
    }

    /// The most that a cell is moved away from the middle of its neighbours, in narrow
    /// elements.
    pub fn roughest(&self, look: &Look) -> f32 {
        let moved = &self.moved[..self.cells()];
        let bend = |w: &[f32]| (w[1] - (w[0] + w[2]) / 2.0).abs();
        moved.windows(3).map(bend).fold(0.0, f32::max) * self.total(look)
    }

    /// The same place read from the other end.
    pub fn turned(&self) -> Self {
        let mut moved = [0.0; MOST_CELLS];
        for (to, from) in moved
            .iter_mut()
            .zip(self.moved[..self.cells()].iter().rev())
        {
            *to = -from;
        }
        Self {
            from: self.to,
            to: self.from,
            moved,
            ..*self
        }
    }

    /// All cells moved by the same share of the length.
    fn shifted(&self, by: f32) -> Self {
        Self {
            moved: self.moved.map(|moved| moved + by),
            ..*self
        }
    }

    /// Each cell moved by the mean of its own shift and its neighbours'.
    fn adjusted(&self, shifts: &[f32]) -> Self {
        let mut place = *self;
        let last = shifts.len() - 1;
        for (i, moved) in place.moved[..=last].iter_mut().enumerate() {
            let neighbours = shifts[i.saturating_sub(1)] + shifts[(i + 1).min(last)];
            *moved += 0.5 * shifts[i] + 0.25 * neighbours;
        }
        place
    }
}

/// One character as the profile shows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub character: char,
    /// Share of what varies in the cell that the character does not explain: 0–1.
    pub unexplained: f32,
    /// The same of the next best character.
    pub next: f32,
}

/// A profile explained.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    pub place: Place,
    pub cells: Vec<Cell>,
    /// Share of what varies in the whole symbol that is not explained: 0–1.
    pub unexplained: f32,
}

impl Fit {
    pub fn text(&self) -> String {
        self.cells.iter().map(|cell| cell.character).collect()
    }
}

/// The best character for every cell, each with a light and a contrast of its own.
pub(super) fn fit(profile: &[f32], place: Place, templates: &Templates) -> Fit {
    let (guard, digit) = (templates.look.guard(), templates.look.digit());
    let last = place.cells() - 1;
    let total = place.total(&templates.look);
    let mut cells = Vec::with_capacity(last + 1);
    let (mut unexplained, mut all) = (0.0, 1e-9);
    let mut at = 0.0;
    for i in 0..=last {
        let (known, width) = match i {
            0 => (&templates.starts, guard),
            i if i == last => (&templates.stops, guard),
            _ => (&templates.inner, digit),
        };
        let length = place.to - place.from;
        let mut values: [f32; SAMPLES] = std::array::from_fn(|k| {
            let share = (at + sample_place(k, width)) / total + place.moved[i];
            -sample(profile, place.from + length * share)
        });
        let energy = normalise(&mut values);
        let cell = best(&values, known);
        unexplained += cell.unexplained * energy;
        all += energy;
        cells.push(cell);
        at += width + 1.0;
    }
    Fit {
        place,
        cells,
        unexplained: unexplained / all,
    }
}

fn best(values: &[f32; SAMPLES], known: &[Template]) -> Cell {
    let mut cell = Cell {
        character: '?',
        unexplained: 1.0,
        next: 1.0,
    };
    for template in known {
        let likeness = dot(values, &template.values).max(0.0);
        let unexplained = 1.0 - likeness * likeness;
        if unexplained < cell.unexplained {
            cell = Cell {
                character: template.character,
                unexplained,
                next: cell.unexplained,
            };
        } else {
            cell.next = cell.next.min(unexplained);
        }
    }
    cell
}

/// Eight sums side by side: the compiler then uses vectors.
fn dot(a: &[f32; SAMPLES], b: &[f32; SAMPLES]) -> f32 {
    let mut sums = [0.0f32; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}

/// Follows the cells one after the other, wherever perspective, curl and creases have
/// moved them: of all ways on which neighbouring cells differ by `step` narrow elements
/// at most, the one that explains most (Viterbi).
pub(super) fn track(profile: &[f32], place: &Place, templates: &Templates, step: f32) -> Place {
    let step = step / place.total(&templates.look);
    let offset = |k: usize| (k as f32 - (TRACKED / 2) as f32) * step;
    let fits: [Fit; TRACKED] =
        std::array::from_fn(|k| fit(profile, place.shifted(offset(k)), templates));
    let ends = TRACKED / 2 - LOOSE_ENDS..=TRACKED / 2 + LOOSE_ENDS;
    let mut costs = [f32::MAX; TRACKED];
    for k in ends.clone() {
        costs[k] = fits[k].cells[0].unexplained;
    }
    let mut came_from = vec![[0; TRACKED]; place.cells()];
    for (i, came_from) in came_from.iter_mut().enumerate().skip(1) {
        let before = costs;
        for (k, came_from) in came_from.iter_mut().enumerate() {
            let turned = |b: usize| before[b] + if b == k { 0.0 } else { TURN };
            let best = (k.saturating_sub(1)..=(k + 1).min(TRACKED - 1))
                .min_by(|a, b| turned(*a).total_cmp(&turned(*b)))
                .unwrap_or(k);
            *came_from = best;
            costs[k] = turned(best) + fits[k].cells[i].unexplained;
        }
    }
    let end = ends.min_by(|a, b| costs[*a].total_cmp(&costs[*b]));
    let mut at = end.unwrap_or(TRACKED / 2);
    let mut shifts = vec![0.0; place.cells()];
    for i in (0..place.cells()).rev() {
        shifts[i] = offset(at);
        at = came_from[i][at];
    }
    place.adjusted(&shifts)
}

/// Moves each cell to where it is explained best, at most `reach` narrow elements.
pub(super) fn settle(profile: &[f32], place: &Place, templates: &Templates, reach: f32) -> Place {
    let middle = SETTLED / 2;
    let step = reach / middle as f32 / place.total(&templates.look);
    let fits: [Fit; SETTLED] = std::array::from_fn(|k| {
        fit(
            profile,
            place.shifted((k as f32 - middle as f32) * step),
            templates,
        )
    });
    let shifts: Vec<f32> = (0..place.cells())
        .map(|i| {
            let costs: [f32; SETTLED] = std::array::from_fn(|k| fits[k].cells[i].unexplained);
            (lowest(&costs) - middle as f32) * step
        })
        .collect();
    place.adjusted(&shifts)
}

/// Where the lowest of a few values lies, between them by the parabola through it and
/// its neighbours.
fn lowest(values: &[f32; SETTLED]) -> f32 {
    let at = (0..SETTLED)
        .min_by(|a, b| values[*a].total_cmp(&values[*b]))
        .unwrap_or(SETTLED / 2);
    if at == 0 || at == SETTLED - 1 {
        return at as f32;
    }
    let (before, after) = (values[at - 1], values[at + 1]);
    let bend = before - 2.0 * values[at] + after;
    at as f32
        + if bend > 1e-6 {
            0.5 * (before - after) / bend
        } else {
            0.0
        }
}
