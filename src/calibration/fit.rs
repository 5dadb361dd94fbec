//! The mount's geometry by least squares from corners of the board and where they are seen.
//!
//! Levenberg–Marquardt on nine unknowns (K. Levenberg 1944, D. Marquardt 1963): scale, two
//! tilts, two distortion coefficients, where and how the page lies, and how much longer it was
//! printed along its way through the printer, which feeds by some tenths of a per cent too much
//! or too little. The height is not among
//! them: over a table that is nearly square to it a camera tells tilt over height and no more
//! (P. Sturm, S. Maybank, "On plane-based camera calibration", CVPR 1999), so the stand's height
//! is taken as known and the tilt is as right as that.

use super::target::Corner;
use crate::optics::{MountGeometry, Point, TablePoint};

/// Unknowns: scale, tilt right, tilt down, k₁, k₂, the page's x, y, angle and stretch.
const UNKNOWNS: usize = 9;

/// Fewest corners that are fitted.
const LEAST_CORNERS: usize = 30;

/// Steps of one fit; from a page that lies nearly square it settles in six.
const STEPS: usize = 40;

/// Corners farther from the fit than so many times the typical distance are left out of the
/// second one: a stain, a fold.
const OUTLIER: f64 = 4.0;
/// Distances below this are never outliers, in pixels.
const NO_OUTLIER: f64 = 0.25;

/// Only corners beyond this radius (1 at the picture's corners) tell k₂ from k₁.
const FAR: f64 = 0.75;
/// Fewest corners beyond it.
const LEAST_FAR: usize = 12;

/// A corner of the board and the frame point (px) where it is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeenCorner {
    /// Which corner.
    pub corner: Corner,
    /// Where it is seen.
    pub at: Point,
}

/// Where and how the page lies under the camera.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PagePlace {
    /// Where the board's top left corner is on the table.
    pub origin: TablePoint,
    /// The direction of the board's rows, in radians, clockwise in the picture.
    pub angle: f64,
    /// Length of a millimetre printed across the page, as its ruler lies, in millimetres.
    pub print_scale: f64,
    /// How much longer a millimetre is down the page, as a factor.
    pub stretch: f64,
}

impl PagePlace {
    /// The point on the table of a point on the board, in printed millimetres.
    pub fn on_table(&self, board: TablePoint) -> TablePoint {
        let (s, c) = self.angle.sin_cos();
        let x = board.x * self.print_scale;
        let y = board.y * self.print_scale * self.stretch;
        TablePoint::new(self.origin.x + x * c - y * s, self.origin.y + x * s + y * c)
    }
}

/// What fits the corners best.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The mount.
    pub geometry: MountGeometry,
    /// The page.
    pub page: PagePlace,
    /// The corners that were fitted, each with how far it is seen from where the fit puts it
    /// (px, right and down).
    pub residuals: Vec<(SeenCorner, [f64; 2])>,
    /// Corners that were left out.
    pub left_out: Vec<SeenCorner>,
}

impl Fit {
    /// Root mean square of the residuals' lengths, in pixels.
    pub fn rms(&self) -> f64 {
        let sum: f64 = self.residuals.iter().map(|(_, [x, y])| x * x + y * y).sum();
        (sum / self.residuals.len().max(1) as f64).sqrt()
    }
}

/// Fits corners seen in a picture of `size` by a camera `height_mm` above the table; a printed
/// millimetre is `print_scale` millimetres long. `None` when there are too few, or they do not
/// fit at all.
pub fn fit(seen: &[SeenCorner], size: (u32, u32), height_mm: f64, print_scale: f64) -> Option<Fit> {
    let problem = Problem::new(seen, size, height_mm, print_scale);
    let start = problem.start()?;
    let first = problem.solve(start)?;
    let lengths: Vec<f64> = problem.lengths(&first)?;
    let mut sorted = lengths.clone();
    sorted.sort_by(f64::total_cmp);
    let typical = sorted.get(sorted.len() / 2)?;
    let limit = (OUTLIER * typical).max(NO_OUTLIER);
    let (kept, left_out): (Vec<_>, Vec<_>) =
        (seen.iter().copied().zip(lengths)).partition(|(_, length)| *length <= limit);
    let kept: Vec<SeenCorner> = kept.into_iter().map(|(seen, _)| seen).collect();
    let problem = Problem::new(&kept, size, height_mm, print_scale);
    let solution = problem.solve(first)?;
    let residuals = problem.residuals(&solution)?;
    Some(Fit {
        geometry: problem.geometry(&solution),
        page: problem.page(&solution),
        residuals: kept.iter().copied().zip(residuals).collect(),
        left_out: left_out.into_iter().map(|(seen, _)| seen).collect(),
    })
}

