//! One connection: requests in, answers out, faults in between.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Fault, Shared};

/// Answers requests until the client has enough.
pub fn serve(stream: &TcpStream, shared: &Shared) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some((operation, parameters, is_last)) = request(&mut reader) {
        let now = shared.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        shared.most_under_way.fetch_max(now, Ordering::SeqCst);
        let goes_on = answer(stream, shared, &operation, &parameters);
        shared.under_way.fetch_sub(1, Ordering::SeqCst);
        if !goes_on || is_last {
            return;
        }
    }
}

/// The next request: its operation, its parameters, and whether the client wants no more.
fn request(reader: &mut impl BufRead) -> Option<(String, Value, bool)> {
    let (mut operation, mut length) = (String::new(), 0);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|&read| read > 0)?;
    let is_last = line.trim_end().ends_with("HTTP/1.0");
    loop {
        line.clear();
        reader.read_line(&mut line).ok().filter(|&read| read > 0)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "x-amz-target" => value.rsplit('.').next()?.clone_into(&mut operation),
            "content-length" => length = value.parse().ok()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((operation, serde_json::from_slice(&body).unwrap_or_default(), is_last))
}

/// Whether the connection can go on.
fn answer(stream: &TcpStream, shared: &Shared, operation: &str, parameters: &Value) -> bool {
    shared.calls.lock().unwrap().push((operation.to_owned(), parameters.clone()));
    thread::sleep(shared.latency);
    let fault = (*shared.rule.lock().unwrap())(operation, parameters, &mut shared.state.lock().unwrap());
    let refusal =
        |code: &str| (400, json!({"__type": code, "Message": "value hunter2 of somebody"}).to_string());
    let (status, body) = match fault {
        Some(Fault::Refused(code)) => refusal(code),
        Some(Fault::Answers(status, body)) => (status, body.to_owned()),
        Some(Fault::Silent) => {
            thread::sleep(Duration::from_mins(2));
            return false;
        }
        Some(Fault::Endless) => return endless(stream),
        Some(Fault::Lost) | None => match shared.state.lock().unwrap().answer(operation, parameters) {
            Ok(answer) => (200, answer.to_string()),
            Err(code) => refusal(code),
        },
    };
    if matches!(fault, Some(Fault::Lost)) {
        return false;
    }
    send(stream, status, &body)
}

fn send(mut stream: &TcpStream, status: u16, body: &str) -> bool {
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).is_ok()
}

fn endless(mut stream: &TcpStream) -> bool {
    let _ =
        stream.write_all(b"HTTP/1.1 200 X\r\nContent-Type: application/x-amz-json-1.1\r\n\r\n{\"Name\":\"");
    let part = vec![b'a'; 64 * 1024];
    // A gigabyte, unless the client has enough before.
    for _ in 0..16 * 1024 {
        if stream.write_all(&part).is_err() {
            break;
        }
    }
    false
}
