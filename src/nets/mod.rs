//! Runs the small convolutional nets that find and read: one picture at a time, on the
//! calling thread.
//!
//! A general runtime spends most of its time on such nets in rearranging: theirs have
//! 8 to 96 channels, where matrices for a matrix product are built faster than they pay.
//! Here every layer is summed directly, a tile of outputs at a time in the processor's
//! registers (`conv`). It knows the layers that our own nets are made of (`layers`), in
//! ONNX (`graph`), and refuses any other when it is loaded.

mod conv;
mod graph;
mod layers;
mod map;

pub use graph::{Net, NetError};
pub use map::{Map, Room};
