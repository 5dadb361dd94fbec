//! The target as a camera sees it: written apart from what it tests, from rays and not from the
//! formulas of the fit.

use image::GrayImage;
use image::codecs::jpeg::JpegEncoder;
use uketsuke::calibration::{CELL_MM, CELLS, GREY_OFFSET, GREYS, LookError, Square, TargetCamera};
use uketsuke::optics::{CameraFormat, ExposureSetting, FocusPosition, FocusRange, Frame};

/// Numbers by chance, the same for the same seed (SplitMix64, S. Vigna, public domain).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normal, of deviation 1.
    pub fn normal(&mut self) -> f64 {
        let (u, v) = (self.between(1e-12, 1.0), self.between(0.0, 1.0));
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}

/// A mount, its camera, its lamp, and how the target lies.
#[derive(Clone, Copy, Debug)]
pub struct Truth {
    pub seed: u64,
    pub size: (u32, u32),
    /// Pixels per millimetre where the optical axis meets the table.
    pub px_per_mm: f64,
    pub height_mm: f64,
    /// Degrees; above 0 farther away to the right, and downwards.
    pub tilt_right: f64,
    pub tilt_down: f64,
    pub k1: f64,
    pub k2: f64,
    /// Where the page's middle is on the table (mm), and how it is turned (degrees).
    pub page: (f64, f64),
    pub turn: f64,
    /// Size of the print, 1 = as meant, and how much longer it is down the page than across.
    pub print: f64,
    pub stretch: f64,
    /// Where the optical axis is from the picture's middle, in pixels.
    pub axis: (f64, f64),
    /// Quality of the JPEGs that the camera delivers; `None` for pictures as they are.
    pub jpeg: Option<u8>,
    /// Light in the picture's corners relative to the brightest place, where that is (shares of
    /// the picture), and luma of paper there.
    pub falloff: f64,
    pub lamp: (f64, f64),
    pub white: f64,
    /// Blur at best focus, as the deviation of a normal distribution in pixels, and what each
    /// lens step adds.
    pub least_blur: f64,
    pub best: f64,
    pub blur_per_unit: f64,
    pub backlash: f64,
    /// Deviation of a pixel's noise, luma of 255.
    pub noise: f64,
}

pub const SIZE: (u32, u32) = (1_920, 1_080);
pub const STEP: i32 = 8;

impl Truth {
    /// A mount by chance.
    pub fn by_chance(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let mut draw = |low, high| chance.between(low, high);
        let lean = draw(0.0, 5.0);
        let direction = draw(0.0, std::f64::consts::TAU);
        Self {
            seed,
            size: SIZE,
            px_per_mm: draw(12.0, 25.0),
            height_mm: 75.0,
            tilt_right: lean * direction.cos(),
            tilt_down: lean * direction.sin(),
            k1: draw(-0.10, 0.06),
            k2: draw(-0.02, 0.02),
            page: (draw(-8.0, 8.0), draw(-8.0, 8.0)),
            turn: draw(0.0, 360.0),
            print: 1.0,
            stretch: 1.0,
            axis: (0.0, 0.0),
            jpeg: None,
            falloff: draw(0.55, 0.95),
            lamp: (draw(0.25, 0.75), draw(0.25, 0.75)),
            white: draw(0.5, 0.85),
            least_blur: draw(0.7, 1.6),
            best: draw(100.0, 900.0),
            blur_per_unit: draw(0.02, 0.05),
            backlash: draw(0.0, 8.0),
            noise: draw(0.5, 4.0),
        }
    }

    /// A plain, good mount.
    pub fn good() -> Self {
        Self {
            px_per_mm: 18.0,
            tilt_right: 0.5,
            tilt_down: -0.3,
            k1: -0.03,
            k2: 0.0,
            page: (2.0, 1.0),
            turn: 12.0,
            falloff: 0.85,
            white: 0.75,
            least_blur: 0.9,
            noise: 1.5,
            ..Self::by_chance(1)
        }
    }

