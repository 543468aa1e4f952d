//! The service as a whole: pages on a port, and the work that goes on behind them.

use super::{PublicApp, WebSettings, dressed, respondents};
use crate::{
    conduct::Office,
    messages::Text,
    storage::{Desk, Intake},
    text,
};
use axum::{
    Router,
    extract::{ConnectInfo, Request},
    http::StatusCode,
    routing::get,
};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinHandle,
};
use tower::ServiceExt;

/// Connections served at once; more wait to be accepted.
const CONNECTIONS: usize = 1024;

/// How long a client may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(15);

/// How long requests under way may take when the service stops.
const FAREWELL: Duration = Duration::from_secs(10);

/// How often abandoned places are taken back.
const TICK: Duration = Duration::from_secs(1);

/// The service of one installation, listening.
pub struct Service {
    listener: TcpListener,
    pages: Router,
    /// Where it listens.
    pub address: SocketAddr,
    /// The way in for answers.
    pub intake: Intake,
    office: Office,
}

/// Why the service cannot listen.
#[derive(Debug)]
pub struct CannotListen {
    address: SocketAddr,
    problem: io::Error,
}

impl CannotListen {
    /// What to tell the operator.
    pub fn text(&self) -> Text {
        match self.problem.kind() {
            io::ErrorKind::AddrInUse => text!("cli.port_in_use", address = self.address),
            _ => text!("cli.cannot_listen", address = self.address, problem = self.problem),
        }
    }
}

impl Service {
    /// Begins to listen on `address` with the pages for respondents, and `more` beside them.
    pub async fn listen(
        office: &Office,
        address: SocketAddr,
        more: Router,
        settings: WebSettings,
    ) -> Result<Self, CannotListen> {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|problem| CannotListen { address, problem })?;
        let bound = listener.local_addr().unwrap_or(address);
        let desk = office.desk();
        let intake = Intake::open(office.store.clone(), desk.clone(), office.clock.clone());
        let app = PublicApp::new(
            desk,
            intake.clone(),
            Arc::clone(&office.secrets.public),
            office.clock.clone(),
            settings.clone(),
        );
        let well = office.desk();
        let health = Router::new().route("/healthz", get(async move || health(&well).await));
        let pages = dressed(respondents(app).merge(more).merge(health), &settings);
        Ok(Self { listener, pages, address: bound, intake, office: office.clone() })
    }

    /// Serves until `stop` is done, then lets requests under way finish.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        let background = self.background();
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let farewell = GracefulShutdown::new();
        tokio::pin!(stop);
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = &mut stop => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(problem) => {
                    // Too many open files, mostly: those that are open will end.
                    tracing::warn!(%problem, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
            let connection = farewell.watch(connection(stream, peer, self.pages.clone()));
            tokio::spawn(async move {
                // A client that goes away in the middle is its own affair.
                let _ = connection.await;
                drop(place);
            });
        }
        let _ = tokio::time::timeout(FAREWELL, farewell.shutdown()).await;
        background.abort();
    }

    fn background(&self) -> JoinHandle<()> {
        let (office, intake) = (self.office.clone(), self.intake.clone());
        tokio::spawn(async move {
            let mut today = office.clock.today();
            let mut tick = tokio::time::interval(TICK);
            tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                tick.tick().await;
                if let Err(problem) = intake.reclaim().await {
                    tracing::warn!(%problem, "abandoned places could not be taken back");
                }
                if let Err(problem) = office.refresh_daily_counts().await {
                    tracing::warn!(%problem, "the daily counts could not be refreshed");
                }
                // Midnight has nothing to do with anybody's submit.
                if office.clock.today() != today {
                    today = office.clock.today();
                    if let Err(problem) = office.keep_pace(intake.measured()).await {
                        tracing::warn!(%problem, "how long answering takes could not be kept");
                    }
                }
            }
        })
    }
}

/// Whether the service and its database answer, for whatever watches over the machine.
async fn health(desk: &Desk) -> (StatusCode, &'static str) {
    match desk.is_well().await {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    pages: Router,
) -> http1::Connection<
    TokioIo<TcpStream>,
    TowerToHyperService<
        impl tower::Service<
            Request<Incoming>,
            Response = axum::response::Response,
            Error = std::convert::Infallible,
            Future: Send,
        > + Clone,
    >,
> {
    // Answers are small and complete: waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    let pages = pages.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(pages))
}
