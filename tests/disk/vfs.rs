//! A [`Disk`] as a file system of `SQLite` (<https://sqlite.org/vfs.html>).
//!
//! It promises `SQLite` nothing that a disk may not keep: no power-safe overwrite, no atomic
//! writes. The callbacks come first as thin as they can be; what they do is safe code below.
#![allow(
    unsafe_code,
    reason = "SQLite takes a file system as C structures with callbacks"
)]

use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::io::{self, ErrorKind};
use std::mem::size_of;
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering, fence};
use std::sync::{Mutex, MutexGuard};

use rusqlite::ffi;

use super::{Disk, Handle, SECTOR, Shared, SimFile};

/// A registered file system. Open databases there by [`Vfs::name`], through one `Vfs` for each
/// disk: locks and shared memory belong to the `Vfs`, as they belong to a kernel.
///
/// Time stands still there but for `SQLite`'s own waiting, which takes no real time: with a
/// `busy_timeout`, a connection gives up at once in real time when another thread is in its way.
#[derive(Debug)]
pub struct Vfs {
    name: String,
    structure: *mut ffi::sqlite3_vfs,
    machine: &'static Machine,
}

impl Vfs {
    /// Registers `disk` under a name of its own.
    pub fn register(disk: Disk) -> Self {
        static REGISTERED: AtomicU64 = AtomicU64::new(0);
        let number = REGISTERED.fetch_add(1, Ordering::Relaxed);
        let name = format!("simulated-{number}");
        // The structure, its name and the machine are leaked, some hundred bytes: connections may
        // outlive the `Vfs`, and `SQLite` holds on to all three until the last one is closed.
        let c_name = CString::new(name.clone()).expect("the name has no NUL");
        let machine: &'static Machine = Box::leak(Box::new(Machine::new(disk)));
        let structure = Box::into_raw(Box::new(structure(c_name.into_raw(), machine)));
        // SAFETY: the structure is complete and lives for good.
        let code = unsafe { ffi::sqlite3_vfs_register(structure, 0) };
        assert_eq!(code, ffi::SQLITE_OK, "SQLite takes the file system");
        Self {
            name,
            structure,
            machine,
        }
    }

    /// What `Connection::open_with_flags_and_vfs` takes.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Vfs {
    fn drop(&mut self) {
        // SAFETY: `register` registered this structure, and it is never freed.
        unsafe { ffi::sqlite3_vfs_unregister(self.structure) };
        self.machine.let_go();
    }
}

fn structure(name: *const c_char, machine: &'static Machine) -> ffi::sqlite3_vfs {
    ffi::sqlite3_vfs {
        iVersion: 2,
        szOsFile: int(size_of::<File>()),
        mxPathname: 512,
        pNext: ptr::null_mut(),
        zName: name,
        pAppData: ptr::from_ref(machine).cast_mut().cast(),
        xOpen: Some(x_open),
        xDelete: Some(x_delete),
        xAccess: Some(x_access),
        xFullPathname: Some(x_full_pathname),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(x_randomness),
        xSleep: Some(x_sleep),
        xCurrentTime: None,
        xGetLastError: Some(x_get_last_error),
        xCurrentTimeInt64: Some(x_current_time),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    }
}

/// Version 2: with shared memory for the WAL, without memory-mapped files.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(x_close),
    xRead: Some(x_read),
    xWrite: Some(x_write),
    xTruncate: Some(x_truncate),
    xSync: Some(x_sync),
    xFileSize: Some(x_file_size),
    xLock: Some(x_lock),
    xUnlock: Some(x_unlock),
    xCheckReservedLock: Some(x_check_reserved_lock),
    xFileControl: Some(x_file_control),
    xSectorSize: Some(x_sector_size),
    xDeviceCharacteristics: Some(x_device_characteristics),
    xShmMap: Some(x_shm_map),
    xShmLock: Some(x_shm_lock),
    xShmBarrier: Some(x_shm_barrier),
    xShmUnmap: Some(x_shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// What `SQLite` keeps for an open file; `SQLite` allocates it, with `szOsFile` bytes.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    open: *const Open,
}

/// The machine behind a callback.
///
/// # Safety
/// `vfs` is one that [`Vfs::register`] registered.
unsafe fn machine(vfs: *mut ffi::sqlite3_vfs) -> &'static Machine {
    // SAFETY: `pAppData` is the leaked machine's.
    unsafe { &*(*vfs).pAppData.cast::<Machine>() }
}

