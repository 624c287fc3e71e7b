//! Files: bounded reads, private atomic writes, locks.
//!
//! Everything that writes goes through here, so that a file with secrets is created 0600 by the call that
//! creates it, written beside its target, synced, renamed, and its directory synced. After a kill at any
//! moment the old or the new file is there, whole.
#![expect(clippy::disallowed_methods, reason = "this room owns the file system")]

mod error;
mod paths;
mod scratch;
mod stream;

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

pub use self::error::Error;
pub use self::paths::{canonicalize, exists, lies_inside};
pub use self::scratch::Scratch;
pub use self::stream::stream_shared;
use crate::mac::sha256;

/// No file that envward reads may be larger: 16 MiB.
pub const MAX_FILE: u64 = 16 * 1024 * 1024;

/// How long a writer waits for another one.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Reads a whole file, at most [`MAX_FILE`]. The buffer is overwritten when dropped.
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    // Before it is opened: opening a FIFO waits for a writer that may never come. What a shell hands over
    // (`<(…)`, /dev/stdin) is a pipe too, and meant to be read.
    let from_shell = path.starts_with("/dev") || path.starts_with("/proc");
    let metadata = fs::metadata(path).map_err(Error::io("read", path))?;
    if metadata.is_dir() || !(metadata.is_file() || from_shell) {
        return Err(Error::NotRegular { path: path.to_owned() });
    }
    let file = File::open(path).map_err(Error::io("read", path))?;
    if metadata.len() > MAX_FILE {
        return Err(Error::TooLarge { path: path.to_owned() });
    }
    // One spare byte, so that reading to the end never reallocates and leaves a copy behind.
    let capacity = usize::try_from(metadata.len()).unwrap_or(0).saturating_add(1);
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(Error::TooLarge { path: path.to_owned() });
    }
    Ok(bytes)
}

/// Reads a whole file as UTF-8.
pub fn read_text(path: &Path) -> Result<Zeroizing<String>, Error> {
    let bytes = read(path)?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(error) => Err(Error::NotUtf8 { path: path.to_owned(), offset: error.valid_up_to() }),
    }
}

/// Like [`read`], with `None` for a file that is not there.
pub fn read_if_exists(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    match read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads at most the last `limit` bytes of a file, and tells whether that is all of it.
pub fn read_tail(path: &Path, limit: u64) -> Result<(Vec<u8>, bool), Error> {
    // Before it is opened, as in `read`.
    let metadata = fs::metadata(path).map_err(Error::io("read", path))?;
    if !metadata.is_file() {
        return Err(Error::NotRegular { path: path.to_owned() });
    }
    let mut file = File::open(path).map_err(Error::io("read", path))?;
    let length = metadata.len();
    let skipped = length.saturating_sub(limit);
    file.seek(SeekFrom::Start(skipped)).map_err(Error::io("read", path))?;
    let mut bytes = Vec::with_capacity(usize::try_from(length - skipped).unwrap_or(0));
    file.take(limit).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
    Ok((bytes, skipped == 0))
}

/// Writes a file that holds plaintext secrets or keys: mode 0600, atomic, never through a link, never over a
/// file that others can read.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    check_private_target(path)?;
    replace(path, bytes, 0o600)
}

/// Writes what envward itself remembers as JSON, like [`write_private`], and makes its directory.
pub fn write_state(path: &Path, state: &impl serde::Serialize) -> Result<(), Error> {
    if let Some(parent) = path.parent() {
        create_private_dir(parent)?;
    }
    let mut text = serde_json::to_vec_pretty(state).expect("state is names, numbers and texts");
    text.push(b'\n');
    write_private(path, &text)
}

/// Writes a file that is meant to be shared (manifest, schema, sealed file): atomic; an existing file keeps
/// its permissions, a new one gets 0644 less the umask.
pub fn write_shared(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    check_shared_target(path)?;
    replace(path, bytes, mode(path).unwrap_or(0o644))
}

