//! Phiếu: the sample survey behind a public-administration-reform index.
pub mod clock;
pub mod messages;

pub mod questionnaire;
pub mod criteria;
pub mod survey;
pub mod sampling;
pub mod fieldwork;
pub mod report;

pub mod secrets;
pub mod storage;
pub mod conduct;

pub mod web;
pub mod cli;
pub mod demo;
