//! What benchmarks share: a service in a process of its own, and figures.
#![allow(clippy::allow_attributes, dead_code, reason = "each benchmark uses a part of it")]

use phieu::{
    clock::Clock,
    conduct::{Office, RoundPlan},
    sampling::{Stratum, Upload},
    storage::{Address, Store},
    survey::Bundle,
    web::{Service, WebSettings},
};
use std::{
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};
use uuid::Uuid;

/// What was asked on the command line.
pub struct Options {
    pub seconds: u64,
    pub runs: usize,
    pub postgres: Option<String>,
    pub serve: bool,
    pub bare: bool,
    pub folder: Option<PathBuf>,
    pub scale: usize,
}

impl Options {
    pub fn from_arguments() -> Self {
        let arguments: Vec<String> = std::env::args().collect();
        let value = |name: &str| {
            let at = arguments.iter().position(|argument| argument == name)?;
            arguments.get(at + 1).cloned()
        };
        let number = |name: &str, standard: usize| {
            value(name).and_then(|n| n.parse().ok()).unwrap_or(standard)
        };
        Self {
            seconds: number("--seconds", 5) as u64,
            runs: number("--runs", 3),
            postgres: value("--postgres"),
            serve: arguments.iter().any(|argument| argument == "--serve"),
            bare: arguments.iter().any(|argument| argument == "--bare"),
            folder: value("--folder").map(PathBuf::from),
            scale: number("--scale", 1),
        }
    }

    pub fn engines(&self) -> Vec<Engine> {
        let mut engines = vec![Engine { name: "SQLite", postgres: None }];
        engines.extend(
            self.postgres.clone().map(|url| Engine { name: "PostgreSQL", postgres: Some(url) }),
        );
        engines
    }
}

/// A database to measure on.
pub struct Engine {
    pub name: &'static str,
    pub postgres: Option<String>,
}

impl Engine {
    pub fn address(&self, folder: &Path) -> Address {
        match &self.postgres {
            None => Address::Sqlite(folder.join("bench.db")),
            Some(url) => {
                let address: Address = url.parse().expect("an address of a database");
                address.in_schema("phieu_bench")
            }
        }
    }
}

/// A service in a process of its own.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
    codes: Vec<String>,
    folder: PathBuf,
    owns_folder: bool,
    database: Option<Address>,
}

impl Server {
    /// Starts the service with an open round of `people` invited citizens.
    pub async fn start(engine: &Engine, people: usize) -> Self {
        Self::start_with(engine, people, None).await
    }

    /// The same with another form for citizens than the demo's.
    pub async fn start_with(engine: &Engine, people: usize, form: Option<&str>) -> Self {
        let folder = std::env::temp_dir().join(format!("phieu-bench-{}", Uuid::new_v4()));
        std::fs::create_dir_all(&folder).expect("a folder for the database");
        let database = engine.address(&folder);
        Store::drop_schema(&database).await.expect("the schema of earlier runs goes");
        let office = office(&database, &folder).await;
        let codes = open_round_of(&office, people, form).await;
        office.store.close().await;
        let mut server = Self::spawn(&folder, engine.postgres.as_deref(), false);
        server.codes = codes;
        server.owns_folder = true;
        server.database = Some(database);
        server
    }

    /// Starts a service that only reads what it is sent.
    pub async fn start_bare() -> Self {
        let folder = std::env::temp_dir().join(format!("phieu-bench-{}", Uuid::new_v4()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut server = Self::spawn(&folder, None, true);
        server.owns_folder = true;
        server
    }

    /// Starts the service over what is in `folder`.
    pub fn spawn(folder: &Path, postgres: Option<&str>, bare: bool) -> Self {
        let program = std::env::current_exe().expect("a program knows itself");
        let mut command = Command::new(program);
        command.arg("--serve").arg("--folder").arg(folder).stdout(Stdio::piped());
        if let Some(url) = postgres {
            command.args(["--postgres", url]);
        }
        if bare {
            command.arg("--bare");
        }
        let mut process = command.spawn().expect("the service starts");
        let output = process.stdout.take().expect("its output is ours");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("it says where it listens");
        let address = line.trim().parse().expect("it says where it listens");
        Self {
            process,
            address,
            codes: Vec::new(),
            folder: folder.to_owned(),
            owns_folder: false,
            database: None,
        }
    }

    pub fn codes(&self, n: usize) -> &[String] {
        &self.codes[..n]
    }

    /// CPU time of the service so far, in seconds.
    pub fn cpu_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))
            .expect("the service runs");
        let after = stat.rsplit_once(')').expect("a name in brackets").1;
        let fields: Vec<&str> = after.split_whitespace().collect();
        let ticks: f64 =
            fields[11].parse::<f64>().unwrap_or(0.0) + fields[12].parse::<f64>().unwrap_or(0.0);
        ticks / 100.0
    }

    /// Resident memory of the service, in MiB.
    pub fn resident_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))
            .expect("the service runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
        line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0)
            / 1024.0
    }

    /// Opens an invitation's link.
    pub async fn visit(&self, code: &str) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = tokio::net::TcpStream::connect(self.address).await.expect("it listens");
        let request =
            format!("GET /p/{code} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut response = String::new();
        stream.read_to_string(&mut response).await.expect("it answers");
        assert!(response.starts_with("HTTP/1.1 303"), "{response}");
    }

    pub async fn stop(mut self) {
        self.process.kill().expect("the service stops");
        let _ = self.process.wait();
        if let Some(database) = self.database.take() {
            let database = &database;
            Store::drop_schema(database).await.expect("the schema goes");
        }
    }
}