/// Writes a script that others may run: like [`write_shared`], with the permission to execute it.
pub fn write_program(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    check_shared_target(path)?;
    replace(path, bytes, 0o755)
}

/// Writes a file that is meant to be shared and must not be there yet: whole or not at all. Of several processes
/// that do so for one path exactly one gets `true`; the others get `false`, and the file is that one's.
pub fn create_shared(path: &Path, bytes: &[u8]) -> Result<bool, Error> {
    let directory = parent(path);
    create_synced(directory)?;
    let (temporary, mut file) = create_beside(path, directory, 0o644)?;
    let written = (|| {
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        // Unlike a rename, a link never replaces what is there.
        match fs::hard_link(&temporary, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            linked => linked.and_then(|()| sync_directory(directory)).map(|()| true),
        }
    })();
    // Best effort: it is no more than a second name of a file that is whole.
    let _ = fs::remove_file(&temporary);
    written.map_err(Error::io("write", path))
}

/// Appends lines to a file of another program, which may be writing there too: nothing that is there is touched, a
/// last line without its end is ended first. A file that is not there is made with mode 0600.
pub fn append(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let append = || {
        let mut file = options.open(path)?;
        let mut last = [b'\n'];
        if file.seek(SeekFrom::End(-1)).is_ok() {
            file.read_exact(&mut last)?;
        }
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
        file.write_all(bytes)
    };
    append().map_err(Error::io("write", path))
}

/// The names in a directory, sorted; none if it is not there.
pub fn list_dir(path: &Path) -> Result<Vec<String>, Error> {
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(Error::io("read", path))?,
    };
    let name =
        |entry: io::Result<fs::DirEntry>| entry.map(|it| it.file_name().to_string_lossy().into_owned());
    let mut names = entries.map(name).collect::<io::Result<Vec<_>>>().map_err(Error::io("read", path))?;
    names.sort_unstable();
    Ok(names)
}

/// Something in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: OsString,
    /// Whether it is a directory, and not a link to one.
    pub is_dir: bool,
}

/// What lies in a directory, sorted by name.
pub fn entries(path: &Path) -> Result<Vec<Entry>, Error> {
    let entry = |entry: io::Result<fs::DirEntry>| {
        let entry = entry?;
        Ok(Entry { name: entry.file_name(), is_dir: entry.file_type()?.is_dir() })
    };
    let entries = fs::read_dir(path).map_err(Error::io("read", path))?;
    let mut entries = entries.map(entry).collect::<io::Result<Vec<_>>>().map_err(Error::io("read", path))?;
    entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    Ok(entries)
}

/// Makes a directory and its parents; the last one gets mode 0700.
pub fn create_private_dir(path: &Path) -> Result<(), Error> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        result => result.map_err(Error::io("create", path)),
    }
}

/// Removes a directory with everything in it; one that is not there counts as removed.
pub fn remove_dir(path: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result.map_err(Error::io("remove", path)),
    }
}

/// Removes a file; one that is not there counts as removed.
pub fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result.map_err(Error::io("remove", path)),
    }
}

/// Takes the permissions of group and others from a file, never through a link. Without effect where the
/// platform has none.
pub fn make_private(path: &Path) -> Result<(), Error> {
    let metadata = fs::symlink_metadata(path).map_err(Error::io("change the mode of", path))?;
    if metadata.file_type().is_symlink() {
        return Err(Error::Symlink { path: path.to_owned() });
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let private = fs::Permissions::from_mode(0o600);
        fs::set_permissions(path, private).map_err(Error::io("change the mode of", path))?;
    }
    Ok(())
}

/// The user id that owns a file or directory; `None` if it is not there or the platform has none.
#[cfg(unix)]
pub fn owner(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|metadata| metadata.uid())
}

/// The user id that owns a file or directory; `None` if it is not there or the platform has none.
#[cfg(not(unix))]
pub fn owner(_path: &Path) -> Option<u32> {
    None
}

