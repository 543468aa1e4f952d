//! Phiếu: the sample survey behind a public-administration-reform index.
pub mod clock;
pub mod messages;

pub mod criteria;
pub mod fieldwork;
pub mod questionnaire;
pub mod report;
pub mod sampling;
pub mod survey;

pub mod conduct;
pub mod secrets;
pub mod storage;

pub mod cli;
pub mod demo;
pub mod web;
