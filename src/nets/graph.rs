//! A net, from its ONNX file to its output.

use std::collections::HashMap;

use pulp::Arch;
use rten_onnx::onnx::{AttributeProto, DataType, ModelProto, NodeProto, TensorProto};

use super::conv::{Conv, Geometry};
use super::layers;
use super::map::{Map, Room};

/// Why a net cannot be used: a damaged build, not a bad picture.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// It is no ONNX file.
    #[error(
        "認識モデルを読み込めません。再インストールしてください / a model does not load: reinstall"
    )]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It has a layer that is not known here, or one without what it needs.
    #[error(
        "認識モデルが違います（{0}）。再インストールしてください / another model than expected ({0}): reinstall"
    )]
    Unknown(String),
}

/// A net, ready to run.
#[derive(Debug)]
pub struct Net {
    steps: Vec<Step>,
    arch: Arch,
}

/// One layer: which values it takes, and what it makes of them. Value 0 is the input;
/// value `n + 1` is what step `n` makes.
#[derive(Debug)]
struct Step {
    layer: Layer,
    inputs: Vec<usize>,
    /// Values that no later step takes.
    done_with: Vec<usize>,
}

#[derive(Debug)]
enum Layer {
    Conv(Conv),
    /// A convolution whose channels are then spread over 2 × 2 places.
    ConvTranspose(Conv),
    Relu,
    Sqrt,
    Sigmoid,
    Clip(f32, f32),
    /// Of two maps, place by place.
    Both(Arithmetic),
    /// Of a map and a number.
    With(Arithmetic, f32),
    Mean,
    BoxMean([usize; 2]),
    LargerOfTwoRows,
    Doubled,
    LogSoftmax,
    /// The axes are put in another order: of maps of one row nothing changes.
    Same,
}

#[derive(Clone, Copy, Debug)]
enum Arithmetic {
    Add,
    Sub,
    Mul,
    Div,
}

impl Net {
    /// Loads a net of one input and one output.
    ///
    /// # Errors
    /// [`NetError`] when it is no ONNX file, or has layers that are not known here.
    pub fn load(onnx: &[u8]) -> Result<Self, NetError> {
        let model = ModelProto::parse_buf(onnx).map_err(|e| NetError::Unreadable(Box::new(e)))?;
        let graph = model.graph.ok_or_else(|| unknown("no graph"))?;
        let mut known = Known::default();
        for tensor in &graph.initializer {
            known.keep(tensor.name.as_deref(), tensor)?;
        }
        let input = graph.input.first().and_then(|input| input.name.clone());
        known.values.insert(input.unwrap_or_default(), 0);
        let mut steps: Vec<Step> = Vec::new();
        for node in &graph.node {
            let output = node.output.first().ok_or_else(|| unknown("no output"))?;
            if node.op_type.as_deref() == Some("Constant") {
                let tensor = attribute(node, "value").and_then(|value| value.t.as_ref());
                known.keep(Some(output), tensor.ok_or_else(|| unknown("Constant"))?)?;
                continue;
            }
            let step = known.step(node)?;
            let of_last = step.inputs == [steps.len()];
            match (&step.layer, steps.last_mut().map(|last| &mut last.layer)) {
                // A convolution's ReLU alone takes its output: one layer.
                (Layer::Relu, Some(Layer::Conv(conv))) if of_last => conv.relu = true,
                _ => steps.push(step),
            }
            known.values.insert(output.clone(), steps.len());
        }
        forget_early(&mut steps);
        Ok(Self {
            steps,
            arch: Arch::new(),
        })
    }

    /// The output for an input of one plane. `room` is memory that runs share: it is
    /// asked for once, not anew for every layer of every picture.
    ///
    /// # Panics
    /// When the input is smaller than the net's kernels ask for.
    pub fn run(&self, input: Map, room: &Room) -> Map {
        let mut values = vec![input];
        for step in &self.steps {
            let inputs: Vec<&Map> = step.inputs.iter().map(|i| &values[*i]).collect();
            let output = step.layer.run(self.arch, &inputs, room);
            for value in &step.done_with {
                room.give_back(std::mem::take(&mut values[*value].data));
            }
            values.push(output);
        }
        values.swap_remove(self.steps.len())
    }
}

impl Layer {
    fn run(&self, arch: Arch, inputs: &[&Map], room: &Room) -> Map {
        let map = inputs[0];
        match self {
            Self::Conv(conv) => conv.run(arch, map, room),
            Self::ConvTranspose(conv) => layers::interleaved(&conv.run(arch, map, room)),
            Self::Relu => layers::each(map, room, |v| v.max(0.0)),
            Self::Sqrt => layers::each(map, room, f32::sqrt),
            Self::Sigmoid => layers::sigmoid(arch, map, room),
            Self::Clip(low, high) => layers::each(map, room, |v| v.clamp(*low, *high)),
            Self::Both(arithmetic) => layers::both(map, inputs[1], room, arithmetic.of()),
            Self::With(arithmetic, number) => {
                let f = arithmetic.of();
                layers::each(map, room, |v| f(v, *number))
            }
            Self::Mean => layers::mean(map),
            Self::BoxMean([rows, columns]) => layers::box_mean(map, *rows, *columns),
            Self::LargerOfTwoRows => layers::larger_of_two_rows(map),
            Self::Doubled => layers::doubled(map, room),
            Self::LogSoftmax => layers::log_softmax(map),
            Self::Same => map.clone(),
        }
    }
}

