//! Runs every reference case of a folder and ends with `N passed, N failed, N skipped`.
//!
//! `ORACLE_DIR` names the folder (relative to the crate; default `tests/oracle`), which holds
//! `cases/*.json` and `data/*.csv` as its README says.
//! A case whose function is not known has failed; an argument skips the cases whose id does not
//! contain it.

mod reference;

use std::path::PathBuf;
use std::process::ExitCode;

use reference::case::{Case, Outcome};
use reference::table::Tables;

fn main() -> ExitCode {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = std::env::var_os("ORACLE_DIR").unwrap_or_else(|| "tests/oracle".into());
    let folder = root.join(PathBuf::from(folder));
    let filter: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let cases = match Case::read_all(&folder.join("cases")) {
        Ok(cases) => cases,
        Err(problem) => {
            println!("{problem}");
            return ExitCode::FAILURE;
        }
    };
    let tables = Tables::in_folder(folder.join("data"));
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for case in &cases {
        if !filter.iter().all(|f| case.id.contains(f)) {
            skipped += 1;
            continue;
        }
        match reference::run(case, &tables) {
            Outcome::Passed => passed += 1,
            Outcome::Failed(why) => {
                println!("FAILED {} ({}): {why}", case.id, case.function);
                failed += 1;
            }
        }
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