/// The user that this process acts as; `None` where the platform has no user ids.
pub fn current_user() -> Option<u32> {
    #[cfg(unix)]
    return Some(rustix::process::geteuid().as_raw());
    #[cfg(not(unix))]
    None
}

/// Whether [`write_shared`] would write there, for writers of several files that write all or none.
pub fn check_shared_target(path: &Path) -> Result<(), Error> {
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(()) };
    if metadata.file_type().is_symlink() {
        return Err(Error::Symlink { path: path.to_owned() });
    }
    if metadata.is_file() { Ok(()) } else { Err(Error::NotRegular { path: path.to_owned() }) }
}

/// Whether [`write_private`] would write there, for writers of several files that write all or none.
pub fn check_private_target(path: &Path) -> Result<(), Error> {
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(()) };
    if metadata.file_type().is_symlink() {
        return Err(Error::Symlink { path: path.to_owned() });
    }
    if !metadata.is_file() {
        return Err(Error::NotRegular { path: path.to_owned() });
    }
    match mode(path) {
        Some(mode) if mode & 0o077 != 0 => Err(Error::WorldReadable { path: path.to_owned(), mode }),
        _ => Ok(()),
    }
}

/// Refuses a file that could not be replaced, since its directory, or the nearest one that is there, takes no files.
pub fn check_replaceable(path: &Path) -> Result<(), Error> {
    let is_there = |directory: &&Path| fs::symlink_metadata(directory).is_ok();
    let Some(directory) = path.ancestors().skip(1).find(is_there) else { return Ok(()) };
    #[cfg(unix)]
    {
        use rustix::fs::{Access, AtFlags, CWD, accessat};
        let wanted = Access::WRITE_OK | Access::EXEC_OK;
        accessat(CWD, directory, wanted, AtFlags::EACCESS)
            .map_err(|source| Error::io("write", path)(source.into()))?;
    }
    // The platform's permissions say nothing about it.
    #[cfg(not(unix))]
    let _ = directory;
    Ok(())
}

/// The permission bits of a file, `None` where the platform has none or the file is not there.
#[cfg(unix)]
pub fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).ok().map(|metadata| metadata.permissions().mode() & 0o777)
}

/// The permission bits of a file, `None` where the platform has none or the file is not there.
#[cfg(not(unix))]
pub fn mode(_path: &Path) -> Option<u32> {
    None
}

fn replace(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    replace_with(path, mode, |file| file.write_all(bytes))
}

/// Temp file beside the target, sync, rename, sync of the directory. The temp file is removed on any error.
fn replace_with<T>(
    path: &Path,
    mode: u32,
    write: impl FnOnce(&mut File) -> io::Result<T>,
) -> Result<T, Error> {
    let directory = parent(path);
    fs::create_dir_all(directory).map_err(Error::io("create", directory))?;
    let (temporary, mut file) = create_beside(path, directory, mode)?;
    let written = (|| {
        let result = write(&mut file)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&temporary, path)?;
        sync_directory(directory).map(|()| result)
    })();
    written.map_err(|source| {
        // Best effort: the first error is the one to report.
        let _ = fs::remove_file(&temporary);
        Error::Io { action: "write", path: path.to_owned(), source }
    })
}

/// The directory that a file lies in.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes a directory and those above it that are missing, so that they outlast a power cut.
fn create_synced(directory: &Path) -> Result<(), Error> {
    let missing: Vec<&Path> = directory.ancestors().take_while(|ancestor| !ancestor.exists()).collect();
    fs::create_dir_all(directory).map_err(Error::io("create", directory))?;
    for made in missing {
        sync_directory(parent(made)).map_err(Error::io("create", made))?;
    }
    Ok(())
}

