//! Convolution, summed directly.
//!
//! A tile of outputs (a few channels, a stretch of a row) is kept in registers while all
//! that it is summed from passes by: for every tap of the kernel one stretch of the
//! input, multiplied by one weight for each channel. The instructions are chosen when
//! the program runs (`pulp`): with AVX2 and FMA eight sums are one instruction.

use pulp::{Arch, Simd, WithSimd};

use super::map::{Map, Room};

/// Output channels of a tile.
const CHANNELS: usize = 4;

/// Columns of a tile: with four channels, eight registers of eight numbers, as many as
/// keep both multipliers busy.
const COLUMNS: usize = 16;

/// Columns of a tile where each channel is for itself.
const COLUMNS_ALONE: usize = 32;

/// A kernel's extent, how it steps and what surrounds the input, in rows and columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Geometry {
    /// Rows and columns of the kernel.
    pub kernel: [usize; 2],
    /// Rows and columns from one output to the next.
    pub stride: [usize; 2],
    /// Zeros about the input: above, left, below, right.
    pub pads: [usize; 4],
}

/// A convolution with its weights, as they are needed.
#[derive(Debug)]
pub(super) struct Conv {
    geometry: Geometry,
    inputs: usize,
    outputs: usize,
    /// Whether each channel is made of the same channel of the input alone.
    each_alone: bool,
    /// Block of output channels, input channel, kernel row, kernel column, channel in
    /// the block (`[block][in][row][column][4]`); of `each_alone` `[channel][row][column]`.
    weights: Vec<f32>,
    bias: Vec<f32>,
    /// Whether negative outputs become 0.
    pub relu: bool,
}

impl Conv {
    /// Every output channel is made of all `inputs`; `weights` as in ONNX,
    /// `[out][in][row][column]`.
    pub(super) fn full(geometry: Geometry, inputs: usize, weights: &[f32], bias: &[f32]) -> Self {
        let taps = inputs * geometry.taps();
        let blocks = bias.len().div_ceil(CHANNELS);
        let mut packed = vec![0.0; blocks * taps * CHANNELS];
        for (channel, own) in weights.chunks_exact(taps).enumerate() {
            let block = channel / CHANNELS * taps * CHANNELS + channel % CHANNELS;
            for (tap, weight) in own.iter().enumerate() {
                packed[block + tap * CHANNELS] = *weight;
            }
        }
        Self {
            geometry,
            inputs,
            outputs: bias.len(),
            each_alone: false,
            weights: packed,
            bias: bias.to_vec(),
            relu: false,
        }
    }

    /// Every channel is made of the same one of the input; `weights` are
    /// `[channel][row][column]`.
    pub(super) fn each_alone(geometry: Geometry, weights: &[f32], bias: &[f32]) -> Self {
        Self {
            geometry,
            inputs: bias.len(),
            outputs: bias.len(),
            each_alone: true,
            weights: weights.to_vec(),
            bias: bias.to_vec(),
            relu: false,
        }
    }

    /// The convolved maps.
    ///
    /// # Panics
    /// When the input has another number of channels than the weights are for, or is
    /// smaller than the kernel.
    pub(super) fn run(&self, arch: Arch, input: &Map, room: &Room) -> Map {
        assert_eq!(input.channels, self.inputs, "channels of a convolution");
        let flat = self.geometry.is_pointwise();
        let (rows, columns) = if flat {
            (1, input.rows * input.columns)
        } else {
            (input.rows, input.columns)
        };
        let tile = if self.each_alone {
            COLUMNS_ALONE
        } else {
            COLUMNS
        };
        let padded = Padded::of(input, rows, columns, &self.geometry, tile, room);
        let [out_rows, out_columns] = self.geometry.output(rows, columns);
        let length = self.outputs * out_rows * out_columns;
        let mut data = room.take(length);
        data.resize(length, 0.0);
        arch.dispatch(Sum {
            conv: self,
            input: &padded,
            rows: out_rows,
            columns: out_columns,
            out: &mut data,
        });
        room.give_back(padded.data);
        Map {
            channels: self.outputs,
            rows: if flat { input.rows } else { out_rows },
            columns: if flat { input.columns } else { out_columns },
            data,
        }
    }

