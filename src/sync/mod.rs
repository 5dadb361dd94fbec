//! Delivery to the record API.

pub mod wire;
