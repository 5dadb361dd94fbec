//! `uketsuke recover`: bring back what a destroyed tablet had recorded, or a lost key.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::data_dir::DataArgs;
use super::{EXIT_FAILED, EXIT_OK, warn_of_copy};
use crate::keys::RecoveryIdentity;
use crate::store::recover;

/// Arguments of `uketsuke recover`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke recover --new-identity town-hall.key
  uketsuke recover --from /media/card --identity town-hall.key --data-dir NEW
  uketsuke recover --keys-only --identity town-hall.key --data-dir DIR

The identity is a file as the age tool writes it. It belongs in the municipality's safe, never on
a station. Running a recovery again changes nothing.")]
pub struct RecoverArgs {
    /// Make a recovery key, and print what goes into the stations' settings / 復旧鍵を作る
    #[arg(long, value_name = "FILE", exclusive = true)]
    new_identity: Option<PathBuf>,
    /// Folder of the second copies / 予備の保存先
    #[arg(long, value_name = "DIR", required_unless_present_any = ["new_identity", "keys_only"])]
    from: Option<PathBuf>,
    /// Put the keys of this data directory back into the key store / 鍵だけを戻す
    #[arg(long, conflicts_with = "from")]
    keys_only: bool,
    /// The recovery identity / 復旧鍵のファイル
    #[arg(long, value_name = "FILE", required_unless_present = "new_identity")]
    identity: Option<PathBuf>,
    #[command(flatten)]
    data: DataArgs,
}

/// Runs the subcommand.
pub fn run(args: &RecoverArgs) -> anyhow::Result<u8> {
    if let Some(path) = &args.new_identity {
        return make_identity(path);
    }
    // clap has made sure of it.
    let path = args.identity.as_ref().context("--identity FILE")?;
    let identity = read_identity(path)?;
    match &args.from {
        Some(from) => restore(args, from, &identity),
        None => restore_keys(args, &identity),
    }
}

fn make_identity(path: &Path) -> anyhow::Result<u8> {
    let identity = RecoveryIdentity::generate();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || {
        let mut file = options.open(path)?;
        file.write_all(identity.to_text().as_bytes())?;
        file.sync_all()
    };
    write().with_context(|| {
        format!(
            "{}: 作れません。フォルダーと権限、同じ名前のファイルがないことを確かめてください / cannot be made: check the folder, who may write there, and that no file has this name",
            path.display()
        )
    })?;
    eprintln!(
        "復旧鍵を {} に作りました。金庫に保管し、端末には置かないでください。\n\
         各端末の設定ファイルの [recovery] に次の行を書いてください。\n\
         The recovery key is in {}. Keep it in a safe, never on a station.\n\
         Put this line under [recovery] in every station's settings:",
        path.display(),
        path.display()
    );
    println!("recipient = \"{}\"", identity.recipient());
    Ok(EXIT_OK)
}

fn read_identity(path: &Path) -> anyhow::Result<RecoveryIdentity> {
    let text = zeroize::Zeroizing::new(fs::read_to_string(path).with_context(|| {
        format!(
            "{}: 復旧鍵を開けません。場所を確かめてください / the recovery key cannot be opened: check the path",
            path.display()
        )
    })?);
    Ok(RecoveryIdentity::from_text(&text)?)
}

fn restore(args: &RecoverArgs, from: &Path, identity: &RecoveryIdentity) -> anyhow::Result<u8> {
    let place = args.data.place()?;
    let mut store = place.quiet_store()?;
    let restored = recover(&mut store, from, identity, &place.witnessed())?;
    println!(
        "端末 {}: 復元 {} 件（うち送信済み {} 件）、すでにある記録 {} 件\n\
         stations {}: {} entries restored ({} delivered already), {} were here already",
        restored.stations.join(", "),
        restored.entries,
        restored.acknowledged,
        restored.again,
        restored.stations.join(", "),
        restored.entries,
        restored.acknowledged,
        restored.again
    );
    println!(
        "操作する人の登録と、確認待ちの指摘は戻りません。operator add で登録し直してください\n\
         accounts and open findings do not come back: register people again with `operator add`"
    );
    for problem in &restored.problems {
        println!("! {problem}");
    }
    warn_of_copy(&store.copy_state()?);
    Ok(if restored.problems.is_empty() {
        EXIT_OK
    } else {
        EXIT_FAILED
    })
}

fn restore_keys(args: &RecoverArgs, identity: &RecoveryIdentity) -> anyhow::Result<u8> {
    let place = args.data.existing_place()?;
    let medium = place.medium();
    let keys = place.keys.as_ref();
    place
        .directory
        .restore_keys(identity, keys, medium.as_ref())?;
    println!("鍵を戻しました / the keys are back");
    Ok(EXIT_OK)
}