    /// What is printed at a point of the board (mm): 0 black to 1 white.
    fn print_at(x: f64, y: f64) -> f64 {
        let (column, row) = ((x / CELL_MM).floor(), (y / CELL_MM).floor());
        let square = Square {
            column: column as i32,
            row: row as i32,
        };
        if !square.is_on_board() {
            return 1.0;
        }
        let own = if square.is_black() { 0.0 } else { 1.0 };
        let (u, v) = (x - (column + 0.5) * CELL_MM, y - (row + 0.5) * CELL_MM);
        if square.is_grey() {
            let reach = 2.0 * GREY_OFFSET * CELL_MM;
            return match (u.abs() < reach && v.abs() < reach, u < 0.0, v < 0.0) {
                (false, ..) => own,
                (true, true, true) => 1.0 - f64::from(GREYS[0]),
                (true, false, true) => 1.0 - f64::from(GREYS[1]),
                (true, false, false) => 1.0 - f64::from(GREYS[2]),
                (true, true, false) => 1.0 - f64::from(GREYS[3]),
            };
        }
        let r = u.hypot(v);
        let ring = (1.35..1.55).contains(&r) || (1.75..1.95).contains(&r);
        if ring || (square.bit() && r < 1.0) {
            1.0 - own
        } else {
            own
        }
    }

    /// The point of the table (mm) that a ray through a pixel meets.
    fn table_at(&self, px: f64, py: f64) -> (f64, f64) {
        let (w, h) = (f64::from(self.size.0) / 2.0, f64::from(self.size.1) / 2.0);
        // Undo the lens by bisection: its forward curve is the truth.
        let (x, y) = (px - w - self.axis.0, py - h - self.axis.1);
        let seen = x.hypot(y) / w.hypot(h);
        let curve = |r: f64| r * (1.0 + self.k1 * r * r + self.k2 * r.powi(4));
        let (mut low, mut high) = (0.0, 1.4);
        for _ in 0..30 {
            let middle = (low + high) / 2.0;
            if curve(middle) < seen {
                low = middle;
            } else {
                high = middle;
            }
        }
        let back = if seen > 0.0 { low / seen } else { 1.0 };
        let focal = self.px_per_mm * self.height_mm;
        let ray = [x * back / focal, y * back / focal, 1.0];
        // The table through (0, 0, height) with its axes turned, first down, then right.
        let (sr, cr) = self.tilt_right.to_radians().sin_cos();
        let (sd, cd) = self.tilt_down.to_radians().sin_cos();
        let turn = |p: [f64; 3]| {
            let q = [p[0], p[1] * cd - p[2] * sd, p[1] * sd + p[2] * cd];
            [q[0] * cr - q[2] * sr, q[1], q[0] * sr + q[2] * cr]
        };
        let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        let normal = turn([0.0, 0.0, 1.0]);
        let t = self.height_mm * normal[2] / dot(normal, ray);
        let hit = [ray[0] * t, ray[1] * t, t - self.height_mm];
        (
            dot(hit, turn([1.0, 0.0, 0.0])),
            dot(hit, turn([0.0, 1.0, 0.0])),
        )
    }

    /// The point of the board (printed mm) that a ray through a pixel meets.
    fn board_at(&self, px: f64, py: f64) -> (f64, f64) {
        let (x, y) = self.table_at(px, py);
        let (s, c) = self.turn.to_radians().sin_cos();
        let (u, v) = (x - self.page.0, y - self.page.1);
        let middle = f64::from(CELLS) * CELL_MM / 2.0;
        (
            (u * c + v * s) / self.print + middle,
            (v * c - u * s) / (self.print * self.stretch) + middle,
        )
    }

    /// Pixels per millimetre about a pixel, from where rays meet the table.
    pub fn px_per_mm_at(&self, px: f64, py: f64) -> f64 {
        const REACH: f64 = 5.0;
        let at = |dx: f64, dy: f64| self.table_at(px + dx, py + dy);
        let ((ax, ay), (bx, by)) = (at(-REACH, 0.0), at(REACH, 0.0));
        let ((cx, cy), (dx, dy)) = (at(0.0, -REACH), at(0.0, REACH));
        let area = ((bx - ax) * (dy - cy) - (by - ay) * (dx - cx)).abs();
        2.0 * REACH / area.sqrt()
    }