type Unknowns = [f64; UNKNOWNS];

struct Problem<'a> {
    seen: &'a [SeenCorner],
    size: (u32, u32),
    height_mm: f64,
    print_scale: f64,
    /// Whether k₂ can be told; it stays 0 otherwise.
    with_k2: bool,
}

impl<'a> Problem<'a> {
    fn new(seen: &'a [SeenCorner], size: (u32, u32), height_mm: f64, print_scale: f64) -> Self {
        let (cx, cy) = (f64::from(size.0) / 2.0, f64::from(size.1) / 2.0);
        let radius = |p: Point| (f64::from(p.x) - cx).hypot(f64::from(p.y) - cy) / cx.hypot(cy);
        let far = seen.iter().filter(|seen| radius(seen.at) > FAR).count();
        Self {
            seen,
            size,
            height_mm,
            print_scale,
            with_k2: far >= LEAST_FAR,
        }
    }

    /// A page that lies square under a lens without distortion: the best similarity.
    fn start(&self) -> Option<Unknowns> {
        if self.seen.len() < LEAST_CORNERS {
            return None;
        }
        let n = self.seen.len() as f64;
        let board: Vec<TablePoint> = (self.seen.iter())
            .map(|seen| seen.corner.on_board())
            .collect();
        let at = |seen: &SeenCorner| (f64::from(seen.at.x), f64::from(seen.at.y));
        let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / n;
        let (bx, by) = (
            mean(&mut board.iter().map(|p| p.x)),
            mean(&mut board.iter().map(|p| p.y)),
        );
        let px = mean(&mut self.seen.iter().map(|seen| at(seen).0));
        let py = mean(&mut self.seen.iter().map(|seen| at(seen).1));
        let (mut dot, mut cross, mut square) = (0.0, 0.0, 0.0);
        for (seen, board) in self.seen.iter().zip(&board) {
            let (u, v) = (board.x - bx, board.y - by);
            let (x, y) = (at(seen).0 - px, at(seen).1 - py);
            dot += u * x + v * y;
            cross += u * y - v * x;
            square += u * u + v * v;
        }
        let (dot, cross) = (dot / square, cross / square);
        let angle = cross.atan2(dot);
        let px_per_mm = dot.hypot(cross) / self.print_scale;
        if !(px_per_mm.is_finite() && px_per_mm > 0.0) {
            return None;
        }
        // The board's corner from the picture's middle.
        let (cx, cy) = (f64::from(self.size.0) / 2.0, f64::from(self.size.1) / 2.0);
        let x = (px - bx * dot + by * cross - cx) / px_per_mm;
        let y = (py - bx * cross - by * dot - cy) / px_per_mm;
        Some([px_per_mm, 0.0, 0.0, 0.0, 0.0, x, y, angle, 1.0])
    }

    fn geometry(&self, unknowns: &Unknowns) -> MountGeometry {
        let [px_per_mm, tilt_right, tilt_down, k1, k2, ..] = *unknowns;
        MountGeometry {
            size: self.size,
            px_per_mm,
            distortion: [k1, k2],
            tilt_right,
            tilt_down,
            height_mm: self.height_mm,
        }
    }

    fn page(&self, unknowns: &Unknowns) -> PagePlace {
        let [.., x, y, angle, stretch] = *unknowns;
        PagePlace {
            origin: TablePoint::new(x, y),
            angle,
            print_scale: self.print_scale,
            stretch,
        }
    }

    /// Seen less expected, in pixels; `None` when some corner would be behind the camera.
    fn residuals(&self, unknowns: &Unknowns) -> Option<Vec<[f64; 2]>> {
        let (geometry, page) = (self.geometry(unknowns), self.page(unknowns));
        let residual = |seen: &SeenCorner| {
            let (x, y) = geometry.to_frame_exact(page.on_table(seen.corner.on_board()))?;
            Some([f64::from(seen.at.x) - x, f64::from(seen.at.y) - y])
        };
        self.seen.iter().map(residual).collect()
    }

