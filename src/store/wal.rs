//! Making a damaged write-ahead log readable again.
//!
//! Each frame of a log carries a checksum over itself and all frames before it, so one flipped bit
//! makes SQLite drop everything that follows, whole as it is. A salvage reads a copy in which the
//! checksums are those of what is there; which pages are good is told by SQLCipher, whose own seal
//! every page has.
//!
//! Format: "The Write-Ahead Log", section 2.1 of SQLite's file format
//! (<https://www.sqlite.org/fileformat2.html#walformat>).

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The magic number whose lowest bit tells the byte order of the checksums.
const MAGIC: u32 = 0x377f_0682;

/// `log` with the checksums of its content; `None` if it is no log.
///
/// Frames of an earlier use of the file lie behind those of the last one and have other salts; two
/// of them in a row are its end.
pub(super) fn mended(log: &[u8]) -> Option<Vec<u8>> {
    let header = log.get(..HEADER)?;
    let magic = word(header, 0, true);
    let big_endian = match magic ^ MAGIC {
        0 => false,
        1 => true,
        _ => return None,
    };
    let page = usize::try_from(word(header, 8, true)).ok()?;
    if !(512..=65_536).contains(&page) {
        return None;
    }
    let frames: Vec<&[u8]> = log[HEADER..].chunks_exact(FRAME_HEADER + page).collect();
    let salts = salts(header, &frames)?;
    let mut mended = header[..16].to_vec();
    mended.extend_from_slice(salts);
    let mut sums = checksum((0, 0), &mended, big_endian);
    push(&mut mended, sums);
    for (index, frame) in frames.iter().enumerate() {
        let ours = |frame: &&[u8]| &frame[8..16] == salts;
        if !ours(frame) && !frames.get(index + 1).is_some_and(ours) {
            break;
        }
        let (head, content) = (&frame[..8], &frame[FRAME_HEADER..]);
        sums = checksum(sums, head, big_endian);
        sums = checksum(sums, content, big_endian);
        mended.extend_from_slice(head);
        mended.extend_from_slice(salts);
        push(&mut mended, sums);
        mended.extend_from_slice(content);
    }
    Some(mended)
}

/// The salts of the last use: the header's, unless the first two frames agree on others.
fn salts<'a>(header: &'a [u8], frames: &[&'a [u8]]) -> Option<&'a [u8]> {
    let of_frame = |index: usize| frames.get(index).map(|frame| &frame[8..16]);
    match (of_frame(0)?, of_frame(1)) {
        (first, Some(second)) if first == second => Some(first),
        _ => Some(&header[16..24]),
    }
}

fn word(bytes: &[u8], at: usize, big_endian: bool) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    if big_endian {
        u32::from_be_bytes(word)
    } else {
        u32::from_le_bytes(word)
    }
}

/// The format's checksum, continued from `sums` over `bytes`, a multiple of eight of them.
fn checksum(sums: (u32, u32), bytes: &[u8], big_endian: bool) -> (u32, u32) {
    bytes.chunks_exact(8).fold(sums, |(first, second), pair| {
        let first = first
            .wrapping_add(word(pair, 0, big_endian))
            .wrapping_add(second);
        let second = second
            .wrapping_add(word(pair, 4, big_endian))
            .wrapping_add(first);
        (first, second)
    })
}

fn push(bytes: &mut Vec<u8>, sums: (u32, u32)) {
    bytes.extend_from_slice(&sums.0.to_be_bytes());
    bytes.extend_from_slice(&sums.1.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::Connection;

    use super::*;

    /// A log as SQLite writes it, of a table that grows, and how many rows it holds.
    fn log() -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (x TEXT);")
            .unwrap();
        for n in 0..40 {
            connection
                .execute("INSERT INTO t VALUES (hex(zeroblob(?1)))", [100 + n])
                .unwrap();
        }
        std::fs::read(folder.path().join("x.db-wal")).unwrap()
    }

    #[test]
    fn a_sound_log_stays_as_it_is() {
        let log = log();
        assert_eq!(mended(&log).unwrap(), log);
    }

    #[test]
    fn a_flipped_checksum_or_salt_comes_back() {
        let log = log();
        let frame = FRAME_HEADER + 4096;
        for at in [
            17,
            26,
            HEADER + 17,
            HEADER + 3 * frame + 9,
            HEADER + 3 * frame + 20,
        ] {
            let mut damaged = log.clone();
            damaged[at] ^= 4;
            assert_eq!(mended(&damaged).unwrap(), log, "byte {at}");
        }
    }

    #[test]
    fn what_is_no_log_is_told() {
        assert_eq!(mended(b""), None);
        assert_eq!(mended(&[7; 5_000]), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..3_000)) {
            let mut log = bytes;
            if log.len() > 12 {
                log[..4].copy_from_slice(&MAGIC.to_be_bytes());
                log[8..12].copy_from_slice(&512_u32.to_be_bytes());
            }
            if let Some(mended) = mended(&log) {
                prop_assert!(mended.len() <= log.len());
            }
        }
    }
}
