//! Phiếu: the sample survey behind a public-administration-reform index.
pub mod clock;
pub mod conduct;
pub mod criteria;
pub mod fieldwork;
pub mod messages;
pub mod questionnaire;
pub mod report;
pub mod sampling;
pub mod secrets;
pub mod storage;
pub mod survey;
pub mod web;