/// The open file behind a callback.
///
/// # Safety
/// `file` is one that [`x_open`] opened and [`x_close`] did not close.
unsafe fn opened<'a>(file: *mut ffi::sqlite3_file) -> &'a Open {
    // SAFETY: `x_open` set `open` to a box that `x_close` frees.
    unsafe { &*(*file.cast::<File>()).open }
}

/// The path that `SQLite` passes.
///
/// # Safety
/// `name` ends with a NUL.
unsafe fn path<'a>(name: *const c_char) -> &'a Path {
    // SAFETY: by the contract of this function.
    let name = unsafe { CStr::from_ptr(name) };
    Path::new(name.to_str().expect("the tests' paths are UTF-8"))
}

unsafe extern "C" fn x_open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite passes its registered structure, a path or null for a temporary file, room
    // for `szOsFile` bytes, and an integer's place or null. No methods: SQLite closes nothing.
    let (machine, path) = unsafe {
        (*file).pMethods = ptr::null();
        (machine(vfs), (!name.is_null()).then(|| path(name)))
    };
    match machine.open(path, flags) {
        // SAFETY: as above.
        Ok(open) => unsafe {
            (*file.cast::<File>()).open = Box::into_raw(Box::new(open));
            (*file).pMethods = &raw const METHODS;
            if !out_flags.is_null() {
                *out_flags = flags;
            }
            ffi::SQLITE_OK
        },
        Err(_) => ffi::SQLITE_CANTOPEN,
    }
}

unsafe extern "C" fn x_delete(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    sync_folder: c_int,
) -> c_int {
    // SAFETY: SQLite passes its registered structure and a path.
    let (machine, path) = unsafe { (machine(vfs), path(name)) };
    machine.delete(path, sync_folder != 0)
}

unsafe extern "C" fn x_access(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    question: c_int,
    answer: *mut c_int,
) -> c_int {
    // SAFETY: SQLite passes its registered structure, a path and an integer's place.
    unsafe {
        *answer = machine(vfs).is_there(path(name), question).into();
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: SQLite passes a path.
    let full = Path::new("/").join(unsafe { path(name) });
    let Some(bytes) = full.to_str().map(str::as_bytes) else {
        return ffi::SQLITE_CANTOPEN;
    };
    if bytes.len() >= length(room) {
        return ffi::SQLITE_CANTOPEN;
    }
    // SAFETY: SQLite passes `room` bytes; the path and its NUL fit.
    unsafe {
        ptr::copy_nonoverlapping(bytes.as_ptr().cast(), out, bytes.len());
        *out.add(bytes.len()) = 0;
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_randomness(
    vfs: *mut ffi::sqlite3_vfs,
    count: c_int,
    out: *mut c_char,
) -> c_int {
    let mut bytes = vec![0; length(count)];
    // SAFETY: SQLite passes its registered structure and `count` bytes.
    unsafe {
        machine(vfs).disk().random(&mut bytes);
        ptr::copy_nonoverlapping(bytes.as_ptr(), out.cast(), bytes.len());
    }
    count
}

unsafe extern "C" fn x_sleep(vfs: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    // SAFETY: SQLite passes its registered structure.
    let machine = unsafe { machine(vfs) };
    machine
        .slept
        .fetch_add(microseconds.into(), Ordering::Relaxed);
    std::thread::yield_now();
    microseconds
}

unsafe extern "C" fn x_get_last_error(
    _vfs: *mut ffi::sqlite3_vfs,
    _room: c_int,
    _out: *mut c_char,
) -> c_int {
    0
}

unsafe extern "C" fn x_current_time(
    vfs: *mut ffi::sqlite3_vfs,
    out: *mut ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite passes its registered structure and a number's place.
    unsafe {
        *out = START_OF_TIME + machine(vfs).slept.load(Ordering::Relaxed) / 1_000;
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: the box is that of `x_open`; SQLite closes a file once.
    drop(unsafe { Box::from_raw((*file.cast::<File>()).open.cast_mut()) });
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_read(
    file: *mut ffi::sqlite3_file,
    out: *mut c_void,
    count: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    // What the file does not reach is zero: SQLite requires it.
    let mut bytes = vec![0; length(count)];
    // SAFETY: SQLite passes an open file.
    let code = unsafe { opened(file) }.read(&mut bytes, offset);
    // SAFETY: SQLite passes `count` bytes.
    unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), out.cast(), bytes.len()) };
    code
}

unsafe extern "C" fn x_write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    count: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite passes an open file and `count` bytes.
    let (open, bytes) = unsafe {
        let bytes = std::slice::from_raw_parts(bytes.cast::<u8>(), length(count));
        (opened(file), bytes)
    };
    let written = open.file.write_at(bytes, offset.unsigned_abs());
    code(&written, ffi::SQLITE_IOERR_WRITE)
}

unsafe extern "C" fn x_truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    // SAFETY: SQLite passes an open file.
    let cut = unsafe { opened(file) }.file.set_len(size.unsigned_abs());
    code(&cut, ffi::SQLITE_IOERR_TRUNCATE)
}