fn create_beside(path: &Path, directory: &Path, mode: u32) -> Result<(PathBuf, File), Error> {
    // A temporary file of `.env.production` must match `.env.*`, so that git ignores what a kill leaves.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_prefix('.').unwrap_or(&name);
    let process = std::process::id();
    for attempt in 0..64_u32 {
        let temporary = directory.join(format!(".{name}.tmp.{process}.{attempt}"));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        match options.open(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Ok(file) => {
                // The umask may have taken away the owner's own bits; it never adds any.
                #[cfg(unix)]
                if mode & 0o077 == 0 {
                    use std::os::unix::fs::PermissionsExt;
                    file.set_permissions(fs::Permissions::from_mode(mode))
                        .map_err(Error::io("write", &temporary))?;
                }
                return Ok((temporary, file));
            }
            Err(source) => return Err(Error::Io { action: "write", path: path.to_owned(), source }),
        }
    }
    let source = io::Error::new(io::ErrorKind::AlreadyExists, "64 temporary files are in the way");
    Err(Error::Io { action: "write", path: path.to_owned(), source })
}

#[cfg(unix)]
fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_directory: &Path) -> io::Result<()> {
    Ok(())
}

/// The lock of a file outside of any project: in the user's state directory, so that nothing is left beside the
/// file; beside it for a user without one.
pub fn lock_of(path: &Path, state_dir: Option<&Path>) -> PathBuf {
    let name = format!("{}.lock", &sha256(path.to_string_lossy().as_bytes())[..32]);
    match state_dir {
        Some(directory) => directory.join("locks").join(name),
        None => path.with_extension("lock"),
    }
}