    fn lengths(&self, unknowns: &Unknowns) -> Option<Vec<f64>> {
        let residuals = self.residuals(unknowns)?;
        Some(residuals.iter().map(|[x, y]| x.hypot(*y)).collect())
    }

    /// Levenberg–Marquardt; `None` when it leads nowhere.
    fn solve(&self, start: Unknowns) -> Option<Unknowns> {
        let mut here = start;
        let mut residuals = self.residuals(&here)?;
        let mut damping = 1e-3;
        for _ in 0..STEPS {
            let (normal, right) = self.normal_equations(&here, &residuals)?;
            let before = squares(&residuals);
            let mut next = here;
            for (unknown, step) in next.iter_mut().zip(damped_step(normal, right, damping)?) {
                *unknown += step;
            }
            match self.residuals(&next).filter(|r| squares(r) < before) {
                Some(better) => {
                    let gain = 1.0 - squares(&better) / before;
                    (here, residuals) = (next, better);
                    damping = (damping / 10.0).max(1e-12);
                    if gain < 1e-9 {
                        break;
                    }
                }
                None if damping > 1e9 => break,
                None => damping *= 10.0,
            }
        }
        here.iter()
            .all(|unknown| unknown.is_finite())
            .then_some(here)
    }

    /// JᵀJ and Jᵀr, the derivatives taken by differences.
    fn normal_equations(
        &self,
        here: &Unknowns,
        residuals: &[[f64; 2]],
    ) -> Option<([Unknowns; UNKNOWNS], Unknowns)> {
        /// Small against each unknown's size and large against rounding.
        const STEP: f64 = 1e-6;
        let mut slopes = Vec::new();
        for unknown in 0..UNKNOWNS {
            if unknown == 4 && !self.with_k2 {
                slopes.push(None);
                continue;
            }
            let mut beside = *here;
            beside[unknown] += STEP;
            slopes.push(Some(self.residuals(&beside)?));
        }
        let slope = |unknown: usize, i: usize| match &slopes[unknown] {
            Some(beside) => [0, 1].map(|axis| (residuals[i][axis] - beside[i][axis]) / STEP),
            None => [0.0, 0.0],
        };
        let mut normal = [[0.0; UNKNOWNS]; UNKNOWNS];
        let mut right = [0.0; UNKNOWNS];
        for (i, residual) in residuals.iter().enumerate() {
            let row: [[f64; 2]; UNKNOWNS] = std::array::from_fn(|unknown| slope(unknown, i));
            for a in 0..UNKNOWNS {
                right[a] += row[a][0] * residual[0] + row[a][1] * residual[1];
                for b in 0..UNKNOWNS {
                    normal[a][b] += row[a][0] * row[b][0] + row[a][1] * row[b][1];
                }
            }
        }
        Some((normal, right))
    }
}

fn squares(residuals: &[[f64; 2]]) -> f64 {
    residuals.iter().map(|[x, y]| x * x + y * y).sum()
}

