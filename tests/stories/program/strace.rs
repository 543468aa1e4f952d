//! Faults of the machine: strace makes system calls of a running process fail.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Faults that last until this is dropped.
pub struct Strace {
    child: Child,
}

impl Strace {
    /// Makes `calls` fail as `fault` says in all threads of `process`, from now on.
    pub async fn inject(process: u32, calls: &str, fault: &str, log: &Path) -> Self {
        // Threads that it starts later fail as well.
        let mut command = Command::new("strace");
        command.arg("-f");
        Self::attach(command, &[process], calls, fault, log).await
    }

    /// Makes `calls` fail as `fault` says in these processes, and in none that they start.
    pub async fn inject_in_these(processes: &[u32], calls: &str, fault: &str, log: &Path) -> Self {
        Self::attach(Command::new("strace"), processes, calls, fault, log).await
    }

    async fn attach(
        mut command: Command,
        processes: &[u32],
        calls: &str,
        fault: &str,
        log: &Path,
    ) -> Self {
        command.arg("-o").arg(log).args(["-e", &format!("trace={calls}")]);
        command.args(["-e", &format!("inject={calls}:{fault}")]);
        for process in processes {
            command.args(["-p", &process.to_string()]);
        }
        let child = command.stderr(Stdio::null()).spawn().expect("strace is installed");
        let strace = Self { child };
        let since = Instant::now();
        while !processes.iter().all(|&process| is_traced(process)) {
            assert!(since.elapsed() < Duration::from_secs(10), "strace could not attach");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        strace
    }
}

impl Drop for Strace {
    fn drop(&mut self) {
        let process = self.child.id().to_string();
        let _ = Command::new("kill").args(["-INT", &process]).status();
        let _ = self.child.wait();
    }
}

/// Whether every thread of `process` is watched. A process that has ended needs no watching.
fn is_traced(process: u32) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else { return true };
    threads.flatten().all(|thread| {
        std::fs::read_to_string(thread.path().join("status"))
            .map_or(true, |status| !status.contains("TracerPid:\t0\n"))
    })
}
