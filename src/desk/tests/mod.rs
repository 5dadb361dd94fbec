mod flow;
mod matrix;
mod property;
pub(in crate::desk) mod world;
