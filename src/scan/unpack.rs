//! Searching a file and what is packed in it: archives, compressed files, the layers of images, in each other.
//!
//! An image that `docker save` or an OCI tool wrote is a tar of tars: each layer is searched by itself, so that a file
//! is found that a later layer takes away.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use super::content::{Buffer, Hit, MOST, Searcher};
use super::finding::Finding;

/// How deep archives in archives are opened.
const DEEPEST: usize = 8;

/// Bytes that are unpacked of one file, at most.
const MOST_UNPACKED: u64 = 8 << 30;

/// A zip archive within another archive is read into memory, if it has no more bytes than that: its table of contents
/// is at its end.
const MOST_NESTED: u64 = 64 << 20;

/// What a file is by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Gzip,
    Zip,
    Zstd,
    Tar,
    /// Packed by what is not unpacked here.
    Other(&'static str),
}

/// Searches files one after the other.
pub struct Unpacker<'a> {
    searcher: &'a Searcher,
    /// Buffers that are free.
    spare: Vec<Buffer>,
    /// Bytes that may still be unpacked of this file.
    left: Arc<AtomicU64>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// How many files were searched, also within archives.
    pub files: u64,
}

impl<'a> Unpacker<'a> {
    /// Nothing found yet.
    pub fn new(searcher: &'a Searcher) -> Self {
        Self { searcher, spare: Vec::new(), left: Arc::default(), findings: Vec::new(), files: 0 }
    }

    /// Searches a file; `name` is what it is called in findings.
    pub fn file(&mut self, path: &Path, name: &str) {
        let name = &self.name(name);
        self.left.store(MOST_UNPACKED, Ordering::Relaxed);
        let result = File::open(path).and_then(|mut file| {
            let mut buffer = self.buffer();
            let packing = sniff(buffer.begin(&mut file)?);
            let result = if packing == Some(Packing::Zip) {
                file.rewind()?;
                self.zip(file, name, 0)
            } else {
                self.content(&mut file, &mut buffer, packing, name, 0)
            };
            self.spare.push(buffer);
            result
        });
        self.say(name, result);
    }

    /// Searches a stream.
    pub fn stream(&mut self, reader: &mut dyn Read, name: &str) {
        let name = &self.name(name);
        self.left.store(MOST_UNPACKED, Ordering::Relaxed);
        let result = self.nested(reader, name, 0);
        self.say(name, result);
    }

    /// Looks at a name, of whose directories each is looked at when it comes itself; gives it as it may be shown.
    pub fn name(&mut self, name: &str) -> String {
        self.inner("", name)
    }

    /// Looks at a name within an archive; `outer` is that of the archive, and `!`.
    fn inner(&mut self, outer: &str, name: &str) -> String {
        let found = self.searcher.name(name);
        let shown = format!("{outer}{}", found.shown);
        let directories = name.rfind('/').map_or(0, |slash| slash + 1);
        for (what, end) in found.found {
            if end > directories {
                self.findings.push(Finding::in_name(what, &shown));
            }
        }
        shown
    }

    fn buffer(&mut self) -> Buffer {
        self.spare.pop().unwrap_or_else(|| self.searcher.buffer())
    }

    fn say(&mut self, name: &str, result: io::Result<()>) {
        if let Err(error) = result {
            self.findings.push(Finding::unsearched(name, error.to_string()));
        }
    }

    fn nested(&mut self, reader: &mut dyn Read, name: &str, depth: usize) -> io::Result<()> {
        let mut buffer = self.buffer();
        let packing = sniff(buffer.begin(reader)?);
        let result = self.content(reader, &mut buffer, packing, name, depth);
        self.spare.push(buffer);
        result
    }

    /// Searches what begins with the bytes in the buffer.
    fn content(
        &mut self,
        rest: &mut dyn Read,
        buffer: &mut Buffer,
        packing: Option<Packing>,
        name: &str,
        depth: usize,
    ) -> io::Result<()> {
        let Some(packing) = packing else {
            self.files += 1;
            let findings = &mut self.findings;
            let mut report = |hit: Hit<'_>| findings.push(Finding::of(&hit, name));
            if !self.searcher.search(rest, buffer, &mut report)? {
                self.findings.push(Finding::unsearched(name, format!("it has more than {MOST} findings")));
            }
            return Ok(());
        };
        if depth >= DEEPEST {
            return Err(io::Error::other(format!("more than {DEEPEST} archives in each other")));
        }
        let mut whole = buffer.filled().chain(rest);
        match packing {
            Packing::Gzip => self.unpacked(MultiGzDecoder::new(whole), name, depth),
            Packing::Zstd => {
                let decoder = ruzstd::decoding::StreamingDecoder::new(whole).map_err(io::Error::other)?;
                self.unpacked(decoder, name, depth)
            }
            Packing::Tar => self.tar(&mut whole, name, depth),
            Packing::Zip => {
                let mut bytes = Vec::new();
                if (&mut whole).take(MOST_NESTED + 1).read_to_end(&mut bytes)? as u64 > MOST_NESTED {
                    return Err(io::Error::other("a zip archive of more than 64 MiB within another archive"));
                }
                self.zip(Cursor::new(bytes), name, depth)
            }
            Packing::Other(kind) => Err(io::Error::other(format!("it is packed with {kind}"))),
        }
    }

