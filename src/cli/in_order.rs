//! Several inputs are read at the same time; results are told in the inputs' order.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::anyhow;

use crate::reading::Reader;

/// Results that wait to be told, for each thread. One slow picture does not stop the
/// others, and memory stays bounded all the same.
const WAITING: usize = 16;

/// Hands what `work` makes of each input to `tell`, in the inputs' order, each as soon
/// as all before it are told. Inputs are taken when a thread is free. Each of the `jobs`
/// threads has a reader of its own.
///
/// # Errors
/// The first error of `work` in the inputs' order, or of `tell`; a damaged build.
pub(super) fn in_order<T, R: Send>(
    jobs: usize,
    inputs: impl Iterator<Item = T> + Send,
    work: impl Fn(&Reader, T) -> anyhow::Result<R> + Sync,
    tell: impl FnMut(R) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let inputs = Mutex::new(inputs.enumerate());
    let (done, results) = sync_channel(WAITING * jobs);
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for number in 0..jobs {
            let (inputs, work, done) = (&inputs, &work, done.clone());
            let thread = thread::Builder::new().name(format!("read-{number}"));
            threads.push(thread.spawn_scoped(scope, move || worker(inputs, work, &done))?);
        }
        drop(done);
        let told = tell_in_order(results, tell);
        for thread in threads {
            thread.join().map_err(|_| {
                anyhow!("読み取り中に内部エラーが起きました。報告してください / internal error while reading: please report it")
            })??;
        }
        told
    })
}

/// Works until there are no inputs left, or nobody listens any more.
fn worker<T, R>(
    inputs: &Mutex<impl Iterator<Item = (usize, T)>>,
    work: &impl Fn(&Reader, T) -> anyhow::Result<R>,
    done: &SyncSender<(usize, anyhow::Result<R>)>,
) -> anyhow::Result<()> {
    let reader = Reader::new()?;
    loop {
        let next = inputs.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some((index, input)) = next else {
            return Ok(());
        };
        if done.send((index, work(&reader, input))).is_err() {
            return Ok(());
        }
    }
}

fn tell_in_order<R>(
    results: Receiver<(usize, anyhow::Result<R>)>,
    mut tell: impl FnMut(R) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for (index, result) in results {
        early.insert(index, result);
        while let Some(result) = early.remove(&next) {
            tell(result?)?;
            next += 1;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(results: Vec<(usize, anyhow::Result<char>)>) -> (String, bool) {
        let (send, receive) = sync_channel(results.len());
        for result in results {
            send.send(result).expect("room for all");
        }
        drop(send);
        let mut text = String::new();
        let outcome = tell_in_order(receive, |c| {
            text.push(c);
            Ok(())
        });
        (text, outcome.is_ok())
    }

    #[test]
    fn results_are_told_in_the_order_of_their_inputs() {
        let results = vec![(2, Ok('c')), (0, Ok('a')), (3, Ok('d')), (1, Ok('b'))];
        assert_eq!(told(results), ("abcd".to_owned(), true));
    }

    #[test]
    fn an_error_is_told_in_its_turn_and_ends_the_run() {
        let results = vec![(1, Err(anyhow!("broken"))), (2, Ok('c')), (0, Ok('a'))];
        assert_eq!(told(results), ("a".to_owned(), false));
    }
}
