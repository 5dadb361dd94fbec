//! How a sharp edge looks after lens, movement and sampling.

/// Table steps on each side of the edge: between two of them the response is
/// straight to a part in a thousand.
const STEPS: usize = 32;

/// Deviations of the Gaussian after which an edge is over.
const TAIL: f32 = 2.6;

/// Density of the normal distribution at 0.
const PEAK: f32 = 0.398_942_3;

/// The response to an edge of a box (movement, pixels, a lens's disc) followed by a
/// Gaussian (a lens's softness): 0 far before the edge, 1 far behind it.
///
/// Lengths are in narrow elements.
pub(super) struct EdgeResponse {
    table: [f32; 2 * STEPS + 2],
    reach: f32,
}

impl EdgeResponse {
    /// Of a box of this length and a Gaussian of this deviation, neither of them 0.
    pub fn new(length: f32, sigma: f32) -> Self {
        let reach = length / 2.0 + TAIL * sigma;
        // The integral of the normal distribution function.
        let rise = |u: f32| u * normal(u) + PEAK * (-0.5 * u * u).exp();
        let mut table = [1.0; 2 * STEPS + 2];
        for (i, value) in table.iter_mut().enumerate().take(2 * STEPS + 1) {
            let x = (i as f32 / STEPS as f32 - 1.0) * reach;
            let (ahead, behind) = (x + length / 2.0, x - length / 2.0);
            *value = sigma / length * (rise(ahead / sigma) - rise(behind / sigma));
        }
        Self { table, reach }
    }

    /// How far from the edge anything of it is seen.
    pub fn reach(&self) -> f32 {
        self.reach
    }

    /// The response at `x` from the edge, within its reach.
    pub fn at(&self, x: f32) -> f32 {
        let place = ((x / self.reach + 1.0) * STEPS as f32).clamp(0.0, 2.0 * STEPS as f32);
        let i = place as usize;
        let t = place - i as f32;
        self.table[i] * (1.0 - t) + self.table[i + 1] * t
    }
}

/// The normal distribution function, by Abramowitz and Stegun 26.2.16 (error under
/// 1e-5).
fn normal(x: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.332_67 * x.abs());
    let density = PEAK * (-0.5 * x * x).exp();
    let tail = density * t * (0.436_183_6 + t * (-0.120_167_6 + t * 0.937_298));
    if x >= 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_rises_from_nothing_over_a_half_to_all() {
        for (length, sigma) in [(0.05, 0.05), (2.0, 0.1), (0.3, 1.0)] {
            let response = EdgeResponse::new(length, sigma);
            let reach = response.reach();
            assert!(response.at(-reach) < 0.01 && response.at(reach) > 0.99);
            assert!((response.at(0.0) - 0.5).abs() < 0.002);
        }
    }

    #[test]
    fn a_long_movement_makes_a_ramp() {
        let response = EdgeResponse::new(2.0, 0.05);
        for x in [-0.75, -0.5, 0.5, 0.75] {
            assert!((response.at(x) - (x + 1.0) / 2.0).abs() < 0.02);
        }
    }
}