    /// What was compressed alone has no name of its own.
    fn unpacked(&mut self, reader: impl Read, name: &str, depth: usize) -> io::Result<()> {
        let left = Arc::clone(&self.left);
        self.nested(&mut Metered { reader, left }, name, depth + 1)
    }

    fn tar(&mut self, reader: &mut dyn Read, name: &str, depth: usize) -> io::Result<()> {
        let mut archive = tar::Archive::new(reader);
        for entry in archive.entries()? {
            let mut entry = entry?;
            if entry.header().entry_type().is_file() {
                let name = self.inner(&format!("{name}!"), &String::from_utf8_lossy(&entry.path_bytes()));
                let result = self.nested(&mut entry, &name, depth + 1);
                self.say(&name, result);
            }
        }
        Ok(())
    }

    fn zip(&mut self, reader: impl Read + Seek, name: &str, depth: usize) -> io::Result<()> {
        let mut archive = ZipArchive::new(reader).map_err(io::Error::other)?;
        for index in 0..archive.len() {
            let inner = archive.name_for_index(index).and_then(Result::ok).unwrap_or_default();
            let name = self.inner(&format!("{name}!"), &inner);
            let result = match archive.by_index(index) {
                Ok(entry) if entry.is_file() => self.unpacked(entry, &name, depth),
                Ok(_) => Ok(()),
                Err(error) => Err(io::Error::other(error)),
            };
            self.say(&name, result);
        }
        Ok(())
    }
}

/// What is unpacked, up to a limit: a few bytes can unpack to very many.
struct Metered<R> {
    reader: R,
    left: Arc<AtomicU64>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        let left = self.left.load(Ordering::Relaxed).checked_sub(count as u64);
        let left = left.ok_or_else(|| io::Error::other("it unpacks to more than 8 GiB"))?;
        self.left.store(left, Ordering::Relaxed);
        Ok(count)
    }
}

fn sniff(head: &[u8]) -> Option<Packing> {
    match head {
        [0x1F, 0x8B, 8, ..] => Some(Packing::Gzip),
        [b'P', b'K', 3, 4, ..] => Some(Packing::Zip),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(Packing::Zstd),
        [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Some(Packing::Other("xz")),
        [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', b'&', b'S', b'Y', ..] => {
            Some(Packing::Other("bzip2"))
        }
        [b'7', b'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => Some(Packing::Other("7-Zip")),
        _ if head.get(257..262) == Some(b"ustar") => Some(Packing::Tar),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::needles::{Collector, Purpose};
    use crate::secret::{Secret, Values};

    const KEY: &str = "q7Zr2vLxW5kTb9YcN3sYf7Hc";

    fn found(bytes: &[u8]) -> Vec<String> {
        let values = Values::from([("API_TOKEN".to_owned(), Secret::new(KEY))]);
        let mut collector = Collector::new(Purpose::Find);
        collector.add(None, &values, None);
        let searcher = Searcher::new(collector.build());
        let mut unpacker = Unpacker::new(&searcher);
        unpacker.stream(&mut &*bytes, "it");
        let told = |finding: &Finding| format!("{}: {}", finding.file, finding.diagnostic().message);
        unpacker.findings.iter().map(told).collect()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    }

    fn tar(name: &str, bytes: &[u8]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, name, bytes).expect("memory takes it");
        builder.into_inner().expect("memory takes it")
    }

    fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("memory takes it");
        writer.write_all(bytes).expect("memory takes it");
        writer.finish().expect("memory takes it").into_inner()
    }

    #[test]
    fn a_value_is_found_in_archives_in_archives() {
        let value = "the value of API_TOKEN stands here";
        let layer = tar("app/config.py", format!("key = '{KEY}'").as_bytes());
        for image in [tar("layer.tar", &layer), tar("layer.tar", &gzip(&layer))] {
            assert_eq!(found(&image), [format!("it!layer.tar!app/config.py: {value}")]);
            assert_eq!(found(&gzip(&image)), [format!("it!layer.tar!app/config.py: {value}")]);
        }
        let jar = zip("BOOT-INF/a.properties", KEY.as_bytes());
        assert_eq!(found(&jar), [format!("it!BOOT-INF/a.properties: {value}")]);
        assert_eq!(found(&tar("app.jar", &jar)), [format!("it!app.jar!BOOT-INF/a.properties: {value}")]);
    }

    #[test]
    fn what_cannot_be_unpacked_is_said() {
        let whole = gzip(&KEY.repeat(1000).into_bytes());
        let cut = found(&whole[..whole.len() / 2]);
        assert!(cut[0].starts_with("it: not searched: "), "{cut:?}");
        assert_eq!(found(b"\xFD7zXZ\0rest"), ["it: not searched: it is packed with xz"]);
        let deep = (0..=DEEPEST).fold(KEY.as_bytes().to_vec(), |inner, _| gzip(&inner));
        assert_eq!(found(&deep), ["it: not searched: more than 8 archives in each other"]);
    }
}
