//! A server of the tests' own, for what no real server can be made to do: it answers each request as the test says,
//! or not at all, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What was asked.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// With the query.
    pub path: String,
    /// The lines of the head after the first.
    pub headers: Vec<String>,
    pub body: String,
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let headers = self.headers.iter().filter_map(|line| line.split_once(": "));
        headers.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Answers with this status, these lines in the head, and this body.
    Answer(u16, Vec<String>, String),
    /// Sends these bytes and closes the connection.
    Bytes(&'static [u8]),
    /// Promises a gigabyte and goes on sending until nobody takes it.
    Endless,
    /// Takes the request and never says anything.
    Silence,
    /// Closes the connection.
    Close,
}

impl Reply {
    /// An answer with a JSON body.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::Answer(status, Vec::new(), body.to_string())
    }

    /// A redirect.
    pub fn redirect(status: u16, to: &str) -> Self {
        Self::Answer(status, vec![format!("Location: {to}")], String::new())
    }
}

type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

/// The server. Its threads end with the test process.
pub struct FaultServer {
    scheme: &'static str,
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl FaultServer {
    /// Starts one that answers each request with what `handler` makes of it.
    pub fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve("http", Arc::new(handler), |stream, serve| serve(&mut { stream }))
    }

    /// Starts one that listens with TLS: a certificate for `localhost` and its key, both PEM files.
    pub fn start_tls(
        certificate: &Path,
        key: &Path,
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let chain = vec![CertificateDer::from_pem_file(certificate).unwrap()];
        let key = PrivateKeyDer::from_pem_file(key).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let config = Arc::new(config);
        Self::serve("https", Arc::new(handler), move |stream, serve| {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            serve(&mut rustls::StreamOwned::new(connection, stream));
        })
    }

    fn serve(
        scheme: &'static str,
        handler: Arc<Handler>,
        wrap: impl Fn(TcpStream, &dyn Fn(&mut dyn Stream)) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (log, wrap) = (Arc::clone(&requests), Arc::new(wrap));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (handler, log, wrap) = (Arc::clone(&handler), Arc::clone(&log), Arc::clone(&wrap));
                thread::spawn(move || wrap(stream, &|stream| answer(stream, &*handler, &log)));
            }
        });
        Self { scheme, port, requests }
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("{}://localhost:{}", self.scheme, self.port)
    }

    /// What it was asked so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// How often it was asked this.
    pub fn count(&self, method: &str, path: &str) -> usize {
        let is_it = |request: &&Request| request.method == method && request.path == path;
        self.requests().iter().filter(is_it).count()
    }
}

trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// Serves one request of a connection: every answer closes it.
fn answer(stream: &mut dyn Stream, handler: &Handler, log: &Mutex<Vec<Request>>) {
    let Some(request) = read(stream) else { return };
    log.lock().unwrap().push(request.clone());
    // A client that has gone away is what some tests are about.
    let _ = match handler(&request) {
        Reply::Answer(status, headers, body) => {
            let headers = headers.iter().flat_map(|line| [line.as_str(), "\r\n"]).collect::<String>();
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}");
            stream.write_all(format!("{head}\r\n{body}").as_bytes()).and_then(|()| stream.flush())
        }
        Reply::Bytes(bytes) => stream.write_all(bytes),
        Reply::Endless => endless(stream),
        Reply::Silence => stream.read(&mut [0]).map(|_| ()),
        Reply::Close => Ok(()),
    };
}

fn endless(stream: &mut dyn Stream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n{\"data\":\"")?;
    loop {
        stream.write_all(&[b'x'; 8192])?;
    }
}

fn read(stream: &mut dyn Stream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let first = lines.first()?.clone();
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut request = Request { method, path, headers: lines.split_off(1), body: String::new() };
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    request.body = String::from_utf8(body).unwrap();
    Some(request)
}