unsafe extern "C" fn x_sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: SQLite passes an open file.
    match unsafe { opened(file) }.sync() {
        Ok(()) => ffi::SQLITE_OK,
        Err(_) => ffi::SQLITE_IOERR_FSYNC,
    }
}

unsafe extern "C" fn x_file_size(
    file: *mut ffi::sqlite3_file,
    out: *mut ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite passes an open file.
    let Ok(size) = unsafe { opened(file) }.file.len() else {
        return ffi::SQLITE_IOERR_FSTAT;
    };
    // SAFETY: SQLite passes a number's place.
    unsafe { *out = size.cast_signed() };
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite passes an open file.
    let open = unsafe { opened(file) };
    busy_unless(open.shared(|shared| shared.lock(open.handle, level)))
}

unsafe extern "C" fn x_unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite passes an open file.
    let open = unsafe { opened(file) };
    open.shared(|shared| shared.unlock(open.handle, level));
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_check_reserved_lock(
    file: *mut ffi::sqlite3_file,
    answer: *mut c_int,
) -> c_int {
    // SAFETY: SQLite passes an open file and an integer's place.
    unsafe {
        *answer = opened(file).shared(|shared| shared.is_reserved()).into();
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_file_control(
    _file: *mut ffi::sqlite3_file,
    _operation: c_int,
    _argument: *mut c_void,
) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn x_sector_size(_file: *mut ffi::sqlite3_file) -> c_int {
    int(SECTOR)
}

unsafe extern "C" fn x_device_characteristics(_file: *mut ffi::sqlite3_file) -> c_int {
    0
}

unsafe extern "C" fn x_shm_map(
    file: *mut ffi::sqlite3_file,
    index: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: SQLite passes an open file.
    let open = unsafe { opened(file) };
    let region = open.shared(|shared| {
        let (index, bytes) = (length(index), length(size));
        shared.region(open.handle, index, bytes, extend != 0)
    });
    // SAFETY: SQLite passes a pointer's place. The region is of atomics, which may be written
    // through a shared pointer, and stays until the last connection unmaps it.
    unsafe { *out = region.map_or(ptr::null_mut(), |region| region.as_ptr().cast_mut().cast()) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_shm_lock(
    file: *mut ffi::sqlite3_file,
    first: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: SQLite passes an open file.
    let open = unsafe { opened(file) };
    let slots = ((1_u32 << count) - 1) << first;
    busy_unless(open.shared(|shared| shared.shm_lock(open.handle, slots, flags)))
}

unsafe extern "C" fn x_shm_barrier(_file: *mut ffi::sqlite3_file) {
    fence(Ordering::SeqCst);
}

unsafe extern "C" fn x_shm_unmap(file: *mut ffi::sqlite3_file, _delete: c_int) -> c_int {
    // SAFETY: SQLite passes an open file.
    let open = unsafe { opened(file) };
    open.shared(|shared| shared.unmap(open.handle));
    ffi::SQLITE_OK
}

/// 2021-11-20T00:00:00Z in milliseconds of the Julian calendar, as `SQLite` counts.
const START_OF_TIME: i64 = 1_637_366_400_000 + 210_866_760_000_000;

/// What a kernel keeps for all connections.
#[derive(Debug)]
struct Machine {
    disk: Mutex<Disk>,
    open_files: AtomicU64,
    /// How long `SQLite` has waited, in microseconds.
    slept: AtomicI64,
    handles: AtomicU64,
    files: Mutex<BTreeMap<PathBuf, Shared>>,
}

impl Machine {
    fn new(disk: Disk) -> Self {
        Self {
            disk: Mutex::new(disk),
            open_files: AtomicU64::new(0),
            slept: AtomicI64::new(0),
            handles: AtomicU64::new(0),
            files: Mutex::default(),
        }
    }

    fn open(&'static self, path: Option<&Path>, flags: c_int) -> io::Result<Open> {
        let disk = self.disk();
        let file = match path {
            None => disk.nameless()?,
            Some(path) if flags & ffi::SQLITE_OPEN_CREATE != 0 => disk.open_or_create(path)?,
            Some(path) => disk.open(path)?,
        };
        let path = path.unwrap_or(Path::new("")).to_owned();
        if flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0 && disk.exists(&path) {
            disk.remove(&path)?;
        }
        let journals =
            ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL | ffi::SQLITE_OPEN_WAL;
        let new_journal = flags & ffi::SQLITE_OPEN_CREATE != 0 && flags & journals != 0;
        self.open_files.fetch_add(1, Ordering::Relaxed);
        Ok(Open {
            machine: self,
            file,
            path,
            handle: self.handles.fetch_add(1, Ordering::Relaxed),
            new_journal: AtomicBool::new(new_journal),
        })
    }

    fn delete(&self, path: &Path, sync_folder: bool) -> c_int {
        let disk = self.disk();
        match disk.remove(path) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return ffi::SQLITE_IOERR_DELETE_NOENT;
            }
            Err(_) => return ffi::SQLITE_IOERR_DELETE,
        }
        if sync_folder && disk.sync_folder(folder(path)).is_err() {
            return ffi::SQLITE_IOERR_DIR_FSYNC;
        }
        ffi::SQLITE_OK
    }

    /// The answer of `SQLite`'s own file system for Unix: an empty file does not exist, but may
    /// be read and written.
    fn is_there(&self, path: &Path, question: c_int) -> bool {
        let length = self.disk().open(path).and_then(|file| file.len());
        length.is_ok_and(|length| question != ffi::SQLITE_ACCESS_EXISTS || length > 0)
    }

    fn disk(&self) -> Disk {
        let disk = self.disk.lock();
        disk.expect("no thread panics with the disk").clone()
    }

    /// Frees the disk, unless a connection still uses it: thousands of cuts make many disks.
    fn let_go(&self) {
        if self.open_files.load(Ordering::Relaxed) == 0 {
            let disk = self.disk.lock();
            *disk.expect("no thread panics with the disk") = Disk::new(0);
        }
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Shared>> {
        self.files.lock().expect("no thread panics with the locks")
    }
}

/// A file that one connection has open.
#[derive(Debug)]
struct Open {
    machine: &'static Machine,
    file: SimFile,
    path: PathBuf,
    handle: Handle,
    /// Is it a journal whose folder must be synced with it, the first time?
    new_journal: AtomicBool,
}

impl Open {
    fn read(&self, bytes: &mut [u8], offset: i64) -> c_int {
        match self.file.read_at(bytes, offset.unsigned_abs()) {
            Ok(count) if count < bytes.len() => ffi::SQLITE_IOERR_SHORT_READ,
            Ok(_) => ffi::SQLITE_OK,
            Err(_) => ffi::SQLITE_IOERR_READ,
        }
    }

    /// As `SQLite`'s own file system for Unix does it, the folder of a new journal too; there a
    /// folder's failure is ignored, here it is not: a machine that is off must confirm nothing.
    fn sync(&self) -> io::Result<()> {
        self.file.sync()?;
        if self.new_journal.swap(false, Ordering::Relaxed) {
            self.machine.disk().sync_folder(folder(&self.path))?;
        }
        Ok(())
    }

    /// Does something with what all connections to this file share.
    fn shared<T>(&self, work: impl FnOnce(&mut Shared) -> T) -> T {
        work(self.machine.files().entry(self.path.clone()).or_default())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.shared(|shared| {
            shared.unlock(self.handle, ffi::SQLITE_LOCK_NONE);
            shared.unmap(self.handle);
        });
        self.machine.open_files.fetch_sub(1, Ordering::Relaxed);
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

fn code(result: &io::Result<()>, failed: c_int) -> c_int {
    match result {
        Ok(()) => ffi::SQLITE_OK,
        Err(error) if error.kind() == ErrorKind::StorageFull => ffi::SQLITE_FULL,
        Err(_) => failed,
    }
}

fn busy_unless(granted: bool) -> c_int {
    if granted {
        ffi::SQLITE_OK
    } else {
        ffi::SQLITE_BUSY
    }
}

fn int(size: usize) -> c_int {
    c_int::try_from(size).expect("these sizes are small")
}

fn length(count: c_int) -> usize {
    usize::try_from(count).expect("SQLite passes no negative sizes")
}