/// An exclusive lock between envward processes, held until dropped. It lies on a file of its own, because a
/// rename would take a lock on the target away with the old inode.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits up to [`PATIENCE`] for the lock file at `path`, which is created 0600 and stays.
    pub fn acquire(path: &Path) -> Result<Self, Error> {
        let file = Self::open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(fs::TryLockError::WouldBlock) => Self::wait(file, path),
            Err(fs::TryLockError::Error(source)) => Err(Error::io("lock", path)(source)),
        }
    }

    /// The same without waiting; `None` if someone else has it.
    pub fn try_acquire(path: &Path) -> Result<Option<Self>, Error> {
        let file = Self::open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(source)) => Err(Error::io("lock", path)(source)),
        }
    }

    fn open(path: &Path) -> Result<File, Error> {
        if let Some(parent) = path.parent() {
            create_private_dir(parent)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path).map_err(Error::io("lock", path))
    }

    /// Queues for the lock. The kernel serves those who wait in their order; asking again and again would let the
    /// late overtake the early, who then give up on a busy machine. A call that blocks has no time limit, so it is
    /// made by a thread, which is left behind when patience ends.
    fn wait(file: File, path: &Path) -> Result<Self, Error> {
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let locked = file.lock();
            // Nobody listens any more when patience has ended: the lock then falls with the file.
            let _ = sender.send(locked.map(|()| file));
        });
        match receiver.recv_timeout(PATIENCE) {
            Ok(Ok(file)) => Ok(Self { _file: file }),
            Ok(Err(source)) => Err(Error::io("lock", path)(source)),
            Err(_) => Err(Error::Locked { path: path.to_owned() }),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::sync::mpsc::{TryRecvError, channel};

    use super::*;

    fn directory() -> tempfile::TempDir {
        tempfile::tempdir().expect("a temporary directory")
    }

    fn names(directory: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(directory).expect("a directory");
        entries.map(|entry| entry.expect("an entry").file_name().into()).collect()
    }

    #[test]
    fn a_file_below_what_takes_no_files_cannot_be_replaced() {
        let directory = directory();
        let path = directory.path().join(".env");
        write_private(&path, b"A=1\n").expect("writable");
        assert!(check_replaceable(&path).is_ok() && check_replaceable(&directory.path().join("a/b")).is_ok());
        // Not even for root.
        assert!(matches!(check_replaceable(&path.join("below")), Err(Error::Io { .. })));
    }

    #[test]
    fn a_private_file_is_for_its_owner_alone_and_is_replaced_whole() {
        let directory = directory();
        let path = directory.path().join("below/.env");
        for content in [b"A=1\n".as_slice(), b"A=2\n"] {
            write_private(&path, content).expect("writable");
            assert_eq!(read(&path).expect("readable").as_slice(), content);
            assert_eq!(mode(&path), Some(0o600));
        }
        assert_eq!(names(&directory.path().join("below")), [Path::new(".env")]);
    }

    #[test]
    fn a_shared_file_keeps_its_mode() {
        let directory = directory();
        let path = directory.path().join("envward.toml");
        fs::write(&path, "old").expect("writable");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("its own file");
        write_shared(&path, b"new").expect("writable");
        assert_eq!(
            (mode(&path), read(&path).expect("readable").as_slice()),
            (Some(0o640), b"new".as_slice())
        );
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let directory = directory();
        let (target, link) = (directory.path().join("target"), directory.path().join("link"));
        write_private(&target, b"old").expect("writable");
        symlink(&target, &link).expect("a link");
        for write in [write_private, write_shared] {
            assert!(matches!(write(&link, b"new"), Err(Error::Symlink { path }) if path == link));
        }
        assert!(matches!(make_private(&link), Err(Error::Symlink { .. })));
        assert_eq!(read(&target).expect("readable").as_slice(), b"old");
    }

    #[test]
    fn plaintext_is_not_written_where_others_can_read_it() {
        let directory = directory();
        let path = directory.path().join(".env");
        write_private(&path, b"old").expect("writable");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o604)).expect("its own file");
        let error = write_private(&path, b"new").expect_err("others can read it");
        assert!(matches!(error, Error::WorldReadable { mode: 0o604, .. }), "{error}");
        make_private(&path).expect("its own file");
        write_private(&path, b"new").expect("writable");
    }

    #[test]
    fn a_fifo_is_refused_and_not_waited_for() {
        let directory = directory();
        let path = directory.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&path).status().expect("every Unix has mkfifo");
        assert!(made.success());
        assert!(matches!(read(&path), Err(Error::NotRegular { .. })));
        assert!(matches!(read_tail(&path, 1), Err(Error::NotRegular { .. })));
        for write in [write_private, write_shared] {
            assert!(matches!(write(&path, b"x"), Err(Error::NotRegular { .. })));
            assert!(matches!(write(directory.path(), b"x"), Err(Error::NotRegular { .. })));
        }
    }

    #[test]
    fn a_file_over_the_limit_is_refused() {
        let directory = directory();
        let path = directory.path().join("large");
        let file = File::create(&path).expect("writable");
        file.set_len(MAX_FILE + 1).expect("a sparse file");
        assert!(matches!(read(&path), Err(Error::TooLarge { .. })));
        assert_eq!(read_tail(&path, 4).expect("readable"), (vec![0; 4], false));
        file.set_len(MAX_FILE).expect("a sparse file");
        assert_eq!(read(&path).expect("readable").len() as u64, MAX_FILE);
    }

    #[test]
    fn what_is_not_text_is_told_by_its_place() {
        let directory = directory();
        let path = directory.path().join("text");
        fs::write(&path, b"abc\xff").expect("writable");
        assert!(matches!(read_text(&path), Err(Error::NotUtf8 { offset: 3, .. })));
        assert!(read_if_exists(&directory.path().join("missing")).is_ok_and(|bytes| bytes.is_none()));
    }

    #[test]
    fn a_second_writer_waits_until_the_first_is_done() {
        let directory = directory();
        let path = directory.path().join("locks/x.lock");
        let first = Lock::acquire(&path).expect("nobody has it");
        assert_eq!(mode(&path), Some(0o600));
        let (sender, receiver) = channel();
        let waiting = path.clone();
        std::thread::spawn(move || sender.send(Lock::acquire(&waiting).is_ok()));
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        drop(first);
        assert_eq!(receiver.recv(), Ok(true));
        assert!(Lock::acquire(&path).is_ok());
    }
}
