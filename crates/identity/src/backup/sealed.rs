//! A sealed backup: AES-256-GCM in pieces, so that a file of any size is sealed and opened in little memory, and a piece that is
//! changed, missing, moved or cut off is noticed.
//!
//! ```text
//! "lanyard backup 1\n"   17 bytes
//! salt                   32 bytes, random, of this file alone
//! pieces                 each of 1 MiB of the database and a tag of 16 bytes; the last may be shorter, and is there even if empty
//! ```
//! The key of the file is HMAC-SHA256(backup key, "lanyard backup 1\n" ‖ salt). The nonce of a piece is its number from 0 on in 8
//! bytes (big-endian), three bytes of zero, and 1 for the last piece, else 0.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufReader, Read, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hmac,
};
use model::Secret;

use super::BackupKey;

const BEGIN: &[u8; 17] = b"lanyard backup 1\n";
const SALT: usize = 32;
const PIECE: usize = 1 << 20;
const TAG: usize = 16;

/// Whether a file begins like a sealed backup.
///
/// # Errors
/// It cannot be read.
pub fn is_sealed(path: &Path) -> io::Result<bool> {
    let mut begin = Vec::new();
    File::open(path)?.take(17).read_to_end(&mut begin)?;
    Ok(begin == BEGIN)
}

/// Seals `plain` into a new file of mode 0600, and waits until the disk has it.
///
/// # Errors
/// A file cannot be read or written, or is there already.
pub fn seal(plain: &Path, sealed: &Path, key: &BackupKey) -> io::Result<()> {
    let mut out = new_file(sealed)?;
    let salt = Secret::generate();
    out.write_all(BEGIN)?;
    out.write_all(salt.bytes())?;
    let pieces = Pieces { key: file_key(key, salt.bytes())? };
    pieces.each(File::open(plain)?, PIECE, |mut piece, nonce| {
        pieces
            .key
            .seal_in_place_append_tag(nonce, Aad::empty(), &mut piece)
            .map_err(|_| io::Error::other("sealing failed"))?;
        out.write_all(&piece)
    })?;
    out.sync_all()
}

/// Opens a sealed backup into a new file of mode 0600.
///
/// # Errors
/// A file cannot be read or written or is there already; `InvalidData`: another key, or not what was sealed.
pub fn unseal(sealed: &Path, plain: &Path, key: &BackupKey) -> io::Result<()> {
    let mut from = File::open(sealed)?;
    let (mut begin, mut salt) = ([0; 17], [0; SALT]);
    from.read_exact(&mut begin)?;
    from.read_exact(&mut salt)?;
    if &begin != BEGIN {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "this is no sealed backup"));
    }
    let mut out = new_file(plain)?;
    let pieces = Pieces { key: file_key(key, &salt)? };
    pieces.each(from, PIECE + TAG, |mut piece, nonce| {
        let opened = pieces.key.open_in_place(nonce, Aad::empty(), &mut piece);
        let opened = opened.map_err(|_| {
            io::Error::new(io::ErrorKind::InvalidData, "it was sealed with another key, or is not whole any more")
        })?;
        out.write_all(opened)
    })?;
    out.sync_all()
}

struct Pieces {
    key: LessSafeKey,
}

impl Pieces {
    /// Does `work` to each piece of this size, with its nonce; the last one is known by what follows it.
    fn each(&self, from: File, size: usize, mut work: impl FnMut(Vec<u8>, Nonce) -> io::Result<()>) -> io::Result<()> {
        let mut from = BufReader::with_capacity(size, from);
        let mut piece = read(&mut from, size)?;
        for number in 0u64.. {
            let next = if piece.len() == size { read(&mut from, size)? } else { Vec::new() };
            let is_last = piece.len() < size || next.is_empty();
            work(piece, nonce(number, is_last))?;
            if is_last {
                break;
            }
            piece = next;
        }
        Ok(())
    }
}

fn read(from: &mut impl Read, most: usize) -> io::Result<Vec<u8>> {
    let mut piece = Vec::with_capacity(most + TAG);
    from.take(u64::try_from(most).unwrap_or(u64::MAX)).read_to_end(&mut piece)?;
    Ok(piece)
}

fn nonce(number: u64, is_last: bool) -> Nonce {
    let mut bytes = [0; 12];
    for (byte, of_number) in bytes.iter_mut().zip(number.to_be_bytes()) {
        *byte = of_number;
    }
    if let Some(end) = bytes.last_mut() {
        *end = u8::from(is_last);
    }
    Nonce::assume_unique_for_key(bytes)
}

fn file_key(key: &BackupKey, salt: &[u8]) -> io::Result<LessSafeKey> {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key.secret().bytes()));
    context.update(BEGIN);
    context.update(salt);
    let unbound = UnboundKey::new(&AES_256_GCM, context.sign().as_ref());
    unbound.map(LessSafeKey::new).map_err(|_| io::Error::other("the key cannot be used"))
}

fn new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    struct Files(tempfile::TempDir);

    impl Files {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn path(&self, name: &str) -> std::path::PathBuf {
            self.0.path().join(name)
        }

        fn opened(&self, key: &BackupKey) -> io::Result<Vec<u8>> {
            let plain = self.path("opened");
            drop(fs::remove_file(&plain));
            unseal(&self.path("sealed"), &plain, key)?;
            fs::read(plain)
        }
    }

    #[test]
    fn c44_what_was_sealed_is_opened_at_every_size() {
        let key = BackupKey::generate();
        for size in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE] {
            let files = Files::new();
            let content: Vec<u8> = (0..size).map(|at| u8::try_from(at % 251).unwrap()).collect();
            fs::write(files.path("plain"), &content).unwrap();
            seal(&files.path("plain"), &files.path("sealed"), &key).unwrap();
            assert!(files.opened(&key).unwrap() == content, "{size}");
            assert!(is_sealed(&files.path("sealed")).unwrap() && !is_sealed(&files.path("plain")).unwrap());
        }
    }

    #[test]
    fn c44_another_key_and_any_change_are_noticed() {
        let (files, key) = (Files::new(), BackupKey::parse(&BackupKey::generate().line()).unwrap());
        fs::write(files.path("plain"), vec![7; PIECE + 100]).unwrap();
        seal(&files.path("plain"), &files.path("sealed"), &key).unwrap();
        let whole = fs::read(files.path("sealed")).unwrap();
        assert!(!whole.windows(32).any(|bytes| bytes == [7; 32]), "nothing stands in the clear");
        let refused = |key: &BackupKey, bytes: &[u8]| {
            fs::write(files.path("sealed"), bytes).unwrap();
            files.opened(key).is_err()
        };
        assert!(refused(&BackupKey::generate(), &whole));
        let first = 17 + SALT;
        for at in [0, 17, first, first + PIECE, first + PIECE + TAG, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert!(refused(&key, &changed), "byte {at}");
        }
        for cut in [0, 17, first, first + PIECE + TAG, whole.len() - 1] {
            assert!(refused(&key, &whole[..cut]), "cut at {cut}");
        }
        let swapped = [&whole[..first], &whole[first + PIECE + TAG..], &whole[first..first + PIECE + TAG]].concat();
        assert!(refused(&key, &swapped));
    }
}