    #[inline(always)]
    fn sum_full(&self, input: &Padded, rows: usize, columns: usize, out: &mut [f32]) {
        let taps: Vec<usize> = (0..self.inputs)
            .flat_map(|channel| input.taps(&self.geometry, channel))
            .collect();
        // Row by row, so that the rows that are read stay near for all channels.
        for y in 0..rows {
            let input = &input.data[y * self.geometry.stride[0] * input.row..];
            let blocks = self.weights.chunks_exact(taps.len() * CHANNELS);
            let outs = out.chunks_mut(CHANNELS * rows * columns);
            for ((weights, out), bias) in blocks.zip(outs).zip(self.bias.chunks(CHANNELS)) {
                let mut start = [[0.0; COLUMNS]; CHANNELS];
                for (row, bias) in start.iter_mut().zip(bias) {
                    row.fill(*bias);
                }
                for x in (0..columns).step_by(COLUMNS) {
                    let sums = tile(&taps, weights, &input[x..], start);
                    for (channel, sums) in sums.iter().enumerate().take(bias.len()) {
                        let at = (channel * rows + y) * columns;
                        self.finish(sums, &mut out[at + x..at + columns]);
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn sum_each_alone(&self, input: &Padded, rows: usize, columns: usize, out: &mut [f32]) {
        let size = self.geometry.taps();
        for (channel, out) in out.chunks_mut(rows * columns).enumerate() {
            let taps: Vec<usize> = input.taps(&self.geometry, channel).collect();
            let weights = &self.weights[channel * size..(channel + 1) * size];
            let start = [[self.bias[channel]; COLUMNS_ALONE]];
            for y in 0..rows {
                let input = &input.data[y * self.geometry.stride[0] * input.row..];
                for x in (0..columns).step_by(COLUMNS_ALONE) {
                    let sums = tile(&taps, weights, &input[x..], start);
                    self.finish(&sums[0], &mut out[y * columns + x..(y + 1) * columns]);
                }
            }
        }
    }

    /// Writes as many sums as there is room for.
    #[inline(always)]
    fn finish(&self, sums: &[f32], out: &mut [f32]) {
        for (out, sum) in out.iter_mut().zip(sums) {
            *out = if self.relu { sum.max(0.0) } else { *sum };
        }
    }
}

/// The sums of a convolution, compiled for each set of instructions that is chosen from.
struct Sum<'a> {
    conv: &'a Conv,
    input: &'a Padded,
    rows: usize,
    columns: usize,
    out: &'a mut [f32],
}

impl WithSimd for Sum<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self {
            conv,
            input,
            rows,
            columns,
            out,
        } = self;
        if conv.each_alone {
            conv.sum_each_alone(input, rows, columns, out);
        } else {
            conv.sum_full(input, rows, columns, out);
        }
    }
}

/// Sums of `B` channels at `N` columns: for every tap, the input from there on times the
/// channel's weight.
#[inline(always)]
fn tile<const B: usize, const N: usize>(
    taps: &[usize],
    weights: &[f32],
    input: &[f32],
    start: [[f32; N]; B],
) -> [[f32; N]; B] {
    let mut sums = start;
    for (tap, weights) in taps.iter().zip(weights.chunks_exact(B)) {
        let input = &input[*tap..*tap + N];
        for (sums, weight) in sums.iter_mut().zip(weights) {
            for (sum, value) in sums.iter_mut().zip(input) {
                *sum = weight.mul_add(*value, *sum);
            }
        }
    }
    sums
}

impl Geometry {
    fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    fn is_pointwise(&self) -> bool {
        self.kernel == [1, 1] && self.stride == [1, 1] && self.pads == [0; 4]
    }

    /// Rows and columns of the output.
    fn output(&self, rows: usize, columns: usize) -> [usize; 2] {
        let [top, left, bottom, right] = self.pads;
        [
            (rows + top + bottom - self.kernel[0]) / self.stride[0] + 1,
            (columns + left + right - self.kernel[1]) / self.stride[1] + 1,
        ]
    }
}

/// An input with zeros about it. A row holds the row of every channel, one after the
/// other, since they are needed together. The columns of a channel's row are sorted by
/// the remainder of their number when divided by the stride: what is summed for
/// neighbouring outputs are neighbours. Behind each there is room for a tile to look
/// beyond its end.
struct Padded {
    data: Vec<f32>,
    /// From a row to the next, from a channel to the next, from a remainder to the next.
    row: usize,
    channel: usize,
    remainder: usize,
}

impl Padded {
    fn of(
        input: &Map,
        rows: usize,
        columns: usize,
        geometry: &Geometry,
        tile: usize,
        room: &Room,
    ) -> Self {
        let [top, left, bottom, right] = geometry.pads;
        let stride = geometry.stride[1];
        let [_, out_columns] = geometry.output(rows, columns);
        let beyond = out_columns.next_multiple_of(tile) - out_columns;
        let remainder = (left + columns + right).div_ceil(stride) + beyond;
        let channel = remainder * stride;
        let row = channel * input.channels;
        let length = row * (top + rows + bottom) + tile;
        let mut data = room.take(length);
        data.resize(length, 0.0);
        for (i, from) in input.data.chunks_exact(columns).enumerate() {
            let at = (top + i % rows) * row + i / rows * channel;
            let to = &mut data[at..at + channel];
            if stride == 1 {
                to[left..left + columns].copy_from_slice(from);
            } else {
                for first in 0..stride.min(columns) {
                    let at = (left + first) % stride * remainder + (left + first) / stride;
                    let every = from[first..].iter().step_by(stride);
                    for (to, value) in to[at..].iter_mut().zip(every) {
                        *to = *value;
                    }
                }
            }
        }
        Self {
            data,
            row,
            channel,
            remainder,
        }
    }

    /// How far from a row's begin the taps of a channel's kernel lie.
    fn taps(&self, geometry: &Geometry, channel: usize) -> impl Iterator<Item = usize> {
        let [rows, columns] = geometry.kernel;
        let stride = geometry.stride[1];
        (0..rows).flat_map(move |y| {
            (0..columns).map(move |x| {
                y * self.row + channel * self.channel + x % stride * self.remainder + x / stride
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, one multiplication at a time.
    fn plainly(
        geometry: &Geometry,
        input: &Map,
        weights: &[f32],
        outputs: usize,
        alone: bool,
    ) -> Vec<f32> {
        let [rows, columns] = geometry.output(input.rows, input.columns);
        let inputs = if alone { 1 } else { input.channels };
        let mut out = Vec::new();
        for (o, y, x) in (0..outputs)
            .flat_map(|o| (0..rows).flat_map(move |y| (0..columns).map(move |x| (o, y, x))))
        {
            let mut sum = o as f32;
            for (i, ky, kx) in (0..inputs).flat_map(|i| {
                (0..geometry.kernel[0])
                    .flat_map(move |ky| (0..geometry.kernel[1]).map(move |kx| (i, ky, kx)))
            }) {
                let row = (y * geometry.stride[0] + ky).checked_sub(geometry.pads[0]);
                let column = (x * geometry.stride[1] + kx).checked_sub(geometry.pads[1]);
                let (Some(row), Some(column)) = (row, column) else {
                    continue;
                };
                if row < input.rows && column < input.columns {
                    let at = ((o * inputs + i) * geometry.kernel[0] + ky) * geometry.kernel[1] + kx;
                    sum += weights[at] * input.at(if alone { o } else { i }, row, column);
                }
            }
            out.push(sum);
        }
        out
    }

    /// Numbers that look random and are the same every time.
    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed.wrapping_mul(747_796_405) | 1;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as f32 / 32_768.0 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    proptest! {
        #[test]
        fn sums_are_those_of_the_definition(
            (inputs, outputs) in (1usize..6, 1usize..10),
            (rows, columns) in (4usize..9, 5usize..50),
            kernel in [1usize..5, 1usize..6],
            stride in [1usize..3, 1usize..3],
            pads in [0usize..3, 0usize..3, 0usize..3, 0usize..3],
            alone: bool,
            seed: u32,
        ) {
            let geometry = Geometry { kernel, stride, pads };
            let outputs = if alone { inputs } else { outputs };
            let taps = kernel[0] * kernel[1];
            let weights = numbers(outputs * if alone { taps } else { inputs * taps }, seed);
            let bias: Vec<f32> = (0..outputs).map(|o| o as f32).collect();
            let input = Map {
                channels: inputs,
                rows,
                columns,
                data: numbers(inputs * rows * columns, seed ^ 1),
            };
            let conv = if alone {
                Conv::each_alone(geometry, &weights, &bias)
            } else {
                Conv::full(geometry, inputs, &weights, &bias)
            };
            let got = conv.run(Arch::new(), &input, &Room::default());
            let want = plainly(&geometry, &input, &weights, outputs, alone);
            prop_assert_eq!(got.data.len(), want.len());
            for (got, want) in got.data.iter().zip(&want) {
                prop_assert!((got - want).abs() < 1e-3, "{} {}", got, want);
            }
        }
    }
}
