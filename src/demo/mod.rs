//! The demo: a complete round through the real program, with made-up people.
//!
//! People are imported by the importer, drawn by the draw, invited, and answer over HTTP by
//! following forms; reserves are called; the box is opened; the result is computed. Nothing is
//! written past the program. Time is simulated, and everything follows from the seed.

mod behaviour;
mod dice;
mod page;
mod people;
mod round;
mod story;
mod visitor;

pub use story::{DemoArgs, run};