/// A benchmark that fails must not leave its service behind.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if self.owns_folder {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// The installation in `folder`.
pub async fn office(database: &Address, folder: &Path) -> Office {
    Office::open(database, &folder.join("secrets"), Clock::System, "bench")
        .await
        .expect("an installation")
}

/// Runs as the service until killed.
pub fn serve(options: &Options) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let folder = options.folder.clone().expect("--folder");
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        if options.bare {
            let listener = tokio::net::TcpListener::bind(anywhere).await.expect("a port");
            println!("{}", listener.local_addr().expect("an address"));
            let pages = axum::Router::new()
                .route("/phieu/q/2", axum::routing::post(async |_: bytes::Bytes| ""));
            axum::serve(listener, pages).await.expect("it serves");
            return;
        }
        let engine = Engine { name: "", postgres: options.postgres.clone() };
        let office = office(&engine.address(&folder), &folder).await;
        let service =
            Service::listen(&office, anywhere, axum::Router::new(), WebSettings::default())
                .await
                .unwrap_or_else(|problem| panic!("{}", problem.text()));
        println!("{}", service.address);
        std::io::stdout().flush().expect("an output");
        service.serve(std::future::pending()).await;
    });
}

/// A round of the demo's survey with `people` citizens, all invited; returns their codes.
pub async fn open_round(office: &Office, people: usize) -> Vec<String> {
    open_round_of(office, people, None).await
}

async fn open_round_of(office: &Office, people: usize, form: Option<&str>) -> Vec<String> {
    let files = survey_files_of(people, people, form);
    let plan =
        RoundPlan { code: "bench".to_owned(), closes_on: None, lease: None, synthetic: true };
    let round = office.set_up_round(&files, &plan).await.expect("a round");
    let list = list(people);
    let upload = Upload { name: "list.csv", bytes: list.as_bytes(), sheet: None };
    office.import_frame(&round, &[upload]).await.expect("a frame");
    let reason = (Stratum::new("vpdkdd", "nd"), "benchmark".to_owned());
    office.freeze_frame(&round, &[reason]).await.expect("a frozen frame");
    office.draw_sample(&round, "12345", "benchmark", "").await.expect("a draw");
    office.open_round(&round).await.expect("an open round");
    let round = office.round("bench").await.expect("the round");
    let invited = office.invited(&round).await.expect("invitations");
    invited.iter().filter(|one| one.group == "nd").map(|one| one.code.compact()).collect()
}

/// The demo's survey with one stratum of `people`, all of them to be asked.
pub fn survey_files(people: usize) -> Bundle {
    survey_files_with(people, people)
}

/// The demo's survey with one stratum of `people`, `sample` of them to be asked.
pub fn survey_files_with(sample: usize, people: usize) -> Bundle {
    survey_files_of(sample, people, None)
}

fn survey_files_of(sample: usize, people: usize, form: Option<&str>) -> Bundle {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("surveys/so-tnmt-2024");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the demo's survey") {
            let path = entry.expect("a file").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name =
                path.strip_prefix(&root).expect("a file of it").to_string_lossy().into_owned();
            let text = if name == "targets.csv" {
                let rest = "vpdkdd,ld,1,1\nvpdkdd,cc,1,1\nvpdkdd,dn,1,1\n";
                format!("unit,group,target,population\nvpdkdd,nd,{sample},{people}\n{rest}")
                    .into_bytes()
            } else if let (Some(form), "forms/nguoi-dan.toml") = (form, name.as_str()) {
                form.as_bytes().to_vec()
            } else {
                std::fs::read(&path).expect("a file")
            };
            files.push((name, text));
        }
    }
    Bundle::new(files).expect("the demo's survey")
}

/// A list of `people` citizens.
pub fn list(people: usize) -> String {
    let mut list = String::with_capacity(people * 60);
    list.push_str("mã;họ và tên;mã đơn vị;nhóm đối tượng;điện thoại\n");
    for person in 0..people {
        list.push_str(&format!("ND{person:07};Nguyễn Văn {person};vpdkdd;nd;0710{person:06}\n"));
    }
    for group in ["ld", "cc", "dn"] {
        list.push_str(&format!("{group}1;Trần Thị {group};vpdkdd;{group};\n"));
    }
    list
}

/// The median of figures.
pub fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// How long the disk takes to make a small write durable.
pub fn fsync_median_ms() -> f64 {
    let path = std::env::temp_dir().join(format!("phieu-fsync-{}", Uuid::new_v4()));
    let mut file = std::fs::File::create(&path).expect("a file");
    let mut figures: Vec<f64> = (0..200)
        .map(|_| {
            let begin = Instant::now();
            file.write_all(&[1; 4096]).expect("a write");
            file.sync_data().expect("a durable write");
            begin.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    let _ = std::fs::remove_file(path);
    median(&mut figures)
}

/// A table with right-aligned columns.
pub fn quiet_table(heads: &[&str], lines: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = lines.iter().map(|line| line[column].chars().count());
        cells.chain([heads[column].chars().count()]).max().unwrap_or(0)
    };
    let print = |cells: Vec<&str>| {
        let cells: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(column, cell)| format!("{cell:>width$}", width = width(column)))
            .collect();
        println!("{}", cells.join("  "));
    };
    print(heads.to_vec());
    for line in lines {
        print(line.iter().map(String::as_str).collect());
    }
}
