//! The least of HTTP that a test needs to talk to a server of its own, apart from the client that it tests.

use std::io::{Read, Write};

use serde_json::Value;

use super::daemon;

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body; null if it is empty or no JSON.
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

impl Answer {
    /// The request must have succeeded. Returns the body.
    #[track_caller]
    pub fn success(self) -> Value {
        assert!(matches!(self.status, 200 | 204), "{} {}", self.status, self.body);
        self.body
    }
}

/// Sends one request to a server on the loopback interface. HTTP/1.0, so that the answer ends with the connection.
pub fn request(
    port: u16,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&str>,
) -> std::io::Result<Answer> {
    request_as("HTTP/1.0", port, method, path, headers, body)
}

/// The same for a server that wants another version, and says how long its answer is.
pub fn request_as(
    version: &str,
    port: u16,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&str>,
) -> std::io::Result<Answer> {
    let body = body.unwrap_or_default();
    let headers: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let (headers, length) = (headers.concat(), body.len());
    let head =
        format!("{method} {path} {version}\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n{headers}");
    let mut stream = daemon::connect(port)?;
    stream.write_all(format!("{head}\r\n{body}").as_bytes())?;
    let answer = read_answer(&mut stream)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| std::io::Error::other("no HTTP answer"))?;
    Ok(Answer { status, body: serde_json::from_str(body).unwrap_or_default(), text: body.to_owned() })
}

/// An answer, to its end if it says how long it is, else to that of the connection.
fn read_answer(stream: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let (mut answer, mut part) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let read = stream.read(&mut part)?;
        answer.extend_from_slice(&part[..read]);
        if read == 0 || is_whole(&answer) {
            return Ok(answer);
        }
    }
}

fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    length.is_some_and(|length| answer.len() - end - 4 >= length)
}
