mod chance;
mod choices;
mod flow;
mod matrix;
mod model;
mod property;
mod resume;
pub(in crate::desk) mod world;