impl Arithmetic {
    fn of(self) -> fn(f32, f32) -> f32 {
        match self {
            Self::Add => |a, b| a + b,
            Self::Sub => |a, b| a - b,
            Self::Mul => |a, b| a * b,
            Self::Div => |a, b| a / b,
        }
    }
}

/// What is known of the names in a graph while it is read.
#[derive(Default)]
struct Known {
    values: HashMap<String, usize>,
    weights: HashMap<String, Weights>,
}

/// A constant of the graph.
#[derive(Debug)]
struct Weights {
    shape: Vec<usize>,
    data: Vec<f32>,
}

impl Known {
    /// Keeps a constant; whole numbers are kept too, as axes of layers that need none.
    fn keep(&mut self, name: Option<&str>, tensor: &TensorProto) -> Result<(), NetError> {
        let name = name.ok_or_else(|| unknown("a constant without a name"))?;
        let bytes = tensor.raw_data.as_ref().map(|raw| raw.borrow());
        let data = match bytes {
            Some(bytes) if tensor.data_type == Some(DataType::FLOAT) => {
                let (numbers, _) = bytes.as_chunks::<4>();
                numbers.iter().map(|b| f32::from_le_bytes(*b)).collect()
            }
            _ => tensor.float_data.clone(),
        };
        let shape = tensor.dims.iter().map(|d| *d as usize).collect();
        (self.weights).insert(name.to_owned(), Weights { shape, data });
        Ok(())
    }

    fn step(&self, node: &NodeProto) -> Result<Step, NetError> {
        let inputs = (node.input.iter())
            .filter_map(|name| self.values.get(name).copied())
            .collect::<Vec<_>>();
        if inputs.is_empty() {
            return Err(refused(node));
        }
        Ok(Step {
            layer: self.layer(node, inputs.len())?,
            inputs,
            done_with: Vec::new(),
        })
    }

    fn layer(&self, node: &NodeProto, inputs: usize) -> Result<Layer, NetError> {
        let number = |i: usize| match self.weights(node, i).map(|w| w.data.as_slice()) {
            Some([number]) => Ok(*number),
            _ => Err(refused(node)),
        };
        let arithmetic = |arithmetic| match inputs {
            2 => Ok(Layer::Both(arithmetic)),
            _ => Ok(Layer::With(arithmetic, number(1)?)),
        };
        match node.op_type.as_deref().unwrap_or_default() {
            "Conv" => self.conv(node).map(Layer::Conv),
            "ConvTranspose" => self.conv_transpose(node).map(Layer::ConvTranspose),
            "Relu" => Ok(Layer::Relu),
            "Add" => arithmetic(Arithmetic::Add),
            "Sub" => arithmetic(Arithmetic::Sub),
            "Mul" => arithmetic(Arithmetic::Mul),
            "Div" => arithmetic(Arithmetic::Div),
            "Sqrt" => Ok(Layer::Sqrt),
            "Sigmoid" => Ok(Layer::Sigmoid),
            "Clip" => Ok(Layer::Clip(number(1)?, number(2)?)),
            "ReduceMean" => Ok(Layer::Mean),
            "AveragePool" => box_mean(node),
            "MaxPool" if sizes(node, "kernel_shape") == [2, 1] => Ok(Layer::LargerOfTwoRows),
            "Resize" => Ok(Layer::Doubled),
            "LogSoftmax" => Ok(Layer::LogSoftmax),
            "Squeeze" | "Transpose" | "Cast" => Ok(Layer::Same),
            _ => Err(refused(node)),
        }
    }

    fn weights(&self, node: &NodeProto, input: usize) -> Option<&Weights> {
        self.weights.get(node.input.get(input)?)
    }

    fn conv(&self, node: &NodeProto) -> Result<Conv, NetError> {
        let (Some(weights), Some(bias)) = (self.weights(node, 1), self.weights(node, 2)) else {
            return Err(refused(node));
        };
        let ([outputs, inputs, rows, columns], [top, left, bottom, right], [down, along]) = (
            exactly(node, &weights.shape)?,
            exactly(node, &sizes(node, "pads"))?,
            exactly(node, &sizes(node, "strides"))?,
        );
        let geometry = Geometry {
            kernel: [rows, columns],
            stride: [down, along],
            pads: [top, left, bottom, right],
        };
        match attribute(node, "group").and_then(|group| group.i) {
            Some(1) => Ok(Conv::full(geometry, inputs, &weights.data, &bias.data)),
            Some(groups) if groups as usize == outputs && inputs == 1 => {
                Ok(Conv::each_alone(geometry, &weights.data, &bias.data))
            }
            _ => Err(refused(node)),
        }
    }