/// The step of the damped normal equations, by Cholesky's decomposition; an unknown without any
/// slope stays where it is. `None` when they cannot be solved.
fn damped_step(
    mut normal: [Unknowns; UNKNOWNS],
    mut right: Unknowns,
    damping: f64,
) -> Option<Unknowns> {
    for (i, row) in normal.iter_mut().enumerate() {
        row[i] = if row[i] > 0.0 {
            row[i] * (1.0 + damping)
        } else {
            1.0
        };
    }
    for i in 0..UNKNOWNS {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| normal[i][k] * normal[j][k]).sum();
            let rest = normal[i][j] - known;
            normal[i][j] = match i == j {
                true if rest > 0.0 => rest.sqrt(),
                true => return None,
                false => rest / normal[j][j],
            };
        }
    }
    for i in 0..UNKNOWNS {
        let known: f64 = (0..i).map(|k| normal[i][k] * right[k]).sum();
        right[i] = (right[i] - known) / normal[i][i];
    }
    for i in (0..UNKNOWNS).rev() {
        let known: f64 = (i + 1..UNKNOWNS).map(|k| normal[k][i] * right[k]).sum();
        right[i] = (right[i] - known) / normal[i][i];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SIZE: (u32, u32) = (1_920, 1_080);

    /// Corners as a mount shows them, each off by up to `noise` pixels.
    fn seen(geometry: &MountGeometry, page: &PagePlace, noise: f32) -> Vec<SeenCorner> {
        let all = (0..=37).flat_map(|row| (0..=37).map(move |column| Corner { column, row }));
        let inside = |p: &Point| p.x > 0.0 && p.y > 0.0 && p.x < 1_920.0 && p.y < 1_080.0;
        all.filter_map(|corner| {
            let at = geometry
                .to_frame(page.on_table(corner.on_board()))
                .filter(inside)?;
            let wobble = |n: i32| ((n * 7_919) % 101) as f32 / 50.0 - 1.0;
            let (dx, dy) = (
                wobble(corner.row * 38 + corner.column),
                wobble(corner.column * 41 + corner.row),
            );
            let at = Point::new(at.x + noise * dx, at.y + noise * dy);
            Some(SeenCorner { corner, at })
        })
        .collect()
    }

    fn page(x: f64, y: f64, angle: f64) -> PagePlace {
        // The board's middle, 92.5 mm from its corner, at (x, y) on the table.
        let (s, c) = angle.sin_cos();
        PagePlace {
            origin: TablePoint::new(x - 92.5 * (c - s), y - 92.5 * (s + c)),
            angle,
            print_scale: 1.0,
            stretch: 1.0,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn the_truth_is_found_from_corners_that_are_a_little_off(
            px_per_mm in 12.0..25.0_f64, right in -0.087..0.087_f64, down in -0.087..0.087_f64,
            k1 in -0.1..0.1_f64, k2 in -0.02..0.02_f64,
            x in -10.0..10.0_f64, y in -10.0..10.0_f64, angle in -3.1..3.1_f64,
            stretch in 0.995..1.005_f64
        ) {
            let truth = MountGeometry {
                size: SIZE, px_per_mm, distortion: [k1, k2],
                tilt_right: right, tilt_down: down, height_mm: 75.0,
            };
            let page = PagePlace { stretch, ..page(x, y, angle) };
            let found = fit(&seen(&truth, &page, 0.05), SIZE, 75.0, 1.0).unwrap();
            let got = found.geometry;
            prop_assert!((got.px_per_mm / px_per_mm - 1.0).abs() < 0.001, "{got:?}");
            prop_assert!((got.tilt_right - right).abs() < 0.002 && (got.tilt_down - down).abs() < 0.002);
            prop_assert!((got.distortion[0] + got.distortion[1] - k1 - k2).abs() < 0.002);
            prop_assert!(found.rms() < 0.06 && found.left_out.is_empty());
        }
    }

    #[test]
    fn corners_that_are_far_off_are_left_out_and_change_nothing() {
        let truth = MountGeometry {
            size: SIZE,
            px_per_mm: 18.0,
            distortion: [-0.05, 0.0],
            tilt_right: 0.03,
            tilt_down: -0.02,
            height_mm: 75.0,
        };
        let mut corners = seen(&truth, &page(0.0, 0.0, 0.4), 0.05);
        for corner in corners.iter_mut().step_by(20) {
            corner.at.x += 4.0;
        }
        let wrong = corners.len().div_ceil(20);
        let found = fit(&corners, SIZE, 75.0, 1.0).unwrap();
        assert_eq!(found.left_out.len(), wrong);
        assert!((found.geometry.px_per_mm - 18.0).abs() < 0.01);
    }

    #[test]
    fn a_target_printed_smaller_is_reckoned_with() {
        let truth = MountGeometry {
            size: SIZE,
            px_per_mm: 18.0,
            distortion: [0.0, 0.0],
            tilt_right: 0.0,
            tilt_down: 0.0,
            height_mm: 75.0,
        };
        let small = PagePlace {
            print_scale: 0.997,
            ..page(0.0, 0.0, 0.0)
        };
        let found = fit(&seen(&truth, &small, 0.0), SIZE, 75.0, 0.997).unwrap();
        assert!((found.geometry.px_per_mm - 18.0).abs() < 0.001);
    }

    #[test]
    fn too_few_corners_and_corners_in_one_place_are_not_fitted() {
        let one = SeenCorner {
            corner: Corner { column: 3, row: 3 },
            at: Point::new(5.0, 5.0),
        };
        assert!(fit(&[], SIZE, 75.0, 1.0).is_none());
        assert!(fit(&[one; 29], SIZE, 75.0, 1.0).is_none());
        assert!(fit(&[one; 40], SIZE, 75.0, 1.0).is_none());
    }
}