    /// Millimetres of table between what two pixels show.
    pub fn mm_between(&self, a: (f64, f64), b: (f64, f64)) -> f64 {
        let (a, b) = (self.table_at(a.0, a.1), self.table_at(b.0, b.1));
        (a.0 - b.0).hypot(a.1 - b.1)
    }

    /// Light at a pixel, 1 = the brightest place.
    pub fn light(&self, px: f64, py: f64) -> f64 {
        let x = px / f64::from(self.size.0) - self.lamp.0;
        let y = py / f64::from(self.size.1) - self.lamp.1;
        let far = self
            .lamp
            .0
            .max(1.0 - self.lamp.0)
            .hypot(self.lamp.1.max(1.0 - self.lamp.1));
        1.0 - (1.0 - self.falloff) * (x * x + y * y) / (far * far)
    }

    /// The part of a picture without blur or noise that begins at (x0, y0), luma 0–255.
    fn sharp(&self, (x0, y0): (u32, u32), (w, h): (u32, u32)) -> Field {
        const TAPS: u32 = 3;
        /// Rays of one pixel differ by so little that the ones between are interpolated.
        const PATCH: usize = 8;
        let columns = w as usize / PATCH + 2;
        let rows = h as usize / PATCH + 2;
        let at = |index: usize, start: u32| f64::from(start) + (index * PATCH) as f64;
        let nodes: Vec<(f64, f64)> = (0..rows * columns)
            .map(|n| self.board_at(at(n % columns, x0), at(n / columns, y0)))
            .collect();
        let board = |x: f64, y: f64| {
            let (u, v) = (x / PATCH as f64, y / PATCH as f64);
            let (i, j) = (u as usize, v as usize);
            let (u, v) = (u.fract(), v.fract());
            let mix = |f: fn(&(f64, f64)) -> f64| {
                let node = |i: usize, j: usize| f(&nodes[j * columns + i]);
                (node(i, j) * (1.0 - u) + node(i + 1, j) * u) * (1.0 - v)
                    + (node(i, j + 1) * (1.0 - u) + node(i + 1, j + 1) * u) * v
            };
            (mix(|p| p.0), mix(|p| p.1))
        };
        let mut values = Vec::with_capacity((w * h) as usize);
        for y in 0..h {
            for x in 0..w {
                let mut sum = 0.0;
                for tap in 0..TAPS * TAPS {
                    let (i, j) = (tap % TAPS, tap / TAPS);
                    let sub =
                        |n: u32, i: u32| f64::from(n) + (f64::from(i) + 0.5) / f64::from(TAPS);
                    let (u, v) = board(sub(x, i), sub(y, j));
                    sum += Self::print_at(u, v);
                }
                // Toner is not quite black, paper takes the lamp's light.
                let print = 0.06 + 0.94 * sum / f64::from(TAPS * TAPS);
                let light = self.light(f64::from(x0 + x), f64::from(y0 + y));
                values.push((255.0 * self.white * light * print) as f32);
            }
        }
        Field {
            width: w as usize,
            values,
        }
    }
}

/// Luma before it becomes whole numbers.
#[derive(Clone, Debug)]
struct Field {
    width: usize,
    values: Vec<f32>,
}

impl Field {
    /// Blurred by three boxes, which come near a normal distribution.
    fn blurred(&self, deviation: f64) -> Self {
        let mut field = self.clone();
        for _ in 0..3 {
            field = field.boxed(deviation).transposed();
            field = field.boxed(deviation).transposed();
        }
        field
    }

    /// One box along the rows whose variance is a third of the wanted; its ends count in part.
    fn boxed(&self, deviation: f64) -> Self {
        let reach = ((4.0 * deviation * deviation + 1.0).sqrt() - 1.0) / 2.0;
        let whole = reach as usize;
        let part = (reach - whole as f64) as f32;
        let norm = 1.0 / (1.0 + 2.0 * reach as f32);
        let mut values = Vec::with_capacity(self.values.len());
        for row in self.values.chunks(self.width) {
            let length = row.len().cast_signed();
            let at = |i: isize| row[i.clamp(0, length - 1).unsigned_abs()];
            let reach = whole.cast_signed();
            let mut sum: f32 = (-reach..=reach).map(at).sum();
            for i in 0..length {
                values.push((sum + part * (at(i - reach - 1) + at(i + reach + 1))) * norm);
                sum += at(i + reach + 1) - at(i - reach);
            }
        }
        Self {
            width: self.width,
            values,
        }
    }

