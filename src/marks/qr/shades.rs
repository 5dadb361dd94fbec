//! How well samples that should be light and samples that should be dark are told apart.

/// Luma samples that should all be light, or all dark.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shade {
    n: f32,
    sum: f32,
    squares: f32,
}

impl Shade {
    pub(super) fn mean(&self) -> f32 {
        self.sum / self.n
    }
}

impl Extend<f32> for Shade {
    fn extend<T: IntoIterator<Item = f32>>(&mut self, luma: T) {
        for luma in luma {
            self.n += 1.0;
            self.sum += luma;
            self.squares += luma * luma;
        }
    }
}

impl FromIterator<f32> for Shade {
    fn from_iter<T: IntoIterator<Item = f32>>(luma: T) -> Self {
        let mut shade = Self::default();
        shade.extend(luma);
        shade
    }
}

/// Correlation of luma with what should be light and dark, both weighing the same: 1 for two even shades, 0
/// for no difference, whatever the light that falls on them.
pub(super) fn correlation(light: &Shade, dark: &Shade) -> f32 {
    let mean = (light.mean() + dark.mean()) / 2.0;
    let variance = (light.squares / light.n + dark.squares / dark.n) / 2.0 - mean * mean;
    (light.mean() - dark.mean()) / 2.0 / variance.max(1e-6).sqrt()
}
