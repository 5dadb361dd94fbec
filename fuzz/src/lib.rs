//! What several fuzz targets need: pictures with a region out of plain bytes, and whose panic is whose.

mod panics;
mod region;

pub use panics::forgive_panics_of_others;
pub use region::Region;
