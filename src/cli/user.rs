//! `phieu user`: access to the office's pages.

use super::{Failure, Result, Settings, data::print};
use crate::{text, web::office::set_operator_password};
use clap::Subcommand;
use std::io::{BufRead, IsTerminal};

#[derive(Debug, Subcommand)]
pub enum UserAct {
    /// Set the operator's password, read from standard input; ends all sessions
    Password,
}

pub async fn run(act: UserAct, settings: &Settings) -> Result<()> {
    let UserAct::Password = act;
    let office = settings.office().await?;
    if std::io::stdin().is_terminal() {
        eprintln!("{}", text!("cli.type_password").say(settings.language));
    }
    let mut password = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut password)
        .map_err(|error| Failure::environment(&error))?;
    set_operator_password(&office, password.trim_end_matches(['\r', '\n'])).await?;
    print(text!("cli.password_set").say(settings.language))?;
    Ok(())
}
