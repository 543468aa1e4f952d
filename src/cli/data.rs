//! Reading what commands are given: folders, files.

use super::{Failure, Result};
use crate::{sampling::Upload, survey::Bundle, text};
use std::{
    fmt::Display,
    fs,
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

/// The files of a survey folder. What begins with a dot, and `README.md`, are not part of it.
pub fn survey_folder(folder: &Path) -> Result<Bundle> {
    let mut files = Vec::new();
    gather(folder, folder, &mut files)?;
    if files.is_empty() {
        return Err(Failure::Environment(text!("cli.empty_folder", path = folder.display())));
    }
    Bundle::new(files).map_err(|problems| {
        Failure::Data(text!(
            "cli.bad_survey_folder",
            path = folder.display(),
            problem =
                problems.first().map_or_else(String::new, |problem| problem.text().to_string())
        ))
    })
}

fn gather(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    let unreadable = |path: &Path, problem: &io::Error| {
        Failure::Environment(text!("cli.unreadable", path = path.display(), problem = problem))
    };
    let entries = fs::read_dir(folder).map_err(|problem| unreadable(folder, &problem))?;
    for entry in entries {
        let path = entry.map_err(|problem| unreadable(folder, &problem))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        if path.is_dir() {
            gather(root, &path, files)?;
        } else {
            let bytes = fs::read(&path).map_err(|problem| unreadable(&path, &problem))?;
            let within = path.strip_prefix(root).unwrap_or(&path);
            files.push((within.to_string_lossy().replace('\\', "/"), bytes));
        }
    }
    Ok(())
}

/// Files read whole, with the names under which to speak of them.
pub struct Files(Vec<(String, Vec<u8>)>);

impl Files {
    /// Reads the files at `paths`.
    pub fn read(paths: &[PathBuf]) -> Result<Self> {
        paths
            .iter()
            .map(|path| {
                let bytes = fs::read(path).map_err(|problem| {
                    Failure::Environment(text!(
                        "cli.unreadable",
                        path = path.display(),
                        problem = problem
                    ))
                })?;
                let name = path.file_name().unwrap_or(path.as_os_str());
                Ok((name.to_string_lossy().into_owned(), bytes))
            })
            .collect::<Result<_>>()
            .map(Self)
    }

    /// The files as uploads of a list of people.
    pub fn uploads<'a>(&'a self, sheet: Option<&'a str>) -> Vec<Upload<'a>> {
        self.0.iter().map(|(name, bytes)| Upload { name, bytes, sheet }).collect()
    }
}

/// Writes a result to a file, or to standard output if none is named.
pub fn write_out(out: Option<&Path>, content: &[u8]) -> Result<()> {
    let done = match out {
        Some(path) => fs::write(path, content),
        None => to_stdout(content),
    };
    done.map_err(|problem| {
        let path = out.unwrap_or(Path::new("-"));
        Failure::Environment(text!("cli.unwritable", path = path.display(), problem = problem))
    })
}

/// Writes a line of the result to standard output.
pub fn print(line: impl Display) -> Result<()> {
    write_out(None, format!("{line}\n").as_bytes())
}

/// A reader that has seen enough, as `head` has, is no failure.
fn to_stdout(content: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(content).and_then(|()| stdout.flush()) {
        Err(problem) if problem.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}