    fn transposed(&self) -> Self {
        let height = self.values.len() / self.width;
        let mut values = Vec::with_capacity(self.values.len());
        for x in 0..self.width {
            values.extend((0..height).map(|y| self.values[y * self.width + x]));
        }
        Self {
            width: height,
            values,
        }
    }

    fn picture(&self, noise: f64, chance: &mut Chance) -> GrayImage {
        // A table of noise, begun anywhere in each row: as good, and fast.
        let table: Vec<f32> = (0..4_096)
            .map(|_| (noise * chance.normal()) as f32)
            .collect();
        let mut pixels = Vec::with_capacity(self.values.len());
        for row in self.values.chunks(self.width) {
            let start = chance.next() as usize;
            pixels.extend(row.iter().enumerate().map(|(i, value)| {
                (value + table[(start + i) % table.len()] + 0.5).clamp(0.0, 255.0) as u8
            }));
        }
        let height = (self.values.len() / self.width) as u32;
        GrayImage::from_raw(self.width as u32, height, pixels).expect("as many pixels")
    }
}

/// A camera over the target. While its lens is sought only the picture's middle is rendered
/// with detail; the one that is measured is whole.
pub struct Rendered {
    pub truth: Truth,
    whole: Field,
    middle: Field,
    chance: Chance,
    /// Where the lens is, and where it was last sent.
    pub lens: f64,
    sent: Option<FocusPosition>,
}

/// Size of the part that is looked at while the lens is sought.
const PART: (u32, u32) = (480, 270);

impl Rendered {
    pub fn new(truth: Truth) -> Self {
        let (w, h) = truth.size;
        let start = ((w - PART.0) / 2, (h - PART.1) / 2);
        Self {
            whole: truth.sharp((0, 0), (w, h)),
            middle: truth.sharp(start, PART),
            chance: Chance::new(truth.seed + 77),
            lens: 512.0,
            sent: None,
            truth,
        }
    }

    fn blur(&self) -> f64 {
        let off = self.truth.blur_per_unit * (self.lens - self.truth.best);
        self.truth.least_blur.hypot(off)
    }

    /// What the sensor makes of the light, and the camera of that.
    fn taken(&mut self, light: &Field) -> GrayImage {
        let picture = light.picture(self.truth.noise, &mut self.chance);
        let Some(quality) = self.truth.jpeg else {
            return picture;
        };
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, quality)
            .encode_image(&picture)
            .expect("a JPEG in memory");
        let picture = image::load_from_memory(&jpeg).expect("the same JPEG");
        picture.into_luma8()
    }

    /// The whole picture at the lens' present place.
    pub fn whole(&mut self) -> GrayImage {
        let blurred = self.whole.blurred(self.blur());
        self.taken(&blurred)
    }

    /// Sends the lens: it stops short by half the backlash on whichever side it comes from.
    pub fn send(&mut self, to: f64) {
        let slack = self.truth.backlash / 2.0;
        self.lens = self.lens.clamp(to - slack, to + slack);
    }
}

impl TargetCamera for Rendered {
    fn format(&self) -> CameraFormat {
        CameraFormat {
            name: "rendered".to_owned(),
            format: "GREY".to_owned(),
            size: self.truth.size,
        }
    }

    fn focus_range(&self) -> Option<FocusRange> {
        FocusRange::new(0, 1_023, STEP).ok()
    }

    fn exposure(&self) -> Option<ExposureSetting> {
        Some(ExposureSetting {
            time: 156,
            gain: None,
        })
    }

    fn look(&mut self, position: Option<FocusPosition>) -> Result<Frame, LookError> {
        let again = position == self.sent && position.is_none_or(|at| at.0 > 0);
        self.sent = position;
        if let Some(position) = position {
            self.send(f64::from(position.0));
        }
        // Only the measurement looks twice at one place, after the lens has come to rest there.
        let picture = if again {
            self.whole()
        } else {
            let blurred = self.middle.blurred(self.blur());
            self.taken(&blurred)
        };
        Ok(Frame::still(picture))
    }
}
