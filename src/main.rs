//! Reads the command line and gets out of the way.

use std::process::ExitCode;

fn main() -> ExitCode {
    phieu::cli::run()
}
