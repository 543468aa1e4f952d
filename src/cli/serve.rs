//! `phieu serve`: the pages.

use super::{Failure, Result, Settings};
use crate::{
    messages, text,
    web::{
        Service, WebSettings,
        office::{self, set_operator_password},
    },
};
use clap::{Args, ValueEnum};
use std::net::SocketAddr;
use tokio::signal::unix::{SignalKind, signal};

/// Where to listen unless told otherwise.
const LISTEN: &str = "127.0.0.1:8080";

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, env = "PHIEU_LISTEN")]
    listen: Option<SocketAddr>,
    /// The address under which respondents reach the service, such as `https://phieu.example.gov.vn`:
    /// messengers then show a picture beside links
    #[arg(long, env = "PHIEU_ADDRESS")]
    address: Option<String>,
    /// Serve only the pages of one side
    #[arg(long)]
    only: Option<Only>,
    /// A proxy of ours stands in front: take the client's address from X-Forwarded-For
    #[arg(long)]
    behind_proxy: bool,
    /// Respondents reach the service over HTTPS only: mark cookies Secure
    #[arg(long)]
    secure_cookies: bool,
    /// Set the operator's password at start
    #[arg(long, env = "PHIEU_OPERATOR_PASSWORD", hide = true, hide_env_values = true)]
    operator_password: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Only {
    /// The pages for respondents
    Respondent,
}

pub async fn run(args: ServeArgs, settings: Settings) -> Result<()> {
    log_to_stderr();
    for flaw in messages::flaws() {
        eprintln!("{}", flaw.text().say(settings.language));
    }
    let listen = args
        .listen
        .or(settings.listen)
        .unwrap_or_else(|| LISTEN.parse().expect("the default address is an address"));
    let address = settings.public_address(args.address.as_deref())?;
    let office = settings.office().await?;
    office.destroy_leftover_keys().await?;
    if let Some(password) = &args.operator_password {
        set_operator_password(&office, password).await?;
    }
    let web = WebSettings {
        secure_cookies: args.secure_cookies || settings.web.secure_cookies.unwrap_or(false),
        behind_proxy: args.behind_proxy || settings.web.behind_proxy.unwrap_or(false),
        address: address.map(|address| address.as_str().to_owned()),
    };
    let pages = match args.only {
        Some(Only::Respondent) => axum::Router::new(),
        None => office::router(office::OfficeApp::new(office.clone(), &web)),
    };
    let service = Service::listen(&office, listen, pages, web)
        .await
        .map_err(|problem| Failure::Environment(problem.text()))?;
    eprintln!(
        "{}",
        text!(
            "cli.serving",
            address = service.address,
            engine = office.store.engine(),
            database = settings.database
        )
        .say(settings.language)
    );
    service.serve(stop()).await;
    office.store.close().await;
    Ok(())
}

/// Done when somebody asks the program to stop.
pub async fn stop() {
    let mut terminate = signal(SignalKind::terminate()).expect("signals can be listened to");
    let mut interrupt = signal(SignalKind::interrupt()).expect("signals can be listened to");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Sends the log to standard error, as `RUST_LOG` asks for it.
pub fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,phieu=info"));
    // A second start in one process, as in tests, keeps the first log.
    let _ =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
