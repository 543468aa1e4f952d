//! How fast pages are saved, and what a whole interview costs.
//!
//! `cargo bench --bench saves [-- --postgres URL] [--seconds N] [--runs N]`
//!
//! The service runs in a process of its own, over real sockets, with the demo's form for
//! citizens; the load generator is here, on the same two cores. Beside it run, in the same
//! minutes, a bare axum handler that only reads a body, and a loop of writes each followed by
//! a wait for the disk. Figures are medians over the runs.

#[path = "../support/mod.rs"]
mod support;

mod interview;
mod load;
mod one_a_page;

use load::{Load, run_load};
use support::{Server, fsync_median_ms, median, quiet_table};

fn main() {
    let options = support::Options::from_arguments();
    if options.serve {
        return support::serve(&options);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        println!("fsync of a 4 KiB write: median {:.2} ms", fsync_median_ms());
        for engine in options.engines() {
            saves(&options, &engine).await;
            let bare = bare_cpu_ms(&options).await;
            for shape in [interview::Shape::AsItIs, interview::Shape::OneAPage] {
                interview::interviews(&options, &engine, shape, bare).await;
            }
        }
    });
}

/// What a POST costs that is read and not looked at.
async fn bare_cpu_ms(options: &support::Options) -> f64 {
    let mut cpus = Vec::new();
    for _ in 0..options.runs {
        let server = Server::start_bare().await;
        cpus.push(run_load(&server, Load::Bare(64), options.seconds).await.server_cpu_ms());
        server.stop().await;
    }
    median(&mut cpus)
}

async fn saves(options: &support::Options, engine: &support::Engine) {
    let mut lines = Vec::new();
    for connections in [64, 256] {
        let (mut rates, mut cpus, mut p50, mut p99, mut bare) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..options.runs {
            let server = Server::start(engine, connections).await;
            let drafts = load::begin(&server, connections).await;
            let outcome = run_load(&server, Load::Saves(&drafts), options.seconds).await;
            assert_eq!(outcome.refused, 0, "a save was refused");
            rates.push(outcome.rate());
            cpus.push(outcome.server_cpu_ms());
            p50.push(outcome.percentile(0.50));
            p99.push(outcome.percentile(0.99));
            server.stop().await;
            let server = Server::start_bare().await;
            let outcome = run_load(&server, Load::Bare(connections), options.seconds).await;
            bare.push(outcome.rate());
            server.stop().await;
        }
        lines.push(vec![
            format!("{connections}"),
            format!("{:.0}", median(&mut rates)),
            format!("{:.3}", median(&mut cpus)),
            format!("{:.1}", median(&mut p50)),
            format!("{:.1}", median(&mut p99)),
            format!("{:.0}", median(&mut bare)),
            format!("{:.3}", median(&mut rates) / median(&mut bare)),
        ]);
    }
    println!(
        "\n{}: durable page saves ({} runs of {} s)",
        engine.name, options.runs, options.seconds
    );
    quiet_table(
        &[
            "connections",
            "saves/s",
            "server CPU ms each",
            "p50 ms",
            "p99 ms",
            "bare axum POST/s",
            "ratio",
        ],
        &lines,
    );
}