    /// A transposed convolution of 2 × 2 with stride 2, as one of four times the channels.
    fn conv_transpose(&self, node: &NodeProto) -> Result<Conv, NetError> {
        let (Some(weights), Some(bias)) = (self.weights(node, 1), self.weights(node, 2)) else {
            return Err(refused(node));
        };
        let [inputs, outputs, rows, columns] = exactly(node, &weights.shape)?;
        if [rows, columns] != [2, 2] || sizes(node, "strides") != [2, 2] {
            return Err(refused(node));
        }
        let places = 4 * outputs;
        let turned: Vec<f32> = (0..places)
            .flat_map(|place| (0..inputs).map(move |input| input * places + place))
            .map(|at| weights.data[at])
            .collect();
        let bias: Vec<f32> = bias.data.iter().flat_map(|b| [*b; 4]).collect();
        let pointwise = Geometry {
            kernel: [1, 1],
            stride: [1, 1],
            pads: [0; 4],
        };
        Ok(Conv::full(pointwise, inputs, &turned, &bias))
    }
}

fn box_mean(node: &NodeProto) -> Result<Layer, NetError> {
    let [rows, columns] = exactly(node, &sizes(node, "kernel_shape"))?;
    let halves = [rows / 2, columns / 2, rows / 2, columns / 2];
    match rows % 2 == 1 && columns % 2 == 1 && sizes(node, "pads") == halves {
        true => Ok(Layer::BoxMean([rows, columns])),
        false => Err(refused(node)),
    }
}

fn exactly<const N: usize>(node: &NodeProto, sizes: &[usize]) -> Result<[usize; N], NetError> {
    sizes.try_into().map_err(|_| refused(node))
}

fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    (node.attribute.iter()).find(|attribute| attribute.name.as_deref() == Some(name))
}

/// An attribute that is a list of sizes.
fn sizes(node: &NodeProto, name: &str) -> Vec<usize> {
    attribute(node, name).map_or_else(Vec::new, |attribute| {
        attribute.ints.iter().map(|i| *i as usize).collect()
    })
}

fn refused(node: &NodeProto) -> NetError {
    unknown(node.op_type.as_deref().unwrap_or("?"))
}

fn unknown(what: &str) -> NetError {
    NetError::Unknown(what.to_owned())
}

/// Tells each step which values are not taken after it.
fn forget_early(steps: &mut [Step]) {
    let mut last = HashMap::new();
    for (i, step) in steps.iter().enumerate() {
        last.extend(step.inputs.iter().map(|value| (*value, i)));
    }
    for (value, step) in last {
        steps[step].done_with.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    /// What another runtime made of a net; written by `models/train/goldens.py`, every
    /// seventh value.
    #[derive(Deserialize)]
    struct Golden {
        rows: usize,
        columns: usize,
        values: Vec<f32>,
    }

    /// The picture that the goldens were made of.
    fn picture(rows: usize, columns: usize) -> Map {
        let data = (0..rows * columns).map(|i| {
            let stripe = if (i % columns / 9).is_multiple_of(2) {
                0.2
            } else {
                0.6
            };
            stripe + (i * 7919 % 1000) as f32 / 1000.0 * 0.3
        });
        Map::plane(rows, columns, data.collect())
    }

    #[test]
    fn our_nets_say_what_they_say_on_another_runtime() {
        let goldens: HashMap<String, Golden> =
            serde_json::from_str(include_str!("goldens.json")).expect("goldens");
        let room = Room::default();
        for (name, golden) in &goldens {
            let onnx = std::fs::read(format!("models/{name}.onnx")).expect("a model");
            let net = Net::load(&onnx).expect("known layers");
            let got = net.run(picture(golden.rows, golden.columns), &room);
            let kept: Vec<f32> = got.data.iter().copied().step_by(7).collect();
            assert_eq!(kept.len(), golden.values.len(), "{name}");
            for (got, want) in kept.iter().zip(&golden.values) {
                assert!((got - want).abs() < 2e-3, "{name}: {got} {want}");
            }
        }
        assert_eq!(goldens.len(), 4);
    }

    #[test]
    fn a_run_after_another_says_the_same() {
        let onnx = std::fs::read("models/digits-a.onnx").expect("a model");
        let net = Net::load(&onnx).expect("known layers");
        let room = Room::default();
        let first = net.run(picture(32, 104), &room);
        net.run(picture(32, 60), &room);
        assert_eq!(net.run(picture(32, 104), &room), first);
    }

    #[test]
    fn what_is_no_net_or_another_is_refused() {
        assert!(matches!(
            Net::load(b"\xff\xff\xff no model"),
            Err(NetError::Unreadable(_))
        ));
        assert!(matches!(Net::load(b""), Err(NetError::Unknown(_))));
    }
}
