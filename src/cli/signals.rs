//! When the system asks the program to end: SIGINT, SIGTERM, Ctrl-C.

use std::io;
use std::pin::Pin;

use tokio::runtime::{Builder, Runtime};

/// Hears the system from when it was made.
pub(super) struct Signals {
    runtime: Runtime,
    asked: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Signals {
    /// Hears from now on when the system asks the program to end, which does not end by itself
    /// any more.
    ///
    /// # Errors
    /// When the system's signals cannot be heard.
    pub(super) fn hear() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_io().build()?;
        let asked = {
            let _within = runtime.enter();
            Box::pin(asked()?)
        };
        Ok(Self { runtime, asked })
    }

    /// Waits until it was asked.
    pub(super) fn wait(self) {
        self.runtime.block_on(self.asked);
    }
}

#[cfg(unix)]
fn asked() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut end = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = end.recv() => {}
        }
    })
}

#[cfg(windows)]
fn asked() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        let _ = interrupt.recv().await;
    })
}
